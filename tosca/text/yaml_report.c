/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser of YAML stumbles over, in words that say what to do. */
#include <ctype.h>
#include <string.h>

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/yaml_priv.h"

/* One complaint of the parser and the places it names. */
struct trouble {
	struct composer *c;
	const char *problem;
	uint32_t at;   /* the byte where it noticed */
	uint32_t from; /* where that began which it was reading; 'at' when it does not say */
	bool at_end;   /* of the text, or of the piece of it */
	uint32_t number, from_number; /* the lines */
	const char *line;
	size_t n; /* of the line of 'at' */
};

static struct source_range range_at(const struct trouble *t, size_t begin)
{
	return (struct source_range){t->c->tree.source, (uint32_t)begin, (uint32_t)begin + 1};
}

static uint32_t byte_of_line(const struct trouble *t, const char *line)
{
	return (uint32_t)(line - t->c->tree.source->text);
}

static struct diag *report(const struct trouble *t, enum diag_code code,
    const struct source_range *pos, const char *message, const char *help)
{
	struct diags *diags = t->c->tree.diags;
	struct diag *d = diag_add(diags, code, pos, "%s", message);

	diag_help(diags, d, "%s", help);
	return d;
}

/* ---- what its author took for a key -------------------------------------------------------- */

static size_t word_size(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (isalnum((unsigned char)p[i]) || p[i] == '_' || p[i] == '-'))
		i++;
	return i;
}

/* 'key:value' at the beginning of the line. */
static bool is_glued(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '-'))
		i++;
	size_t key = word_size(p + i, n - i);
	i += key;
	return key > 0 && i + 1 < n && p[i] == ':' && strchr(" :\t\r\n/", p[i + 1]) == NULL;
}

/* The byte of the line's first colon that ends a key; n when there is none. */
static size_t colon_of(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == ':' && (i + 1 == n || p[i + 1] == ' ' || p[i + 1] == '\t'))
			return i;
	return n;
}

/* 'key:value' is a text of one word, and the parser stumbles over what follows it. */
static bool report_glued(const struct trouble *t, uint32_t *lost)
{
	uint32_t number = t->c->parser.context != NULL ? t->from_number : t->number - 1;
	size_t n;
	const char *line = source_line(t->c->tree.source, number, &n);

	if (!is_glued(line, n))
		return false;
	uint32_t begin = byte_of_line(t, line);
	struct source_range pos = {
	    t->c->tree.source, begin + (uint32_t)strspn(line, " -"), begin + (uint32_t)n};
	report(t, CODE_YAML_GLUED, &pos, "the value is glued to the colon, so this is one text",
	    "put a blank after the colon: 'key: value'");
	*lost = begin;
	return true;
}

static bool report_tab(const struct trouble *t)
{
	const char *tab = memchr(t->line, '\t', t->n);

	if (tab == NULL || strspn(t->line, " \t-") <= (size_t)(tab - t->line))
		return strstr(t->problem, "found a tab") != NULL;
	struct source_range pos = range_at(t, byte_of_line(t, tab));
	report(t, CODE_YAML_TAB, &pos, "a tab where only blanks may stand",
	    "YAML is indented with blanks");
	return true;
}

/* A line of one word between keys: the parser goes on reading it as a text of several lines. */
static bool report_no_colon(const struct trouble *t, uint32_t *lost)
{
	uint32_t number = t->number;
	const char *line = t->line;
	size_t n = t->n, blanks;

	if (strstr(t->problem, "find expected ':'") != NULL)
		number = t->from_number;
	else if (strstr(t->problem, "mapping values") != NULL && number > 1)
		number--;
	else
		return false;
	line = source_line(t->c->tree.source, number, &n);
	blanks = strspn(line, " ");
	if (blanks >= n || colon_of(line, n) < n || line[blanks] == '-' || line[blanks] == '#')
		return false;
	if (number == t->number - 1 && strspn(t->line, " ") != blanks)
		return false;
	*lost = byte_of_line(t, line);
	struct source_range pos = {
	    t->c->tree.source, *lost + (uint32_t)blanks, *lost + (uint32_t)n};
	report(t, CODE_YAML_NO_COLON, &pos, "a key without ':' and value", "write 'key: value'");
	return true;
}

/* ---- what is left open --------------------------------------------------------------------- */

/*
 * A quote that was forgotten is closed by the next one, and what stands behind that one makes no
 * sense.
 */
