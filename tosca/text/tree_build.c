/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/text/tree_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "tosca/text/codes.h"
#include "tosca/text/source.h"

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

struct node *tree_node(
    struct tree_builder *b, enum node_kind kind, const struct source_range *range)
{
	if (b->depth == TREE_DEPTH_MAX) {
		diag_add(b->diags, CODE_TEXT_DEPTH, range, "too many levels: at most %d",
		    TREE_DEPTH_MAX);
		b->failure = TREE_TOO_DEEP;
		return NULL;
	}
	if (b->nodes == b->room->nodes_max) {
		diag_add(b->diags, CODE_TEXT_NODES, range, "too many nodes: at most %zu",
		    b->room->nodes_max);
		b->failure = TREE_TOO_MANY;
		return NULL;
	}
	b->nodes++;
	struct node *node = LM_NEW(b->room->nodes, struct node);
	node->kind = (uint8_t)kind;
	node->begin = range->begin;
	node->end = range->end;
	return node;
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

struct node *tree_scalar(
    struct tree_builder *b, const struct source_range *range, const char *text, size_t n)
{
	struct node *node = tree_node(b, NODE_SCALAR, range);

	if (node == NULL)
		return NULL;
	node->n = (uint32_t)strnlen(text, n);
	node->text = copy_text(b, text, node->n);
	if (node->n < n) {
		struct diag *d =
		    diag_add(b->diags, CODE_TEXT_NUL, range, "a text must not hold NUL");
		diag_help(b->diags, d, "remove the escape: no value can hold this character");
	}
	return node;
}

bool tree_wants_key(const struct tree_builder *b)
{
	const struct tree_level *l = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;

	return l != NULL && l->node->kind == NODE_MAPPING && (b->held.n - l->first) % 2 == 0;
}

static bool key_is_good(struct tree_builder *b, const struct node *key)
{
	struct source_range pos = node_range(b->source, key);

	size_t first = b->levels[b->depth - 1].first;

	if (key->kind != NODE_SCALAR && first > 0 && b->held.v[first - 1] == NULL)
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

void tree_put(struct tree_builder *b, const struct node *node)
{
	if (b->depth == 0)
		b->root = node;
	else if (tree_wants_key(b) && !key_is_good(b, node))
		*LM_PUSH(NULL, &b->held) = NULL;
	else
		*LM_PUSH(NULL, &b->held) = node;
}

void tree_open(struct tree_builder *b, struct node *node, int column)
{
	tree_put(b, node);
	b->levels[b->depth++] =
	    (struct tree_level){.node = node, .first = b->held.n, .column = column};
}

/* ---- keys ---------------------------------------------------------------------------------- */

static bool same_key(const struct node *a, const struct node *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

static const struct node *find_among_few(
    const struct node_pair *pairs, size_t n, const struct node *key)
{
	for (size_t i = 0; i < n; i++)
		if (same_key(pairs[i].key, key))
			return pairs[i].key;
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
		b->slots = malloc(size * sizeof *b->slots);
		if (b->slots == NULL)
			abort();
		b->n_slots = size;
	}
	memset(b->slots, 0, size * sizeof *b->slots);
	return size;
}

/* The key that stands there already; or else NULL, and the n-th is entered. */
static const struct node *find_or_enter(struct tree_builder *b, size_t size,
    const struct node_pair *pairs, size_t n, const struct node *key)
{
	uint64_t hash = lm_hash(key->text) * 0x9e3779b97f4a7c15u;
	size_t i = (hash >> 32) & (size - 1);

	for (; b->slots[i] != 0; i = (i + 1) & (size - 1))
		if (same_key(pairs[b->slots[i] - 1].key, key))
			return pairs[b->slots[i] - 1].key;
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

/* Moves what a mapping holds into its array, without bad keys and what stands there twice. */
static void take_pairs(
    struct tree_builder *b, struct node *node, const struct node **held, size_t n)
{
	size_t slots = n / 2 > FEW_KEYS ? clear_slots(b, n / 2) : 0;
	struct node_pair *pairs = n > 0 ? LM_NEW_N(b->room->nodes, struct node_pair, n / 2) : NULL;

	node->pairs = pairs;
	for (size_t i = 0; i + 1 < n; i += 2) {
		const struct node *key = held[i], *first;

		if (key == NULL)
			continue;
		pairs[node->n] = (struct node_pair){key, held[i + 1]};
		first = slots == 0 ? find_among_few(pairs, node->n, key)
				   : find_or_enter(b, slots, pairs, node->n, key);
		if (first != NULL)
			report_duplicate(b, key, first);
		else
			node->n++;
	}
}

void tree_complete(struct tree_builder *b)
{
	const struct tree_level *level = &b->levels[b->depth - 1];

	if (level->node->kind != NODE_MAPPING || tree_wants_key(b))
		return;
	const struct node *key = b->held.v[b->held.n - 1];
	struct node *nothing = LM_NEW(b->room->nodes, struct node);
	nothing->text = "";
	nothing->plain = nothing->broken = true;
	nothing->begin = key != NULL ? key->begin : 0;
	nothing->end = key != NULL ? key->end : 0;
	*LM_PUSH(NULL, &b->held) = nothing;
}

void tree_close(struct tree_builder *b)
{
	struct tree_level *level = &b->levels[b->depth - 1];
	struct node *node = level->node;

	tree_complete(b);
	size_t n = b->held.n - level->first;
	const struct node **held = n > 0 ? b->held.v + level->first : NULL;
	if (node->kind == NODE_MAPPING) {
		take_pairs(b, node, held, n);
	} else if (n > 0) {
		node->items = LM_NEW_N(b->room->nodes, const struct node *, n);
		memcpy(node->items, held, n * sizeof *held);
		node->n = (uint32_t)n;
	}
	b->held.n = level->first;
	b->depth--;
}
