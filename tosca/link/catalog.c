/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "tosca/link/link.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

enum { DIAGS_MAX = 1000 };

/* One text: everything that came from it, and what is wrong with it in itself and in company. */
struct entry {
	struct lm_arena *arena;
	const char *file;
	LM_VEC(struct descriptor *) list;
	struct diags *own, *linked;
	struct diags *remarks; /* of others; NULL: none */
};

struct catalog {
	LM_VEC(struct entry *) entries;
	struct lm_map *by_file, *by_name; /* canonical names */
	LM_VEC(struct descriptor *) list;
	struct versions *versions;
};

struct catalog *catalog_new(void)
{
	struct catalog *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->by_file = lm_map_new();
	c->by_name = lm_map_new();
	c->versions = versions_new();
	return c;
}

static void entry_clear(struct entry *e)
{
	for (size_t i = 0; i < e->list.n; i++)
		descriptor_fini(e->list.v[i]);
	lm_vec_free(&e->list);
	diags_free(e->own);
	diags_free(e->linked);
	diags_free(e->remarks);
	lm_arena_free(e->arena);
	memset(e, 0, sizeof *e);
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->entries.n; i++) {
		entry_clear(c->entries.v[i]);
		free(c->entries.v[i]);
	}
	lm_vec_free(&c->entries);
	lm_vec_free(&c->list);
	lm_map_free(c->by_file);
	lm_map_free(c->by_name);
	versions_free(c->versions);
	free(c);
}

static void entry_init(struct entry *e, const char *file)
{
	e->arena = lm_arena_new();
	e->file = lm_arena_strdup(e->arena, file);
	e->own = diags_new(DIAGS_MAX);
	e->linked = diags_new(DIAGS_MAX);
}

static void entry_read(struct entry *e, const char *file, const char *text, size_t n)
{
	entry_init(e, file);
	LM_AUTO(lm_arena) nodes = lm_arena_new();
	struct tree_room room = {.texts = e->arena, .nodes = nodes};
	struct documents docs = tree_read(&room, file, text, n, e->own);
	for (size_t i = 0; i < docs.n; i++) {
		struct descriptor *d = descriptor_read(e->arena, docs.source, &docs.v[i], e->own);

		if (d != NULL)
			*LM_PUSH(NULL, &e->list) = d;
	}
}

static void append(struct catalog *c, struct entry *e)
{
	for (size_t i = 0; i < e->list.n; i++) {
		struct descriptor *d = e->list.v[i];

		d->check = CHECK_NOT_YET;
		if (lm_map_find(c->by_name, d->name.canonical) != NULL)
			continue;
		d->index = c->list.n;
		*LM_PUSH(NULL, &c->list) = d;
		lm_map_put(c->by_name, d->name.canonical, d);
		versions_add(c->versions, d);
	}
}

static void rebuild(struct catalog *c)
{
	lm_map_free(c->by_name);
	c->by_name = lm_map_new();
	versions_free(c->versions);
	c->versions = versions_new();
	c->list.n = 0;
	for (size_t i = 0; i < c->entries.n; i++)
		append(c, c->entries.v[i]);
}

/* What was missing may be there now, and the other way round. */
static void forget_checks(struct catalog *c)
{
	for (size_t i = 0; i < c->list.n; i++)
		c->list.v[i]->check = CHECK_NOT_YET;
}

size_t catalog_put(struct catalog *c, const char *file, const char *text, size_t n)
{
	struct entry *e = lm_map_find(c->by_file, file);

	forget_checks(c);
	if (e != NULL) {
		lm_map_remove(c->by_file, file);
		entry_clear(e);
		entry_read(e, file, text, n);
		lm_map_put(c->by_file, e->file, e);
		rebuild(c);
		return e->list.n;
	}
	e = calloc(1, sizeof *e);
	if (e == NULL)
		abort();
	entry_read(e, file, text, n);
	*LM_PUSH(NULL, &c->entries) = e;
	lm_map_put(c->by_file, e->file, e);
	append(c, e);
	return e->list.n;
}

struct remarks catalog_remarks(struct catalog *c, const char *file)
{
	struct entry *e = lm_map_find(c->by_file, file);

	if (e == NULL) {
		e = calloc(1, sizeof *e);
		if (e == NULL)
			abort();
		entry_init(e, file);
		*LM_PUSH(NULL, &c->entries) = e;
		lm_map_put(c->by_file, e->file, e);
	}
	if (e->remarks == NULL)
		e->remarks = diags_new(DIAGS_MAX);
	const struct source *source =
	    e->list.n > 0 ? e->list.v[0]->source : source_new(e->arena, file, "", 0);
	return (struct remarks){e->remarks, e->arena, {.source = source}};
}

