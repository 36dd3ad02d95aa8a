/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/names.h"

/*
 * What a descriptor shows to the checks of others, as a number: when it stays the same, nobody
 * else is checked again.  FNV-1a, 64 bits, over everything but places, descriptions, and what only
 * the descriptor's own check looks at.
 */
static void mix(uint64_t *h, uint64_t value)
{
	for (unsigned i = 0; i < sizeof value; i++)
		*h = (*h ^ (value >> (8 * i) & 0xff)) * 0x100000001b3u;
}

static void mix_text(uint64_t *h, const char *text)
{
	mix(h, text == NULL ? 0 : lm_hash(text) | 1);
}

static void mix_expr(uint64_t *h, const struct expr *e)
{
	mix(h, e->n);
	for (size_t i = 0; i < e->n; i++) {
		mix_text(h, e->parts[i].text);
		mix_text(h, e->parts[i].scope);
		mix_text(h, e->parts[i].name);
		mix(h, (uint64_t)e->parts[i].member);
	}
}

static void mix_properties(uint64_t *h, const struct property *list, size_t n)
{
	mix(h, n);
	for (size_t i = 0; i < n; i++) {
		const struct property *p = &list[i];

		mix_text(h, p->name.text);
		mix_text(h, p->type);
		mix(h, (unsigned)p->required | (unsigned)p->read_only << 1 |
			   (unsigned)p->is_volatile << 2 | (unsigned)p->is_private << 3);
		mix_expr(h, &p->value);
		mix_expr(h, &p->fallback);
	}
}

static void mix_components(uint64_t *h, const struct component *list, size_t n)
{
	mix(h, n);
	for (size_t i = 0; i < n; i++) {
		mix_text(h, list[i].name.text);
		mix_text(h, list[i].canonical);
		mix(h, (unsigned)list[i].clustered | (unsigned)list[i].ranged << 1 |
			   (unsigned)list[i].external << 2);
	}
}

static void mix_path(uint64_t *h, const struct path *p)
{
	mix_text(h, p->scope.text);
	mix_text(h, p->name.text);
}

static void mix_duties(uint64_t *h, const struct descriptor *d)
{
	mix(h, d->n_operations);
	for (size_t i = 0; i < d->n_operations; i++) {
		const struct operation *op = &d->operations[i];

		mix_text(h, op->name.text);
		mix(h, op->timeout_s);
		mix_properties(h, op->properties, op->n_properties);
		mix_path(h, &op->source);
	}
	mix(h, d->n_metrics);
	for (size_t i = 0; i < d->n_metrics; i++) {
		mix_text(h, d->metrics[i].name.text);
		mix(h, d->metrics[i].type);
		mix_expr(h, &d->metrics[i].period);
		mix_path(h, &d->metrics[i].source);
	}
	mix(h, d->n_capabilities);
	for (size_t i = 0; i < d->n_capabilities; i++) {
		mix_text(h, d->capabilities[i].name.text);
		mix_text(h, d->capabilities[i].type);
	}
	mix(h, d->transitions);
	for (size_t i = 0; i < d->n_policies; i++)
		mix(h, d->policies[i].kind == POLICY_HEAL);
}

uint64_t descriptor_surface(const struct descriptor *d)
{
	uint64_t h = 0xcbf29ce484222325u;

	mix_text(&h, d->name.full);
	mix_text(&h, d->file);
	mix(&h, d->broken);
	mix_properties(&h, d->properties, d->n_properties);
	mix_components(&h, d->components, d->n_components);
	mix_components(&h, d->references, d->n_references);
	mix_duties(&h, d);
	return h | 1;
}
