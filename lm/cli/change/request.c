/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/change/request.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "lm/cli/documents.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

enum { TEXT_MAX = 1 << 20, DIAGS_MAX = 20 };

/* ---- words ------------------------------------------------------------------------------------ */

/* Words fill the members in order; a choice of the last word may pick the intent. */
static const struct form {
	const char *verb, *last; /* last: NULL, or the word that must stand last */
	const char *intent;
	const char *members[3];
	size_t n;
} forms[] = {
    {"delete", NULL, "deleteAssembly", {"assemblyName"}, 1},
    {"state", NULL, "changeAssemblyState", {"assemblyName", "intendedState"}, 2},
    {"heal", NULL, "healAssembly", {"assemblyName", "brokenComponentName"}, 2},
    {"scale", "out", "scaleOutAssembly", {"assemblyName", "clusterName"}, 3},
    {"scale", "in", "scaleInAssembly", {"assemblyName", "clusterName"}, 3},
    {"upgrade", NULL, "upgradeAssembly", {"assemblyName"}, 1},
    {"retry", NULL, "retry", {"processId"}, 1},
    {"rollback", NULL, "rollback", {"processId"}, 1},
    {"cancel", NULL, "cancel", {"processId"}, 1},
};

bool request_is_of_process(const char *verb)
{
	for (size_t i = 0; i < LM_COUNT(forms); i++)
		if (strcmp(forms[i].verb, verb) == 0)
			return strcmp(forms[i].members[0], "processId") == 0;
	return false;
}

/* A component may be said as 'lm describe' shows it, without the assembly's name in front. */
static const char *full_name(struct lm_arena *a, const char *assembly, const char *component)
{
	size_t n = strlen(assembly);

	if (strncmp(component, assembly, n) == 0 && strncmp(component + n, "__", 2) == 0)
		return component;
	return lm_arena_printf(a, "%s__%s", assembly, component);
}

static void write_more(struct lm_json *j, const struct request_more *more)
{
	if (more->descriptor != NULL)
		lm_json_str(j, "descriptorName", more->descriptor);
	if (more->state != NULL)
		lm_json_str(j, "intendedState", more->state);
	if (more->n_properties > 0)
		lm_json_open(j, "properties", '{');
	for (size_t i = 0; i < more->n_properties; i++) {
		const char *text = more->properties[i], *value = strchr(text, '=');
		struct lm_buf name;

		lm_buf_init(&name, TEXT_MAX);
		lm_buf_add(&name, text, (size_t)(value - text));
		lm_json_str(j, name.p, value + 1);
		lm_buf_fini(&name);
	}
	if (more->n_properties > 0)
		lm_json_close(j, '}');
	if (more->to != NULL)
		lm_json_raw(j, "quantity", more->to);
	if (more->queue)
		lm_json_bool(j, "queue", true);
}

static char *body_from(struct lm_arena *a, const struct form *f, const struct request_words *w)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	for (size_t i = 0; i < f->n && f->members[i] != NULL; i++)
		lm_json_str(&j, f->members[i],
		    strcmp(f->members[i], "brokenComponentName") == 0
			? full_name(a, w->v[0], w->v[i])
			: w->v[i]);
	write_more(&j, &w->more);
	lm_json_close(&j, '}');
	char *body = lm_arena_strdup(a, b.p);
	lm_buf_fini(&b);
	return body;
}

/* "1" to "999999" */
static bool is_count(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= 6 && *text != '0' && strspn(text, "0123456789") == n;
}

static struct lm_err *check_more(const struct request_words *w)
{
	const struct request_more *m = &w->more;

	for (size_t i = 0; i < m->n_properties; i++) {
		const char *at = strchr(m->properties[i], '=');

		if (at == NULL || at == m->properties[i])
			return lm_err_new(
			    LM_ERR_INVALID, "a property is NAME=VALUE, not '%s'", m->properties[i]);
	}
	if (m->to != NULL && strcmp(w->verb, "scale") != 0)
		return lm_err_new(LM_ERR_INVALID, "'%s' takes no --to: 'scale' does", w->verb);
	if (m->to != NULL && !is_count(m->to))
		return lm_err_new(LM_ERR_INVALID,
		    "--to needs how many members there shall be, from 1, not '%s'", m->to);
	if (strcmp(w->verb, "upgrade") != 0 &&
	    (m->n_properties > 0 || m->descriptor != NULL || m->state != NULL))
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' takes no descriptor, properties or state: 'upgrade' does", w->verb);
	return NULL;
}

struct lm_err *request_from_words(
    struct lm_arena *a, const struct request_words *w, struct request *out)
{
	struct lm_err *e = check_more(w);
	bool is_verb = false;

