/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/yaml.h"

#include <stdlib.h>
#include <string.h>

#include "tosca/text/codes.h"
#include "tosca/text/source.h"
#include "tosca/text/yaml_priv.h"

/*
 * So many errors of syntax are reported, and so many times its own length may be scanned of a text
 * with errors: a quote left open makes the parser run to the end, over and over.
 */
enum { ERRORS_MAX = 100, SCANS_MAX = 8 };

/* ---- places -------------------------------------------------------------------------------- */

static bool is_inside_char(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

uint32_t yaml_byte_of(struct composer *c, const yaml_mark_t *mark)
{
	const struct source *s = c->tree.source;

	if (s->ascii)
		return c->piece.begin + (uint32_t)mark->index;
	/* Events come in the order of the text, so these are short ways. */
	for (; c->cursor_index < mark->index && c->cursor < s->n; c->cursor_index++)
		for (c->cursor++; c->cursor < s->n && is_inside_char(s->text[c->cursor]);)
			c->cursor++;
	for (; c->cursor_index > mark->index; c->cursor_index--)
		for (c->cursor--; is_inside_char(s->text[c->cursor]);)
			c->cursor--;
	return (uint32_t)c->cursor;
}

static struct source_range event_range(struct composer *c)
{
	uint32_t begin = yaml_byte_of(c, &c->event.start_mark);
	uint32_t end = yaml_byte_of(c, &c->event.end_mark);

	return (struct source_range){c->tree.source, begin, end > begin ? end : begin + 1};
}

/* ---- anchors and tags ---------------------------------------------------------------------- */

static bool put_nothing(struct composer *c, const struct source_range *pos)
{
	struct node *nothing = tree_scalar(&c->tree, pos, "", 0, true);

	if (nothing != NULL)
		nothing->broken = true;
	return nothing != NULL;
}

/* The anchor is that of a collection that has not ended. */
static bool is_open(const struct tree_builder *b, const struct node *anchored)
{
	for (size_t i = 0; i < b->depth; i++)
		if (b->levels[i].copy == anchored)
			return true;
	return false;
}

/* Nodes and levels of a tree, counted until there are too many of them. */
struct extent {
	size_t nodes, levels;
};

static void measure(const struct node *node, size_t level, struct extent *e)
{
	e->nodes++;
	e->levels = level > e->levels ? level : e->levels;
	if (e->nodes > TREE_ALIASED_MAX || level > TREE_DEPTH_MAX || node->kind == NODE_SCALAR)
		return;
	for (size_t i = 0; i < node->n && e->nodes <= TREE_ALIASED_MAX; i++)
		measure(node->kind == NODE_MAPPING ? &node->pairs[i].value : &node->items[i],
		    level + 1, e);
}

/* The node's parts are shared, when it is not too large to be walked again. */
static bool put_again(struct composer *c, const struct node *node, const struct source_range *pos)
{
	struct extent extent = {0};

	measure(node, c->tree.depth + 1, &extent);
	c->aliased += extent.nodes;
	if (c->aliased > TREE_ALIASED_MAX) {
		diag_add(c->tree.diags, CODE_YAML_BOMB, pos,
		    "too many nodes through aliases: at most %d", TREE_ALIASED_MAX);
		c->stopped = true;
		return false;
	}
	if (extent.levels > TREE_DEPTH_MAX) {
		diag_add(c->tree.diags, CODE_TEXT_DEPTH, pos,
		    "too many levels through an alias: at most %d", TREE_DEPTH_MAX);
		return put_nothing(c, pos);
	}
	tree_again(&c->tree, node);
	return true;
}

static bool put_alias(struct composer *c)
{
	const char *name = (const char *)c->event.data.alias.anchor;
	struct source_range pos = event_range(c);
	const struct node *node = lm_map_find(c->anchors, name);
	struct diag *d = NULL;

	if (node != NULL && !is_open(&c->tree, node))
		return put_again(c, node, &pos);
	if (node != NULL) {
		d = diag_add(c->tree.diags, CODE_YAML_CYCLE, &pos,
		    "alias '*%s' stands inside of its own anchor", name);
		struct source_range anchor = {c->tree.source, node->begin, node->begin + 1};
		diag_note(c->tree.diags, d, &anchor, "the anchor '&%s' is here", name);
		diag_help(c->tree.diags, d, "a value cannot contain itself");
	} else if (!c->document.broken) {
		d = diag_add(c->tree.diags, CODE_YAML_ALIAS, &pos,
		    "alias '*%s' has no anchor before it", name);
		diag_help(c->tree.diags, d,
		    "an anchor '&%s' must stand above it, in the same document", name);
	}
	return put_nothing(c, &pos);
}

/* What aliases of this name stand for: the node as it is now; NULL when there is no name. */
static struct node *set_anchor(struct composer *c, const yaml_char_t *name, const struct node *node)
{
	if (name == NULL)
		return NULL;
	struct node *copy = tree_keep(&c->tree, node);
	lm_map_put(c->anchors, lm_arena_strdup(c->tree.room->nodes, (const char *)name), copy);
	return copy;
}

/* True when the tag says that this is a text; other tags say nothing that the language knows. */
static bool read_tag(struct composer *c, const yaml_char_t *tag, struct source_range pos)
{
	static const char *const quiet[] = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"};
	const char *p = c->tree.source->text;

	if (tag == NULL)
		return false;
	if (strcmp((const char *)tag, "!") == 0 || strcmp((const char *)tag, YAML_STR_TAG) == 0)
		return true;
	for (size_t i = 0; i < LM_COUNT(quiet); i++)
		if (strcmp((const char *)tag, quiet[i]) == 0)
			return false;
	if (p[pos.begin] == '&') { /* an anchor before it */
		pos.begin += (uint32_t)strcspn(p + pos.begin, " \t\r\n");
		pos.begin += (uint32_t)strspn(p + pos.begin, " \t\r\n");
	}
	pos.end = pos.begin + (uint32_t)strcspn(p + pos.begin, " \t\r\n,[]{}");
	struct diag *d = diag_add(c->tree.diags, CODE_YAML_TAG, &pos,
	    "the tag '%.*s' has no meaning here, ignored",
	    pos.end - pos.begin > 60 ? 60 : (int)(pos.end - pos.begin), p + pos.begin);
	diag_help(c->tree.diags, d, "remove it: properties have a 'type'");
	return false;
}

/* ---- events -------------------------------------------------------------------------------- */

static bool put_scalar(struct composer *c)
{
	__typeof__(&c->event.data.scalar) e = &c->event.data.scalar;
	struct source_range pos = event_range(c);
	bool plain = !read_tag(c, e->tag, pos) && e->style == YAML_PLAIN_SCALAR_STYLE;
	struct node *node = tree_scalar(&c->tree, &pos, (const char *)e->value, e->length, plain);

	if (node == NULL)
		return false;
	if (e->style > YAML_PLAIN_SCALAR_STYLE && e->style < YAML_LITERAL_SCALAR_STYLE &&
	    c->event.start_mark.line != c->event.end_mark.line)
		c->quote = (struct long_quote){pos.begin, pos.end};
	set_anchor(c, e->anchor, node);
	return true;
}

struct start {
	enum node_kind kind;
	const yaml_char_t *anchor, *tag;
	bool block;
};

static struct start start_of(const yaml_event_t *e)
{
	if (e->type == YAML_MAPPING_START_EVENT)
		return (struct start){NODE_MAPPING, e->data.mapping_start.anchor,
		    e->data.mapping_start.tag,
		    e->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE};
	return (struct start){NODE_SEQUENCE, e->data.sequence_start.anchor,
	    e->data.sequence_start.tag, e->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE};
}

static bool open_collection(struct composer *c)
{
	struct start start = start_of(&c->event);
	struct source_range pos = event_range(c);
	/* With an anchor or a tag it begins there, and its entries elsewhere. */
	bool known = start.block && start.anchor == NULL && start.tag == NULL;

	if (c->first) {
		c->first = false;
		return tree_at(&c->tree, c->piece.level)->kind == start.kind;
	}
	struct node *node =
	    tree_open(&c->tree, start.kind, &pos, known ? (int)c->event.start_mark.column : -1);
	if (node == NULL)
		return false;
	read_tag(c, start.tag, pos);
	c->tree.levels[c->tree.depth - 1].copy = set_anchor(c, start.anchor, node);
	return true;
}

static void begin_document(struct composer *c)
{
	size_t begin = c->documents.n == 0 ? 0 : yaml_byte_of(c, &c->event.start_mark);

	if (c->in_document)
		return;
	lm_map_free(c->anchors);
	c->anchors = lm_map_new();
	c->document = (struct document){.begin = begin};
	tree_forget(&c->tree);
	c->in_document = true;
}

static void end_document(struct composer *c)
{
	struct document *last = c->documents.n > 0 ? &c->documents.v[c->documents.n - 1] : NULL;

	while (c->tree.depth > 0)
		tree_close(&c->tree);
	c->in_document = false;
	c->document.root = tree_keep(&c->tree, tree_root(&c->tree));
	if (node_is_null(c->document.root) && !c->document.broken)
		return;
	if (last != NULL)
		last->n = c->document.begin - last->begin;
	c->document.n = c->tree.source->n - c->document.begin;
	*LM_PUSH(c->tree.room->nodes, &c->documents) = c->document;
}

/* Takes the event in; false when the tree does not bear it, which has been reported. */
static bool take(struct composer *c)
{
	switch (c->event.type) {
	case YAML_DOCUMENT_START_EVENT:
		begin_document(c);
		return true;
	case YAML_DOCUMENT_END_EVENT:
		if (c->tree.depth == 0)
			end_document(c);
		return true;
	case YAML_ALIAS_EVENT:
		return !c->first && put_alias(c);
	case YAML_SCALAR_EVENT:
		return !c->first && put_scalar(c);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(c);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		tree_close(&c->tree);
		return true;
	default:
		return true;
	}
}

/* ---- pieces -------------------------------------------------------------------------------- */

/* Something is lost: all that is open, and so the document, is incomplete. */
static void mark_broken(struct composer *c)
{
	for (size_t i = 0; i < c->tree.depth; i++)
		tree_at(&c->tree, i)->broken = true;
	if (!c->in_document && c->documents.n > 0)
		c->documents.v[c->documents.n - 1].broken = true; /* what stands behind its end */
	if (!c->in_document && c->documents.n == 0)
		begin_document(c);
	c->document.broken = true;
}

/* Reads on until the piece ends, or else an error; *lost is the byte up to which nothing is had. */
static bool read_events(struct composer *c, uint32_t *lost)
{
	for (;;) {
		if (!yaml_parser_parse(&c->parser, &c->event)) {
			memset(&c->event, 0, sizeof c->event);
			*lost = yaml_report(c);
			return false;
		}
		if (c->event.type == YAML_STREAM_END_EVENT)
			return true;
		if (!take(c)) {
			*lost = yaml_byte_of(c, &c->event.start_mark);
			c->stopped = c->stopped || c->tree.failure == TREE_TOO_MANY;
			c->tree.failure = TREE_FINE;
			return false;
		}
		yaml_event_delete(&c->event);
	}
}

/* The line from which to look for more; 0 when all is done. */
static uint32_t read_piece(struct composer *c, size_t *work)
{
	const struct source *s = c->tree.source;
	uint32_t lost = 0;

	if (!yaml_parser_initialize(&c->parser))
		abort();
	yaml_parser_set_encoding(&c->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c->parser, (const unsigned char *)s->text + c->piece.begin,
	    c->piece.end - c->piece.begin);
	c->cursor_index = 0;
	c->cursor = c->piece.begin;
	c->quote = (struct long_quote){0};
	c->first = c->piece.kind == PIECE_ENTRIES;
	c->whole = read_events(c, &lost);
	if (!c->whole)
		mark_broken(c);
	*work += c->parser.mark.index;
	yaml_event_delete(&c->event);
	yaml_parser_delete(&c->parser);
	if (c->whole)
		return c->tree.depth == 0 || c->piece.end == s->n ? 0
								  : source_line_of(s, c->piece.end);
	return source_line_of(s, lost > c->piece.begin ? lost : c->piece.begin) + 1;
}

static void read_pieces(struct composer *c)
{
	const struct source *s = c->tree.source;
	size_t work = 0, errors = 0;

	c->piece = (struct piece){.kind = PIECE_DOCUMENTS, .end = (uint32_t)s->n};
	while (c->piece.kind != PIECE_NONE && !c->stopped) {
		uint32_t line = read_piece(c, &work);

		if (line == 0)
			break;
		errors += !c->whole;
		if (errors >= ERRORS_MAX || work / SCANS_MAX > s->n) {
			struct source_range pos = {
			    c->tree.source, c->piece.begin, c->piece.begin + 1};
			struct diag *d = diag_add(c->tree.diags, CODE_TEXT_MANY, &pos,
			    "too many errors: what follows has not been read");
			diag_help(c->tree.diags, d, "correct the ones above first");
			break;
		}
		c->piece = yaml_resume(c, line);
		if (c->piece.kind == PIECE_DOCUMENTS && c->in_document)
			end_document(c);
	}
	if (c->in_document)
		end_document(c);
}

struct documents yaml_read(
    const struct tree_room *room, const struct source *source, struct diags *diags)
{
	struct composer c = {0};

	tree_builder_init(&c.tree, room, source, diags);
	read_pieces(&c);
	tree_builder_fini(&c.tree);
	lm_map_free(c.anchors);
	return (struct documents){source, c.documents.v, c.documents.n};
}
