/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/simulate/override.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"
#include "tosca/link/check.h"
#include "tosca/model/descriptor.h"
#include "tosca/model/keys.h"
#include "tosca/model/setting.h"
#include "tosca/text/source.h"
#include "tosca/text/suggest.h"
#include "tosca/text/tree.h"

enum { DIAGS_MAX = 20, TEXT_MAX = 64 * 1024, SETS_MAX = 4096 };

/* One property of one policy, and where its descriptor stands. */
struct change {
	struct catalog *catalog;
	const struct descriptor *descriptor;
	const char *policy, *name, *value;
	struct lm_arena *arena;
};

/* ---- the edit ----------------------------------------------------------------------------------- */

/* 'text' in place of the bytes [begin, end) of the file. */
struct edit {
	size_t begin, end;
	const char *text;
};

static bool is_number(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && n < 10 && text[n] == '\0';
}

/* As YAML and JSON both understand it. */
static const char *value_text(const struct change *c)
{
	struct lm_buf b;

	if (*c->value == '\0')
		return "null";
	if (is_number(c->value))
		return c->value;
	lm_buf_init(&b, TEXT_MAX);
	lm_json_quote(&b, c->value);
	const char *text = lm_arena_strdup(c->arena, b.p);
	lm_buf_fini(&b);
	return text;
}

/* One more entry before the first of a mapping, in the style of that. */
static struct edit insert(const struct change *c, const char *text, const struct node *mapping,
    const char *name, const char *value)
{
	size_t at = mapping->pairs[0].key.begin, line = at;
	const char *quote = text[at] == '"' ? "\"" : "";
	bool flow = text[mapping->begin] == '{';

	while (line > 0 && text[line - 1] != '\n')
		line--;
	const char *entry = lm_arena_join(c->arena, quote, name, quote, ": ", value, NULL);
	if (flow)
		return (struct edit){at, at, lm_arena_join(c->arena, entry, ", ", NULL)};
	return (struct edit){
	    at, at, lm_arena_printf(c->arena, "%s\n%*s", entry, (int)(at - line), "")};
}

static struct lm_err *out_of_reach(const struct change *c)
{
	return lm_err_new(LM_ERR_INVALID,
	    "'%s' of policy '%s' cannot be set from outside: what stands in %s is no plain value",
	    c->name, c->policy, descriptor_file(c->descriptor));
}

/* The value is there: another one in its place. */
static struct lm_err *replace(
    const struct change *c, const char *text, const struct node_pair *pair, struct edit *out)
{
	const struct node *v = &pair->value;

	if (v->kind == NODE_MAPPING && v->begin > pair->key.begin &&
	    node_find(v, "value") == NULL) {
		if (v->n == 0)
			return out_of_reach(c);
		*out = insert(c, text, v, "value", value_text(c));
		return NULL;
	}
	if (v->kind == NODE_MAPPING)
		v = node_find(v, "value");
	/* What an alias stands for has its place elsewhere. */
	if (v == NULL || v->kind != NODE_SCALAR || v->begin <= pair->key.begin ||
	    v->end <= v->begin)
		return out_of_reach(c);
	*out = (struct edit){v->begin, v->end, value_text(c)};
	return NULL;
}

static struct lm_err *find_edit(
    const struct change *c, const char *text, const struct node *policy, struct edit *out)
{
	const struct node *properties = node_find(policy, "properties");

	if (policy == NULL || policy->kind != NODE_MAPPING || policy->n == 0)
		return out_of_reach(c);
	if (properties == NULL) {
		const char *all =
		    lm_arena_join(c->arena, "{\"", c->name, "\": ", value_text(c), "}", NULL);

		*out = insert(c, text, policy, "properties", all);
		return NULL;
	}
	if (properties->kind != NODE_MAPPING || properties->n == 0)
		return out_of_reach(c);
	for (size_t i = 0; i < properties->n; i++)
		if (strcmp(node_text(&properties->pairs[i].key), c->name) == 0)
			return replace(c, text, &properties->pairs[i], out);
	*out = insert(c, text, properties, c->name, value_text(c));
	return NULL;
}

/* The document that the descriptor came from, read again as a tree. */
static const struct node *find_policy(const struct change *c, const struct documents *docs)
{
	for (size_t i = 0; i < docs->n; i++)
		if (docs->v[i].begin == c->descriptor->text_begin)
			return node_find(node_find(docs->v[i].root, "policies"), c->policy);
	return NULL;
}

static struct lm_err *apply(const struct change *c)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	const struct source *s = c->descriptor->source;
	struct tree_room room = {.texts = c->arena, .nodes = c->arena};
	struct documents docs = tree_read(&room, s->file, s->text, s->n, d);
	struct edit edit = {0};
	struct lm_buf text;

	struct lm_err *e = find_edit(c, s->text, find_policy(c, &docs), &edit);
	if (e != NULL)
		return e;
	/* The texts of the descriptor go with the file that is put again. */
	const char *file = lm_arena_strdup(c->arena, s->file);
	lm_buf_init(&text, s->n + TEXT_MAX);
	lm_buf_add(&text, s->text, edit.begin);
	lm_buf_puts(&text, edit.text);
	lm_buf_add(&text, s->text + edit.end, s->n - edit.end);
	catalog_put(c->catalog, file, text.p, text.n);
	lm_buf_fini(&text);
	return NULL;
}

