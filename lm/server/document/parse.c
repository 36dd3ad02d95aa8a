/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lm/server/document/document.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

enum { NODES_MAX = 100000, TEXT_MAX = 1 << 20 };

static struct lm_err *no_object(const json_t *v, const char *where)
{
	return lm_err_new(LM_ERR_INVALID, "%s: an object is needed, {name: value, ...}, not %s",
	    where, json_is_array(v) ? "a list" : "a single value");
}

/* ---- JSON ------------------------------------------------------------------------------------- */

const char *document_complaint(json_error_t *why)
{
	char *near = strstr(why->text, " near '");

	if (near != NULL)
		*near = '\0';
	return why->text;
}

struct lm_err *document_parse_json(const char *text, size_t n, json_t **out)
{
	json_error_t why = {0};

	json_t *v = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (json_is_object(v)) {
		*out = v;
		return NULL;
	}
	struct lm_err *e;
	if (v != NULL) {
		e = no_object(v, "the body");
	} else {
		e = lm_err_new(LM_ERR_INVALID, "the body is no JSON: line %d column %d: %s",
		    why.line, why.column, document_complaint(&why));
	}
	json_decref(v);
	return e;
}

/* ---- YAML ------------------------------------------------------------------------------------- */

struct budget {
	size_t bytes;
	bool spent;
};

static json_t *real_of(double d)
{
	return isfinite(d) ? json_real(d) : NULL;
}

/* A number as JSON writes it; NULL: it is a text. */
static json_t *number_of(const char *text)
{
	const char *digits = text + (*text == '-');
	size_t n = strspn(digits, "0123456789");
	char *end = NULL;

	if (n == 0 || (n > 1 && *digits == '0'))
		return NULL;
	errno = 0;
	if (digits[n] == '\0') {
		long long i = strtoll(text, NULL, 10);
		return errno == 0 ? json_integer(i) : NULL;
	}
	if (strspn(digits, "0123456789.eE+-") != strlen(digits))
		return NULL;
	double d = strtod(text, &end);
	return errno == 0 && *end == '\0' ? real_of(d) : NULL;
}

static json_t *scalar_of(const struct node *n, struct budget *left)
{
	static const char *const yes[] = {"true", "True", "TRUE"};
	static const char *const no[] = {"false", "False", "FALSE"};

	if (node_is_null(n))
		return json_null();
	left->spent = left->spent || n->n > left->bytes;
	if (left->spent)
		return json_null();
	left->bytes -= n->n;
	if (n->plain) {
		json_t *number = number_of(n->text);

		for (size_t i = 0; i < LM_COUNT(yes); i++)
			if (strcmp(n->text, yes[i]) == 0 || strcmp(n->text, no[i]) == 0)
				return json_boolean(strcmp(n->text, yes[i]) == 0);
		if (number != NULL)
			return number;
	}
	return json_stringn(n->text, n->n);
}

/* As deep as the tree, which is bounded. */
static json_t *value_of(const struct node *n, struct budget *left)
{
	json_t *v;

	switch ((enum node_kind)n->kind) {
	case NODE_MAPPING:
		v = json_object();
		for (uint32_t i = 0; i < n->n && !left->spent; i++)
			json_object_set_new(
			    v, n->pairs[i].key.text, value_of(&n->pairs[i].value, left));
		return v;
	case NODE_SEQUENCE:
		v = json_array();
		for (uint32_t i = 0; i < n->n && !left->spent; i++)
			json_array_append_new(v, value_of(&n->items[i], left));
		return v;
	default:
		return scalar_of(n, left);
	}
}

static struct lm_err *first_error(const struct diags *ds)
{
	for (size_t i = 0; i < diags_count(ds); i++) {
		const struct diag *d = diags_at(ds, i);
		struct source_place at = source_place(&d->pos);

		if (d->severity != DIAG_ERROR)
			continue;
		if (at.line == 0)
			return lm_err_new(LM_ERR_INVALID, "the body is no YAML: %s", d->message);
		return lm_err_new(LM_ERR_INVALID, "the body is no YAML: line %u column %u: %s",
		    at.line, at.col, d->message);
	}
	return lm_err_new(LM_ERR_INVALID, "the body is no YAML");
}

static struct lm_err *convert(const struct node *root, json_t **out)
{
	struct budget left = {DOCUMENT_TEXT_MAX, false};

	json_t *v = value_of(root, &left);
	if (json_is_object(v) && !left.spent) {
		*out = v;
		return NULL;
	}
	struct lm_err *e =
	    left.spent ? lm_err_new(LM_ERR_LIMIT,
			     "the body has more than %d bytes, what aliases repeat included",
			     DOCUMENT_TEXT_MAX)
		       : no_object(v, "the body");
	json_decref(v);
	return e;
}

struct lm_err *document_parse_yaml(const char *text, size_t n, json_t **out)
{
	LM_AUTO(diags) ds = diags_new(16);
	LM_AUTO(lm_arena) a = lm_arena_new();
	const struct tree_room room = {a, a, TEXT_MAX, NODES_MAX};

	struct documents docs = tree_read(&room, "body", text, n, ds);
	if (diags_errors(ds) > 0)
		return first_error(ds);
	if (docs.n != 1 || docs.v[0].root == NULL)
		return lm_err_new(
		    LM_ERR_INVALID, "the body must be one YAML document, not %zu", docs.n);
	return convert(docs.v[0].root, out);
}
