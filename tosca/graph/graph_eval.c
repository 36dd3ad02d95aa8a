/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "tosca/graph/graph.h"

/*
 * The build has seen to it that no value waits for itself, that chains are short and that no
 * value is made of too many parts.
 */
enum { VALUE_MAX = 1024 * 1024 };

struct eval {
	const struct graph *g;
	const struct graph_facts *facts;
	struct lm_arena *arena;
};

static const char *eval_property(const struct eval *, int node, const char *property);

/* What a function of the facts says; the text is copied, since the next call may reuse it. */
static const char *ask(const struct eval *e, const struct graph_part *part)
{
	const struct graph_facts *f = e->facts;

	if (f == NULL)
		return NULL;
	if (part->kind == GRAPH_PART_ID)
		return f->id == NULL ? NULL : lm_arena_strdup(e->arena, f->id(f->arg, part->index));
	return f->reference == NULL
		   ? NULL
		   : lm_arena_strdup(e->arena, f->reference(f->arg, part->index, part->text));
}

static const char *eval_cluster(const struct eval *e, const struct graph_part *part)
{
	const struct graph_cluster *k = &e->g->clusters[part->index];
	struct lm_buf out;
	const char *text = NULL;

	lm_buf_init(&out, VALUE_MAX);
	struct lm_json j = lm_json_on(&out);
	lm_json_open(&j, NULL, '[');
	for (size_t i = 0; i < k->n_members && !out.cut; i++)
		lm_json_str(&j, NULL, eval_property(e, k->members[i], part->text));
	lm_json_close(&j, ']');
	if (!out.cut)
		text = lm_arena_strndup(e->arena, out.p, out.n);
	lm_buf_fini(&out);
	return text;
}

static const char *eval_part(const struct eval *e, const struct graph_part *part)
{
	switch (part->kind) {
	case GRAPH_PART_TEXT:
		return part->text;
	case GRAPH_PART_PROPERTY:
		return eval_property(e, part->index, part->text);
	case GRAPH_PART_CLUSTER:
		return eval_cluster(e, part);
	case GRAPH_PART_REFERENCE:
	case GRAPH_PART_ID:
		break;
	}
	return ask(e, part);
}

static const char *eval_expr(const struct eval *e, const struct graph_expr *expr)
{
	struct lm_buf out;

	if (expr->n == 0)
		return NULL;
	if (expr->n == 1)
		return eval_part(e, &expr->parts[0]);
	lm_buf_init(&out, VALUE_MAX);
	for (size_t i = 0; i < expr->n && !out.cut; i++) {
		const char *part = eval_part(e, &expr->parts[i]);

		lm_buf_puts(&out, part != NULL ? part : "");
	}
	const char *text = out.cut ? NULL : lm_arena_strndup(e->arena, out.p, out.n);
	lm_buf_fini(&out);
	return text;
}

static const char *eval_candidates(const struct eval *e, int node, const struct graph_property *p)
{
	const char *value = NULL;

	if (e->facts != NULL && e->facts->output != NULL)
		value = lm_arena_strdup(e->arena, e->facts->output(e->facts->arg, node, p->name));
	for (size_t i = 0; value == NULL && i < p->n_candidates; i++)
		value = eval_expr(e, &p->candidates[i]);
	return value;
}

static const char *eval_property(const struct eval *e, int node, const char *property)
{
	const struct graph_node *n = &e->g->nodes[node];

	for (size_t i = 0; i < n->n_properties; i++)
		if (strcmp(n->properties[i].name, property) == 0)
			return eval_candidates(e, node, &n->properties[i]);
	return NULL;
}

const char *graph_property_value(const struct graph *g, int node, const char *property,
    const struct graph_facts *facts, struct lm_arena *a)
{
	const struct eval e = {g, facts, a};

	return eval_property(&e, node, property);
}

const char *graph_expr_value(const struct graph *g, const struct graph_expr *expr,
    const struct graph_facts *facts, struct lm_arena *a)
{
	const struct eval e = {g, facts, a};

	return eval_expr(&e, expr);
}

struct lm_kvs graph_node_values(
    const struct graph *g, int node, const struct graph_facts *facts, struct lm_arena *a)
{
	const struct eval e = {g, facts, a};
	const struct graph_node *n = &g->nodes[node];
	struct lm_kvs kvs = {LM_NEW_N(a, struct lm_kv, n->n_properties), 0};

	for (size_t i = 0; i < n->n_properties; i++) {
		const char *value = eval_candidates(&e, node, &n->properties[i]);

		if (value != NULL)
			kvs.v[kvs.n++] = (struct lm_kv){n->properties[i].name, value};
	}
	return kvs;
}
