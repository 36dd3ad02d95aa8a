/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/yaml.h"

#include <ctype.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "base/vec.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"

struct composer {
	yaml_parser_t parser;
	yaml_event_t event; /* the one being looked at */
	const struct tree_room *room;
	const struct source *source;
	struct diags *diags;
	struct lm_map *anchors; /* name to node, of the present document */
	size_t nodes, aliased;
	bool failed; /* reported; no more events */
};

/* ---- places -------------------------------------------------------------------------------- */

/* Marks count characters; we count bytes. */
static uint32_t byte_of(const struct composer *c, const yaml_mark_t *mark)
{
	return (uint32_t)source_offset(
	    c->source, (uint32_t)mark->line + 1, (uint32_t)mark->column + 1);
}

static struct source_range range_at(const struct composer *c, size_t begin)
{
	return (struct source_range){c->source, (uint32_t)begin, (uint32_t)begin + 1};
}

static struct source_range event_range(const struct composer *c)
{
	uint32_t begin = byte_of(c, &c->event.start_mark), end = byte_of(c, &c->event.end_mark);

	return (struct source_range){c->source, begin, end > begin ? end : begin + 1};
}

/* ---- errors of the parser ------------------------------------------------------------------ */

/* 'key:value' at the beginning of the line: what its author took for a key and a value. */
static bool is_glued(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '-'))
		i++;
	size_t key = i;
	while (i < n && (isalnum((unsigned char)p[i]) || p[i] == '_' || p[i] == '-'))
		i++;
	return i > key && i + 1 < n && p[i] == ':' && strchr(" :\t\r\n/", p[i + 1]) == NULL;
}

/* The parser's terse complaints in the reader's words. */
static const struct {
	const char *problem, *message, *help;
} phrases[] = {
    {"mapping values are not allowed in this context",
	"a second ':' on one line, or a key too far to the right",
	"put a text that holds ': ' into quotes, and line up the keys of one mapping"},
    {"could not find expected ':'", "a key without ':' and value", "write 'key: value'"},
    {"did not find expected key", "the indentation does not fit the lines above",
	"line up the keys of one mapping in one column"},
    {"did not find expected '-' indicator", "the indentation does not fit the list above",
	"line up the '-' of one list in one column"},
    {"found unexpected end of stream", "the text ends within quotes", "close the quotes"},
    {"did not find expected ',' or ']'", "a list in brackets is not closed", "add ',' or ']'"},
    {"did not find expected ',' or '}'", "a mapping in braces is not closed",
	"add ',' or '}'; a ${...} inside braces needs quotes"},
    {"block sequence entries are not allowed in this context",
	"a list cannot begin on the line of its key", "begin it on the next line"},
    {"did not find expected node content",
	"a value is missing here, or begins with a character "
	"that YAML keeps for itself",
	"put the value into quotes"},
    {"did not find expected <document start>", "a document cannot begin here",
	"put '---' on a line of its own between documents"},
};

static void report_phrase(struct composer *c, const struct source_range *pos)
{
	const char *problem = c->parser.problem != NULL ? c->parser.problem : "unreadable";

	for (size_t i = 0; i < LM_COUNT(phrases); i++) {
		if (strcmp(phrases[i].problem, problem) != 0)
			continue;
		struct diag *d =
		    diag_add(c->diags, CODE_YAML_SYNTAX, pos, "not YAML: %s", phrases[i].message);
		diag_help(c->diags, d, "%s", phrases[i].help);
		return;
	}
	diag_add(c->diags, CODE_YAML_SYNTAX, pos, "not YAML: %s", problem);
}

static void report_bytes(struct composer *c)
{
	struct source_range pos = range_at(c, c->parser.problem_offset);
	struct diag *d;

	if (c->parser.problem_value >= 0)
		d = diag_add(c->diags, CODE_YAML_BYTES, &pos, "not text: byte 0x%02x (%s)",
		    (unsigned)c->parser.problem_value, c->parser.problem);
	else
		d = diag_add(c->diags, CODE_YAML_BYTES, &pos, "not text: %s", c->parser.problem);
	diag_help(c->diags, d, "a descriptor is UTF-8 text without control characters");
}

