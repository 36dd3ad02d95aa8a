/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/vec.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"
#include "tosca/text/width.h"

enum { MESSAGE_MAX = 1000, NOTES_MAX = 32, NEIGHBOURS = 16, MARKED_MAX = 160 };

struct diags {
	struct lm_arena *arena;
	LM_VEC(struct diag) list;
	size_t max, n_errors, n_warnings;
	bool strict;
};

static const struct {
	const char *code, *title;
	enum diag_severity severity;
} codes[] = {
#define X(name, text, level, about) [CODE_##name] = {text, about, DIAG_##level},
    DIAG_CODES(X)
#undef X
};

const char *diag_code_text(enum diag_code code)
{
	return codes[code].code;
}

const char *diag_code_title(enum diag_code code)
{
	return codes[code].title;
}

enum diag_severity diag_code_severity(enum diag_code code)
{
	return codes[code].severity;
}

struct diags *diags_new(size_t max)
{
	struct diags *ds = lm_alloc(sizeof *ds);

	ds->arena = lm_arena_new();
	ds->max = max;
	return ds;
}

void diags_free(struct diags *ds)
{
	if (ds == NULL)
		return;
	lm_arena_free(ds->arena);
	lm_vec_free(&ds->list);
	free(ds);
}

size_t diags_errors(const struct diags *ds)
{
	return ds->n_errors;
}

size_t diags_warnings(const struct diags *ds)
{
	return ds->n_warnings;
}

size_t diags_count(const struct diags *ds)
{
	return ds->list.n;
}

const struct diag *diags_at(const struct diags *ds, size_t i)
{
	return i < ds->list.n ? &ds->list.v[i] : NULL;
}

/* One line of text that is safe to show on a terminal, however strange the document was. */
static const char *line_of(struct diags *ds, const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	int n = vsnprintf(text, sizeof text, fmt, ap);
	size_t end = n < 0 ? 0 : (size_t)n;

	if (end >= sizeof text) {
		end = sizeof text - 4;
		while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
			end--;
		memcpy(text + end, "...", 3);
		end += 3;
	}
	for (size_t i = 0, size; i < end; i += size) {
		size = source_char_size(text + i, end - i);
		if (!char_is_shown(text + i, size))
			memset(text + i, '?', size);
	}
	return lm_arena_strndup(ds->arena, text, end);
}

static void count(struct diags *ds, enum diag_severity severity)
{
	if (severity == DIAG_ERROR || ds->strict)
		ds->n_errors++;
	else
		ds->n_warnings++;
}

static void make_strict(struct diag *d)
{
	d->strict = d->strict || d->severity == DIAG_WARNING;
	d->severity = DIAG_ERROR;
}

struct diag *diag_vadd(struct diags *ds, enum diag_code code, const struct source_range *pos,
    const char *fmt, va_list ap)
{
	count(ds, codes[code].severity);
	if (ds->list.n >= ds->max)
		return NULL;
	struct diag *d = LM_PUSH(NULL, &ds->list);
	d->severity = codes[code].severity;
	d->number = (uint16_t)code;
	d->code = codes[code].code;
	d->title = codes[code].title;
	if (pos != NULL)
		d->pos = *pos;
	d->message = line_of(ds, fmt, ap);
	if (ds->strict)
		make_strict(d);
	return d;
}

struct diag *diag_add(
    struct diags *ds, enum diag_code code, const struct source_range *pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct diag *d = diag_vadd(ds, code, pos, fmt, ap);
	va_end(ap);
	return d;
}

void diag_help(struct diags *ds, struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return;
	va_start(ap, fmt);
	d->help = line_of(ds, fmt, ap);
	va_end(ap);
}

void diag_note(
    struct diags *ds, struct diag *d, const struct source_range *pos, const char *fmt, ...)
{
	va_list ap;
	size_t n = 0;

	if (d == NULL)
		return;
	struct diag_note **end = &d->notes;
	for (; *end != NULL; n++)
		end = &(*end)->next;
	if (n == NOTES_MAX)
		return;
	struct diag_note *note = *end = LM_NEW(ds->arena, struct diag_note);
	va_start(ap, fmt);
	note->text = line_of(ds, fmt, ap);
	va_end(ap);
	if (pos != NULL)
		note->pos = *pos;
}

void diag_fix(
    struct diags *ds, struct diag *d, const struct source_range *pos, const char *replacement)
{
	if (d == NULL || pos->source == NULL || pos->end == 0)
		return;
	d->fix.pos = *pos;
	d->fix.text = lm_arena_strdup(ds->arena, replacement);
}

/*
 * Which part of the marked text is the misspelt one?  A suggestion with signs in it, the full name
 * of a descriptor, replaces all that is in the quotes; a plain word replaces the only word that it
 * is near to: 'gatewy' of ${gatewy.address}.
 */
static bool find_misspelt(const char *marked, const char *best, size_t *out_begin, size_t *out_n)
{
	static const char signs[] = ".:{}$[](), \t\r\n\"'";
	const char *apart = strpbrk(best, signs) != NULL ? "\"'" : signs;
	size_t found = 0;

	for (const char *p = marked; *p != '\0';) {
		size_t n = strcspn(p, apart);
		char word[MARKED_MAX];

		memcpy(word, p, n);
		word[n] = '\0';
		struct suggest near = suggest_for(word);
		suggest_offer(&near, best);
		if (near.best != NULL && strcmp(word, best) != 0) {
			*out_begin = (size_t)(p - marked);
			*out_n = n;
			found++;
		}
		p += n + (p[n] != '\0');
	}
	return found == 1;
}

