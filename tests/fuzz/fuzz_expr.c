/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a value with ${...} in it, in the three ways a scalar can be written, and as the name
 * of a descriptor, component or instance.  The literal parts and references of what was read must
 * give the text again.
 */
#include <stdint.h>

#include "tosca/model/expr.h"
#include "tosca/model/name.h"
#include "tosca/text/source.h"
#include "tosca/text/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static void put_part(const struct expr_part *part, struct lm_buf *out)
{
	if (part->text != NULL) {
		lm_buf_puts(out, part->text);
		return;
	}
	lm_buf_printf(out, "${%s", part->scope != NULL ? part->scope : "");
	if (part->member == EXPR_MEMBER_ALL)
		lm_buf_puts(out, "[*]");
	else if (part->member != EXPR_MEMBER_NONE)
		lm_buf_printf(out, "[%d]", part->member);
	lm_buf_printf(out, "%s%s}", part->scope != NULL ? "." : "", part->name);
}

/* [007] is [7]: only texts without leading zeros come back letter by letter. */
static bool has_leading_zero(const char *text)
{
	return strstr(text, "[0") != NULL;
}

static void check(const char *text, const struct expr *e)
{
	struct lm_buf out;

	lm_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < e->n; i++) {
		put_part(&e->parts[i], &out);
		demand(e->parts[i].pos.begin <= e->parts[i].pos.end);
	}
	demand(e->n == 0 || has_leading_zero(text) || strcmp(out.p, text) == 0);
	lm_buf_fini(&out);
}

static void read_as(struct lm_arena *a, const char *form, const char *text)
{
	LM_AUTO(diags) diags = diags_new(100);
	const struct tree_room room = {.texts = a, .nodes = a};
	const char *yaml = lm_arena_printf(a, form, text);
	struct documents docs = tree_read(&room, "x.yml", yaml, strlen(yaml), diags);
	const struct node *value = docs.n > 0 ? node_find(docs.v[0].root, "v") : NULL;

	if (value == NULL || value->kind != NODE_SCALAR)
		return;
	struct expr e = expr_read(a, docs.source, value, diags);
	check(value->text, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const forms[] = {"v: %s\n", "v: '%s'\n", "v: \"%s\"\n", "v: |\n  %s\n"};
	LM_AUTO(lm_arena) a = lm_arena_new();
	const char *text = lm_arena_strndup(a, (const char *)data, strnlen((const char *)data, n));
	struct name name;

	for (size_t i = 0; i < LM_COUNT(forms); i++)
		read_as(a, forms[i], text);
	if (name_parse(a, text, &name) == NULL)
		demand(name_matches(name.full, name.full) || name.ranged);
	name_component_flaw(text);
	name_instance_flaw(text);
	return 0;
}
