/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lm/core/engine_priv.h"

/*
 * What the system wants by itself is noted; the engine grants it when the event that led to it has
 * been dealt with.  Nothing begins inside somebody else's stack.
 */
void wish_size(struct engine *e, enum intent_kind kind, const struct instance *in,
    const char *subject, unsigned size, const char *by, const char *reason)
{
	*LM_PUSH(NULL, &e->wishes) = (struct wish){kind, size, false, text_dup(in->name),
	    text_dup(subject), text_dup(reason), text_dup(by)};
}

void wish(struct engine *e, enum intent_kind kind, const struct instance *in, const char *subject,
    const char *by, const char *reason)
{
	wish_size(e, kind, in, subject, 0, by, reason);
}

void wish_give_up(struct engine *e, const struct component *c, const char *by, const char *reason)
{
	wish(e, INTENT_HEAL, c->instance, c->name, by, reason);
	e->wishes.v[e->wishes.n - 1].gives_up = true;
}

static void wish_fini(struct wish *w)
{
	free(w->root);
	free(w->subject);
	free(w->reason);
	free(w->by);
}

void wishes_fini(struct engine *e)
{
	for (size_t i = 0; i < e->wishes.n; i++)
		wish_fini(&e->wishes.v[i]);
	lm_vec_free(&e->wishes);
}

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
