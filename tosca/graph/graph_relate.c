/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/graph/graph_build.h"

static bool too_many(struct builder *b, const char *what)
{
	diag_add(b->diags, CODE_GRAPH_LIMIT, NULL, "more than %d %s", GRAPH_LINKS_MAX, what);
	return false;
}

/* ---- calls --------------------------------------------------------------------------------- */

static bool add_call(struct builder *b, struct graph_call call)
{
	if (++b->calls > GRAPH_LINKS_MAX)
		return too_many(b, "operations of relationships");
	*LM_PUSH(NULL, &b->called) = call;
	return true;
}

/* Follows promotions from a node's operation down to the resources that have it. */
static bool collect_calls(struct builder *b, int node, const char *operation)
{
	const struct node_info *info = &b->infos.v[node];
	const struct operation *op = descriptor_operation(info->template->d, operation);
	size_t n;

	if (op == NULL)
		return true;
	const struct toperation *t =
	    &info->template->operations[op - info->template->d->operations];
	if (info->template->d->name.kind == NAME_RESOURCE)
		return add_call(b, (struct graph_call){node, -1, t->name});
	const int *nodes = builder_nodes(b, &info->slots[t->slot], &n);
	for (size_t i = 0; i < n; i++)
		if (!collect_calls(b, nodes[i], t->promoted))
			return false;
	return true;
}

/* The reference whose operation is called; -1: a node's. */
static int called_reference(
    const struct builder *b, const struct graph_relationship *rel, const struct tcall *call)
{
	if (call->at == TCALL_REFERENCE)
		return b->infos.v[rel->owner].first_reference + call->slot;
	return call->at == TCALL_SOURCE && rel->source.node < 0 ? rel->source.reference : -1;
}

static bool make_call(
    struct builder *b, const struct graph_relationship *rel, const struct tcall *call)
{
	size_t n = 1;
	const int *nodes = &rel->target.node;
	int reference = called_reference(b, rel, call);

	if (reference >= 0)
		return add_call(
		    b, (struct graph_call){-1, reference, builder_text(b, call->operation)});
	if (call->at == TCALL_SOURCE)
		nodes = &rel->source.node;
	else if (call->at == TCALL_SLOT)
		nodes = builder_nodes(b, &b->infos.v[rel->owner].slots[call->slot], &n);
	for (size_t i = 0; i < n; i++)
		if (!collect_calls(b, nodes[i], call->operation))
			return false;
	return true;
}

static bool make_calls(struct builder *b, const struct graph_relationship *rel,
    const struct tcall *list, size_t n, struct graph_call **out, unsigned *out_n)
{
	b->called.n = 0;
	for (size_t i = 0; i < n; i++)
		if (!make_call(b, rel, &list[i]))
			return false;
	*out = LM_NEW_N(b->arena, struct graph_call, b->called.n);
	*out_n = (unsigned)b->called.n;
	if (b->called.n > 0)
		memcpy(*out, b->called.v, b->called.n * sizeof **out);
	return true;
}

/* What others can ask of the root as a whole. */
static bool add_offers(struct builder *b)
{
	const struct template *root = b->infos.v[0].template;

	b->g->offers = LM_NEW_N(b->arena, struct graph_offer, root->d->n_operations);
	for (size_t i = 0; i < root->d->n_operations; i++) {
		b->called.n = 0;
		if (!collect_calls(b, 0, root->d->operations[i].name.text))
			return false;
		struct graph_call *calls = LM_NEW_N(b->arena, struct graph_call, b->called.n);
		if (b->called.n > 0)
			memcpy(calls, b->called.v, b->called.n * sizeof *calls);
		b->g->offers[b->g->n_offers++] = (struct graph_offer){
		    builder_text(b, root->d->operations[i].name.text), calls, b->called.n};
	}
	return true;
}

/* ---- relationships ------------------------------------------------------------------------- */

/*
 * voice__manageDispatchList__2: the index of the source.  Where that would not tell all pairs
 * apart, both ends by name and index: voice__mesh__a_1__b_2.
 */
static const char *pair_name(
    struct builder *b, const struct graph_relationship *rel, const struct trelationship *t)
{
	const char *owner = b->nodes.v[rel->owner].name;
	const struct graph_node *target = &b->nodes.v[rel->target.node];
	const struct graph_node *source =
	    rel->source.node >= 0 ? &b->nodes.v[rel->source.node] : NULL;
	int index = source != NULL ? source->index : 1;

