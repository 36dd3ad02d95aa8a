/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/state.h"

#include <string.h>

static const char *const state_text[] = {
#define X(name, text) [COMPONENT_##name] = text,
    COMPONENT_STATES(X)
#undef X
};

#define BIT(state) (1u << COMPONENT_##state)
#define RULE(from, to, on_error)                           \
	{                                                  \
		from, COMPONENT_##to, COMPONENT_##on_error \
	}

/* clang-format off */
static const struct transition_rule rules[] = {
	/*                          from                                     to         on error  */
	[TRANSITION_CREATE]      = RULE(BIT(ABSENT),                              CREATED,   FAILED),
	[TRANSITION_INSTALL]     = RULE(BIT(CREATED),                             INSTALLED, FAILED),
	[TRANSITION_CONFIGURE]   = RULE(BIT(INSTALLED),                           INACTIVE,  INSTALLED),
	[TRANSITION_RECONFIGURE] = RULE(BIT(ACTIVE) | BIT(INACTIVE),              ACTIVE,    ACTIVE),
	[TRANSITION_START]       = RULE(BIT(INACTIVE),                            INACTIVE,  INACTIVE),
	[TRANSITION_INTEGRITY]   = RULE(BIT(INACTIVE),                            ACTIVE,    INACTIVE),
	[TRANSITION_STOP]        = RULE(BIT(ACTIVE) | BIT(BROKEN) | BIT(INACTIVE), INACTIVE, FAILED),
	[TRANSITION_UNINSTALL]   = RULE(BIT(INACTIVE) | BIT(INSTALLED) |
				   BIT(CREATED) | BIT(FAILED),               CREATED,   INACTIVE),
	[TRANSITION_DELETE]      = RULE(BIT(CREATED) | BIT(FAILED),               ABSENT,    CREATED),
};
/* clang-format on */
_Static_assert(LM_COUNT(rules) == TRANSITION_N, "every transition has a rule");

const char *component_state_text(enum component_state state)
{
	return state_text[state];
}

bool component_state_parse(const char *text, enum component_state *out)
{
	for (size_t i = 0; i < LM_COUNT(state_text); i++)
		if (strcmp(text, state_text[i]) == 0) {
			*out = (enum component_state)i;
			return true;
		}
	return false;
}

bool component_state_parse_intended(const char *text, enum component_state *out)
{
	enum component_state state;

	if (!component_state_parse(text, &state) || state < COMPONENT_INSTALLED ||
	    state > COMPONENT_ACTIVE)
		return false;
	*out = state;
	return true;
}

const struct transition_rule *transition_rule(enum transition transition)
{
	return &rules[transition];
}

bool transition_is_up(enum transition transition)
{
	return transition != TRANSITION_STOP && transition != TRANSITION_UNINSTALL &&
	       transition != TRANSITION_DELETE;
}

bool transition_is_allowed(enum component_state from, enum transition transition)
{
	return (rules[transition].from & (1u << from)) != 0;
}

/* Failed outranks Broken outranks everything; among the healthy the lowest counts. */
static int rank(enum component_state state)
{
	if (state == COMPONENT_FAILED)
		return -2;
	return state == COMPONENT_BROKEN ? -1 : (int)state;
}

enum component_state component_state_fold(enum component_state assembly, enum component_state child)
{
	return rank(child) < rank(assembly) ? child : assembly;
}

static const char *const status_text[] = {
#define X(name, text) [PROCESS_##name] = text,
    PROCESS_STATUSES(X)
#undef X
};

const char *process_status_text(enum process_status s)
{
	return status_text[s];
}

bool process_status_parse(const char *text, enum process_status *out)
{
	for (size_t i = 0; i < LM_COUNT(status_text); i++)
		if (strcmp(status_text[i], text) == 0) {
			*out = (enum process_status)i;
			return true;
		}
	return false;
}
