/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/scrape/exposition.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

/*
 * A thousand components may each want one series of one text with thousands of lines, all of the same
 * name.  So every selector waits under one key: its name and that of its labels, with the value, which
 * the fewest others have, too.  A line is looked up under its name, and under its name with each of
 * its labels.
 */
struct slot {
	uint64_t hash;   /* 0: free */
	unsigned wanted; /* by so many selectors */
	int first;       /* of those that wait here, -1: none */
};

struct exposition_wants {
	const struct selector *const *selectors;
	size_t n, n_slots; /* a power of 2 */
	struct slot *slots;
	int *next; /* who waits under the same key, by number of the selector; -1: nobody */
};

/* ---- keys --------------------------------------------------------------------------------------- */

static uint64_t hash_more(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	h = (h ^ 0xff) * 0x100000001b3; /* in between: "ab" "c" is not "a" "bc" */
	return h == 0 ? 1 : h;
}

static uint64_t hash_name(const char *name)
{
	return hash_more(0xcbf29ce484222325, name);
}

static uint64_t hash_label(uint64_t name, const struct selector_label *l)
{
	return hash_more(hash_more(name, l->name), l->value);
}

/* Where it stands, or would. */
static struct slot *slot_of(const struct exposition_wants *w, uint64_t hash)
{
	size_t i = (size_t)(hash ^ hash >> 32) & (w->n_slots - 1);

	while (w->slots[i].hash != 0 && w->slots[i].hash != hash)
		i = (i + 1) & (w->n_slots - 1);
	return &w->slots[i];
}

static struct slot *slot_take(struct exposition_wants *w, uint64_t hash)
{
	struct slot *s = slot_of(w, hash);

	if (s->hash == 0)
		*s = (struct slot){.hash = hash, .first = -1};
	return s;
}

static void count_keys(struct exposition_wants *w, const struct selector *s)
{
	uint64_t name = hash_name(s->name);

	slot_take(w, name)->wanted++;
	for (size_t i = 0; i < s->n; i++)
		slot_take(w, hash_label(name, &s->labels[i]))->wanted++;
}

static struct slot *rarest_key(const struct exposition_wants *w, const struct selector *s)
{
	uint64_t name = hash_name(s->name);
	struct slot *best = slot_of(w, name);

	for (size_t i = 0; i < s->n; i++) {
		struct slot *other = slot_of(w, hash_label(name, &s->labels[i]));

		if (other->wanted < best->wanted)
			best = other;
	}
	return best;
}

struct exposition_wants *exposition_wants_new(const struct selector *const *selectors, size_t n)
{
	struct exposition_wants *w = lm_alloc(sizeof *w);
	size_t keys = 1;

	w->selectors = selectors;
	w->n = n;
	for (size_t i = 0; i < n; i++)
		keys += 1 + selectors[i]->n;
	for (w->n_slots = 8; w->n_slots < 2 * keys; w->n_slots *= 2)
		;
	w->slots = lm_alloc_n(w->n_slots, sizeof *w->slots);
	w->next = lm_alloc_n(n + 1, sizeof *w->next);
	for (size_t i = 0; i < n; i++)
		count_keys(w, selectors[i]);
	for (size_t i = 0; i < n; i++) {
		struct slot *s = rarest_key(w, selectors[i]);

		w->next[i] = s->first;
		s->first = (int)i;
	}
	return w;
}

void exposition_wants_free(struct exposition_wants *w)
{
	if (w == NULL)
		return;
	free(w->slots);
	free(w->next);
	free(w);
}

/* ---- a line ------------------------------------------------------------------------------------- */

struct line {
	char *p; /* what is still to be read */
	const char *name;
	struct selector_label labels[EXPOSITION_LABELS_MAX];
	size_t n;
	double value;
	int64_t at_ms;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct line *l)
{
	while (is_blank(*l->p))
		l->p++;
}

/* Ends where it ends; 'after' is the character that stood there, and '*l->p' is that place. */
static const char *take_name(struct line *l, bool label, char *after)
{
	char *begin = l->p;

	while (isalnum((unsigned char)*l->p) || *l->p == '_' || (*l->p == ':' && !label))
		l->p++;
	*after = *l->p;
	if (l->p == begin || isdigit((unsigned char)*begin))
		return NULL;
	*l->p = '\0';
	return begin;
}

/* The value of a label in place: it does not get longer. */
static const char *take_text(struct line *l)
{
	char *begin = ++l->p, *to = begin;

	for (; *l->p != '"'; l->p++) {
		if (*l->p == '\0')
			return NULL;
		if (*l->p != '\\') {
			*to++ = *l->p;
			continue;
		}
		l->p++;
		if (*l->p == '\0' || strchr("\\\"n", *l->p) == NULL)
			return NULL;
		*to++ = *l->p == 'n' ? '\n' : *l->p;
	}
	l->p++;
	*to = '\0';
	return begin;
}

static const char *read_label(struct line *l)
{
	struct selector_label *label = &l->labels[l->n];
	char after;

	label->name = take_name(l, true, &after);
	if (label->name == NULL)
		return "the name of a label is missing";
	if (is_blank(after)) {
		l->p++;
		skip_blanks(l);
		after = *l->p;
	}
	if (after != '=')
		return "'=' is missing behind the name of a label";
	l->p++;
	skip_blanks(l);
	if (*l->p != '"')
		return "the value of a label is not in quotes";
	label->value = take_text(l);
	if (label->value == NULL)
		return "the value of a label does not end, or has an unknown escape";
	l->n++;
	return NULL;
}

