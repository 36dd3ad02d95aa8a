/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/catalog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"
#include "tosca/catalog/names.h"
#include "tosca/model/front_end.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

enum { DIAGS_MAX = 1000 };

/* One text: everything that came from it, and what is wrong with it in itself. */
struct entry {
	struct lm_arena *arena;
	struct catalog_file file;
	LM_VEC(struct descriptor *) list;
	struct diags *own;
	struct diags *remarks; /* of others; NULL: none */
};

/* Those that count, in order; made when somebody walks over them. */
struct listing {
	LM_VEC(const struct descriptor *) list;
	bool stale;
};

/* What was done to a file in a trial. */
struct undoing {
	const char *file;    /* of one of both entries */
	struct entry *old;   /* that counted before; NULL: none */
	struct entry *fresh; /* that was put; NULL: it was removed */
};

struct catalog {
	LM_VEC(struct entry *) entries; /* by order */
	struct lm_map *by_file;
	struct names *names;
	struct listing *listing;
	size_t n_files; /* that ever came */
	unsigned layer; /* of those to come */
	bool in_trial;
	LM_VEC(struct undoing) trial; /* in order */
	size_t text_max, nodes_max;   /* 0: no limit of its own */
};

struct catalog *catalog_new(void)
{
	struct catalog *c = lm_alloc(sizeof *c);

	c->listing = lm_alloc(sizeof *c->listing);
	c->by_file = lm_map_new();
	c->names = names_new();
	return c;
}

void catalog_limit(struct catalog *c, size_t text_max, size_t nodes_max)
{
	c->text_max = text_max;
	c->nodes_max = nodes_max;
}

static void entry_free(struct entry *e)
{
	for (size_t i = 0; i < e->list.n; i++)
		descriptor_fini(e->list.v[i]);
	lm_vec_free(&e->list);
	diags_free(e->own);
	diags_free(e->remarks);
	lm_arena_free(e->arena);
	free(e);
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	catalog_keep(c);
	names_free(c->names);
	for (size_t i = 0; i < c->entries.n; i++)
		entry_free(c->entries.v[i]);
	lm_vec_free(&c->trial);
	lm_vec_free(&c->entries);
	lm_map_free(c->by_file);
	lm_vec_free(&c->listing->list);
	free(c->listing);
	free(c);
}

/* ---- changing ------------------------------------------------------------------------------ */

static struct entry *entry_new(const char *file)
{
	struct entry *e = lm_alloc(sizeof *e);

	e->arena = lm_arena_new();
	e->file.name = lm_arena_strdup(e->arena, file);
	e->own = diags_new(DIAGS_MAX);
	return e;
}

static struct entry *entry_read(
    const struct catalog *c, const char *file, const char *text, size_t n)
{
	struct entry *e = entry_new(file);
	LM_AUTO(lm_arena) nodes = lm_arena_new();
	struct tree_room room = {
	    .texts = e->arena, .nodes = nodes, .text_max = c->text_max, .nodes_max = c->nodes_max};
	struct documents docs = tree_read(&room, e->file.name, text, n, e->own);
	for (size_t i = 0; i < docs.n; i++) {
		struct descriptors found = {0};
		const struct front_end_job job = {
		    e->arena, docs.source, &docs.v[i], e->own, &found};

		front_end_read(&job);
		for (size_t k = 0; k < found.n; k++)
			*LM_PUSH(NULL, &e->list) = found.v[k];
	}
	return e;
}

static void entry_changed(struct catalog *c, struct entry *e)
{
	changed_add(&c->names->changed, &e->file);
}

/* Backwards, so that many of one name need not close up again and again. */
static void leave(struct catalog *c, struct entry *e)
{
	for (size_t i = e->list.n; i > 0; i--)
		names_leave(c->names, e->list.v[i - 1]);
	changed_drop(&c->names->changed, &e->file);
}

static void settle(struct catalog *c)
{
	names_settle(c->names);
	c->listing->stale = true;
}

static bool is_before(struct entry *const *a, const struct entry *b)
{
	return (*a)->file.order < b->file.order;
}

static size_t place_of(const struct catalog *c, const struct entry *e)
{
	return LM_PLACE(c->entries.v, c->entries.n, is_before, e);
}

