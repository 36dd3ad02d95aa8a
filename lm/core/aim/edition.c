/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/aim/edition.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "tosca/link/check.h"

/* ---- lifetime --------------------------------------------------------------------------------- */

struct edition *edition_new(void)
{
	struct edition *ed = lm_alloc(sizeof *ed);

	return ed;
}

void edition_add(struct edition *ed, const char *name, const char *dir, const char *text, size_t n)
{
	struct edition_text *t = LM_PUSH(NULL, &ed->texts);

	*t = (struct edition_text){lm_strdup(name), lm_strdup(dir), strndup(text, n)};
	if (t->text == NULL)
		abort();
}

void edition_free(struct edition *ed)
{
	if (ed == NULL)
		return;
	for (size_t i = 0; i < ed->texts.n; i++) {
		free(ed->texts.v[i].name);
		free(ed->texts.v[i].dir);
		free(ed->texts.v[i].text);
	}
	lm_vec_free(&ed->texts);
	catalog_free(ed->own);
	free(ed);
}

void edition_restore(struct engine *e, const char *key, struct edition *ed)
{
	snprintf(ed->key, sizeof ed->key, "%s", key);
	ed->is_written = true;
	edition_free(lm_map_put(e->editions, ed->key, ed));
}

void editions_sweep(struct engine *e, struct turn *t)
{
	struct edition *ed;

	for (size_t i = 0; (ed = lm_map_next(e->editions, &i)) != NULL;) {
		if (ed->users > 0)
			continue;
		if (ed->is_written)
			journal_edition_gone(t, ed);
		lm_map_remove(e->editions, ed->key);
		edition_free(ed);
	}
}

struct folders_told {
	void (*each)(void *arg, const char *folder);
	void *arg;
};

static void tell_folders(const struct folders_told *t, const struct edition *ed)
{
	for (size_t k = 0; ed != NULL && k < ed->texts.n; k++)
		t->each(t->arg, ed->texts.v[k].dir);
}

/* What a process that was completed came from, nobody goes back to. */
void engine_each_package(
    const struct engine *e, void (*each)(void *arg, const char *folder), void *arg)
{
	struct folders_told told = {each, arg};
	const struct instance *in;
	const struct process *p;

	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;)
		for (size_t k = 0; k < in->trees.n; k++)
			tell_folders(&told, in->trees.v[k]->spec.edition);
	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;) {
		if (p->status == PROCESS_COMPLETED)
			continue;
		tell_folders(&told, p->before.edition);
		tell_folders(&told, p->desired.edition);
	}
}

/* ---- from the catalog --------------------------------------------------------------------------- */

/* The present texts are compared in place. */
struct comparison {
	const struct edition *edition;
	size_t at;
	bool differs;
};

static void compare_one(void *arg, const struct descriptor *d)
{
	struct comparison *k = arg;
	size_t n;
	const char *text = descriptor_text(d, &n);

	k->differs = k->differs || k->at == k->edition->texts.n;
	if (k->differs)
		return;
	const struct edition_text *t = &k->edition->texts.v[k->at++];
	k->differs = strlen(t->text) != n || memcmp(t->text, text, n) != 0 ||
		     strcmp(t->name, descriptor_name(d)) != 0 ||
		     strcmp(t->dir, descriptor_package_dir(d)) != 0;
}

static bool is_present(const struct catalog *c, const struct edition *ed, const char *descriptor)
{
	struct comparison k = {ed, 0, false};

	catalog_closure(c, descriptor, compare_one, &k);
	return !k.differs && k.at == ed->texts.n;
}

static void add_one(void *arg, const struct descriptor *d)
{
	size_t n;
	const char *text = descriptor_text(d, &n);

	edition_add(arg, descriptor_name(d), descriptor_package_dir(d), text, n);
}

static uint64_t hash_of(const struct edition *ed)
{
	uint64_t h = ed->texts.n;

	for (size_t i = 0; i < ed->texts.n; i++) {
		const struct edition_text *t = &ed->texts.v[i];
		const char *const parts[] = {t->name, t->dir, t->text};

		for (size_t k = 0; k < LM_COUNT(parts); k++)
			h = (h << 7 | h >> 57) * 0x9e3779b97f4a7c15u ^ lm_hash(parts[k]);
	}
	return h;
}

struct edition *edition_get(struct engine *e, const char *descriptor)
{
	struct edition *ed = edition_new(), *there;

	catalog_closure(e->conf.catalog, descriptor, add_one, ed);
	if (ed->texts.n == 0) {
		edition_free(ed);
		return NULL;
	}
	uint64_t seed = hash_of(ed);
	do { /* of two with one hash the later goes by another name */
		lm_id(seed++, descriptor, ed->key);
		there = lm_map_find(e->editions, ed->key);
	} while (there != NULL && !is_present(e->conf.catalog, there, descriptor));
	if (there == NULL) {
		lm_map_put(e->editions, ed->key, ed);
		return ed;
	}
	edition_free(ed);
	return there;
}

const struct catalog *edition_catalog(struct engine *e, struct edition *ed, const char *descriptor)
{
	if (is_present(e->conf.catalog, ed, descriptor))
		return e->conf.catalog;
	if (ed->own != NULL)
		return ed->own;
	LM_AUTO(lm_arena) a = lm_arena_new();
	ed->own = catalog_new();
	for (size_t i = 0; i < ed->texts.n; i++) {
		const struct edition_text *t = &ed->texts.v[i];
		const char *file = lm_arena_printf(a, "%s/%s", t->dir, t->name);

		catalog_put(ed->own, file, t->text, strlen(t->text));
		catalog_set_package_dir(ed->own, file, t->dir);
	}
	catalog_check(ed->own);
	return ed->own;
}
