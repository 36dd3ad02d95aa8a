/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/editor/place.h"

#include <ctype.h>
#include <string.h>

#include "tosca/link/link.h"
#include "tosca/model/keys.h"

static const char *const words_bool[] = {"true", "false", NULL};

/* ---- the table ----------------------------------------------------------------------------- */

/* Items of lists do not count in a path; '*' is any key, '|' stands between several. */
static const struct rule {
	const char *path;
	bool key; /* the last one is being written; otherwise its value */
	enum place_what what;
	const char *const *words;
} rules[] = {
    {"*", true, PLACE_SECTION, keys_document},
    {"name", false, PLACE_SELF, NULL},
    {"properties|private-properties/*", true, PLACE_NAME, NULL},
    {"properties|private-properties/*/*", true, PLACE_KEY, keys_property},
    {"properties|private-properties/*/type", false, PLACE_WORD, words_property_type},
    {"properties|private-properties/*/required|read-only|volatile", false, PLACE_WORD, words_bool},
    {"capabilities|requirements/*", true, PLACE_NAME, NULL},
    {"capabilities|requirements/*/*", true, PLACE_KEY, keys_capability},
    {"composition|references/*", true, PLACE_NAME, NULL},
    {"composition/*/*", true, PLACE_KEY, keys_component},
    {"references/*/*", true, PLACE_KEY, keys_reference},
    {"composition|references/*/type", false, PLACE_DESCRIPTOR, NULL},
    {"composition/*/cluster/*", true, PLACE_KEY, keys_cluster},
    {"composition/*/cluster/spares-state", false, PLACE_WORD, words_spares_state},
    {"composition|references/*/properties/*", true, PLACE_MAPPING, NULL},
    {"composition|references/*/properties/*/*", true, PLACE_KEY, keys_property},
    {"relationships/*", true, PLACE_NAME, NULL},
    {"relationships/*/*", true, PLACE_KEY, keys_relationship},
    {"relationships/*/source-capabilities|target-requirements", false, PLACE_END, NULL},
    {"relationships/*/source-state|target-state", false, PLACE_WORD, words_state},
    {"relationships/*/source-state-modifier|target-state-modifier", false, PLACE_WORD,
	words_modifier},
    {"relationships/*/properties/*", true, PLACE_ARGUMENT, NULL},
    {"relationships/*/properties/*/*", true, PLACE_KEY, keys_property},
    {"relationships/*/lifecycle/*", true, PLACE_KEY, keys_relationship_lifecycle},
    {"relationships/*/lifecycle/*", false, PLACE_CALL, NULL},
    {"operations/*", true, PLACE_NAME, NULL},
    {"operations/*/*", true, PLACE_KEY, keys_operation},
    {"operations/*/source-operation", false, PLACE_OPERATION, NULL},
    {"operations/*/properties/*", true, PLACE_NAME, NULL},
    {"operations/*/properties/*/*", true, PLACE_KEY, keys_property},
    {"operations/*/properties/*/type", false, PLACE_WORD, words_property_type},
    {"operations/*/properties/*/required", false, PLACE_WORD, words_bool},
    {"metrics/*", true, PLACE_NAME, NULL},
    {"metrics/*/*", true, PLACE_KEY, keys_metric},
    {"metrics/*/scrape/*", true, PLACE_KEY, keys_scrape},
    {"metrics/*/type", false, PLACE_WORD, words_metric_type},
    {"metrics/*/source-metric", false, PLACE_METRIC, NULL},
    {"policies/*", true, PLACE_NAME, NULL},
    {"policies/*/*", true, PLACE_KEY, keys_policy},
    {"policies/*/type", false, PLACE_WORD, words_policy_type},
    {"policies/*/metric", false, PLACE_OWN_METRIC, NULL},
    {"policies/*/target", false, PLACE_CLUSTER, NULL},
    {"policies/*/properties/*", true, PLACE_KEY, keys_policy_properties},
    {"policies/*/properties/*/*", true, PLACE_KEY, keys_property},
    {"policies/*/properties/scaling_step", false, PLACE_WORD, words_step},
    {"policies/*/properties/scaling_step/value", false, PLACE_WORD, words_step},
    {"policies/*/properties/scaleIn_guard", false, PLACE_WORD, words_guard},
    {"policies/*/properties/scaleIn_guard/value", false, PLACE_WORD, words_guard},
    {"lifecycle/*", true, PLACE_TRANSITION, NULL},
    {"lifecycle", false, PLACE_TRANSITION, NULL},
    {"lifecycle/*/*", true, PLACE_KEY, keys_lifecycle_entry},
};

