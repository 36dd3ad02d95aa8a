/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/read.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tosca/text/source.h"
#include "tosca/text/suggest.h"

enum { SECONDS_MAX = 24 * 3600, KEY_MAX = 64 };

struct diag *read_report(
    struct reader *r, enum diag_code code, const struct node *node, const char *fmt, ...)
{
	struct source_range pos = node_range(r->source, node);
	va_list ap;

	va_start(ap, fmt);
	struct diag *d = diag_vadd(r->diags, code, &pos, fmt, ap);
	va_end(ap);
	return d;
}

struct spot read_named(const struct reader *r, const struct node *key)
{
	return (struct spot){key->text, node_range(r->source, key)};
}

const char *read_full_name(struct reader *r, const char *text, struct name *out)
{
	struct name *known = lm_map_find(r->names, text);

	if (known == NULL) {
		struct name fresh;
		const char *flaw = name_parse(r->arena, text, &fresh);

		if (flaw != NULL)
			return flaw;
		known = LM_NEW(r->arena, struct name);
		*known = fresh;
		lm_map_put(r->names, text, known);
	}
	*out = *known;
	return NULL;
}

/* ---- shapes -------------------------------------------------------------------------------- */

/* A text "key:value" where a mapping should be: its author forgot the blank. */
static bool looks_glued(const struct node *node)
{
	const char *colon = node->kind == NODE_SCALAR ? strchr(node->text, ':') : NULL;

	return node->plain && colon != NULL && colon > node->text && colon[1] != ':' &&
	       strchr(node->text, ' ') == NULL;
}

static void report_shape(
    struct reader *r, const struct node *node, const char *what, const char *expected)
{
	if (looks_glued(node)) {
		struct diag *d = read_report(r, CODE_YAML_GLUED, node,
		    "the value is glued to the colon, so this is one text");
		diag_help(r->diags, d, "put a blank after the colon: 'key: value'");
		return;
	}
	read_report(r, CODE_SHAPE, node, "%s must be %s, not %s", what, expected,
	    node_kind_text(node->kind));
}

const struct node *read_mapping(struct reader *r, const struct node *node, const char *what)
{
	if (node_is_null(node))
		return NULL;
	if (node->kind == NODE_MAPPING)
		return node;
	report_shape(r, node, what, "a mapping");
	return NULL;
}

size_t read_entries(struct reader *r, const struct node *node, const char *what)
{
	return read_mapping(r, node, what) == NULL ? 0 : node->n;
}

/* 'n' or what is allowed of it; 'first' is the first one that is not. */
static size_t cut(struct reader *r, size_t n, const struct node *first, const char *what)
{
	if (n <= READ_FEW_MAX)
		return n;
	read_report(r, CODE_TOO_MANY, first, "%s has %zu entries, at most %d are allowed", what, n,
	    READ_FEW_MAX);
	return READ_FEW_MAX;
}

size_t read_few(struct reader *r, const struct node *node, const char *what)
{
	size_t n = read_entries(r, node, what);

	return cut(r, n, n > READ_FEW_MAX ? &node->pairs[READ_FEW_MAX].key : NULL, what);
}

struct spot read_spot(struct reader *r, const struct node *node, const char *what)
{
	struct spot spot = {NULL, {0}};

	if (node == NULL)
		return spot;
	spot.pos = node_range(r->source, node);
	spot.text = node_text(node);
	if (node->kind != NODE_SCALAR)
		report_shape(r, node, what, "a text");
	return spot;
}

struct expr read_value(struct reader *r, const struct node *node, const char *what)
{
	if (node == NULL)
		return (struct expr){0};
	if (node->kind != NODE_SCALAR)
		report_shape(r, node, what, "a text");
	return expr_read(r->arena, r->source, node, r->diags);
}

bool read_bool(struct reader *r, const struct node *node, const char *what)
{
	static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}};
	const char *text = node_text(node);

	if (node_is_null(node))
		return false;
	for (size_t i = 0; text != NULL && i < LM_COUNT(words); i++)
		for (size_t truth = 0; truth < 2; truth++)
			if (strcasecmp(text, words[i][truth]) == 0)
				return truth != 0;
	read_report(r, CODE_BOOL, node, "'%s' must be true or false", what);
	return false;
}

unsigned read_seconds(struct reader *r, const struct node *node, const char *what)
{
	const char *text = node_text(node);
	unsigned seconds = 0;
	size_t i = 0;

	if (node_is_null(node))
		return 0;
	for (; text != NULL && isdigit((unsigned char)text[i]) && seconds <= SECONDS_MAX; i++)
		seconds = seconds * 10 + (unsigned)(text[i] - '0');
	if (text != NULL && text[i] == '\0' && seconds >= 1 && seconds <= SECONDS_MAX)
		return seconds;
	read_report(r, CODE_NUMBER, node, "'%s' must be whole seconds, 1 to %d", what, SECONDS_MAX);
	return 0;
}

