/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/engine_priv.h"

/* What the system has wished for becomes an intent like any other. */

/* Seeds without randomness: no two events of a journal have the same number. */
static uint64_t own_seed(const struct engine *e, const char *name)
{
	return lm_hash(name) ^ ((uint64_t)e->next_event * 0x9e3779b97f4a7c15u);
}

/* A refusal is no error here: the next samples will ask again. */
static void grant(struct engine *e, const struct wish *w, int64_t now_ms, struct turn *t)
{
	const struct instance *in = lm_map_find(e->instances, w->root);
	struct intent i = {
	    .kind = w->kind,
	    .assembly_name = w->root,
	    .quantity = w->quantity,
	    .gives_up = w->gives_up,
	    .reason = w->reason,
	    .by = w->by != NULL ? w->by : "the manager",
	};
	struct when when = {now_ms, own_seed(e, w->root), t};

	if (w->kind == INTENT_HEAL)
		i.component_name = w->subject;
	else if (w->kind == INTENT_UPGRADE)
		i.queue = true;
	else
		i.cluster = w->subject;
	/* A scale whose assembly has become busy is out of date. */
	if (in != NULL &&
	    (w->kind == INTENT_HEAL || i.queue || instance_blocker(in, w->kind) == NULL))
		lm_err_free(intent_accept(e, &i, &when, e->granted));
}

void wishes_grant(struct engine *e, int64_t now_ms, struct turn *t)
{
	for (size_t i = 0; i < e->wishes.n; i++) { /* granting one may lead to more */
		struct wish w = e->wishes.v[i];

		grant(e, &w, now_ms, t);
		wish_fini(&w);
	}
	e->wishes.n = 0;
}
