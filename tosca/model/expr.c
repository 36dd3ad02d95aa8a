/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/expr.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/vec.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"

enum { MEMBER_MAX = 1000000, VALUE_MAX = 64 * 1024 };

struct scan {
	struct lm_arena *arena;
	const struct source *source;
	const struct node *node;
	struct diags *diags;
	bool exact; /* the text stands in the document as it is: parts have places of their own */
	uint32_t shift; /* bytes between the node's place and its text: a quote */
};

static struct source_range place(const struct scan *s, size_t from, size_t to)
{
	uint32_t text = s->node->begin + s->shift;

	if (!s->exact)
		return node_range(s->source, s->node);
	return (struct source_range){s->source, text + (uint32_t)from, text + (uint32_t)to};
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* "[2]" or "[*]" at p: its length, 0 when it is neither. */
static size_t scan_member(const char *p, size_t n, int *out)
{
	size_t i = 1;
	int member = 0;

	if (n >= 3 && p[1] == '*' && p[2] == ']') {
		*out = EXPR_MEMBER_ALL;
		return 3;
	}
	while (i < n && isdigit((unsigned char)p[i]) && member < MEMBER_MAX)
		member = member * 10 + (p[i++] - '0');
	if (member == 0 || i >= n || p[i] != ']')
		return 0;
	*out = member;
	return i + 1;
}

/* What stands between the braces; false: malformed. */
static bool scan_path(const struct scan *s, const char *p, size_t n, struct expr_part *part)
{
	size_t i = 0;

	while (i < n && is_word(p[i]))
		i++;
	if (i == 0)
		return false;
	if (i == n) {
		part->name = lm_arena_strndup(s->arena, p, n);
		return true;
	}
	part->scope = lm_arena_strndup(s->arena, p, i);
	if (p[i] == '[') {
		size_t length = scan_member(p + i, n - i, &part->member);

		if (length == 0)
			return false;
		i += length;
	}
	if (i + 1 >= n || p[i] != '.')
		return false;
	for (size_t k = i + 1; k < n; k++)
		if (!is_word(p[k]) && p[k] != '.')
			return false;
	part->name = lm_arena_strndup(s->arena, p + i + 1, n - i - 1);
	return true;
}

static void report(const struct scan *s, size_t from, size_t to, bool closed)
{
	struct source_range pos = place(s, from, to);
	int n = (int)(to - from < 200 ? to - from : 200);
	struct diag *d = diag_add(s->diags, CODE_EXPRESSION, &pos,
	    closed ? "'%.*s' is not a reference" : "'%.*s' is not closed", n, s->node->text + from);

	if (closed)
		diag_help(
		    s->diags, d, "write ${property} or ${component.property}, without blanks");
	else
		diag_help(s->diags, d, "add '}' (inside {...} of YAML, quote the text)");
}

static void add_text(const struct scan *s, struct expr *e, size_t *cap, size_t from, size_t to)
{
	struct expr_part *part;

	if (from == to)
		return;
	part = lm_vec_push(s->arena, (void **)&e->parts, &e->n, cap, sizeof *part);
	part->text = s->node->text + from;
	if (part->text[to - from] != '\0')
		part->text = lm_arena_strndup(s->arena, part->text, to - from);
	part->pos = place(s, from, to);
}

static bool is_exact(struct scan *s)
{
	const char *p = s->source->text + s->node->begin;
	size_t left = s->source->n - s->node->begin, n = s->node->n;

	if (left > 0 && (p[0] == '"' || p[0] == '\'')) {
		s->shift = 1;
		p++;
		left--;
	}
	return n <= left && memcmp(p, s->node->text, n) == 0;
}

struct expr expr_read(
    struct lm_arena *a, const struct source *source, const struct node *node, struct diags *diags)
{
	struct scan s = {.arena = a, .source = source, .node = node, .diags = diags};
	struct expr e = {.pos = node_range(source, node)};
	size_t cap = 0, begin = 0;

	if (node_is_null(node) || node->kind != NODE_SCALAR)
		return e;
	const char *text = node->text;
	if (strlen(text) > VALUE_MAX) {
		diag_add(diags, CODE_TOO_MANY, &e.pos, "a value has at most %d bytes", VALUE_MAX);
		return e;
	}
	s.exact = is_exact(&s);
	for (const char *dollar = strstr(text, "${"); dollar != NULL;) {
		size_t from = (size_t)(dollar - text);
		const char *close = strchr(dollar, '}');
		struct expr_part part = {0};

		if (close == NULL) {
			report(&s, from, strlen(text), false);
			break;
		}
		size_t to = (size_t)(close - text) + 1;
		if (scan_path(&s, dollar + 2, to - from - 3, &part)) {
			add_text(&s, &e, &cap, begin, from);
			part.pos = place(&s, from, to);
			*(struct expr_part *)lm_vec_push(
			    a, (void **)&e.parts, &e.n, &cap, sizeof part) = part;
			begin = to;
		} else {
			report(&s, from, to, true);
		}
		dollar = strstr(close, "${");
	}
	add_text(&s, &e, &cap, begin, strlen(text));
	if (e.n == 0) {
		struct expr_part *part =
		    lm_vec_push(a, (void **)&e.parts, &e.n, &cap, sizeof *part);
		part->text = "";
		part->pos = e.pos;
	}
	return e;
}

bool expr_is_literal(const struct expr *e)
{
	return expr_literal(e) != NULL;
}

/* Text without a reference is one part: nothing ever splits it. */
const char *expr_literal(const struct expr *e)
{
	return e->n == 1 ? e->parts[0].text : NULL;
}

bool expr_number(const char *text, unsigned max, unsigned *out)
{
	unsigned long long number = 0;
	size_t i = 0;

	for (; isdigit((unsigned char)text[i]) && number <= max; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	if (i == 0 || text[i] != '\0' || number > max)
		return false;
	*out = (unsigned)number;
	return true;
}