	for (size_t i = 0; e == NULL && i < LM_COUNT(forms); i++) {
		const struct form *f = &forms[i];

		if (strcmp(f->verb, w->verb) != 0)
			continue;
		is_verb = true;
		if (w->n != f->n || (f->last != NULL && strcmp(w->v[w->n - 1], f->last) != 0))
			continue;
		*out = (struct request){f->intent, w->v[0], body_from(a, f, w)};
		return NULL;
	}
	if (e != NULL)
		return e;
	if (is_verb)
		return lm_err_new(LM_ERR_INVALID,
		    "the words after '%s' do not fit: see 'lm help %s'", w->verb, w->verb);
	return lm_err_new(LM_ERR_INVALID,
	    "'%s' is no change: there are create, apply, adopt, upgrade, state, scale, heal, "
	    "delete, "
	    "retry, rollback and cancel",
	    w->verb);
}

/* ---- documents -------------------------------------------------------------------------------- */

static void write_node(struct lm_json *j, const char *key, const struct node *n)
{
	if (node_is_null(n)) {
		lm_json_raw(j, key, "null");
	} else if (n->kind == NODE_SCALAR) {
		lm_json_str(j, key, n->text);
	} else if (n->kind == NODE_MAPPING) {
		lm_json_open(j, key, '{');
		for (size_t i = 0; i < n->n; i++)
			write_node(j, n->pairs[i].key.text, &n->pairs[i].value);
		lm_json_close(j, '}');
	} else {
		lm_json_open(j, key, '[');
		for (size_t i = 0; i < n->n; i++)
			write_node(j, NULL, &n->items[i]);
		lm_json_close(j, ']');
	}
}

static struct lm_err *body_of_document(
    struct lm_arena *a, const struct request_file *file, const struct node *root, const char **out)
{
	struct lm_buf b;
	struct lm_err *e = NULL;

	lm_buf_init(&b, TEXT_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	for (size_t i = 0; i < root->n; i++)
		write_node(&j, root->pairs[i].key.text, &root->pairs[i].value);
	if (node_find(root, "intendedState") == NULL)
		lm_json_str(&j, "intendedState", "Active");
	if (file->queue && node_find(root, "queue") == NULL)
		lm_json_bool(&j, "queue", true);
	lm_json_close(&j, '}');
	if (b.cut)
		e = lm_err_new(LM_ERR_LIMIT, "a document is larger than %d bytes", TEXT_MAX);
	else
		*out = lm_arena_strdup(a, b.p);
	lm_buf_fini(&b);
	return e;
}

static struct lm_err *add_document(struct lm_arena *a, const struct request_file *file,
    const struct source *source, const struct node *root, struct requests *out)
{
	static const char *const needed[] = {"assemblyName", "descriptorName"};
	struct source_range range = node_range(source, root);
	const char *body = NULL;

	for (size_t i = 0; i < LM_COUNT(needed); i++)
		if (node_text(node_find(root, needed[i])) == NULL)
			return lm_err_new(LM_ERR_INVALID,
			    "%s:%u: a document needs '%s' (and descriptors go to 'lm check', not "
			    "here)",
			    source->file, (unsigned)source_place(&range).line, needed[i]);
	struct lm_err *e = body_of_document(a, file, root, &body);
	if (e == NULL)
		*LM_PUSH(a, &out->all) = (struct request){
		    file->intent, node_text(node_find(root, "assemblyName")), body};
	return e;
}

struct lm_err *requests_from_text(struct lm_arena *a, const struct request_file *file,
    const char *text, size_t n, struct requests *out)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct tree_room room = {.texts = a, .nodes = a, .text_max = TEXT_MAX};
	struct documents docs = tree_read(&room, file->name, text, n, d);
	struct requests all = {0};
	struct lm_err *e = NULL;

	if (diags_errors(d) > 0)
		return documents_error(d);
	for (size_t i = 0; e == NULL && i < docs.n; i++)
		e = add_document(a, file, docs.source, docs.v[i].root, &all);
	if (e == NULL && all.all.n == 0)
		e = lm_err_new(LM_ERR_INVALID, "%s holds no document", file->name);
	if (e == NULL)
		*out = all;
	return e;
}

struct lm_err *requests_from_file(
    struct lm_arena *a, const struct request_file *file, struct requests *out)
{
	bool is_stdin = strcmp(file->name, "-") == 0;
	struct request_file named = *file;
	struct lm_buf text;

	lm_buf_init(&text, TEXT_MAX);
	struct lm_err *e = documents_load(file->name, &text);
	named.name = lm_arena_strdup(a, is_stdin ? "<stdin>" : file->name);
	if (e == NULL)
		e = requests_from_text(a, &named, text.p, text.n, out);
	lm_buf_fini(&text);
	return e;
}
