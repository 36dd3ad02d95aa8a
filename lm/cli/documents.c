/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/documents.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tosca/text/tree.h"

enum { DIAGS_MAX = 20, DIGITS_MAX = 15 };

struct lm_err *documents_load(const char *file, struct lm_buf *out)
{
	bool is_stdin = strcmp(file, "-") == 0;
	char block[16 * 1024];
	size_t n = 0;

	FILE *f = is_stdin ? stdin : fopen(file, "re");
	if (f == NULL)
		return lm_err_errno(errno, "cannot open %s", file);
	while ((n = fread(block, 1, sizeof block, f)) > 0 && !out->cut)
		lm_buf_add(out, block, n);
	struct lm_err *e =
	    ferror(f)  ? lm_err_errno(errno, "cannot read %s", file)
	    : out->cut ? lm_err_new(LM_ERR_LIMIT, "%s is larger than %zu bytes", file, out->max)
		       : NULL;
	if (!is_stdin)
		fclose(f);
	return e;
}

struct lm_err *documents_error(const struct diags *d)
{
	struct lm_buf b;

	lm_buf_init(&b, 2000);
	diags_print(d, &b, false);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	struct lm_err *e = lm_err_new(LM_ERR_INVALID, "%s", b.p);
	lm_buf_fini(&b);
	return e;
}

/* What JSON and YAML agree to be a number, short enough to be kept exactly; anything else is a text. */
static json_t *plain_value(const char *text)
{
	size_t sign = text[0] == '-', digits = strspn(text + sign, "0123456789");

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(text[0] == 't');
	if (digits == 0 || digits > DIGITS_MAX || text[sign + digits] != '\0' ||
	    (text[sign] == '0' && digits > 1))
		return json_string(text);
	return json_integer(strtoll(text, NULL, 10));
}

static json_t *value_of(const struct node *n)
{
	if (node_is_null(n))
		return json_null();
	if (n->kind == NODE_SCALAR)
		return n->plain ? plain_value(n->text) : json_string(n->text);
	json_t *all = n->kind == NODE_MAPPING ? json_object() : json_array();
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == NODE_MAPPING)
			json_object_set_new(
			    all, n->pairs[i].key.text, value_of(&n->pairs[i].value));
		else
			json_array_append_new(all, value_of(&n->items[i]));
	}
	return all;
}

struct lm_err *documents_read(
    const char *name, const char *text, size_t n, json_t **out, json_t **texts)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct tree_room room = {.texts = arena, .nodes = arena};
	struct documents docs = tree_read(&room, name, text, n, d);

	if (diags_errors(d) > 0)
		return documents_error(d);
	*out = json_array();
	if (texts != NULL)
		*texts = json_array();
	for (size_t i = 0; i < docs.n; i++) {
		json_array_append_new(*out, value_of(docs.v[i].root));
		if (texts != NULL)
			json_array_append_new(
			    *texts, json_stringn(text + docs.v[i].begin, docs.v[i].n));
	}
	return NULL;
}
