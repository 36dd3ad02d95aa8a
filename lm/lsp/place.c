/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lm/lsp/lsp.h"
#include "lm/lsp/uri.h"
#include "tosca/text/source.h"

static bool read_count(const json_t *v, size_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0)
		return false;
	*out = (size_t)n;
	return true;
}

bool place_read(const json_t *position, struct text_place *out)
{
	return read_count(json_object_get(position, "line"), &out->line) &&
	       read_count(json_object_get(position, "character"), &out->column);
}

static json_t *position(struct text_place p)
{
	json_t *o = json_object();

	json_object_set_new(o, "line", json_integer((json_int_t)p.line));
	json_object_set_new(o, "character", json_integer((json_int_t)p.column));
	return o;
}

static json_t *range(struct text_place begin, struct text_place end)
{
	json_t *o = json_object();

	json_object_set_new(o, "start", position(begin));
	json_object_set_new(o, "end", position(end));
	return o;
}

json_t *place_range(const struct lsp *l, const struct document *d, size_t begin, size_t end)
{
	return range(text_place(&d->text, begin, l->unit), text_place(&d->text, end, l->unit));
}

static struct text_place place_in(
    const struct lsp *l, const struct source *s, uint32_t line, size_t offset)
{
	size_t n;

	if (line == 0)
		return (struct text_place){0, 0};
	const char *begin = source_line(s, line, &n);
	size_t to = offset - (size_t)(begin - s->text);
	return (struct text_place){line - 1, text_columns(begin, to < n ? to : n, l->unit)};
}

json_t *place_source_range(const struct lsp *l, const struct source_range *r)
{
	struct text_place none = {0, 0};

	if (r->source == NULL || r->end == 0)
		return range(none, none);
	const struct document *d = lm_map_find(l->documents, r->source->file);
	if (d != NULL)
		return place_range(
		    l, d, text_offset_with(&d->text, r->begin), text_offset_with(&d->text, r->end));
	struct source_place p = source_place(r);
	return range(
	    place_in(l, r->source, p.line, r->begin), place_in(l, r->source, p.end_line, r->end));
}

char *place_uri(const struct lsp *l, const char *file)
{
	const struct document *d = lm_map_find(l->documents, file);

	return d != NULL ? strdup(d->uri) : uri_of_file(file);
}

json_t *place_location(const struct lsp *l, const struct source_range *r)
{
	json_t *o = json_object();
	char *uri = place_uri(l, r->source->file);

	json_object_set_new(o, "uri", lsp_string(uri));
	json_object_set_new(o, "range", place_source_range(l, r));
	free(uri);
	return o;
}
