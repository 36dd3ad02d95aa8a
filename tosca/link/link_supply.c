/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/linker.h"

/*
 * Who gives what is required.  Of a component that is the assembly around it, and nobody else; of
 * the outermost assembly it is the intent, which is not there yet.
 */
static bool is_open(const struct component *c, const struct property *p)
{
	return p->required && !p->read_only && !p->is_private && p->value.n == 0 &&
	       p->fallback.n == 0 && component_mapping(c, p->name.text) == NULL;
}

void link_supplies(struct linker *l)
{
	for (size_t i = 0; i < l->d->n_components; i++) {
		const struct component *c = &l->d->components[i];
		const struct descriptor *child = link_child(l, c);

		for (size_t k = 0; child != NULL && k < child->n_properties; k++) {
			const struct property *p = &child->properties[k];

			if (!is_open(c, p))
				continue;
			struct diag *d = diag_add(l->diags, CODE_NOT_SUPPLIED, &c->name.pos,
			    "component '%s' requires '%s', which nobody gives", c->name.text,
			    p->name.text);
			diag_help(
			    l->diags, d, "add '%s: {value: ...}' to its properties", p->name.text);
			diag_note(l->diags, d, &p->name.pos, "required here, without a default");
		}
	}
}