/* 'key:value' is a text of one word, and the parser stumbles over what follows it. */
static bool report_glued(struct composer *c)
{
	size_t number, n;

	if (c->parser.context != NULL)
		number = c->parser.context_mark.line + 1;
	else
		number = c->parser.problem_mark.line;
	const char *line = source_line(c->source, (uint32_t)number, &n);
	if (!is_glued(line, n))
		return false;
	uint32_t begin = (uint32_t)(line - c->source->text);
	struct source_range pos = {
	    c->source, begin + (uint32_t)strspn(line, " -"), begin + (uint32_t)n};
	struct diag *d = diag_add(c->diags, CODE_YAML_GLUED, &pos,
	    "the value is glued to the colon, so this is one text");
	diag_help(c->diags, d, "put a blank after the colon: 'key: value'");
	return true;
}

/* The text ends too early: what is open began there; or else the last thing that can be seen. */
static struct source_range before_the_end(const struct composer *c)
{
	size_t n = c->source->n;

	if (c->parser.context != NULL && c->parser.context_mark.line < c->parser.problem_mark.line)
		return range_at(c, byte_of(c, &c->parser.context_mark));
	while (n > 0 && strchr(" \r\n", c->source->text[n - 1]) != NULL)
		n--;
	return range_at(c, n > 0 ? n - 1 : 0);
}

static void report_syntax(struct composer *c)
{
	struct source_range pos = range_at(c, byte_of(c, &c->parser.problem_mark));
	size_t n;

	if (report_glued(c))
		return;
	const char *line = source_line(c->source, (uint32_t)c->parser.problem_mark.line + 1, &n);
	const char *tab = memchr(line, '\t', n);
	if (tab != NULL && strspn(line, " \t-") > (size_t)(tab - line)) {
		pos = range_at(c, (size_t)(tab - c->source->text));
		struct diag *d =
		    diag_add(c->diags, CODE_YAML_TAB, &pos, "a tab where only blanks may stand");
		diag_help(c->diags, d, "YAML is indented with blanks");
		return;
	}
	if (pos.begin >= c->source->n)
		pos = before_the_end(c);
	report_phrase(c, &pos);
}

/* Moves on to the next event; false when there is none because of an error. */
static bool next(struct composer *c)
{
	if (c->failed)
		return false;
	yaml_event_delete(&c->event);
	if (yaml_parser_parse(&c->parser, &c->event))
		return true;
	c->failed = true;
	memset(&c->event, 0, sizeof c->event);
	if (c->parser.error == YAML_READER_ERROR)
		report_bytes(c);
	else
		report_syntax(c);
	return false;
}

static bool give_up(struct composer *c, const char *what, size_t limit)
{
	struct source_range pos = event_range(c);

	diag_add(c->diags, CODE_YAML_LIMIT, &pos, "%s: at most %zu", what, limit);
	c->failed = true;
	return false;
}

/* ---- nodes --------------------------------------------------------------------------------- */

static struct node *compose(struct composer *, unsigned depth);

static struct node *node_new(struct composer *c, enum node_kind kind)
{
	struct node *node = LM_NEW(c->room->nodes, struct node);
	struct source_range range = event_range(c);

	node->kind = (uint8_t)kind;
	node->begin = range.begin;
	node->end = range.end;
	return node;
}

static struct node *compose_scalar(struct composer *c)
{
	struct node *node = node_new(c, NODE_SCALAR);
	const char *text = (const char *)c->event.data.scalar.value;
	size_t n = c->event.data.scalar.length;

	node->n = (uint32_t)strnlen(text, n);
	node->text = lm_arena_strndup(c->room->texts, text, node->n);
	node->plain = c->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		      c->event.data.scalar.tag == NULL;
	if (memchr(text, '\0', n) != NULL) {
		struct source_range pos = node_range(c->source, node);
		diag_add(c->diags, CODE_YAML_BYTES, &pos, "a text must not hold NUL");
	}
	return node;
}

