/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/editor/outline.h"

#include <string.h>

#include "base/vec.h"

enum frame_kind { FRAME_BLOCK, FRAME_MAP, FRAME_LIST };

/* What is open: a key or item in block style, or a bracket. */
struct frame {
	enum frame_kind kind;
	uint32_t entry;
	int indent;      /* block: the column of the key or dash, -1 for the document */
	uint32_t member; /* bracket: the entry whose value is expected */
};

struct scan {
	struct lm_arena *arena;
	struct outline *out;
	size_t cap;
	const char *p;
	size_t n, pos, cursor;
	size_t begin, line_end; /* the line being read */
	struct frame stack[OUTLINE_DEPTH_MAX];
	size_t depth;
	size_t skipped;         /* brackets beyond the greatest depth */
	int literal;            /* a block scalar goes on in lines indented more than this */
	uint32_t literal_entry; /* OUTLINE_NONE: there is none */
};

static struct outline_entry *entry_at(struct scan *s, uint32_t i)
{
	return &s->out->v[i];
}

static struct frame *top(struct scan *s)
{
	return &s->stack[s->depth - 1];
}

/* ---- entries ------------------------------------------------------------------------------- */

static void touch(struct scan *s, uint32_t entry, struct outline_span span, bool key)
{
	if (s->cursor < span.begin || s->cursor > span.end)
		return;
	/* Between a key and its value nothing else can be meant: the later one wins. */
	s->out->at = entry;
	s->out->at_key = key;
}

static uint32_t add_entry(struct scan *s, uint32_t parent, struct outline_span key, bool item)
{
	uint32_t i = (uint32_t)s->out->n_entries;
	struct outline_entry *e =
	    lm_vec_push(s->arena, (void **)&s->out->v, &s->out->n_entries, &s->cap, sizeof *e);

	e->parent = parent;
	e->key = key;
	e->item = item;
	e->end = key.end;
	e->value = (struct outline_span){key.end, key.end};
	if (!item && parent != OUTLINE_NONE)
		touch(s, i, key, true);
	return i;
}

static void set_value(struct scan *s, uint32_t i, size_t begin, size_t end)
{
	struct outline_entry *e = entry_at(s, i);

	e->value = (struct outline_span){(uint32_t)begin, (uint32_t)end};
	e->has_value = end > begin;
	e->end = (uint32_t)end;
	touch(s, i, e->value, false);
}

static void pop(struct scan *s)
{
	uint32_t child = top(s)->entry;

	s->depth--;
	if (s->depth > 0 && entry_at(s, top(s)->entry)->end < entry_at(s, child)->end)
		entry_at(s, top(s)->entry)->end = entry_at(s, child)->end;
}

static bool push(struct scan *s, struct frame f)
{
	if (s->depth == OUTLINE_DEPTH_MAX)
		return false;
	s->stack[s->depth++] = f;
	return true;
}

static void begin_document(struct scan *s)
{
	struct outline_span here = {(uint32_t)s->pos, (uint32_t)s->pos};

	while (s->depth > 0)
		pop(s);
	push(s, (struct frame){FRAME_BLOCK, add_entry(s, OUTLINE_NONE, here, false), -1, 0});
}

/* ---- letters ------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct scan *s)
{
	while (s->pos < s->line_end && is_blank(s->p[s->pos]))
		s->pos++;
}

static bool at_end(const struct scan *s)
{
	return s->pos >= s->line_end ||
	       (s->p[s->pos] == '#' && (s->pos == s->begin || is_blank(s->p[s->pos - 1])));
}

/* A colon that ends a key. */
static bool is_colon(const struct scan *s, size_t i)
{
	return i < s->line_end && s->p[i] == ':' && (i + 1 >= s->line_end || is_blank(s->p[i + 1]));
}

/* From behind the opening quote to the closing one, or to the end of the line. */
static struct outline_span read_quoted(struct scan *s)
{
	char quote = s->p[s->pos];
	size_t i = s->pos + 1;