static bool report_long_quote(const struct trouble *t, uint32_t *lost)
{
	const struct long_quote *q = &t->c->quote;
	struct tree_builder *b = &t->c->tree;

	if (q->end == 0 || source_line_of(b->source, q->end - 1) != t->number || t->at < q->end)
		return false;
	struct source_range pos = range_at(t, q->begin), end = range_at(t, q->end - 1);
	struct diag *d =
	    report(t, CODE_YAML_QUOTE, &pos, "a quote that is not closed", "close the quotes");
	diag_note(b->diags, d, &end, "the next quote is here, and ends the text");
	*lost = q->begin;
	return true;
}

static bool report_quote(const struct trouble *t, uint32_t *lost)
{
	if (strcmp(t->problem, "found unexpected end of stream") != 0 &&
	    strcmp(t->problem, "found unexpected document indicator") != 0)
		return report_long_quote(t, lost);
	struct source_range pos = range_at(t, t->from);
	report(t, CODE_YAML_QUOTE, &pos, "a quote that is not closed", "close the quotes");
	*lost = t->from;
	return true;
}

static bool is_bracket(char c)
{
	return c == '[' || c == '{';
}

/* The bracket or brace that was opened last and is open; NULL: none. */
static const struct node *open_bracket(const struct composer *c)
{
	const struct tree_builder *b = &c->tree;
	const struct node *node = b->depth > 0 ? tree_at(b, b->depth - 1) : NULL;

	return node != NULL && is_bracket(b->source->text[node->begin]) ? node : NULL;
}