/* ---- paths --------------------------------------------------------------------------------- */

struct path read_path(
    struct reader *r, const struct node *node, enum read_bare bare, const char *what)
{
	struct path path = {.pos = node_range(r->source, node)};
	struct spot spot = read_spot(r, node, what);
	const char *dot = spot.text != NULL ? strchr(spot.text, '.') : NULL;

	path.scope.pos = path.name.pos = spot.pos;
	if (spot.text == NULL) {
		if (node_is_null(node))
			read_report(r, CODE_CALL, node, "%s is empty", what);
	} else if (dot != NULL && dot > spot.text && dot[1] != '\0') {
		path.scope.text = lm_arena_strndup(r->arena, spot.text, (size_t)(dot - spot.text));
		path.name.text = dot + 1;
		path.scope.pos = source_part(path.pos, spot.text, 0, (size_t)(dot - spot.text));
		path.name.pos = source_part(
		    path.pos, spot.text, (size_t)(dot + 1 - spot.text), strlen(path.name.text));
	} else if (dot != NULL || bare == READ_BARE_WRONG) {
		struct diag *d =
		    read_report(r, CODE_CALL, node, "%s '%s' is incomplete", what, spot.text);
		diag_help(r->diags, d, "write component.name");
	} else if (bare == READ_BARE_SCOPE) {
		path.scope.text = spot.text;
	} else {
		path.name.text = spot.text;
	}
	return path;
}

struct path *read_paths(
    struct reader *r, const struct node *node, enum read_bare bare, const char *what, size_t *out_n)
{
	const struct node *items = node;
	size_t n = 1, used = 0;

	*out_n = 0;
	if (node_is_null(node))
		return NULL;
	if (node->kind == NODE_SEQUENCE) {
		items = node->items;
		n = cut(r, node->n, node->n > READ_FEW_MAX ? &items[READ_FEW_MAX] : NULL, "a list");
	}
	struct path *paths = LM_NEW_N(r->arena, struct path, n);
	for (size_t i = 0; i < n; i++) {
		struct path path = read_path(r, &items[i], bare, what);

		if (path.scope.text != NULL || path.name.text != NULL)
			paths[used++] = path;
	}
	*out_n = used;
	return paths;
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* read_only, readOnly, READ-ONLY: all "read-only". */
static void fold(const char *from, char to[KEY_MAX])
{
	size_t n = 0;

	for (const char *p = from; *p != '\0' && n + 2 < KEY_MAX; p++) {
		bool hump = isupper((unsigned char)*p) && p > from && islower((unsigned char)p[-1]);

		if (hump)
			to[n++] = '-';
		to[n++] = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	}
	while (n > 0 && isspace((unsigned char)to[n - 1]))
		n--;
	to[n] = '\0';
}

static int find_variant(struct reader *r, const struct node *key, const char *const *known)
{
	char written[KEY_MAX], meant[KEY_MAX];

	fold(key->text, written);
	for (int i = 0; known[i] != NULL; i++) {
		fold(known[i], meant);
		if (strcmp(written, meant) != 0)
			continue;
		struct diag *d = read_report(
		    r, CODE_SPELLING, key, "'%s' is understood as '%s'", key->text, known[i]);
		diag_write(r->diags, d, known[i]);
		return i;
	}
	return -1;
}

/* {value:x}: a key without a value, whose author meant a key and a value. */
static bool is_glued_key(struct reader *r, const struct node *key, const char *const *known)
{
	const char *colon = strchr(key->text, ':');

	for (int i = 0; colon != NULL && known[i] != NULL; i++) {
		size_t n = (size_t)(colon - key->text);

		if (strncmp(key->text, known[i], n) != 0 || known[i][n] != '\0')
			continue;
		struct diag *d = read_report(r, CODE_YAML_GLUED, key,
		    "the value is glued to the colon, so this is one text");
		diag_help(
		    r->diags, d, "put a blank after the colon: '%s: %s'", known[i], colon + 1);
		return true;
	}
	return false;
}

int read_key(struct reader *r, const struct node *key, const char *const *known, const char *where)
{
	struct suggest near = suggest_for(key->text);

	for (int i = 0; known[i] != NULL; i++)
		if (strcmp(key->text, known[i]) == 0)
			return i;
	int i = find_variant(r, key, known);
	if (i >= 0)
		return i;
	if (is_glued_key(r, key, known))
		return -1;
	struct diag *d = read_report(
	    r, CODE_UNKNOWN_KEY, key, "unknown key '%s' in %s, ignored", key->text, where);
	if (d == NULL)
		return -1;
	for (i = 0; known[i] != NULL; i++)
		suggest_offer(&near, known[i]);
	diag_did_you_mean(r->diags, d, near.best);
	return -1;
}
