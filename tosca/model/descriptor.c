/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/descriptor.h"

#include <string.h>

/* ---- finding ------------------------------------------------------------------------------- */

/* Elements begin with a struct spot, their name. */
static struct lm_map *index_of(void *list, size_t n, size_t size)
{
	struct lm_map *map = n > 0 ? lm_map_new() : NULL;

	if (n > 0)
		lm_map_reserve(map, n);
	for (size_t i = 0; i < n; i++) {
		struct spot *name = (struct spot *)(void *)((char *)list + i * size);

		lm_map_add(map, name->text, name);
	}
	return map;
}

static const void *find(const struct lm_map *map, const char *name)
{
	return map == NULL ? NULL : lm_map_find(map, name);
}

const struct property *descriptor_property(const struct descriptor *d, const char *name)
{
	return find(d->property_by_name, name);
}

const struct property *descriptor_public(const struct descriptor *d, const char *name)
{
	const struct property *p = descriptor_property(d, name);

	return p == NULL || p->is_private ? NULL : p;
}

const struct component *descriptor_component(const struct descriptor *d, const char *name)
{
	return find(d->component_by_name, name);
}

const struct component *descriptor_reference(const struct descriptor *d, const char *name)
{
	return find(d->reference_by_name, name);
}

const struct operation *descriptor_operation(const struct descriptor *d, const char *name)
{
	return find(d->operation_by_name, name);
}

const struct metric *descriptor_metric(const struct descriptor *d, const char *name)
{
	return find(d->metric_by_name, name);
}

static const struct component *component_of(
    const struct descriptor *d, const char *scope, uint32_t slot)
{
	if (slot > 0)
		return &d->components[slot - 1];
	return scope == NULL ? NULL : descriptor_component(d, scope);
}

const struct component *expr_part_component(
    const struct descriptor *d, const struct expr_part *part)
{
	return component_of(d, part->scope, part->slot);
}

const struct component *path_component(const struct descriptor *d, const struct path *path)
{
	return component_of(d, path->scope.text, path->slot);
}

static uint32_t slot_of(const struct descriptor *d, const char *scope)
{
	const struct component *c = scope == NULL ? NULL : descriptor_component(d, scope);

	return c == NULL ? 0 : (uint32_t)(c - d->components) + 1;
}

/* Where there may be very many: looking up is slow there, and is done again and again. */
static void find_slots(struct descriptor *d)
{
	for (size_t i = 0; i < d->n_components; i++)
		for (size_t k = 0; k < d->components[i].n_properties; k++) {
			const struct expr *e = &d->components[i].properties[k].value;

			for (size_t j = 0; j < e->n; j++)
				e->parts[j].slot = slot_of(d, e->parts[j].scope);
		}
	for (size_t i = 0; i < d->n_relationships; i++) {
		const struct relationship *r = &d->relationships[i];

		for (size_t k = 0; k < r->n_sources; k++)
			r->sources[k].slot = slot_of(d, r->sources[k].scope.text);
		for (size_t k = 0; k < r->n_targets; k++)
			r->targets[k].slot = slot_of(d, r->targets[k].scope.text);
	}
}

#define INDEX(d, singular, plural) \
	((d)->singular##_by_name = index_of((d)->plural, (d)->n_##plural, sizeof *(d)->plural))

void descriptor_index(struct descriptor *d)
{
	INDEX(d, property, properties);
	INDEX(d, component, components);
	INDEX(d, reference, references);
	INDEX(d, capability, capabilities);
	INDEX(d, operation, operations);
	INDEX(d, metric, metrics);
	find_slots(d);
}

const struct component_numbers *component_numbers(const struct component *c)
{
	static const struct component_numbers none;

	return c->numbers != NULL ? c->numbers : &none;
}

const struct mapping *component_mapping(const struct component *c, const char *property)
{
	for (size_t i = 0; i < c->n_properties; i++)
		if (strcmp(c->properties[i].name.text, property) == 0)
			return &c->properties[i];
	return NULL;
}

const struct expr *policy_setting(const struct policy *p, enum setting s)
{
	return &p->settings[p->settings[s].n > 0 ? s : setting_for_both(s)];
}

bool property_is_special(const char *name)
{
	return strcmp(name, "deploymentLocation") == 0 || strcmp(name, "resourceManager") == 0;
}

void descriptor_fini(struct descriptor *d)
{
	lm_map_free(d->property_by_name);
	lm_map_free(d->component_by_name);
	lm_map_free(d->reference_by_name);
	lm_map_free(d->capability_by_name);
	lm_map_free(d->operation_by_name);
	lm_map_free(d->metric_by_name);
}