/* ---- what is asked for ---------------------------------------------------------------------------- */

/* What a scale policy takes, which is not all that there is. */
static bool is_of_scale(size_t setting)
{
	return setting != SETTING_MAXIMUM && setting != SETTING_WINDOW;
}

static struct lm_err *check_name(const char *name)
{
	struct suggest near = suggest_for(name);

	for (size_t i = 0; keys_policy_properties[i] != NULL; i++) {
		if (!is_of_scale(i))
			continue;
		if (strcmp(keys_policy_properties[i], name) == 0)
			return NULL;
		suggest_offer(&near, keys_policy_properties[i]);
	}
	return lm_err_new(LM_ERR_INVALID, "--policy: a scale policy has no property '%s'%s%s%s",
	    name, near.best != NULL ? "; did you mean '" : "", near.best != NULL ? near.best : "",
	    near.best != NULL ? "'?" : "");
}

/* Where the next "name=" begins behind a comma: values may hold commas, too. */
static char *next_comma(char *text)
{
	for (char *p = strchr(text, ','); p != NULL; p = strchr(p + 1, ',')) {
		const char *name = p + 1 + strspn(p + 1, " ");
		size_t n = 0;

		while (isalnum((unsigned char)name[n]) || name[n] == '_')
			n++;
		if (n > 0 && name[n] == '=' && !isdigit((unsigned char)name[0]))
			return p;
	}
	return NULL;
}

static struct lm_err *apply_one(struct change *c, const char *full_name, char *text)
{
	char *equals = strchr(text, '=');

	text += strspn(text, " ");
	if (equals == NULL || equals == text)
		return lm_err_new(LM_ERR_INVALID,
		    "--policy needs a property and its value, like cooldown=60, not '%s'", text);
	*equals = '\0';
	c->name = text;
	c->value = equals + 1;
	c->descriptor = catalog_find(c->catalog, full_name);
	struct lm_err *e = check_name(c->name);
	return e != NULL ? e : apply(c);
}

/* ---- what the compiler says ------------------------------------------------------------------------- */

/* Messages, so that what was said before is not said again. */
struct said {
	struct lm_arena *arena;
	LM_VEC(const char *) messages;
};

static void remember(struct catalog *catalog, const char *file, struct said *s)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	catalog_report(catalog, file, d);
	for (size_t i = 0; i < diags_count(d); i++)
		*LM_PUSH(s->arena, &s->messages) =
		    lm_arena_strdup(s->arena, diags_at(d, i)->message);
}

static bool is_said(const struct said *s, const struct diag *d)
{
	for (size_t i = 0; i < s->messages.n; i++)
		if (strcmp(s->messages.v[i], d->message) == 0)
			return true;
	return false;
}

static struct lm_err *compile(struct catalog *catalog, const char *file, const char *set,
    const struct said *before, struct lm_buf *warnings)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct lm_err *e = NULL;
	struct lm_buf b;

	catalog_check(catalog);
	catalog_report(catalog, file, d);
	lm_buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < diags_count(d); i++)
		if (!is_said(before, diags_at(d, i)))
			diag_print(diags_at(d, i), &b, false);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	if (diags_errors(d) > 0)
		e = lm_err_new(LM_ERR_INVALID, "--policy %s:\n%s", set, b.p);
	else if (b.n > 0)
		lm_buf_printf(warnings, "with %s:\n%s\n\n", set, b.p);
	lm_buf_fini(&b);
	return e;
}

struct lm_err *override_apply(struct catalog *catalog, const char *descriptor, const char *policy,
    const char *set, struct lm_buf *warnings)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct change c = {.catalog = catalog, .policy = policy, .arena = arena};
	struct said before = {.arena = arena};
	const struct descriptor *d = catalog_find(catalog, descriptor);
	struct lm_err *e = NULL;

	if (d == NULL || strlen(set) > SETS_MAX)
		return lm_err_new(LM_ERR_INVALID, "--policy: %s",
		    d == NULL ? "the policy's descriptor is gone" : "the text is too long");
	const char *file = lm_arena_strdup(arena, descriptor_file(d));
	char *rest = lm_arena_strdup(arena, set);
	remember(catalog, file, &before);
	while (e == NULL && rest != NULL) {
		char *comma = next_comma(rest), *one = rest;

		if (comma != NULL)
			*comma = '\0';
		rest = comma != NULL ? comma + 1 : NULL;
		e = apply_one(&c, descriptor, one);
	}
	return e != NULL ? e : compile(catalog, file, set, &before, warnings);
}
