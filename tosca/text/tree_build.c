/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/tree_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"

_Static_assert(sizeof(struct node_pair) == 2 * sizeof(struct node),
    "pairs are what a mapping holds, key and value by turns");

enum {
	FEW_KEYS = 8,  /* up to so many are compared each with each, which is faster than a table */
	WORD_MAX = 32, /* bytes of a text worth looking for */
};

void tree_builder_init(struct tree_builder *b, const struct tree_room *room,
    const struct source *source, struct diags *diags)
{
	*b = (struct tree_builder){.room = room, .source = source, .diags = diags};
}

void tree_builder_fini(struct tree_builder *b)
{
	lm_vec_free(&b->held);
	free(b->slots);
}

struct node *tree_at(const struct tree_builder *b, size_t level)
{
	return &b->held.v[b->levels[level].first - 1];
}

struct node *tree_root(const struct tree_builder *b)
{
	return b->held.n > 0 ? b->held.v : NULL;
}

struct node *tree_keep(const struct tree_builder *b, const struct node *node)
{
	if (node == NULL)
		return NULL;
	struct node *copy = LM_NEW(b->room->nodes, struct node);
	*copy = *node;
	return copy;
}

void tree_forget(struct tree_builder *b)
{
	b->held.n = 0;
}

/* One more node is allowed; when not, that is reported. */
static bool has_room(struct tree_builder *b, const struct source_range *range)
{
	if (b->depth == TREE_DEPTH_MAX) {
		diag_add(b->diags, CODE_TEXT_DEPTH, range, "too many levels: at most %d",
		    TREE_DEPTH_MAX);
		b->failure = TREE_TOO_DEEP;
		return false;
	}
	if (b->nodes == b->room->nodes_max) {
		diag_add(b->diags, CODE_TEXT_NODES, range, "too many nodes: at most %zu",
		    b->room->nodes_max);
		b->failure = TREE_TOO_MANY;
		return false;
	}
	b->nodes++;
	return true;
}

/* Equal short texts are one, when the other is not long ago. */
static const char *copy_text(struct tree_builder *b, const char *text, size_t n)
{
	if (n == 0 || n > WORD_MAX)
		return lm_arena_strndup(b->room->texts, text, n);
	const unsigned char *p = (const unsigned char *)text;
	size_t hash = n + 3u * p[0] + 31u * p[n / 2] + 7u * p[n - 1];
	struct tree_word *word = &b->words[hash % TREE_WORDS];

	if (word->n != n || memcmp(word->text, text, n) != 0)
		*word = (struct tree_word){lm_arena_strndup(b->room->texts, text, n), n};
	return word->text;
}

bool tree_wants_key(const struct tree_builder *b)
{
	size_t first = b->depth > 0 ? b->levels[b->depth - 1].first : 0;

	return first > 0 && b->held.v[first - 1].kind == NODE_MAPPING &&
	       (b->held.n - first) % 2 == 0;
}

static bool key_is_good(struct tree_builder *b, const struct node *key)
{
	struct source_range pos = node_range(b->source, key);

	if (key->kind != NODE_SCALAR && tree_at(b, b->depth - 1)->unfit)
		return false; /* within such a key: that has been said */
	if (key->kind != NODE_SCALAR) {
		diag_add(b->diags, CODE_YAML_KEY, &pos, "a key must be a text, not %s",
		    node_kind_text(key->kind));
		return false;
	}
	if (key->plain && strcmp(key->text, "<<") == 0) {
		struct diag *d = diag_add(b->diags, CODE_YAML_MERGE, &pos,
		    "merge keys ('<<') are not part of the language");
		diag_help(b->diags, d, "write the entries out");
		return false;
	}
	return true;
}

static struct node *put(struct tree_builder *b, const struct node *node)
{
	bool key = tree_wants_key(b);

	if (b->depth == 0)
		b->held.n = 0;
	/* For each node of a text, so without a call when there is room. */
	struct node *to =
	    b->held.n < b->held.cap ? &b->held.v[b->held.n++] : LM_PUSH(NULL, &b->held);
	*to = *node;
	to->unfit = key && !key_is_good(b, to);
	return to;
}

void tree_again(struct tree_builder *b, const struct node *node)
{
	put(b, node);
}

struct node *tree_scalar(struct tree_builder *b, const struct source_range *range, const char *text,
    size_t n, bool plain)
{
	struct node node = {
	    .kind = NODE_SCALAR, .plain = plain, .begin = range->begin, .end = range->end};

	if (!has_room(b, range))
		return NULL;
	node.n = (uint32_t)strnlen(text, n);
	node.text = copy_text(b, text, node.n);
	if (node.n < n) {
		struct diag *d =
		    diag_add(b->diags, CODE_TEXT_NUL, range, "a text must not hold NUL");
		diag_help(b->diags, d, "remove the escape: no value can hold this character");
	}
	return put(b, &node);
}