static void insert(struct catalog *c, struct entry *e)
{
	*LM_INSERT(NULL, &c->entries, place_of(c, e)) = e;
	lm_map_put(c->by_file, e->file.name, e);
}

static void entry_add(struct catalog *c, struct entry *e)
{
	e->file.order = catalog_order(c->layer, c->n_files++);
	insert(c, e);
}

static void enter(struct catalog *c, struct entry *e)
{
	for (size_t i = 0; i < e->list.n; i++)
		names_enter(c->names, e->list.v[i], &e->file);
	entry_changed(c, e);
}

/* The old entry does not count any more: it goes, or waits for the end of the trial. */
static void done(struct catalog *c, struct entry *old, struct entry *fresh)
{
	if (c->in_trial)
		*LM_PUSH(NULL, &c->trial) =
		    (struct undoing){(fresh != NULL ? fresh : old)->file.name, old, fresh};
	else if (old != NULL)
		entry_free(old);
}

size_t catalog_put(struct catalog *c, const char *file, const char *text, size_t n)
{
	struct entry *old = lm_map_find(c->by_file, file), *e = entry_read(c, file, text, n);

	if (old != NULL) {
		e->file.order = old->file.order;
		c->entries.v[place_of(c, old)] = e;
		leave(c, old);
		lm_map_put(c->by_file, e->file.name, e);
	} else {
		entry_add(c, e);
	}
	enter(c, e);
	settle(c);
	done(c, old, e);
	return e->list.n;
}

struct remarks catalog_remarks(struct catalog *c, const char *file)
{
	struct entry *e = lm_map_find(c->by_file, file);

	if (e == NULL) {
		e = entry_new(file);
		entry_add(c, e);
		done(c, NULL, e);
	}
	if (e->remarks == NULL)
		e->remarks = diags_new(DIAGS_MAX);
	entry_changed(c, e);
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

/* NULL: there is no such file. */
static struct entry *take_out(struct catalog *c, const char *file)
{
	struct entry *e = lm_map_remove(c->by_file, file);