static bool report_bracket(const struct trouble *t, uint32_t *lost)
{
	const struct node *open = open_bracket(t->c);
	const char *text = t->c->tree.source->text;
	bool expected = strstr(t->problem, "expected ',' or") != NULL;

	if (!expected && !(t->at_end && open != NULL))
		return false;
	uint32_t begin = open != NULL ? open->begin : t->from;
	bool list = text[begin] == '[', later = t->at_end || t->number != t->from_number;
	struct source_range pos = range_at(t, later ? begin : t->at), here = range_at(t, t->at);
	uint32_t first = byte_of_line(t, t->line) + (uint32_t)strspn(t->line, " ");
	if (first < t->at && first > begin)
		here.begin = first;
	struct diag *d = diag_add(t->c->tree.diags, CODE_YAML_BRACKET, &pos, "a %s is not closed",
	    list ? "list in brackets" : "mapping in braces");
	diag_help(t->c->tree.diags, d, "add ',' or '%c'%s", list ? ']' : '}',
	    t->at > 0 && text[t->at] == '{' && text[t->at - 1] == '$'
		? "; a ${...} inside brackets or braces needs quotes"
		: "");
	if (later && !t->at_end)
		diag_note(t->c->tree.diags, d, &here, "this cannot be a part of it");
	*lost = begin;
	return true;
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* The parser's terse complaints in the reader's words. */
static const struct {
	const char *problem;
	enum diag_code code;
	const char *message, *help;
} phrases[] = {
    {"did not find expected '-' indicator", CODE_YAML_INDENT,
	"the indentation does not fit the list above", "line up the '-' of one list in one column"},
    {"block sequence entries are not allowed in this context", CODE_YAML_SYNTAX,
	"a list cannot begin on the line of its key", "begin it on the next line"},
    {"did not find expected node content", CODE_YAML_VALUE,
	"a value is missing here, or begins with a character that YAML keeps for itself",
	"put the value into quotes"},
    {"found character that cannot start any token", CODE_YAML_VALUE,
	"no value can begin with this character", "put the value into quotes"},
    {"did not find expected alphabetic or numeric character", CODE_YAML_VALUE,
	"'*' and '&' begin an alias or an anchor, and no name follows",
	"put the value into quotes"},
    {"found unknown escape character", CODE_YAML_SYNTAX, "no such escape within double quotes",
	"double the backslash, or use single quotes"},
    {"found unknown directive name", CODE_YAML_DIRECTIVE, "an unknown directive",
	"remove the line, or put a text that begins with '%' into quotes"},
    {"could not find expected directive name", CODE_YAML_DIRECTIVE, "an unknown directive",
	"remove the line, or put a text that begins with '%' into quotes"},
    {"found incompatible YAML document", CODE_YAML_DIRECTIVE, "not a known version of YAML",
	"write '%YAML 1.2', or leave the line out"},
    {"found duplicate %YAML directive", CODE_YAML_DIRECTIVE, "this directive stands there twice",
	"remove one"},
    {"found undefined tag handle", CODE_YAML_SYNTAX, "a tag with an unknown handle",
	"remove the tag"},
};

static void report_phrase(const struct trouble *t)
{
	struct source_range pos = range_at(t, t->at);

	for (size_t i = 0; i < LM_COUNT(phrases); i++)
		if (strcmp(phrases[i].problem, t->problem) == 0) {
			report(t, phrases[i].code, &pos, phrases[i].message, phrases[i].help);
			return;
		}
	diag_add(t->c->tree.diags, CODE_YAML_SYNTAX, &pos, "not YAML: %s", t->problem);
}

/* "mapping values are not allowed": the second ':' of a line, or the first one of a misplaced key. */
static bool report_colon(const struct trouble *t)
{
	struct source_range pos = range_at(t, t->at);

	if (strstr(t->problem, "mapping values are not") == NULL)
		return false;
	if (byte_of_line(t, t->line) + colon_of(t->line, t->n) < t->at) {
		report(t, CODE_YAML_COLON, &pos, "a second ':' on one line",
		    "put a text that holds ': ' into quotes");
		return true;
	}
	uint32_t begin = byte_of_line(t, t->line) + (uint32_t)strspn(t->line, " -");
	pos = (struct source_range){t->c->tree.source, begin, t->at > begin ? t->at : begin + 1};
	report(t, CODE_YAML_INDENT, &pos,
	    "this key is too far to the right: what stands above has a "
	    "value already",
	    "line up the keys of one mapping in one column");
	return true;
}

/* What is complete is followed by something, on its line or on the next ones. */
static bool report_leftover(const struct trouble *t)
{
	uint32_t first = byte_of_line(t, t->line) + (uint32_t)strspn(t->line, " ");
	struct source_range pos = range_at(t, t->at);
	const struct node *root = tree_root(&t->c->tree);

	if (strcmp(t->problem, "did not find expected <document start>") == 0) {
		bool key = t->at == first && colon_of(t->line, t->n) < t->n && !t->c->in_document;

		if (key && root != NULL && root->kind == NODE_MAPPING &&
		    !is_bracket(t->c->tree.source->text[root->begin]))
			report(t, CODE_YAML_INDENT, &pos,
			    "this key is further to the left than the first one",
			    "line up the keys of one mapping in one column");
		else
			report(t, CODE_YAML_TRAILING, &pos, "text behind the end of the document",
			    "remove it, or put '---' on a line of its own between documents");
		return true;
	}
	if (strcmp(t->problem, "did not find expected key") != 0)
		return false;
	if (t->at > first)
		report(t, CODE_YAML_SYNTAX, &pos, "something follows a value that is complete",
		    "put the whole value into one pair of quotes, or begin a new line");
	else
		report(t, CODE_YAML_INDENT, &pos, "the indentation does not fit the lines above",
		    "line up the keys of one mapping in one column");
	return true;
}

/* A text of several lines that ends on the line of the error has swallowed what is wrong. */
static void forget_swallowed(const struct trouble *t)
{
	struct tree_builder *b = &t->c->tree;
	uint32_t line = byte_of_line(t, t->line);

	if (b->depth == 0 || b->held.n == b->levels[b->depth - 1].first)
		return;
	const struct node *last = &b->held.v[b->held.n - 1];
	if (!last->unfit && last->kind == NODE_SCALAR && last->begin < line && last->end > line &&
	    last->end <= t->at)
		b->held.n--;
}

uint32_t yaml_report(struct composer *c)
{
	const struct source *s = c->tree.source;
	struct trouble t = {.c = c, .problem = c->parser.problem};
	uint32_t lost;

	if (t.problem == NULL)
		t.problem = "unreadable";
	t.at = yaml_byte_of(c, &c->parser.problem_mark);
	t.from = c->parser.context != NULL ? yaml_byte_of(c, &c->parser.context_mark) : t.at;
	t.at_end = t.at >= c->piece.end;
	while (t.at_end && t.at > c->piece.begin &&
	       (t.at >= c->piece.end || strchr(" \r\n", s->text[t.at]) != NULL))
		t.at--;
	t.number = source_line_of(s, t.at);
	t.from_number = source_line_of(s, t.from);
	t.line = source_line(s, t.number, &t.n);
	forget_swallowed(&t);
	lost = t.at;
	if (report_quote(&t, &lost) || report_glued(&t, &lost) || report_tab(&t) ||
	    report_bracket(&t, &lost) || report_no_colon(&t, &lost) || report_colon(&t) ||
	    report_leftover(&t))
		return lost;
	report_phrase(&t);
	return lost;
}