bool catalog_set_package_dir(struct catalog *c, const char *file, const char *folder)
{
	struct entry *e = lm_map_find(c->by_file, file);

	if (e == NULL)
		return false;
	const char *copy = lm_arena_strdup(e->arena, folder);
	for (size_t i = 0; i < e->list.n; i++)
		e->list.v[i]->package_dir = copy;
	return true;
}

bool catalog_remove(struct catalog *c, const char *file)
{
	struct entry *e = lm_map_remove(c->by_file, file);
	size_t i = 0;

	if (e == NULL)
		return false;
	while (c->entries.v[i] != e)
		i++;
	memmove(&c->entries.v[i], &c->entries.v[i + 1],
	    (c->entries.n - i - 1) * sizeof c->entries.v[0]);
	c->entries.n--;
	entry_clear(e);
	free(e);
	rebuild(c);
	return true;
}

/* ---- checking ------------------------------------------------------------------------------ */

static void report_doubles(struct catalog *c, struct entry *e)
{
	for (size_t i = 0; i < e->list.n; i++) {
		const struct descriptor *d = e->list.v[i];
		const struct descriptor *first = lm_map_find(c->by_name, d->name.canonical);

		if (first == d)
			continue;
		struct diag *g = diag_add(e->linked, CODE_DUPLICATE_DESCRIPTOR, &d->pos,
		    "'%s' is defined twice", d->name.full);
		diag_note(e->linked, g, &first->pos, "first defined here");
	}
}

static struct diags *diags_of(void *arg, const struct descriptor *d)
{
	const struct catalog *c = arg;
	const struct entry *e = lm_map_find(c->by_file, d->file);

	return e->linked;
}

void catalog_check(struct catalog *c)
{
	enum descriptor_check *results = calloc(c->list.n + 1, sizeof *results);

	if (results == NULL)
		abort();
	for (size_t i = 0; i < c->entries.n; i++) {
		diags_free(c->entries.v[i]->linked);
		c->entries.v[i]->linked = diags_new(DIAGS_MAX);
		report_doubles(c, c->entries.v[i]);
	}
	link_check(c, NULL, results, diags_of, c);
	for (size_t i = 0; i < c->list.n; i++)
		c->list.v[i]->check = results[i];
	free(results);
}

static void report(const struct entry *e, struct diags *out)
{
	diags_borrow(out, e->own);
	diags_borrow(out, e->linked);
	if (e->remarks != NULL)
		diags_borrow(out, e->remarks);
}

void catalog_report(const struct catalog *c, const char *file, struct diags *out)
{
	for (size_t i = 0; i < c->entries.n; i++)
		if (file == NULL || strcmp(c->entries.v[i]->file, file) == 0)
			report(c->entries.v[i], out);
}

/* ---- looking ------------------------------------------------------------------------------- */

size_t catalog_file_count(const struct catalog *c)
{
	return c->entries.n;
}

const char *catalog_file_at(const struct catalog *c, size_t i)
{
	return i < c->entries.n ? c->entries.v[i]->file : NULL;
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

const struct descriptor *catalog_match(const struct catalog *c, const struct component *of)
{
	if (of->canonical == NULL || !of->ranged)
		return catalog_get(c, of->canonical);
	return versions_match(c->versions, of->canonical);
}

const struct descriptor *catalog_find(const struct catalog *c, const char *full_name)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, full_name, &name) != NULL || name.ranged)
		return NULL;
	return catalog_get(c, name.canonical);
}

struct version_list catalog_versions(const struct catalog *c, const char *plain)
{
	return versions_find(c->versions, plain);
}

const struct descriptor *catalog_highest(const struct catalog *c, const char *pattern)
{
	return versions_match(c->versions, pattern);
}

const char *catalog_suggest(const struct catalog *c, const char *full)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, full, &name) != NULL)
		return NULL;
	const char *near = versions_near(c->versions, name.name);
	if (near == NULL)
		return NULL;
	struct version_list list = versions_find(c->versions, near);
	for (size_t i = list.n; i > 0; i--)
		if (list.v[i - 1]->name.kind == name.kind)
			return list.v[i - 1]->name.full;
	return list.v[list.n - 1]->name.full;
}

const char *descriptor_name(const struct descriptor *d)
{
	return d->name.full;
}

const char *descriptor_description(const struct descriptor *d)
{
	return d->description;
}

const char *descriptor_file(const struct descriptor *d)
{
	return d->file;
}

const char *descriptor_text(const struct descriptor *d, size_t *n)
{
	*n = d->text_n;
	return d->source->text + d->text_begin;
}
