/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/meant.h"

#include <string.h>

#include "base/arena.h"
#include "lm/cli/complete/names.h"
#include "tosca/text/suggest.h"

struct nearest {
	struct suggest near;
	struct lm_arena *arena;
};

static void offer(void *arg, const char *name, const char *what)
{
	struct nearest *n = arg;
	const char *before = n->near.best;
	(void)what;

	suggest_offer(&n->near, name);
	if (n->near.best != before)
		n->near.best = lm_arena_strdup(n->arena, name);
}

struct lm_err *meant(struct lm_err *e, const char *server, const struct kind *k, const char *name)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct nearest n = {suggest_for(name), arena};

	if (lm_err_kind(e) != LM_ERR_NOT_FOUND || strstr(lm_err_text(e), "did you mean") != NULL)
		return e;
	names_of_kind(&(struct names){server, offer, &n}, k);
	return suggest_in(e, &n.near);
}