/* Nodes and levels of a tree, counted until there are too many of them. */
struct extent {
	size_t nodes;
	unsigned levels;
};

static void measure(const struct node *node, unsigned level, struct extent *e)
{
	e->nodes++;
	e->levels = level > e->levels ? level : e->levels;
	if (e->nodes > TREE_ALIASED_MAX || level > TREE_DEPTH_MAX || node->kind == NODE_SCALAR)
		return;
	for (size_t i = 0; i < node->n && e->nodes <= TREE_ALIASED_MAX; i++)
		measure(node->kind == NODE_MAPPING ? node->pairs[i].value : node->items[i],
		    level + 1, e);
}

/* The node an alias stands for, when it is complete and not too large to walk again. */
static const struct node *follow_alias(struct composer *c, unsigned depth)
{
	const char *name = (const char *)c->event.data.alias.anchor;
	struct source_range pos = event_range(c);
	const struct node *node = lm_map_find(c->anchors, name);

	if (node == NULL) {
		struct node *nothing = node_new(c, NODE_SCALAR);
		struct diag *d = diag_add(
		    c->diags, CODE_YAML_ALIAS, &pos, "alias '*%s' has no anchor before it", name);
		diag_help(c->diags, d, "an anchor '&%s' must be complete before it is used", name);
		nothing->text = "";
		nothing->plain = true;
		return nothing;
	}
	struct extent extent = {0};

	measure(node, depth, &extent);
	c->aliased += extent.nodes;
	if (extent.levels > TREE_DEPTH_MAX)
		give_up(c, "too many levels", TREE_DEPTH_MAX);
	else if (c->aliased > TREE_ALIASED_MAX)
		give_up(c, "too many nodes through aliases", TREE_ALIASED_MAX);
	return node;
}

/* Any node where a value may stand; NULL after a failure. */
static const struct node *compose_value(struct composer *c, unsigned depth)
{
	if (c->event.type != YAML_ALIAS_EVENT)
		return compose(c, depth);
	const struct node *node = follow_alias(c, depth);
	return c->failed ? NULL : node;
}

static void compose_items(struct composer *c, struct node *node, unsigned depth)
{
	LM_VEC(const struct node *) items = {0};

	while (next(c) && c->event.type != YAML_SEQUENCE_END_EVENT) {
		const struct node *item = compose_value(c, depth + 1);

		if (item == NULL)
			break;
		*LM_PUSH(c->room->nodes, &items) = item;
	}
	node->items = items.v;
	node->n = (uint32_t)items.n;
}

static bool key_is_good(struct composer *c, const struct node *key)
{
	struct source_range pos = node_range(c->source, key);

	if (key->kind != NODE_SCALAR) {
		diag_add(c->diags, CODE_YAML_KEY, &pos, "a key must be a text, not %s",
		    node_kind_text(key->kind));
		return false;
	}
	if (key->plain && strcmp(key->text, "<<") == 0) {
		struct diag *d = diag_add(c->diags, CODE_YAML_MERGE, &pos,
		    "merge keys ('<<') are not part of the language");
		diag_help(c->diags, d, "write the entries out");
		return false;
	}
	return true;
}

/* Leaves out what stands there for the second time. */
static void drop_duplicates(struct composer *c, struct node *node)
{
	if (node->n < 2)
		return;
	LM_AUTO(lm_map) seen = lm_map_new();
	uint32_t n = 0;

	for (size_t i = 0; i < node->n; i++) {
		struct node_pair *pair = &node->pairs[i];
		const struct node *first = lm_map_find(seen, pair->key->text);

		if (first == NULL) {
			lm_map_put(seen, pair->key->text, (void *)(uintptr_t)pair->key);
			node->pairs[n++] = *pair;
			continue;
		}
		struct source_range pos = node_range(c->source, pair->key);
		struct source_range first_pos = node_range(c->source, first);
		struct diag *d = diag_add(c->diags, CODE_YAML_DUPLICATE, &pos,
		    "key '%s' stands here for the second time", pair->key->text);
		diag_help(c->diags, d, "merge the two, or remove one");
		diag_note(c->diags, d, &first_pos, "first here");
	}
	node->n = n;
}

