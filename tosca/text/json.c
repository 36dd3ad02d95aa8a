/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/json.h"

#include <string.h>

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/tree_build.h"

enum { ERRORS_MAX = 100 };

/* Habits of other languages: one who has them has them everywhere, so each is reported once. */
enum habit { HABIT_COMMENT, HABIT_QUOTE, HABIT_KEY, N_HABITS };

struct reader {
	struct tree_builder tree;
	const char *text;
	size_t i, n; /* the byte looked at */
	LM_VEC(char) string;
	LM_VEC(struct document) documents;
	size_t errors;
	bool habits[N_HABITS], stopped;
};

/* ---- reports ------------------------------------------------------------------------------- */

static struct source_range range(const struct reader *r, size_t begin, size_t end)
{
	return (struct source_range){
	    r->tree.source, (uint32_t)begin, (uint32_t)(end > begin ? end : begin + 1)};
}

static struct diag *report(struct reader *r, enum diag_code code, size_t begin, size_t end,
    const char *message, const char *help)
{
	struct source_range pos = range(r, begin, end);
	struct diag *d;

	if (++r->errors > ERRORS_MAX) {
		r->stopped = true;
		d = diag_add(r->tree.diags, CODE_TEXT_MANY, &pos,
		    "too many errors: what follows has not been read");
		diag_help(r->tree.diags, d, "correct the ones above first");
		return d;
	}
	d = diag_add(r->tree.diags, code, &pos, "%s", message);
	diag_help(r->tree.diags, d, "%s", help);
	return d;
}

static void report_habit(struct reader *r, enum habit habit, size_t begin, size_t end)
{
	static const struct {
		enum diag_code code;
		const char *message, *help;
	} rows[] = {
	    [HABIT_COMMENT] = {CODE_JSON_COMMENT, "JSON has no comments",
		"remove it, or write YAML in a file that ends in .yml"},
	    [HABIT_QUOTE] = {CODE_JSON_QUOTE, "JSON has no single quotes", "use double quotes"},
	    [HABIT_KEY] = {CODE_JSON_KEY, "a key without quotes",
		"put every key into double quotes"},
	};

	if (!r->habits[habit])
		report(r, rows[habit].code, begin, end, rows[habit].message, rows[habit].help);
	r->habits[habit] = true;
}

static void stop(struct reader *r, enum diag_code code, const char *message, const char *help)
{
	report(r, code, r->i, r->i + source_char_size(r->text + r->i, r->n - r->i), message, help);
	r->stopped = true;
}

/* ---- what may stand anywhere --------------------------------------------------------------- */

static bool skip_comment(struct reader *r)
{
	const char *p = r->text + r->i, *end = NULL;
	size_t n = r->n - r->i;

	if (n >= 2 && p[0] == '/' && p[1] == '*') {
		end = memmem(p + 2, n - 2, "*/", 2);
		end = end != NULL ? end + 2 : p + n;
	} else if (p[0] == '#' || (n >= 2 && p[0] == '/' && p[1] == '/')) {
		end = memchr(p, '\n', n);
		end = end != NULL ? end : p + n;
	} else {
		return false;
	}
	size_t shown = strcspn(p, "\r\n");
	report_habit(r, HABIT_COMMENT, r->i, r->i + shown);
	r->i = (size_t)(end - r->text);
	return true;
}

/* The next character that means something; '\0' at the end. */
static char peek(struct reader *r)
{
	for (;;) {
		while (r->i < r->n && strchr(" \t\r\n", r->text[r->i]) != NULL)
			r->i++;
		if (r->i == r->n)
			return '\0';
		if (strchr("/#", r->text[r->i]) == NULL || !skip_comment(r))
			return r->text[r->i];
	}
}

/* ---- scalars ------------------------------------------------------------------------------- */

static void append(struct reader *r, uint32_t c)
{
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (size == 1) {
		*LM_PUSH(NULL, &r->string) = (char)c;
		return;
	}
	*LM_PUSH(NULL, &r->string) = (char)(leads[size] | c >> 6 * (size - 1));
	while (--size > 0)
		*LM_PUSH(NULL, &r->string) = (char)(0x80 | (c >> 6 * (size - 1) & 0x3f));
}

