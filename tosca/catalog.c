/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog.h"

#include <stdlib.h>

#include "base/vec.h"
#include "tosca/link.h"

struct catalog {
	struct lm_arena *arena;
	struct lm_map *by_name; /* canonical name */
	LM_VEC(struct descriptor *) list;
	bool checked; /* since the last addition */
};

struct catalog *catalog_new(void)
{
	struct catalog *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->arena = lm_arena_new();
	c->by_name = lm_map_new();
	return c;
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->list.n; i++)
		descriptor_fini(c->list.v[i]);
	lm_vec_free(&c->list);
	lm_map_free(c->by_name);
	lm_arena_free(c->arena);
	free(c);
}

static bool add(struct catalog *c, struct descriptor *d, struct diags *diags)
{
	const struct descriptor *first = lm_map_find(c->by_name, d->name.canonical);

	if (first != NULL) {
		struct diag *g = diag_add(diags, CODE_DUPLICATE_DESCRIPTOR, &d->pos,
		    "'%s' is defined twice", d->name.full);
		diag_note(diags, g, &first->pos, "first defined here");
		descriptor_fini(d);
		return false;
	}
	d->index = c->list.n;
	*LM_PUSH(NULL, &c->list) = d;
	lm_map_put(c->by_name, d->name.canonical, d);
	return true;
}

size_t catalog_add(
    struct catalog *c, const char *file, const char *text, size_t n, struct diags *diags)
{
	struct yaml_docs docs = yaml_read(c->arena, file, text, n, diags);
	size_t added = 0;

	for (size_t i = 0; i < docs.n; i++) {
		struct descriptor *d = descriptor_read(c->arena, docs.source, &docs.v[i], diags);

		if (d != NULL && add(c, d, diags))
			added++;
	}
	/* What was missing may be there now. */
	for (size_t i = 0; added > 0 && c->checked && i < c->list.n; i++)
		c->list.v[i]->check = CHECK_NOT_YET;
	c->checked = c->checked && added == 0;
	return added;
}

void catalog_check(struct catalog *c, struct diags *diags)
{
	enum descriptor_check *results = calloc(c->list.n + 1, sizeof *results);

	if (results == NULL)
		abort();
	link_check(c, NULL, results, diags);
	for (size_t i = 0; i < c->list.n; i++)
		c->list.v[i]->check = results[i];
	c->checked = true;
	free(results);
}

size_t catalog_count(const struct catalog *c)
{
	return c->list.n;
}

const struct descriptor *catalog_at(const struct catalog *c, size_t i)
{
	return i < c->list.n ? c->list.v[i] : NULL;
}

const struct descriptor *catalog_get(const struct catalog *c, const char *canonical)
{
	return canonical == NULL ? NULL : lm_map_find(c->by_name, canonical);
}

const struct descriptor *catalog_find(const struct catalog *c, const char *full_name)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, full_name, &name) != NULL || name.ranged)
		return NULL;
	return catalog_get(c, name.canonical);
}
