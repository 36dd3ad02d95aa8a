/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/privilege.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "base/json.h"

#define BIT(x) (1u << PRIVILEGE_##x)
#define ADMIN  "SLMAdmin"
#define PORTAL "Portal"
#define READER "ReadOnly"
#define SECURE "RootSecAdmin"
#define TESTER "BehaviourScenarioExecute"

enum {
	READING = BIT(READ),
	OPERATIONAL = BIT(READ) | BIT(CREATE) | BIT(MANAGE) | BIT(OPERATE) | BIT(DESIGN) |
		      BIT(SITES) | BIT(KEYS)
};

static const struct {
	const char *name;
	unsigned grants;
} roles[] = {
    {ADMIN, OPERATIONAL},
    {PORTAL, READING | BIT(CREATE)},
    {READER, READING},
    {SECURE, BIT(SECURITY)},
    {TESTER, READING},
};

/* With those who have it, as texts say it. */
static const struct {
	const char *name, *whose;
} privileges[PRIVILEGES] = {
    [PRIVILEGE_OPEN] = {"open", "everybody"},
    [PRIVILEGE_REPORT] = {"report", "a writer of metrics"},
    [PRIVILEGE_KNOWN] = {"known", "everybody who is logged in"},
    [PRIVILEGE_READ] = {"read", ADMIN ", " PORTAL ", " READER " or " TESTER},
    [PRIVILEGE_CREATE] = {"create", ADMIN " or " PORTAL},
    [PRIVILEGE_MANAGE] = {"manage", ADMIN},
    [PRIVILEGE_OPERATE] = {"operate", ADMIN},
    [PRIVILEGE_DESIGN] = {"design", ADMIN},
    [PRIVILEGE_SITES] = {"sites", ADMIN},
    [PRIVILEGE_KEYS] = {"keys", ADMIN},
    [PRIVILEGE_SECURITY] = {"security", SECURE},
};

const char *privilege_name(enum privilege p)
{
	return privileges[p].name;
}

bool role_parse(const char *name, unsigned *bits)
{
	for (unsigned i = 0; i < LM_COUNT(roles); i++) {
		if (strcmp(roles[i].name, name) != 0)
			continue;
		*bits |= 1u << i;
		return true;
	}
	return false;
}

const char *role_name(unsigned i)
{
	return i < LM_COUNT(roles) ? roles[i].name : NULL;
}

const char *role_names(void)
{
	return ADMIN ", " PORTAL ", " READER ", " SECURE ", " TESTER;
}

unsigned roles_grants(unsigned set)
{
	unsigned grants = BIT(KNOWN);

	for (unsigned i = 0; i < LM_COUNT(roles); i++)
		if ((set >> i & 1) != 0)
			grants |= roles[i].grants;
	return grants;
}

const char *roles_with(enum privilege p)
{
	return privileges[p].whose;
}

void words_print(struct lm_json *j, const char *key, unsigned bits, const char *(*word)(unsigned))
{
	lm_json_open(j, key, '[');
	for (unsigned i = 0; word(i) != NULL; i++)
		if ((bits >> i & 1) != 0)
			lm_json_str(j, NULL, word(i));
	lm_json_close(j, ']');
}