struct key_path {
	uint32_t entries[OUTLINE_DEPTH_MAX]; /* from the first key down */
	size_t n;
};

static struct key_path path_of(const struct outline *o, uint32_t entry)
{
	struct key_path path = {.n = 0};

	for (uint32_t i = entry; o->v[i].parent != OUTLINE_NONE; i = o->v[i].parent)
		if (!o->v[i].item && path.n < OUTLINE_DEPTH_MAX)
			path.entries[path.n++] = i;
	for (size_t i = 0; i < path.n / 2; i++) {
		uint32_t swap = path.entries[i];

		path.entries[i] = path.entries[path.n - 1 - i];
		path.entries[path.n - 1 - i] = swap;
	}
	return path;
}

/* 'p' is at one part of a rule's path, which ends at '/' or NUL. */
static bool part_matches(const char *p, const char *key, size_t n)
{
	if (*p == '*')
		return true;
	for (;;) {
		size_t size = strcspn(p, "|/");

		if (size == n && memcmp(p, key, n) == 0)
			return true;
		if (p[size] != '|')
			return false;
		p += size + 1;
	}
}

static bool path_matches(const struct outline *o, const struct key_path *path, const char *p)
{
	for (size_t i = 0; i < path->n; i++) {
		struct outline_span key = o->v[path->entries[i]].key;

		if (!part_matches(p, o->text + key.begin, key.end - key.begin))
			return false;
		p += strcspn(p, "/");
		if (*p == '\0')
			return i + 1 == path->n;
		p++;
	}
	return false;
}

/* ---- ${...} and a.b ------------------------------------------------------------------------ */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether the cursor stands behind a "${" that is not closed before it; 'begin': behind that. */
static bool inside_expr(const struct place *p, struct outline_span value, size_t *begin)
{
	const char *text = p->outline.text;

	for (size_t i = p->cursor; i >= value.begin + 2 && i <= p->outline.n; i--) {
		char c = text[i - 1];

		if (c == '}' || c == '\n')
			return false;
		if (c == '{' && text[i - 2] == '$') {
			*begin = i;
			return true;
		}
	}
	return false;
}

/* Splits [begin, end) at its first dot, an index in brackets left out of the scope. */
static void split(struct place *p, size_t begin, size_t end)
{
	const char *text = p->outline.text;
	const char *dot = memchr(text + begin, '.', end - begin);

	p->scoped = dot != NULL;
	p->name = p->token = (struct outline_span){(uint32_t)begin, (uint32_t)end};
	if (dot == NULL)
		return;
	size_t at = (size_t)(dot - text), scope_end = at;
	const char *bracket = memchr(text + begin, '[', at - begin);
	if (bracket != NULL)
		scope_end = (size_t)(bracket - text);
	p->scope = (struct outline_span){(uint32_t)begin, (uint32_t)scope_end};
	p->name.begin = (uint32_t)at + 1;
	p->on_scope = p->cursor <= at;
	p->token = p->on_scope ? p->scope : p->name;
}

static void find_expr(struct place *p, size_t begin)
{
	size_t end = begin;

	while (end < p->outline.n &&
	       (is_word(p->outline.text[end]) || strchr(".[]*", p->outline.text[end]) != NULL) &&
	       p->outline.text[end] != '\0')
		end++;
	p->what = PLACE_EXPR;
	split(p, begin, end < p->cursor ? p->cursor : end);
}

/* ---- finding ------------------------------------------------------------------------------- */

static bool has_parts(enum place_what what)
{
	return what == PLACE_END || what == PLACE_CALL || what == PLACE_OPERATION ||
	       what == PLACE_METRIC || what == PLACE_OWN_METRIC;
}

