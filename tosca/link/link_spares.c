/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/vec.h"
#include "tosca/link/linker.h"

/* Who takes the spares of a cluster into service: a scale policy, or the heal of a member. */

static bool is_scaled(const struct descriptor *d, const struct component *c)
{
	for (size_t i = 0; i < d->n_policies; i++)
		if (d->policies[i].target.text != NULL &&
		    strcmp(d->policies[i].target.text, c->name.text) == 0)
			return true;
	return false;
}

static bool has_heal(const struct descriptor *d)
{
	for (size_t i = 0; i < d->n_policies; i++)
		if (d->policies[i].kind == POLICY_HEAL)
			return true;
	return false;
}

/* Beyond that nobody looks: a warning is not worth it. */
enum { LOOK_MAX = 10000 };

/* Whether a member, or something in it, heals; also when what is in it is not known. */
static bool is_healed(struct linker *l, const struct component *c)
{
	LM_VEC(const struct descriptor *) all = {0};
	LM_AUTO(lm_map) seen = lm_map_new();
	const struct descriptor *d = link_child(l, c);
	bool healed = d == NULL;
	size_t looks = 0;

	if (d != NULL)
		*LM_PUSH(l->scratch, &all) = d;
	for (size_t i = 0; i < all.n && !healed; i++) {
		d = all.v[i];
		looks += d->n_components;
		healed = has_heal(d) || looks > LOOK_MAX;
		for (size_t k = 0; k < d->n_components && !healed; k++) {
			const struct descriptor *child = link_child(l, &d->components[k]);

			if (child == NULL)
				healed = true;
			else if (lm_map_find(seen, child->name.full) == NULL) {
				lm_map_put(seen, child->name.full, (void *)(uintptr_t)child);
				*LM_PUSH(l->scratch, &all) = child;
			}
		}
	}
	return healed;
}

void link_spares(struct linker *l, const struct component *c)
{
	const struct expr *e = &component_numbers(c)->spares;
	const char *spares = expr_literal(e);

	if (spares == NULL || strcmp(spares, "0") == 0 || is_scaled(l->d, c) || is_healed(l, c))
		return;
	struct diag *d = diag_add(l->diags, CODE_SPARES_IDLE, &e->pos,
	    "nothing takes the spares of '%s' into service by itself", c->name.text);
	diag_help(
	    l->diags, d, "give the cluster a scale policy, or what it is made of a heal policy");
}