/* The four digits at p; above 0xffff when they are not. */
static uint32_t hex4(const char *p)
{
	uint32_t c = 0;

	for (int k = 0; k < 4; k++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *digit = p[k] != '\0' ? strchr(digits, p[k]) : NULL;

		if (digit == NULL)
			return UINT32_MAX;
		c = c << 4 | ((uint32_t)(digit - digits) & 15);
	}
	return c;
}

/* \uXXXX, or two of them for one character; 0 bytes when it is neither. */
static size_t unicode_escape(const char *p, uint32_t *out)
{
	uint32_t low;

	*out = hex4(p + 2);
	if (*out < 0xd800 || (*out >= 0xe000 && *out <= 0xffff))
		return 6;
	if (*out >= 0xdc00 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = hex4(p + 8);
	if (low < 0xdc00 || low >= 0xe000)
		return 0;
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

static void read_escape(struct reader *r)
{
	static const char letters[] = "\"\\/bfnrt'", values[] = "\"\\/\b\f\n\r\t'";
	const char *p = r->text + r->i;
	const char *letter = p[1] != '\0' ? strchr(letters, p[1]) : NULL;
	size_t size = 2;
	uint32_t c = '?';

	if (letter != NULL && (p[1] != '\'' || r->habits[HABIT_QUOTE])) {
		c = (unsigned char)values[letter - letters];
	} else if (p[1] == 'u') {
		size = unicode_escape(p, &c);
		if (size == 0) {
			report(r, CODE_JSON_STRING, r->i, r->i + 2, "half of a character",
			    "write \\u and four hexadecimal digits; characters beyond U+FFFF "
			    "take two of them");
			size = 2;
			c = '?';
		}
	} else {
		report(r, CODE_JSON_STRING, r->i, r->i + 2, "JSON has no such escape",
		    "double the backslash");
	}
	r->i += r->i + size <= r->n ? size : r->n - r->i;
	append(r, c);
}

/* The string at the byte looked at; its text is left in r->string. */
static void read_string(struct reader *r)
{
	size_t begin = r->i++;
	char quote = r->text[begin];
	const char stops[] = {quote, '\\', '\n', '\r', '\t', '\0'};

	r->string.n = 0;
	while (!r->stopped) {
		size_t run = strcspn(r->text + r->i, stops);

		for (size_t k = 0; k < run; k++)
			*LM_PUSH(NULL, &r->string) = r->text[r->i + k];
		r->i += run;
		char c = r->text[r->i];
		if (c == quote || c == '\n' || c == '\r' || c == '\0')
			break;
		if (c == '\\') {
			read_escape(r);
			continue;
		}
		report(r, CODE_JSON_STRING, r->i, r->i + 1, "a tab within a string", "write \\t");
		append(r, '\t');
		r->i++;
	}
	if (r->i < r->n && r->text[r->i] == quote)
		r->i++;
	else if (!r->stopped)
		report(r, CODE_YAML_QUOTE, begin, begin + 1,
		    "a string that does not end on its line",
		    "close the quotes; a line end within is written \\n");
}

static bool put_scalar(struct reader *r, size_t begin, const char *text, size_t n, bool plain)
{
	struct source_range pos = range(r, begin, r->i);

	/* What gathers a text has no memory yet when the text is empty. */
	return tree_scalar(&r->tree, &pos, n > 0 ? text : "", n, plain) != NULL;
}

static bool put_string(struct reader *r)
{
	size_t begin = r->i;
	size_t n = strcspn(r->text + begin + 1, "\"\\\n\r\t");

	if (r->text[begin] == '"' && r->text[begin + 1 + n] == '"') {
		r->i += n + 2;
		return put_scalar(r, begin, r->text + begin + 1, n, false);
	}
	if (r->text[begin] == '\'')
		report_habit(r, HABIT_QUOTE, begin, begin + 1);
	read_string(r);
	return put_scalar(r, begin, r->string.v, r->string.n, false);
}

static size_t digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* Whether these n bytes are a number as JSON writes it. */
static bool is_number(const char *p, size_t n)
{
	const char *end = p + n;

	p += *p == '-';
	if (digits(p) == 0 || (*p == '0' && digits(p) > 1))
		return false;
	p += digits(p);
	if (*p == '.') {
		if (digits(p + 1) == 0)
			return false;
		p += 1 + digits(p + 1);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p += p[1] == '+' || p[1] == '-' ? 2 : 1;
		if (digits(p) == 0)
			return false;
		p += digits(p);
	}
	return p == end;
}

/* A value without quotes: a number, one of three words, or what is meant to be one. */
static bool put_word(struct reader *r)
{
	static const struct {
		const char *text, *meant;
	} words[] = {{"true", NULL}, {"false", NULL}, {"null", NULL}, {"True", "write true"},
	    {"False", "write false"}, {"None", "write null"}, {"undefined", "write null"}};
	size_t begin = r->i, n = strcspn(r->text + begin, " \t\r\n,:[]{}\"'");
	const char *p = r->text + begin, *help = "put it into double quotes";

	r->i += n;
	for (size_t i = 0; i < LM_COUNT(words); i++) {
		if (strlen(words[i].text) != n || memcmp(words[i].text, p, n) != 0)
			continue;
		if (words[i].meant == NULL)
			return put_scalar(r, begin, p, n, true);
		help = words[i].meant;
	}
	if (!is_number(p, n))
		report(r, CODE_JSON_WORD, begin, r->i, "neither a number nor true, false or null",
		    help);
	return put_scalar(r, begin, p, n, true);
}

static bool is_word(char c)
{
	return c != '\0' && strchr(",:[]{}\"'", c) == NULL;
}

/* ---- structure ----------------------------------------------------------------------------- */

/* After the end of a value: what stands in the list at the top is a document. */
static void take_document(struct reader *r)
{
	struct tree_builder *b = &r->tree;
	const struct node *root = tree_root(b);

	if (b->depth > 1 || (b->depth == 1 && root->kind == NODE_MAPPING))
		return;
	if (b->depth == 0 && root->kind == NODE_SEQUENCE)
		return;
	if (b->depth == 1)
		root = &b->held.v[b->held.n - 1];
	root = tree_keep(b, root);
	*LM_PUSH(b->room->nodes, &r->documents) =
	    (struct document){.root = root, .begin = root->begin, .n = r->i - root->begin};
}

static void open_collection(struct reader *r, enum node_kind kind)
{
	struct source_range pos = range(r, r->i, r->i + 1);

	r->stopped = r->stopped || tree_open(&r->tree, kind, &pos, -1) == NULL;
	r->i += !r->stopped;
}

static void read_value(struct reader *r)
{
	char c = peek(r);

	if (c == '{')
		open_collection(r, NODE_MAPPING);
	else if (c == '[')
		open_collection(r, NODE_SEQUENCE);
	else if (c == '"' || c == '\'' ? !put_string(r) : is_word(c) && !put_word(r))
		r->stopped = true;
	else if (c != '"' && c != '\'' && !is_word(c))
		stop(r, CODE_JSON_SYNTAX, "a value is missing here", "write null for nothing");
	else
		take_document(r);
}

static void read_key(struct reader *r)
{
	char c = peek(r);
	size_t begin = r->i;

	if (c == '"' || c == '\'') {
		r->stopped = !put_string(r) || r->stopped;
	} else if (is_word(c)) {
		r->i += strcspn(r->text + r->i, " \t\r\n,:=[]{}\"'");
		r->i += r->i == begin;
		report_habit(r, HABIT_KEY, begin, r->i);
		r->stopped =
		    !put_scalar(r, begin, r->text + begin, r->i - begin, false) || r->stopped;
	} else {
		stop(r, CODE_JSON_SYNTAX, "a key is missing here", "write \"key\": value");
	}
	if (r->stopped)
		return;
	size_t end = r->i;
	c = peek(r);
	if (c == ':' || c == '=')
		r->i++;
	if (c != ':')
		report(
		    r, CODE_YAML_NO_COLON, begin, end, "a key without ':'", "write \"key\": value");
}

static void read_end(struct reader *r, char c)
{
	const struct node *open = tree_at(&r->tree, r->tree.depth - 1);
	char expected = open->kind == NODE_MAPPING ? '}' : ']';
	struct source_range opened = node_range(r->tree.source, open);

	if (c == '\0') {
		report(r, CODE_YAML_BRACKET, opened.begin, opened.end,
		    expected == '}' ? "a mapping in braces is not closed"
				    : "a list in brackets is not closed",
		    expected == '}' ? "add '}'" : "add ']'");
		r->stopped = true;
	} else if (c != expected) {
		struct diag *d = report(r, CODE_YAML_BRACKET, r->i, r->i + 1,
		    expected == '}' ? "'}' was expected" : "']' was expected",
		    "close what was opened last");
		diag_note(r->tree.diags, d, &opened, "opened here");
		r->stopped = true;
	} else {
		r->i++;
		tree_close(&r->tree);
		take_document(r);
	}
}

/* The comma between two entries; 'first': there must be none yet.  True: an entry follows. */
static bool read_comma(struct reader *r, bool first, size_t end_of_last)
{
	char c = peek(r);
	size_t comma = r->i;

	if (c == '\0' || c == ']' || c == '}')
		return false;
	if (c != ',' && !first)
		report(r, CODE_JSON_COMMA, end_of_last - 1, end_of_last,
		    "a comma is missing behind this", "write ',' between entries");
	for (bool extra = first; c == ','; extra = true) {
		if (extra)
			report(r, CODE_JSON_COMMA, r->i, r->i + 1, "a comma too many", "remove it");
		r->i++;
		c = r->stopped ? '\0' : peek(r);
		if (c != ']' && c != '}')
			continue;
		if (!extra)
			report(r, CODE_JSON_COMMA, comma, comma + 1,
			    "a comma behind the last entry", "remove it");
		return false;
	}
	return c != '\0';
}

static void read_entries(struct reader *r)
{
	while (r->tree.depth > 0 && !r->stopped) {
		const struct tree_level *level = &r->tree.levels[r->tree.depth - 1];
		bool first = r->tree.held.n == level->first, more;
		size_t end = r->i;

		more = read_comma(r, first, end);
		if (r->stopped)
			break;
		if (!more) {
			read_end(r, peek(r));
			continue;
		}
		if (tree_wants_key(&r->tree))
			read_key(r);
		if (!r->stopped)
			read_value(r);
	}
}

static void end_broken(struct reader *r)
{
	struct tree_builder *b = &r->tree;

	if (b->depth == 0)
		return;
	/* Of a list at the top the items are documents, and the last one may be open. */
	size_t above = tree_root(b)->kind == NODE_SEQUENCE ? 1 : 0;
	if (b->depth == above)
		return;
	for (size_t i = 0; i < b->depth; i++)
		tree_at(b, i)->broken = true;
	while (b->depth > above)
		tree_close(b);
	const struct node *last = tree_keep(b, &b->held.v[b->held.n - 1]);
	*LM_PUSH(b->room->nodes, &r->documents) =
	    (struct document){last, true, last->begin, b->source->n - last->begin};
}

struct documents json_read(
    const struct tree_room *room, const struct source *source, struct diags *diags)
{
	struct reader r = {.text = source->text, .n = source->n};

	tree_builder_init(&r.tree, room, source, diags);
	if (peek(&r) != '\0') {
		read_value(&r);
		read_entries(&r);
		if (!r.stopped && peek(&r) != '\0')
			stop(&r, CODE_YAML_TRAILING, "text behind the end of the document",
			    "several descriptors of one file stand in a list: [{...}, {...}]");
		end_broken(&r);
	}
	tree_builder_fini(&r.tree);
	lm_vec_free(&r.string);
	return (struct documents){source, r.documents.v, r.documents.n};
}