static void find_self(struct place *p, const struct editor_query *q)
{
	char *name = outline_value(&p->outline, p->arena, p->document, "name");
	const struct descriptor *d = name != NULL ? catalog_find(q->catalog, name) : NULL;

	p->assembly = name != NULL && strstr(name, "assembly") == name + strspn(name, " ");
	if (d != NULL && strcmp(d->file, q->file) == 0)
		p->self = d;
}

static void apply_rule(struct place *p, const struct rule *rule)
{
	const struct outline_entry *e = &p->outline.v[p->entry];

	p->what = rule->what;
	p->words = rule->words;
	if (rule->words == keys_operation && p->assembly)
		p->words = keys_promoted_operation;
	p->token = p->name = rule->key ? e->key : e->value;
	if (has_parts(p->what))
		split(p, p->token.begin, p->token.end);
}

struct place place_find(struct lm_arena *a, const struct editor_query *q)
{
	struct place p = {.arena = a,
	    .catalog = q->catalog,
	    .cursor = q->offset,
	    .section = OUTLINE_NONE,
	    .member = OUTLINE_NONE};
	size_t begin;

	p.outline = outline_read(a, q->text, q->n, q->offset);
	p.entry = p.outline.at;
	if (p.entry == OUTLINE_NONE)
		return p;
	p.document = outline_document(&p.outline, p.entry);
	find_self(&p, q);
	struct key_path path = path_of(&p.outline, p.entry);
	if (path.n > 0)
		p.section = path.entries[0];
	if (path.n > 1)
		p.member = path.entries[1];
	if (!p.outline.at_key && inside_expr(&p, p.outline.v[p.entry].value, &begin)) {
		find_expr(&p, begin);
		return p;
	}
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		/* A lone word below a key may be the beginning of its value, in a list. */
		if (rules[i].key == p.outline.at_key &&
		    path_matches(&p.outline, &path, rules[i].path)) {
			apply_rule(&p, &rules[i]);
			break;
		}
	}
	return p;
}

/* ---- what is around ------------------------------------------------------------------------ */

char *place_key(const struct place *p, uint32_t entry)
{
	return outline_text(&p->outline, p->arena, p->outline.v[entry].key);
}

uint32_t place_section(const struct place *p, const char *name)
{
	return outline_find(&p->outline, p->document, name);
}

uint32_t place_component(const struct place *p, const char *name, bool references)
{
	uint32_t i = outline_find(&p->outline, place_section(p, "composition"), name);

	if (i == OUTLINE_NONE && references)
		i = outline_find(&p->outline, place_section(p, "references"), name);
	return i;
}

const struct descriptor *place_type(const struct place *p, uint32_t component)
{
	char *type = outline_value(&p->outline, p->arena, component, "type");

	if (type == NULL)
		return NULL;
	const struct descriptor *d = catalog_find(p->catalog, type);
	return d != NULL ? d : catalog_highest(p->catalog, type);
}

bool place_has_ends(const struct place *p)
{
	return p->section != OUTLINE_NONE &&
	       p->section == outline_find(&p->outline, p->document, "relationships");
}

uint32_t place_end(const struct place *p, const char *which)
{
	const char *key = strcmp(which, "source") == 0   ? "source-capabilities"
			  : strcmp(which, "target") == 0 ? "target-requirements"
							 : NULL;
	const struct outline *o = &p->outline;

	if (key == NULL || !place_has_ends(p) || p->member == OUTLINE_NONE)
		return OUTLINE_NONE;
	uint32_t i = outline_find(o, p->member, key);
	if (i == OUTLINE_NONE)
		return OUTLINE_NONE;
	if (!o->v[i].has_value)
		i = outline_next(o, i, OUTLINE_NONE);
	if (i == OUTLINE_NONE)
		return OUTLINE_NONE;
	struct outline_span end = o->v[i].has_value ? o->v[i].value : o->v[i].key;
	const char *dot = memchr(o->text + end.begin, '.', end.end - end.begin);
	if (dot != NULL)
		end.end = (uint32_t)(dot - o->text);
	return place_component(p, outline_text(o, p->arena, end), true);
}

uint32_t place_scope(const struct place *p, const char *scope)
{
	uint32_t i = place_end(p, scope);

	return i != OUTLINE_NONE ? i : place_component(p, scope, true);
}
