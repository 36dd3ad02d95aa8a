/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/catalog/versions.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"
#include "tosca/text/suggest.h"

struct plain {
	char *name;
	uint32_t letters; /* which of them occur in the name */
	LM_VEC(const struct descriptor *) list;
};

struct versions {
	struct lm_map *by_plain;
};

struct versions *versions_new(void)
{
	struct versions *vs = lm_alloc(sizeof *vs);

	vs->by_plain = lm_map_new();
	return vs;
}

static void plain_free(struct plain *p)
{
	lm_vec_free(&p->list);
	free(p->name);
	free(p);
}

void versions_free(struct versions *vs)
{
	struct plain *p;

	if (vs == NULL)
		return;
	for (size_t i = 0; (p = lm_map_next(vs->by_plain, &i)) != NULL;)
		plain_free(p);
	lm_map_free(vs->by_plain);
	free(vs);
}

/* ---- putting ------------------------------------------------------------------------------- */

/* One bit per letter, whatever its case; digits and signs share the others. */
static uint32_t letters_of(const char *word)
{
	uint32_t letters = 0;

	for (; *word != '\0'; word++) {
		int c = tolower((unsigned char)*word);

		letters |= 1u << (c >= 'a' && c <= 'z' ? c - 'a' : 26 + c % 6);
	}
	return letters;
}

static struct plain *plain_new(const char *name)
{
	struct plain *p = lm_alloc(sizeof *p);

	p->name = lm_strdup(name);
	p->letters = letters_of(name);
	return p;
}

static int order_of(const struct name *a, const struct name *b)
{
	if (a->kind != b->kind)
		return a->kind == NAME_ASSEMBLY ? -1 : 1;
	return name_compare(a->version, b->version);
}

static bool is_before(const struct descriptor *const *a, const struct descriptor *b)
{
	return order_of(&(*a)->name, &b->name) < 0;
}

/* Where 'd' is in the list, or has to go. */
static size_t place_of(const struct plain *p, const struct descriptor *d)
{
	return LM_PLACE(p->list.v, p->list.n, is_before, d);
}

void versions_add(struct versions *vs, const struct descriptor *d)
{
	struct plain *p = lm_map_find(vs->by_plain, d->name.name);

	if (p == NULL) {
		p = plain_new(d->name.name);
		lm_map_put(vs->by_plain, p->name, p);
	}
	*LM_INSERT(NULL, &p->list, place_of(p, d)) = d;
}

void versions_remove(struct versions *vs, const struct descriptor *d)
{
	struct plain *p = lm_map_find(vs->by_plain, d->name.name);

	assert(p != NULL);
	size_t at = place_of(p, d);
	assert(at < p->list.n && p->list.v[at] == d);
	lm_vec_remove(&p->list, at);
	if (p->list.n > 0)
		return;
	lm_map_remove(vs->by_plain, p->name);
	plain_free(p);
}

/* ---- finding ------------------------------------------------------------------------------- */

struct version_list versions_find(const struct versions *vs, const char *plain)
{
	const struct plain *p = lm_map_find(vs->by_plain, plain);

	return p == NULL ? (struct version_list){0} : (struct version_list){p->list.v, p->list.n};
}

const struct descriptor *versions_match(const struct versions *vs, const char *pattern)
{
	LM_AUTO(lm_arena) scratch = lm_arena_new();
	struct name name;

	if (name_parse(scratch, pattern, &name) != NULL)
		return NULL;
	struct version_list list = versions_find(vs, name.name);
	for (size_t i = list.n; i > 0; i--)
		if (name_matches(pattern, list.v[i - 1]->name.full))
			return list.v[i - 1];
	return NULL;
}

static size_t bits_of(uint32_t set)
{
	size_t n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

/* A letter that only one of two words has takes a change of its own: a bound for their distance. */
static size_t least_distance(uint32_t a, uint32_t b)
{
	size_t only_a = bits_of(a & ~b), only_b = bits_of(b & ~a);

	return only_a > only_b ? only_a : only_b;
}

const char *versions_near(const struct versions *vs, const char *word)
{
	struct suggest near = suggest_for(word);
	uint32_t letters = letters_of(word);
	const struct plain *p;

	for (size_t i = 0; (p = lm_map_next(vs->by_plain, &i)) != NULL;) {
		struct suggest one = near;

		if (least_distance(letters, p->letters) > near.distance)
			continue;
		one.best = NULL;
		if (near.best != NULL)
			one.distance++; /* one that is as near may come before in the alphabet */
		suggest_offer(&one, p->name);
		if (one.best != NULL && (one.distance < near.distance || near.best == NULL ||
					    strcmp(one.best, near.best) < 0))
			near = one;
	}
	return near.best;
}
