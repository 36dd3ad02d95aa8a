/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Who carries out the operations of a relationship: a component of the instance itself, one of
 * another instance that it refers to, or a resource outside that was found.
 */

struct whom whom_of(const struct process *p, const struct plan_step *s, const struct component *c)
{
	if (s->kind == PLAN_TRANSITION)
		return (struct whom){p->instance, s->graph, s->index};
	bool own = c->instance == p->instance;
	const struct graph *g = own ? s->graph : c->instance->tree->graph;

	if (!own && c->tree != NULL)
		return (struct whom){c->instance, c->tree->graph, c->node};

	return (struct whom){c->instance, g, graph_find_node(g, c->name)};
}

/* ---- what a reference leads to ------------------------------------------------------------------ */

static const struct found *of_link(const struct link *l, const char *reference)
{
	for (size_t i = 0; l != NULL && i < l->via.n; i++)
		if (strcmp(l->via.v[i]->reference, reference) == 0)
			return l->via.v[i];
	return NULL;
}

/* An assembly is as good as found. */
static const struct found *of_assembly(struct facts *f, int reference, const char *full)
{
	const char *name = reference_name(f, reference);
	const struct instance *in = name == NULL ? NULL : lm_map_find(f->engine->instances, name);

	if (in == NULL)
		return NULL;
	struct found *found = LM_NEW(f->arena, struct found);
	*found = (struct found){
	    .reference = lm_arena_strdup(f->arena, full),
	    .name = lm_arena_strdup(f->arena, name),
	    .type = lm_arena_strdup(f->arena, f->graph->references[reference].type),
	    .id = lm_arena_strdup(f->arena, in->id),
	};
	return found;
}

/* Ceased with what it was created with. */
static const struct found *led_to(struct facts *f, const struct plan_step *s, int reference)
{
	const char *full = reference_full_name(f->graph, reference, f->arena);
	const struct link *l = lm_map_find(f->instance->links, s->subject);
	const struct found *was = s->kind == PLAN_CEASE ? of_link(l, full) : NULL;

	if (was != NULL)
		return was;
	return f->graph->references[reference].external ? found_find(f->instance, full)
							: of_assembly(f, reference, full);
}

/* ---- the calls ------------------------------------------------------------------------------------ */

struct calls {
	LM_VEC(struct call) v;
	LM_VEC(const struct found *) via;
};

static void add_call(struct calls *c, struct lm_arena *a, const char *component, bool is_outside,
    const char *operation)
{
	*LM_PUSH(a, &c->v) =
	    (struct call){lm_arena_strdup(a, component), is_outside, lm_arena_strdup(a, operation)};
}

/* Of a resource that another instance has, whatever found it, or of one that nobody here has. */
static void add_external(
    struct facts *f, struct calls *out, const struct found *found, const char *operation)
{
	const struct component *c = lm_map_find(f->engine->components, found->id);

	if (c != NULL)
		add_call(out, f->arena, c->name, false, operation);
	else
		add_call(out, f->arena, outside_get(f->engine, found) == NULL ? NULL : found->id,
		    true, operation);
}

static void add_offered(
    struct facts *f, struct calls *out, const struct found *found, const char *operation)
{
	const struct instance *in = lm_map_find(f->engine->by_id, found->id);
	const struct graph_offer *o =
	    in == NULL ? NULL : graph_find_offer(in->tree->graph, operation);

	for (size_t i = 0; o != NULL && i < o->n_calls; i++)
		add_call(out, f->arena, in->tree->graph->nodes[o->calls[i].node].name, false,
		    o->calls[i].operation);
	if (o == NULL || o->n_calls == 0)
		add_call(out, f->arena, NULL, false, operation);
}

static void note_via(struct facts *f, struct calls *out, const struct found *found)
{
	for (size_t i = 0; i < out->via.n; i++)
		if (strcmp(out->via.v[i]->reference, found->reference) == 0)
			return;
	struct found *copy = LM_NEW(f->arena, struct found);
	*copy = (struct found){
	    .reference = lm_arena_strdup(f->arena, found->reference),
	    .name = lm_arena_strdup(f->arena, found->name),
	    .type = lm_arena_strdup(f->arena, found->type),
	    .location = lm_arena_strdup(f->arena, found->location),
	    .id = lm_arena_strdup(f->arena, found->id),
	    .properties = lm_kvs_copy(f->arena, &found->properties),
	};
	*LM_PUSH(f->arena, &out->via) = copy;
}

static void add_referred(
    struct facts *f, const struct plan_step *s, const struct graph_call *call, struct calls *out)
{
	const struct found *found = led_to(f, s, call->reference);

	if (found == NULL) {
		add_call(out, f->arena, NULL, false, call->operation);
		return;
	}
	note_via(f, out, found);
	if (f->graph->references[call->reference].external)
		add_external(f, out, found, call->operation);
	else
		add_offered(f, out, found, call->operation);
}

void calls_resolve(struct engine *e, struct process *p, int run)
{
	const struct plan_step *s = &p->plan->steps[run];
	const struct graph_relationship *r = &s->graph->relationships[s->index];
	const struct graph_call *calls = s->kind == PLAN_CREATE ? r->create : r->cease;
	size_t n = s->kind == PLAN_CREATE ? r->n_create : r->n_cease;
	struct facts f = {e, p->instance, s->graph, p->plan_arena};
	struct calls out = {0};

	for (size_t i = 0; i < n; i++) {
		if (calls[i].node < 0)
			add_referred(&f, s, &calls[i], &out);
		else
			add_call(&out, f.arena, s->graph->nodes[calls[i].node].name, false,
			    calls[i].operation);
	}
	p->runs[run].calls = out.v.v;
	p->runs[run].n_calls = out.v.n;
	p->runs[run].via = out.via.v;
	p->runs[run].n_via = out.via.n;
}

struct component *call_component(const struct engine *e, const struct call *call)
{
	if (call->component == NULL)
		return NULL;
	return call->is_outside ? outside_find(e, call->component)
				: lm_map_find(e->component_names, call->component);
}

const char *run_action(const struct process *p, int run)
{
	const struct plan_step *s = &p->plan->steps[run];
	const struct run *r = &p->runs[run];

	if (s->kind != PLAN_CREATE && s->kind != PLAN_CEASE)
		return plan_step_action(s);
	return r->call < r->n_calls ? r->calls[r->call].operation : NULL;
}