static void offer_fix(struct diags *ds, struct diag *d, const char *best)
{
	size_t n = d->pos.end - d->pos.begin, begin, size;
	char marked[MARKED_MAX];

	if (d->pos.source == NULL || d->pos.end <= d->pos.begin || n >= sizeof marked ||
	    d->pos.end > d->pos.source->n)
		return;
	memcpy(marked, d->pos.source->text + d->pos.begin, n);
	marked[n] = '\0';
	if (strlen(marked) != n || !find_misspelt(marked, best, &begin, &size))
		return;
	struct source_range word = d->pos;
	word.begin += (uint32_t)begin;
	word.end = word.begin + (uint32_t)size;
	diag_fix(ds, d, &word, best);
}

void diag_did_you_mean(struct diags *ds, struct diag *d, const char *best)
{
	if (best == NULL || d == NULL)
		return;
	diag_help(ds, d, "did you mean '%s'?", best);
	offer_fix(ds, d, best);
}

void diag_write(struct diags *ds, struct diag *d, const char *right)
{
	if (d == NULL)
		return;
	diag_help(ds, d, "write '%s'", right);
	offer_fix(ds, d, right);
}

/* ---- all of them --------------------------------------------------------------------------- */

void diags_borrow(struct diags *ds, const struct diags *others)
{
	if (ds->strict) {
		ds->n_errors += others->n_errors + others->n_warnings;
	} else {
		ds->n_errors += others->n_errors;
		ds->n_warnings += others->n_warnings;
	}
	for (size_t i = 0; i < others->list.n && ds->list.n < ds->max; i++) {
		struct diag *d = LM_PUSH(NULL, &ds->list);

		*d = others->list.v[i];
		if (ds->strict)
			make_strict(d);
	}
}

void diags_make_strict(struct diags *ds)
{
	ds->strict = true;
	ds->n_errors += ds->n_warnings;
	ds->n_warnings = 0;
	for (size_t i = 0; i < ds->list.n; i++)
		make_strict(&ds->list.v[i]);
}

/* What decides the order, beside the diagnostic itself. */
struct key {
	uintptr_t file; /* 0: none; otherwise counted as they come */
	size_t index;
	const struct diag *diag;
};

static int compare(uintptr_t a, uintptr_t b)
{
	return a < b ? -1 : a > b;
}

static int by_place(const void *x, const void *y)
{
	const struct key *a = x, *b = y;
	int order = compare(a->file, b->file);

	if (order == 0 && a->file != 0) {
		/* The file as a whole comes first. */
		order = compare(a->diag->pos.end != 0, b->diag->pos.end != 0);
		order = order != 0 ? order : compare(a->diag->pos.begin, b->diag->pos.begin);
		order = order != 0 ? order : compare(a->diag->pos.end, b->diag->pos.end);
	}
	return order != 0 ? order : compare(a->index, b->index);
}

static bool is_same(const struct diag *a, const struct diag *b)
{
	return a->number == b->number && a->pos.source == b->pos.source &&
	       a->pos.begin == b->pos.begin && a->pos.end == b->pos.end &&
	       strcmp(a->message, b->message) == 0;
}

/* Is it among those of the same place that stand directly before? */
static bool is_said(const struct diag *list, size_t n, const struct diag *d)
{
	for (size_t i = n; i > 0 && n - i < NEIGHBOURS; i--) {
		const struct diag *other = &list[i - 1];

		if (other->pos.source != d->pos.source || other->pos.begin != d->pos.begin)
			return false;
		if (is_same(other, d))
			return true;
	}
	return false;
}

static void forget_one(struct diags *ds, enum diag_severity severity)
{
	if (severity == DIAG_ERROR)
		ds->n_errors--;
	else
		ds->n_warnings--;
}

void diags_sort(struct diags *ds)
{
	size_t n = ds->list.n;
	LM_AUTO(lm_map) files = lm_map_new();
	struct key *keys = LM_NEW_N(ds->arena, struct key, n + 1);
	struct diag *sorted = LM_NEW_N(ds->arena, struct diag, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct diag *d = &ds->list.v[i];
		const char *file = d->pos.source != NULL ? d->pos.source->file : NULL;

		if (file != NULL && lm_map_find(files, file) == NULL)
			lm_map_put(files, file, (void *)(uintptr_t)(lm_map_count(files) + 1));
		keys[i].file = file != NULL ? (uintptr_t)lm_map_find(files, file) : 0;
		keys[i].index = i;
		keys[i].diag = d;
	}
	qsort(keys, n, sizeof keys[0], by_place);
	ds->list.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_said(sorted, ds->list.n, keys[i].diag))
			forget_one(ds, keys[i].diag->severity);
		else
			sorted[ds->list.n++] = *keys[i].diag;
	}
	if (n > 0)
		memcpy(ds->list.v, sorted, ds->list.n * sizeof sorted[0]);
}