	while (i < s->line_end && s->p[i] != quote)
		i += s->p[i] == '\\' && quote == '"' && i + 1 < s->line_end ? 2 : 1;
	struct outline_span span = {(uint32_t)s->pos + 1, (uint32_t)i};
	s->pos = i < s->line_end ? i + 1 : i;
	return span;
}

static bool is_flow_mark(char c)
{
	return c == ',' || c == '{' || c == '}' || c == '[' || c == ']';
}

/* A text without quotes; in brackets it ends at one of them, but not at those of a ${...}. */
static struct outline_span read_plain(struct scan *s, bool flow)
{
	size_t begin = s->pos, i = begin;

	while (i < s->line_end) {
		if (s->p[i] == '$' && i + 1 < s->line_end && s->p[i + 1] == '{') {
			const char *close = memchr(s->p + i, '}', s->line_end - i);

			i = close != NULL ? (size_t)(close - s->p) + 1 : i + 2;
			continue;
		}
		if (flow && (is_flow_mark(s->p[i]) || is_colon(s, i)))
			break;
		if (s->p[i] == '#' && i > begin && is_blank(s->p[i - 1]))
			break;
		i++;
	}
	s->pos = i;
	while (i > begin && is_blank(s->p[i - 1]))
		i--;
	/* A blank behind the text may still be part of what is being typed. */
	return (struct outline_span){(uint32_t)begin, (uint32_t)i};
}

static struct outline_span read_scalar(struct scan *s, bool flow)
{
	if (s->p[s->pos] == '"' || s->p[s->pos] == '\'')
		return read_quoted(s);
	return read_plain(s, flow);
}

/* ---- brackets ------------------------------------------------------------------------------ */

static void open_bracket(struct scan *s, char c)
{
	struct frame *f = top(s);
	struct outline_span here = {(uint32_t)s->pos, (uint32_t)s->pos};
	uint32_t entry = f->member;

	if (f->kind == FRAME_BLOCK)
		entry = f->entry;
	else if (entry == OUTLINE_NONE)
		entry = add_entry(s, f->entry, here, true);
	f->member = OUTLINE_NONE;
	s->pos++;
	if (!push(s,
		(struct frame){c == '{' ? FRAME_MAP : FRAME_LIST, entry, f->indent, OUTLINE_NONE}))
		s->skipped++;
}

static void close_bracket(struct scan *s)
{
	s->pos++;
	if (s->skipped > 0) {
		s->skipped--;
		return;
	}
	entry_at(s, top(s)->entry)->end = (uint32_t)s->pos;
	pop(s);
	if (top(s)->kind != FRAME_BLOCK)
		top(s)->member = OUTLINE_NONE;
}

static void read_member(struct scan *s)
{
	struct frame *f = top(s);
	struct outline_span span = read_scalar(s, true);
	size_t after = s->pos;

	while (after < s->line_end && is_blank(s->p[after]))
		after++;
	if (f->kind == FRAME_MAP && f->member == OUTLINE_NONE) {
		bool colon = after < s->line_end && s->p[after] == ':';
		uint32_t i = add_entry(s, f->entry, span, false);

		entry_at(s, i)->bare = !colon;
		if (!colon)
			return;
		s->pos = after + 1;
		skip_blanks(s);
		f->member = i;
		if (s->cursor > after && s->cursor <= s->pos)
			set_value(s, i, s->cursor, s->cursor);
		return;
	}
	uint32_t i = f->member != OUTLINE_NONE ? f->member : add_entry(s, f->entry, span, true);
	set_value(s, i, span.begin, span.end);
	f->member = OUTLINE_NONE;
}

/* Where the cursor stands free inside brackets something may be begun. */
static void touch_free(struct scan *s)
{
	struct frame *f = top(s);
	struct outline_span here = {(uint32_t)s->cursor, (uint32_t)s->cursor};

	if (f->kind == FRAME_BLOCK || f->member != OUTLINE_NONE || s->skipped > 0)
		return;
	if (f->kind == FRAME_MAP)
		entry_at(s, add_entry(s, f->entry, here, false))->bare = true;
	else
		set_value(s, add_entry(s, f->entry, here, true), here.begin, here.end);
}