	if (t->source->n_sources == 1 && t->source->n_targets == 1 && target->cluster < 0)
		return index == 1 ? lm_arena_join(b->arena, owner, "__", t->name, "__1", NULL)
				  : lm_arena_printf(b->arena, "%s__%s__%d", owner, t->name, index);
	return lm_arena_printf(b->arena, "%s__%s__%s_%d__%s_%d", owner, t->name,
	    source != NULL ? source->component : b->references.v[rel->source.reference].component,
	    index, target->component, target->index);
}

static bool add_pair(struct builder *b, int owner, const struct trelationship *t,
    struct graph_end source, struct graph_end target)
{
	const struct relationship *r = t->source;
	struct graph_relationship rel = {.descriptor = t->name,
	    .owner = owner,
	    .source = source,
	    .target = target,
	    .n_properties = (unsigned)r->n_properties};
	const struct stamp_ends ends = {&rel.source, &rel.target};

	rel.name = pair_name(b, &rel, t);
	rel.properties = LM_NEW_N(b->arena, struct graph_attr, rel.n_properties);
	for (size_t i = 0; i < rel.n_properties; i++) {
		rel.properties[i].name = t->properties[i].name;
		rel.properties[i].value = stamp_expr(b, owner, &t->properties[i].value, &ends);
	}
	if (!make_calls(b, &rel, t->create, r->n_create, &rel.create, &rel.n_create) ||
	    !make_calls(b, &rel, t->cease, r->n_cease, &rel.cease, &rel.n_cease))
		return false;
	*LM_PUSH(NULL, &b->relationships) = rel;
	return true;
}

static bool add_targets(
    struct builder *b, int owner, const struct trelationship *t, struct graph_end source)
{
	struct graph_end target = {-1, -1, t->source->target_state, t->source->target_pre};
	size_t n;

	for (size_t i = 0; i < t->source->n_targets; i++) {
		const int *nodes =
		    builder_nodes(b, &b->infos.v[owner].slots[t->targets[i].slot], &n);

		for (size_t k = 0; k < n; k++) {
			target.node = nodes[k];
			/* Within one cluster a member has no relationship with itself. */
			if (target.node == source.node)
				continue;
			if (!add_pair(b, owner, t, source, target))
				return false;
		}
	}
	return true;
}

static size_t count_ends(const struct builder *b, int owner, const struct tend *ends, size_t n_ends)
{
	size_t all = 0, n = 1;

	for (size_t i = 0; i < n_ends; i++) {
		if (ends[i].slot >= 0)
			builder_nodes(b, &b->infos.v[owner].slots[ends[i].slot], &n);
		all += ends[i].slot >= 0 ? n : 1;
	}
	return all;
}

/* At most: known before the first of too many is made. */
static size_t count_pairs(const struct builder *b, int owner, const struct trelationship *t)
{
	return count_ends(b, owner, t->sources, t->source->n_sources) *
	       count_ends(b, owner, t->targets, t->source->n_targets);
}

static bool add_relationship(struct builder *b, int owner, const struct trelationship *t)
{
	struct graph_end source = {-1, -1, t->source->source_state, t->source->source_pre};
	size_t n;

	if (b->relationships.n + count_pairs(b, owner, t) > GRAPH_LINKS_MAX)
		return too_many(b, "relationships");
	for (size_t i = 0; i < t->source->n_sources; i++) {
		const struct tend *end = &t->sources[i];

		if (end->slot < 0) {
			source.node = -1;
			source.reference = b->infos.v[owner].first_reference + end->reference;
			if (!add_targets(b, owner, t, source))
				return false;
			continue;
		}
		const int *nodes = builder_nodes(b, &b->infos.v[owner].slots[end->slot], &n);
		source.reference = -1;
		for (size_t k = 0; k < n; k++) {
			source.node = nodes[k];
			if (!add_targets(b, owner, t, source))
				return false;
		}
	}
	return true;
}

bool relate_nodes(struct builder *b)
{
	size_t errors = diags_errors(b->diags);

	observe_nodes(b);
	for (size_t i = 0; i < b->nodes.n; i++) {
		const struct template *t = b->infos.v[i].template;

		for (size_t k = 0; k < t->d->n_relationships; k++)
			if (!add_relationship(b, (int)i, &t->relationships[k]))
				return false;
	}
	return add_offers(b) && diags_errors(b->diags) == errors;
}
