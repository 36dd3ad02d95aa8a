/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "lm/server/auth/privilege.h"

void audit_difference(
    const struct account *before, const struct account *after, char out[AUDIT_TEXT_SIZE])
{
	const struct {
		const char *what;
		bool differs;
	} parts[] = {
	    {"kind", before->is_client != after->is_client},
	    {"password", strcmp(before->stamp, after->stamp) != 0},
	    {"roles", before->roles != after->roles},
	    {"terms", before->grants != after->grants || before->access_s != after->access_s ||
			  before->refresh_s != after->refresh_s},
	    {"suspended", !before->is_suspended && after->is_suspended},
	    {"resumed", before->is_suspended && !after->is_suspended},
	};
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < LM_COUNT(parts); i++)
		if (parts[i].differs)
			n += (size_t)snprintf(
			    out + n, AUDIT_TEXT_SIZE - n, "%s%s", n > 0 ? " " : "", parts[i].what);
}

static void tell(const struct account *a, const char *change)
{
	struct lm_buf roles;

	lm_buf_init(&roles, 256);
	for (unsigned i = 0; role_name(i) != NULL; i++)
		if ((a->roles >> i & 1) != 0)
			lm_buf_printf(&roles, "%s%s", roles.n > 0 ? "," : "", role_name(i));
	lm_log(LM_LOG_INFO, "auth.account", "name=%s kind=%s change=\"%s\" roles=%s", a->name,
	    a->is_client ? "client" : "user", change, roles.n > 0 ? roles.p : "-");
	lm_buf_fini(&roles);
}

static void compare(const struct account *before, const struct account *after)
{
	char change[AUDIT_TEXT_SIZE];

	audit_difference(before, after, change);
	if (change[0] != '\0')
		tell(after, change);
}

/* Both are in the order of their names. */
void audit_accounts(const struct users *before, const struct users *after)
{
	size_t i = 0, k = 0, n = users_count(before), m = users_count(after);

	while (i < n || k < m) {
		const struct account *old = i < n ? users_at(before, i) : NULL;
		const struct account *new = k < m ? users_at(after, k) : NULL;
		int order = old == NULL ? 1 : new == NULL ? -1 : strcmp(old->name, new->name);

		if (order < 0)
			tell(old, "removed");
		else if (order > 0)
			tell(new, "added");
		else
			compare(old, new);
		i += order <= 0;
		k += order >= 0;
	}
}