static bool in_brackets(const struct scan *s)
{
	return s->depth > 0 && s->stack[s->depth - 1].kind != FRAME_BLOCK;
}

/* To the end of the brackets, or of the line. */
static void read_brackets(struct scan *s)
{
	while (in_brackets(s) && s->pos < s->line_end) {
		char c = s->p[s->pos];
		bool free_before = s->out->at == OUTLINE_NONE && s->pos == s->cursor;

		if (is_blank(c) || c == ',' || c == '}' || c == ']') {
			if (free_before)
				touch_free(s);
		}
		if (c == '{' || c == '[') {
			open_bracket(s, c);
		} else if (c == '}' || c == ']') {
			close_bracket(s);
		} else if (c == ',') {
			top(s)->member = OUTLINE_NONE;
			s->pos++;
		} else if (is_blank(c) || c == ':') {
			s->pos++;
		} else if (at_end(s)) {
			s->pos = s->line_end;
		} else if (s->skipped > 0) {
			read_scalar(s, true);
		} else {
			read_member(s);
		}
	}
	if (in_brackets(s) && s->out->at == OUTLINE_NONE && s->cursor == s->line_end)
		touch_free(s);
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Begins a bracket at the end of what a line has said of its key or item. */
static void read_block_brackets(struct scan *s)
{
	open_bracket(s, s->p[s->pos]);
	read_brackets(s);
}

/* What stands behind a colon or a dash. */
static void read_block_value(struct scan *s, uint32_t entry, int indent)
{
	size_t from = s->pos;

	skip_blanks(s);
	while (s->pos < s->line_end && (s->p[s->pos] == '&' || s->p[s->pos] == '!')) {
		while (s->pos < s->line_end && !is_blank(s->p[s->pos]))
			s->pos++;
		skip_blanks(s);
	}
	if (at_end(s)) {
		if (s->cursor > from && s->cursor <= s->pos)
			set_value(s, entry, s->cursor, s->cursor);
		else if (s->cursor == from && from == s->line_end)
			set_value(s, entry, from, from);
		return;
	}
	if (s->cursor > from && s->cursor < s->pos)
		set_value(s, entry, s->cursor, s->cursor);
	char c = s->p[s->pos];
	if (c == '{' || c == '[') {
		read_block_brackets(s);
		return;
	}
	struct outline_span span = read_scalar(s, false);
	if (c == '|' || c == '>') {
		s->literal = indent;
		s->literal_entry = entry;
		span.begin = span.end = (uint32_t)s->line_end;
	}
	set_value(s, entry, span.begin, span.end);
}

static bool is_dash(const struct scan *s)
{
	return s->pos < s->line_end && s->p[s->pos] == '-' &&
	       (s->pos + 1 >= s->line_end || is_blank(s->p[s->pos + 1]));
}

/* The key at 'pos' when there is one; then pos is behind its colon. */
static bool read_block_key(struct scan *s, struct outline_span *out)
{
	size_t begin = s->pos, i = begin;

	if (i < s->line_end && (s->p[i] == '{' || s->p[i] == '['))
		return false;
	if (i < s->line_end && (s->p[i] == '"' || s->p[i] == '\'')) {
		*out = read_quoted(s);
		i = s->pos;
		while (i < s->line_end && is_blank(s->p[i]))
			i++;
	} else {
		while (i < s->line_end && !is_colon(s, i) &&
		       !(s->p[i] == '#' && i > begin && is_blank(s->p[i - 1])))
			i++;
		size_t end = i;
		while (end > begin && is_blank(s->p[end - 1]))
			end--;
		*out = (struct outline_span){(uint32_t)begin, (uint32_t)end};
	}
	bool found = is_colon(s, i);
	s->pos = found ? i + 1 : begin;
	return found;
}

static void close_blocks(struct scan *s, int indent, bool item)
{
	while (s->depth > 1 &&
	       (top(s)->indent > indent ||
		   (top(s)->indent == indent && (!item || entry_at(s, top(s)->entry)->item))))
		pop(s);
}

/* A line that is neither key nor item: more of a text, or the beginning of a key. */
static void read_words(struct scan *s, int indent, bool fresh)
{
	close_blocks(s, indent, false);
	struct frame *f = top(s);
	struct outline_entry *e = entry_at(s, f->entry);
	if (s->pos < s->line_end && (s->p[s->pos] == '{' || s->p[s->pos] == '[')) {
		read_block_brackets(s);
		return;
	}
	struct outline_span span = read_scalar(s, false);
	if (e->has_value && e->parent != OUTLINE_NONE) {
		set_value(s, f->entry, e->value.begin, span.end);
		return;
	}
	if (fresh && e->item) {
		set_value(s, f->entry, span.begin, span.end);
		return;
	}
	uint32_t i = add_entry(s, f->entry, span, false);
	entry_at(s, i)->bare = true;
}

/* The key, item or words that begin in a column; what is left of the line is read, too. */
static void read_block(struct scan *s)
{
	struct outline_span key;
	bool fresh = false;

	for (;;) {
		int indent = (int)(s->pos - s->begin);
		struct outline_span here = {(uint32_t)s->pos, (uint32_t)s->pos};

		if (is_dash(s)) {
			close_blocks(s, indent, true);
			uint32_t i = add_entry(s, top(s)->entry, here, true);
			if (!push(s, (struct frame){FRAME_BLOCK, i, indent, OUTLINE_NONE}))
				return;
			s->pos++;
			size_t from = s->pos;
			skip_blanks(s);
			fresh = true;
			if (!at_end(s))
				continue;
			s->pos = from;
			read_block_value(s, i, indent);
			return;
		}
		if (!read_block_key(s, &key)) {
			if (!at_end(s))
				read_words(s, indent, fresh);
			return;
		}
		close_blocks(s, indent, false);
		uint32_t i = add_entry(s, top(s)->entry, key, false);
		if (push(s, (struct frame){FRAME_BLOCK, i, indent, OUTLINE_NONE}))
			read_block_value(s, i, indent);
		return;
	}
}

/* The cursor in an empty line: a key could be begun in its column. */
static void touch_line(struct scan *s)
{
	struct outline_span here = {(uint32_t)s->cursor, (uint32_t)s->cursor};

	if (s->cursor < s->begin || s->cursor > s->line_end)
		return;
	if (in_brackets(s)) {
		touch_free(s);
		return;
	}
	close_blocks(s, (int)(s->cursor - s->begin), false);
	entry_at(s, add_entry(s, top(s)->entry, here, false))->bare = true;
}

/* A key further left than the bracket's own ends a bracket that somebody forgot to close. */
static void mend_brackets(struct scan *s)
{
	struct outline_span key;
	size_t first = s->depth;
	int indent = (int)(s->pos - s->begin);

	while (first > 0 && s->stack[first - 1].kind != FRAME_BLOCK)
		first--;
	if (first < 2 || s->stack[first - 1].indent < indent)
		return; /* a document in brackets, or inside of it */
	size_t pos = s->pos;
	bool key_follows = is_dash(s) || read_block_key(s, &key);
	s->pos = pos;
	while (key_follows && s->depth > first)
		pop(s);
	if (key_follows)
		s->skipped = 0;
}

static bool is_mark(const struct scan *s, const char *mark)
{
	size_t n = s->line_end - s->begin;

	return n >= 3 && memcmp(s->p + s->begin, mark, 3) == 0 &&
	       (n == 3 || is_blank(s->p[s->begin + 3]));
}

/* True: the line was more of a block scalar. */
static bool read_literal(struct scan *s, bool empty)
{
	if (s->literal_entry == OUTLINE_NONE)
		return false;
	if (!empty && (int)(s->pos - s->begin) <= s->literal) {
		s->literal_entry = OUTLINE_NONE;
		return false;
	}
	if (empty && s->cursor >= s->begin && s->cursor <= s->line_end &&
	    (int)(s->cursor - s->begin) <= s->literal)
		return false;
	if (!empty)
		set_value(
		    s, s->literal_entry, entry_at(s, s->literal_entry)->value.begin, s->line_end);
	return true;
}

static void read_line(struct scan *s)
{
	s->pos = s->begin;
	while (s->pos < s->line_end && is_blank(s->p[s->pos]))
		s->pos++;
	bool empty = s->pos >= s->line_end;
	if (read_literal(s, empty))
		return;
	if (empty) {
		touch_line(s);
		return;
	}
	if (s->p[s->pos] == '#')
		return;
	if (is_mark(s, "---") || is_mark(s, "...")) {
		/* The first document has begun already when it has nothing before its mark. */
		if (s->out->n_entries > 1 || s->p[s->begin] == '.') {
			s->pos = s->begin;
			begin_document(s);
			s->skipped = 0;
		}
		return;
	}
	if (in_brackets(s))
		mend_brackets(s);
	if (in_brackets(s))
		read_brackets(s);
	else
		read_block(s);
}

struct outline outline_read(struct lm_arena *a, const char *text, size_t n, size_t cursor)
{
	struct outline out = {.text = text, .n = n, .at = OUTLINE_NONE};
	struct scan s = {.arena = a,
	    .out = &out,
	    .p = text,
	    .n = n,
	    .cursor = cursor,
	    .literal_entry = OUTLINE_NONE};

	begin_document(&s);
	for (;;) {
		const char *end = memchr(text + s.begin, '\n', n - s.begin);
		size_t next = end != NULL ? (size_t)(end - text) : n;

		s.line_end = next > s.begin && text[next - 1] == '\r' ? next - 1 : next;
		read_line(&s);
		if (end == NULL)
			break;
		s.begin = next + 1;
	}
	while (s.depth > 0)
		pop(&s);
	return out;
}

/* ---- looking ------------------------------------------------------------------------------- */

uint32_t outline_document(const struct outline *o, uint32_t entry)
{
	while (o->v[entry].parent != OUTLINE_NONE)
		entry = o->v[entry].parent;
	return entry;
}

uint32_t outline_next(const struct outline *o, uint32_t parent, uint32_t previous)
{
	if (parent == OUTLINE_NONE)
		return OUTLINE_NONE;
	/* Children end before what follows their parent begins. */
	for (uint32_t i = previous == OUTLINE_NONE ? parent + 1 : previous + 1; i < o->n_entries;
	     i++) {
		if (o->v[i].parent == parent)
			return i;
		if (o->v[i].parent == OUTLINE_NONE || o->v[i].parent < parent)
			break;
	}
	return OUTLINE_NONE;
}

uint32_t outline_find(const struct outline *o, uint32_t parent, const char *key)
{
	size_t n = strlen(key);
	uint32_t i = OUTLINE_NONE;

	while ((i = outline_next(o, parent, i)) != OUTLINE_NONE) {
		const struct outline_entry *e = &o->v[i];

		if (!e->item && e->key.end - e->key.begin == n &&
		    memcmp(o->text + e->key.begin, key, n) == 0)
			return i;
	}
	return OUTLINE_NONE;
}

char *outline_text(const struct outline *o, struct lm_arena *a, struct outline_span span)
{
	return lm_arena_strndup(a, o->text + span.begin, span.end - span.begin);
}

char *outline_value(const struct outline *o, struct lm_arena *a, uint32_t parent, const char *key)
{
	uint32_t i = outline_find(o, parent, key);

	return i == OUTLINE_NONE || !o->v[i].has_value ? NULL : outline_text(o, a, o->v[i].value);
}