struct node *tree_open(
    struct tree_builder *b, enum node_kind kind, const struct source_range *range, int column)
{
	struct node node = {.kind = (uint8_t)kind, .begin = range->begin, .end = range->end};

	if (!has_room(b, range))
		return NULL;
	struct node *at = put(b, &node);
	b->levels[b->depth++] = (struct tree_level){.first = b->held.n, .column = column};
	return at;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static bool same_key(const struct node *a, const struct node *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* 'held' are pairs of nodes, the first n of them with different keys. */
static const struct node *find_among_few(const struct node *held, size_t n, const struct node *key)
{
	for (size_t i = 0; i < n; i++)
		if (same_key(&held[2 * i], key))
			return &held[2 * i];
	return NULL;
}

/* Empties the table, and makes it large enough for n keys; its size. */
static size_t clear_slots(struct tree_builder *b, size_t n)
{
	size_t size = 32;

	while (size < 2 * n)
		size *= 2;
	if (size > b->n_slots) {
		free(b->slots);
		b->slots = lm_alloc_raw(size * sizeof *b->slots);
		b->n_slots = size;
	}
	memset(b->slots, 0, size * sizeof *b->slots);
	return size;
}

/* The key that stands there already; or else NULL, and the n-th is entered. */
static const struct node *find_or_enter(
    struct tree_builder *b, size_t size, const struct node *held, size_t n, const struct node *key)
{
	uint64_t hash = lm_hash(key->text) * 0x9e3779b97f4a7c15u;
	size_t i = (hash >> 32) & (size - 1);

	for (; b->slots[i] != 0; i = (i + 1) & (size - 1))
		if (same_key(&held[2 * (b->slots[i] - 1)], key))
			return &held[2 * (b->slots[i] - 1)];
	b->slots[i] = (uint32_t)n + 1;
	return NULL;
}

static void report_duplicate(
    struct tree_builder *b, const struct node *key, const struct node *first)
{
	struct source_range pos = node_range(b->source, key);
	struct source_range first_pos = node_range(b->source, first);
	struct diag *d = diag_add(b->diags, CODE_YAML_DUPLICATE, &pos,
	    "key '%s' stands here for the second time", key->text);

	diag_help(b->diags, d, "merge the two, or remove one");
	diag_note(b->diags, d, &first_pos, "first here");
}

/*
 * Moves the pairs that remain to the front, without bad keys and what stands there twice; their
 * number.
 */
static size_t sift_pairs(struct tree_builder *b, struct node *held, size_t n)
{
	size_t slots = n / 2 > FEW_KEYS ? clear_slots(b, n / 2) : 0, used = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		const struct node *key = &held[i], *first;

		if (key->unfit)
			continue;
		first = slots == 0 ? find_among_few(held, used, key)
				   : find_or_enter(b, slots, held, used, key);
		if (first != NULL) {
			report_duplicate(b, key, first);
			continue;
		}
		if (i != 2 * used)
			memcpy(&held[2 * used], key, 2 * sizeof *key);
		used++;
	}
	return used;
}

void tree_complete(struct tree_builder *b)
{
	if (tree_at(b, b->depth - 1)->kind != NODE_MAPPING || tree_wants_key(b))
		return;
	struct node nothing = b->held.v[b->held.n - 1]; /* where the key is */
	nothing.kind = NODE_SCALAR;
	nothing.plain = nothing.broken = true;
	nothing.n = 0;
	nothing.text = "";
	put(b, &nothing);
}

void tree_close(struct tree_builder *b)
{
	const struct tree_level *level = &b->levels[b->depth - 1];

	tree_complete(b);
	struct node *node = tree_at(b, b->depth - 1), *held = node + 1;
	size_t n = b->held.n - level->first;
	if (node->kind == NODE_MAPPING) {
		n = sift_pairs(b, held, n);
		node->pairs = n > 0 ? LM_NEW_N(b->room->nodes, struct node_pair, n) : NULL;
		if (n > 0)
			memcpy(node->pairs, held, n * sizeof *node->pairs);
	} else if (n > 0) {
		node->items = LM_NEW_N(b->room->nodes, struct node, n);
		memcpy(node->items, held, n * sizeof *held);
	}
	node->n = (uint32_t)n;
	if (level->copy != NULL)
		*level->copy = *node;
	b->held.n = level->first;
	b->depth--;
}