	if (e == NULL)
		return NULL;
	size_t i = place_of(c, e);
	lm_vec_remove(&c->entries, i);
	leave(c, e);
	return e;
}

bool catalog_remove(struct catalog *c, const char *file)
{
	struct entry *e = take_out(c, file);

	if (e == NULL)
		return false;
	settle(c);
	done(c, e, NULL);
	return true;
}

void catalog_layer(struct catalog *c, unsigned layer)
{
	assert(layer < CATALOG_LAYERS);
	c->layer = layer;
}

unsigned catalog_layer_of(const struct catalog *c, const char *file)
{
	const struct entry *e = lm_map_find(c->by_file, file);

	return e == NULL ? 0 : catalog_order_layer(e->file.order);
}

/* ---- trials --------------------------------------------------------------------------------- */

void catalog_begin(struct catalog *c)
{
	assert(!c->in_trial);
	c->in_trial = true;
}

void catalog_keep(struct catalog *c)
{
	for (size_t i = 0; i < c->trial.n; i++)
		if (c->trial.v[i].old != NULL)
			entry_free(c->trial.v[i].old);
	c->trial.n = 0;
	c->in_trial = false;
}

/* Backwards, so that every file is found as its change has left it. */
void catalog_undo(struct catalog *c)
{
	for (size_t i = c->trial.n; i > 0; i--) {
		const struct undoing *u = &c->trial.v[i - 1];

		if (u->fresh != NULL)
			take_out(c, u->file);
		if (u->old != NULL) {
			insert(c, u->old);
			enter(c, u->old);
		}
	}
	settle(c);
	for (size_t i = 0; i < c->trial.n; i++)
		if (c->trial.v[i].fresh != NULL)
			entry_free(c->trial.v[i].fresh);
	c->trial.n = 0;
	c->in_trial = false;
}

/* ---- checking ------------------------------------------------------------------------------ */

void catalog_check_due(const struct catalog *c, descriptor_check_fn *check)
{
	names_check(c->names, c, check);
}

const struct diags *catalog_diags(const struct catalog *c, const struct descriptor *d)
{
	const struct known *k = names_of(c->names, d);

	return k->first == d ? k->diags : NULL;
}

size_t catalog_checks(const struct catalog *c)
{
	return c->names->n_checks;
}

static void report(const struct catalog *c, const struct entry *e, struct diags *out)
{
	diags_borrow(out, e->own);
	for (size_t i = 0; i < e->list.n; i++) {
		const struct diags *twice = names_twice(c->names, e->list.v[i]);

		if (twice != NULL)
			diags_borrow(out, twice);
	}
	for (size_t i = 0; i < e->list.n; i++) {
		const struct diags *found = catalog_diags(c, e->list.v[i]);

		if (found != NULL)
			diags_borrow(out, found);
	}
	if (e->remarks != NULL)
		diags_borrow(out, e->remarks);
}

void catalog_report(const struct catalog *c, const char *file, struct diags *out)
{
	const struct entry *e = file == NULL ? NULL : lm_map_find(c->by_file, file);

	if (e != NULL)
		report(c, e, out);
	for (size_t i = 0; file == NULL && i < c->entries.n; i++)
		report(c, c->entries.v[i], out);
}

void catalog_report_remarks(const struct catalog *c, struct diags *out)
{
	for (size_t i = 0; i < c->entries.n; i++)
		if (c->entries.v[i]->remarks != NULL)
			diags_borrow(out, c->entries.v[i]->remarks);
}

/* ---- looking ------------------------------------------------------------------------------- */

size_t catalog_take_changed(struct catalog *c, void (*each)(void *arg, const char *file), void *arg)
{
	return changed_take(&c->names->changed, each, arg);
}

size_t catalog_file_count(const struct catalog *c)
{
	return c->entries.n;
}

const char *catalog_file_at(const struct catalog *c, size_t i)
{
	return i < c->entries.n ? c->entries.v[i]->file.name : NULL;
}

size_t catalog_count(const struct catalog *c)
{
	names_read_all(c->names);
	return c->names->n_descriptors;
}

size_t catalog_index_end(const struct catalog *c)
{
	return c->names->by_id.n;
}

static void list_all(const struct catalog *c)
{
	c->listing->list.n = 0;
	for (size_t i = 0; i < c->entries.n; i++) {
		const struct entry *e = c->entries.v[i];

		for (size_t k = 0; k < e->list.n; k++)
			if (names_of(c->names, e->list.v[k])->first == e->list.v[k])
				*LM_PUSH(NULL, &c->listing->list) = e->list.v[k];
	}
	c->listing->stale = false;
}

const struct descriptor *catalog_at(const struct catalog *c, size_t i)
{
	names_read_all(c->names);
	if (c->listing->stale)
		list_all(c);
	return i < c->listing->list.n ? c->listing->list.v[i] : NULL;
}

const struct descriptor *catalog_get(const struct catalog *c, const char *canonical)
{
	const struct known *k = canonical == NULL ? NULL : names_read(c->names, canonical);

	return k == NULL ? NULL : k->first;
}

const struct descriptor *catalog_match(const struct catalog *c, const struct component *of)
{
	if (of->canonical == NULL || !of->ranged)
		return catalog_get(c, of->canonical);
	return catalog_highest(c, of->canonical);
}

const struct waits *catalog_waits(const struct catalog *c, const struct descriptor *d)
{
	const struct known *k = names_of(c->names, d), *reader = c->names->reader;

	if (reader != NULL && reader->circle != 0 && reader->circle == k->circle)
		return NULL;
	return k->waits;
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
	names_read_plain(c->names, plain);
	return versions_find(c->names->versions, plain);
}

const struct descriptor *catalog_highest(const struct catalog *c, const char *pattern)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, pattern, &name) != NULL)
		return NULL;
	names_read_plain(c->names, name.name);
	return versions_match(c->names->versions, pattern);
}

const char *catalog_suggest(const struct catalog *c, const char *full)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, full, &name) != NULL)
		return NULL;
	names_read_word(c->names, name.name);
	const char *near = versions_near(c->names->versions, name.name);
	if (near == NULL)
		return NULL;
	struct version_list list = catalog_versions(c, near);
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

const char *descriptor_package_dir(const struct descriptor *d)
{
	return d->package_dir;
}

const char *descriptor_text(const struct descriptor *d, size_t *n)
{
	*n = d->text_n;
	return d->source->text + d->text_begin;
}