static void compose_pairs(struct composer *c, struct node *node, unsigned depth)
{
	LM_VEC(struct node_pair) pairs = {0};

	while (next(c) && c->event.type != YAML_MAPPING_END_EVENT) {
		const struct node *key = compose_value(c, depth + 1);

		if (key == NULL || !next(c))
			break;
		bool good = key_is_good(c, key);
		const struct node *value = compose_value(c, depth + 1);
		if (value == NULL)
			break;
		if (good)
			*LM_PUSH(c->room->nodes, &pairs) = (struct node_pair){key, value};
	}
	node->pairs = pairs.v;
	node->n = (uint32_t)pairs.n;
	drop_duplicates(c, node);
}

/* The node that begins with the present event; possibly cut short, then 'failed' is set. */
static struct node *compose(struct composer *c, unsigned depth)
{
	yaml_char_t *name = NULL;
	struct node *node = NULL;
	char *anchor = NULL;

	if (depth > TREE_DEPTH_MAX)
		return give_up(c, "too many levels", TREE_DEPTH_MAX), NULL;
	if (++c->nodes > c->room->nodes_max)
		return give_up(c, "too many nodes", c->room->nodes_max), NULL;
	if (c->event.type == YAML_SCALAR_EVENT)
		name = c->event.data.scalar.anchor;
	else if (c->event.type == YAML_MAPPING_START_EVENT)
		name = c->event.data.mapping_start.anchor;
	else if (c->event.type == YAML_SEQUENCE_START_EVENT)
		name = c->event.data.sequence_start.anchor;
	anchor = lm_arena_strdup(c->room->nodes, (const char *)name);

	if (c->event.type == YAML_MAPPING_START_EVENT) {
		node = node_new(c, NODE_MAPPING);
		compose_pairs(c, node, depth);
	} else if (c->event.type == YAML_SEQUENCE_START_EVENT) {
		node = node_new(c, NODE_SEQUENCE);
		compose_items(c, node, depth);
	} else {
		node = compose_scalar(c);
	}
	if (anchor != NULL && !c->failed)
		lm_map_put(c->anchors, anchor, node);
	return node;
}

/* ---- documents ----------------------------------------------------------------------------- */

static void read_docs(struct composer *c, struct documents *docs)
{
	LM_VEC(struct document) list = {0};

	while (next(c) && c->event.type != YAML_STREAM_END_EVENT) {
		if (c->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		size_t begin = list.n == 0 ? 0 : byte_of(c, &c->event.start_mark);

		lm_map_free(c->anchors);
		c->anchors = lm_map_new();
		if (!next(c))
			break;
		const struct node *root = compose_value(c, 1);
		if (!c->failed && node_is_null(root))
			continue;
		if (list.n > 0)
			list.v[list.n - 1].n = begin - list.v[list.n - 1].begin;
		*LM_PUSH(c->room->nodes, &list) =
		    (struct document){root, c->failed, begin, c->source->n - begin};
	}
	docs->v = list.v;
	docs->n = list.n;
}

struct documents yaml_read(
    const struct tree_room *room, const struct source *source, struct diags *diags)
{
	struct composer c = {.room = room, .source = source, .diags = diags};
	struct documents docs = {.source = source};

	if (c.source->n_invisible > 0)
		diag_add(diags, CODE_YAML_INVISIBLE,
		    &(struct source_range){
			c.source, (uint32_t)c.source->invisible, (uint32_t)c.source->invisible + 1},
		    "invisible characters, left out (%zu in this file)", c.source->n_invisible);
	if (!yaml_parser_initialize(&c.parser))
		abort();
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)c.source->text, c.source->n);
	read_docs(&c, &docs);
	yaml_event_delete(&c.event);
	yaml_parser_delete(&c.parser);
	lm_map_free(c.anchors);
	if (docs.n == 0 && !c.failed) {
		struct source_range pos = {c.source, 0, 0};
		diag_add(diags, CODE_YAML_EMPTY, &pos, "there is no document in this file");
	}
	return docs;
}
