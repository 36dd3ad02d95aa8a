/* SPDX-License-Identifier: Apache-2.0 */
/* Where to go on reading after an error. */
#include <string.h>

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/yaml_priv.h"

/* A key on one line has at most so many characters. */
enum { KEY_MAX = 1024 };

struct line {
	const char *p; /* its first character that is no blank */
	size_t n;
	int column;
};

static bool is_blank(const struct line *l, size_t i)
{
	return i >= l->n || l->p[i] == ' ' || l->p[i] == '\t';
}

static struct line line_at(const struct source *s, uint32_t number)
{
	struct line l;

	l.p = source_line(s, number, &l.n);
	const char *begin = l.p;
	while (l.n > 0 && *l.p == ' ')
		l.p++, l.n--;
	l.column = (int)(l.p - begin);
	return l;
}

static bool is_marker(const struct line *l)
{
	return l->column == 0 && l->n >= 3 &&
	       (memcmp(l->p, "---", 3) == 0 || memcmp(l->p, "...", 3) == 0) && is_blank(l, 3);
}

static bool is_item(const struct line *l)
{
	return l->n > 0 && l->p[0] == '-' && is_blank(l, 1);
}

/* A key that stands there, with its colon. */
static bool is_pair(const struct line *l)
{
	size_t i = 0, n = l->n < KEY_MAX ? l->n : KEY_MAX;

	if (n == 0 || is_item(l) || strchr("#[]{},&*!|>%@`?:", l->p[0]) != NULL)
		return false;
	if (l->p[0] == '"' || l->p[0] == '\'') {
		const char *close = memchr(l->p + 1, l->p[0], n - 1);

		if (close == NULL)
			return false;
		i = (size_t)(close - l->p) + 1;
		while (i < n && l->p[i] == ' ')
			i++;
		return i < n && l->p[i] == ':' && is_blank(l, i + 1);
	}
	for (; i < n; i++)
		if (l->p[i] == ':' && is_blank(l, i + 1))
			return true;
	return false;
}

static bool is_entry(const struct tree_builder *b, size_t level, const struct line *l)
{
	return b->levels[level].column == l->column &&
	       (tree_at(b, level)->kind == NODE_MAPPING ? is_pair(l) : is_item(l));
}

/* The byte at which the entries of the innermost collection end, which go on with this line. */
static uint32_t limit_of(struct composer *c, uint32_t number)
{
	const struct source *s = c->tree.source;
	struct tree_level *level = &c->tree.levels[c->tree.depth - 1];
	bool list = tree_at(&c->tree, c->tree.depth - 1)->kind == NODE_SEQUENCE;

	if (level->limit > s->lines[number - 1])
		return level->limit;
	for (; number <= s->n_lines; number++) {
		struct line l = line_at(s, number);

		if (l.n == 0 || l.p[0] == '#')
			continue;
		if (is_marker(&l) || l.column < level->column ||
		    (l.column == level->column && list && !is_item(&l)))
			break;
	}
	level->limit = number <= s->n_lines ? s->lines[number - 1] : (uint32_t)s->n;
	return level->limit;
}

static void close_down_to(struct tree_builder *b, size_t depth)
{
	while (b->depth > depth)
		tree_close(b);
}

/* Closes what has ended before this line, and finds the collection of which it is an entry. */
static bool find_level(struct composer *c, const struct line *l, size_t *out)
{
	struct tree_builder *b = &c->tree;

	for (size_t i = 0; i < b->depth; i++)
		if (b->levels[i].column > l->column)
			close_down_to(b, i);
	for (size_t i = b->depth; i-- > 0;)
		if (is_entry(b, i, l)) {
			close_down_to(b, i + 1);
			tree_complete(b);
			*out = i;
			return true;
		}
	return false;
}

/* A piece ended well, and what stands behind it belongs nowhere. */
static void report_stray(const struct composer *c, const struct line *l, uint32_t number)
{
	uint32_t begin = c->tree.source->lines[number - 1] + (uint32_t)l->column;
	struct source_range pos = {c->tree.source, begin, begin + (uint32_t)l->n};
	struct diags *diags = c->tree.diags;

	if (memchr(l->p, ':', l->n) == NULL && !is_item(l)) {
		struct diag *d =
		    diag_add(diags, CODE_YAML_NO_COLON, &pos, "a key without ':' and value");
		diag_help(diags, d, "write 'key: value'");
		return;
	}
	struct diag *d =
	    diag_add(diags, CODE_YAML_INDENT, &pos, "the indentation does not fit the lines above");
	diag_help(diags, d, "line up the keys of one mapping in one column");
}

struct piece yaml_resume(struct composer *c, uint32_t number)
{
	const struct source *s = c->tree.source;
	struct piece piece = {.end = (uint32_t)s->n};
	bool whole = c->whole;

	for (; number <= s->n_lines; number++) {
		struct line l = line_at(s, number);

		if (l.n == 0 || l.p[0] == '#')
			continue;
		piece.begin = s->lines[number - 1];
		if (is_marker(&l)) {
			piece.kind = PIECE_DOCUMENTS;
			return piece;
		}
		if (tree_root(&c->tree) == NULL && l.column == 0 && is_pair(&l)) {
			piece.kind = PIECE_ROOT;
			return piece;
		}
		if (find_level(c, &l, &piece.level)) {
			piece.kind = PIECE_ENTRIES;
			if (piece.level > 0)
				piece.end = limit_of(c, number);
			return piece;
		}
		if (whole)
			report_stray(c, &l, number);
		whole = false;
	}
	piece.kind = PIECE_NONE;
	return piece;
}
