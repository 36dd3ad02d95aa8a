/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/diag_place.h"

static uint32_t trimmed_end(const struct source_range *r)
{
	uint32_t end = r->end < r->source->n ? r->end : (uint32_t)r->source->n;
	uint32_t least = r->begin < end ? r->begin + 1 : end;

	while (
	    end > least && (r->source->text[end - 1] == ' ' || r->source->text[end - 1] == '\n' ||
			       r->source->text[end - 1] == '\r'))
		end--;
	return end;
}

static void step(struct diag_cursor *c, uint32_t to)
{
	while (c->at < to) {
		c->at += (uint32_t)source_char_size(c->source->text + c->at, to - c->at);
		c->col++;
		c->chars++;
	}
}

/* Forward from where it stands; from the beginning when that is behind. */
static void move(struct diag_cursor *c, const struct source *s, uint32_t offset)
{
	uint32_t line = source_line_of(s, offset);

	if (c->source != s || c->line == 0 || offset < c->at)
		*c = (struct diag_cursor){.counts = c->counts, .source = s, .line = 1, .col = 1};
	if (c->line != line) {
		if (c->counts)
			step(c, s->lines[line - 1]);
		c->at = s->lines[line - 1];
		c->line = line;
		c->col = 1;
	}
	step(c, offset);
}

struct diag_place diag_place(struct diag_cursor *c, const struct source_range *r)
{
	struct diag_place place = {0};

	if (r->source == NULL || r->end == 0)
		return place;
	place.end = trimmed_end(r);
	place.begin = r->begin < place.end ? r->begin : place.end;
	move(c, r->source, place.begin);
	place.at.line = c->line;
	place.at.col = c->col;
	place.chars = c->chars;
	struct diag_cursor behind = *c;
	move(&behind, r->source, place.end);
	place.at.end_line = behind.line;
	place.at.end_col = behind.col;
	place.n_chars = behind.chars - place.chars;
	return place;
}

bool diag_place_has_offsets(const struct source_range *r)
{
	return r->source != NULL && r->end != 0 && r->source->invisible.n == 0;
}
