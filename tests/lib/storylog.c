/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/storylog.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>

#include "tests/lib/match.h"

enum { CONDITIONS_MAX = 8 };

void storylog_init(struct storylog *l)
{
	*l = (struct storylog){0};
}

void storylog_fini(struct storylog *l)
{
	for (size_t i = 0; i < l->events.n; i++)
		json_decref(l->events.v[i].json);
	lm_vec_free(&l->events);
}

void storylog_add(struct storylog *l, const char *line, size_t n)
{
	json_t *json = json_loadb(line, n, 0, NULL);
	const json_t *at = json_object_get(json, "at_ms");
	struct storylog_event *e;

	if (!json_is_integer(at)) {
		l->skipped++;
		json_decref(json);
		return;
	}
	e = LM_PUSH(NULL, &l->events);
	e->at_ms = json_integer_value(at);
	e->json = json;
}

struct lm_err *storylog_read(struct storylog *l, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		return lm_err_errno(errno, "cannot read %s", path);
	while ((n = getline(&line, &size, f)) > 0)
		if (line[0] != '\n')
			storylog_add(l, line, (size_t)n);
	free(line);
	fclose(f);
	return NULL;
}

/* Insertion sort: the files are nearly in order already, and it is stable. */
void storylog_sort(struct storylog *l)
{
	struct storylog_event *v = l->events.v;

	for (size_t i = 1; i < l->events.n; i++) {
		struct storylog_event e = v[i];
		size_t at = i;

		while (at > 0 && v[at - 1].at_ms > e.at_ms)
			at--;
		memmove(v + at + 1, v + at, (i - at) * sizeof *v);
		v[at] = e;
	}
}

size_t storylog_find(const struct storylog *l, size_t from, ...)
{
	const char *conditions[CONDITIONS_MAX];
	size_t n = 0;
	va_list ap;

	va_start(ap, from);
	for (const char *c; (c = va_arg(ap, const char *)) != NULL;) {
		assert(n < CONDITIONS_MAX);
		conditions[n++] = c;
	}
	va_end(ap);
	for (size_t i = from; i < l->events.n; i++)
		if (match_all(l->events.v[i].json, conditions, n))
			return i;
	return STORYLOG_NONE;
}

const char *storylog_text(const struct storylog *l, size_t i, const char *key)
{
	const char *text = json_string_value(json_object_get(l->events.v[i].json, key));

	return text != NULL ? text : "";
}

double storylog_number(const struct storylog *l, size_t i, const char *key)
{
	return json_number_value(json_object_get(l->events.v[i].json, key));
}

int64_t storylog_between(const struct storylog *l, size_t from, size_t to)
{
	if (from == STORYLOG_NONE || to == STORYLOG_NONE)
		return -1;
	return l->events.v[to].at_ms - l->events.v[from].at_ms;
}
