/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * What the system wants by itself is noted; the engine grants it when the event that led to it has
 * been dealt with.  Nothing begins inside somebody else's stack.
 */
void wish_size(struct engine *e, enum intent_kind kind, const struct instance *in,
    const char *subject, unsigned size, const char *by, const char *reason)
{
	*LM_PUSH(NULL, &e->wishes) = (struct wish){kind, size, false, lm_strdup(in->name),
	    lm_strdup(subject), lm_strdup(reason), lm_strdup(by)};
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

void wish_fini(struct wish *w)
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