static const char *read_labels(struct line *l)
{
	for (skip_blanks(l); *l->p != '}'; skip_blanks(l)) {
		if (l->n == EXPOSITION_LABELS_MAX)
			return "there are more than 64 labels";
		const char *why = read_label(l);
		if (why != NULL)
			return why;
		skip_blanks(l);
		if (*l->p == ',')
			l->p++;
		else if (*l->p != '}')
			return "',' or '}' is missing behind a label";
	}
	l->p++;
	return NULL;
}

/* Milliseconds since 1970; OpenMetrics has seconds: in 1973 it was 1e11 of the former. */
static const char *read_time(struct line *l)
{
	char *end;
	double t = strtod(l->p, &end);

	if (end == l->p || !isfinite(t) || fabs(t) > 1e15)
		return "the time is no number";
	l->at_ms = (int64_t)(fabs(t) < 1e11 ? t * 1000 : t);
	l->p = end;
	return NULL;
}

static const char *read_value(struct line *l)
{
	char *end;

	skip_blanks(l);
	l->value = strtod(l->p, &end);
	if (end == l->p || (*end != '\0' && !is_blank(*end)))
		return "the value is no number";
	l->p = end;
	skip_blanks(l);
	const char *why = *l->p == '\0' || *l->p == '#' ? NULL : read_time(l);
	if (why != NULL)
		return why;
	if (*l->p != '\0' && !is_blank(*l->p) && *l->p != '#')
		return "the time is no number";
	skip_blanks(l);
	if (*l->p != '\0' && *l->p != '#') /* an exemplar */
		return "something stands behind the value and the time";
	return NULL;
}

/* NULL, or what is wrong. */
static const char *read_line(struct line *l)
{
	char after;

	l->n = 0;
	l->at_ms = 0;
	l->name = take_name(l, false, &after);
	if (l->name == NULL)
		return "the name of a series is missing";
	if (is_blank(after)) {
		l->p++;
		skip_blanks(l);
		after = *l->p;
	} else if (after == '\0') {
		return "the value is missing";
	}
	if (after == '{') {
		l->p++;
		const char *why = read_labels(l);
		if (why != NULL)
			return why;
	}
	return read_value(l);
}

/* ---- who wants it ------------------------------------------------------------------------------- */

static bool has_label(const struct line *l, const struct selector_label *wanted)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->labels[i].name, wanted->name) == 0)
			return strcmp(l->labels[i].value, wanted->value) == 0;
	return false;
}

static bool fits(const struct selector *s, const struct line *l)
{
	if (strcmp(s->name, l->name) != 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (!has_label(l, &s->labels[i]))
			return false;
	return true;
}

static void add(struct exposition_sum *sum, const struct line *l)
{
	sum->at_ms = sum->n == 0 || l->at_ms < sum->at_ms ? l->at_ms : sum->at_ms;
	sum->value += l->value;
	sum->has_zero = sum->has_zero || l->value == 0;
	sum->n++;
}

static void give(const struct exposition_wants *w, uint64_t key, const struct line *l,
    struct exposition_sum *sums)
{
	const struct slot *s = slot_of(w, key);

	for (int i = s->hash == 0 ? -1 : s->first; i >= 0; i = w->next[i])
		if (fits(w->selectors[i], l))
			add(&sums[i], l);
}

/* A label that comes twice would be looked up twice: the first one counts. */
static bool comes_again(const struct line *l, size_t label)
{
	for (size_t i = 0; i < label; i++)
		if (strcmp(l->labels[i].name, l->labels[label].name) == 0)
			return true;
	return false;
}

static void deliver(
    const struct exposition_wants *w, const struct line *l, struct exposition_sum *sums)
{
	uint64_t name = hash_name(l->name);

	if (slot_of(w, name)->hash == 0)
		return; /* nobody wants anything of this name */
	give(w, name, l, sums);
	for (size_t i = 0; i < l->n; i++)
		if (!comes_again(l, i))
			give(w, hash_label(name, &l->labels[i]), l, sums);
}

/* ---- a text ------------------------------------------------------------------------------------- */

/* Cuts the line off; false: there is none any more. */
static bool cut_line(char **text, const char *end, char **line, size_t *n)
{
	if (*text == end)
		return false;
	char *eol = memchr(*text, '\n', (size_t)(end - *text));
	char *stop = eol == NULL ? *text + (end - *text) : eol;
	*line = *text;
	*text = stop + (eol != NULL);
	if (stop > *line && stop[-1] == '\r')
		stop--;
	*stop = '\0';
	*n = (size_t)(stop - *line);
	return true;
}

struct lm_err *exposition_read(
    const struct exposition_wants *w, char *text, size_t n, struct exposition_sum *sums)
{
	const char *end = text + n;
	struct line l;
	size_t length;

	memset(sums, 0, w->n * sizeof *sums);
	for (size_t number = 1; cut_line(&text, end, &l.p, &length); number++) {
		const char *why = strlen(l.p) == length ? NULL : "there is a NUL byte";

		skip_blanks(&l);
		if (why == NULL && (*l.p == '\0' || *l.p == '#'))
			continue;
		if (why == NULL)
			why = read_line(&l);
		if (why != NULL)
			return lm_err_new(LM_ERR_INVALID, "line %zu: %s", number, why);
		deliver(w, &l, sums);
	}
	return NULL;
}
