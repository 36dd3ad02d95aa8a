/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/doctor.h"

#include <string.h>

#include "base/json.h"
#include "lm/core/engine_priv.h"

enum { KINDS_SHOWN = 6 };

/* All that drivers list under one resource id. */
struct group {
	const struct driver_thing *first, *torn; /* torn: the first that is not whole; NULL */
	bool whole;
	const char *kinds[KINDS_SHOWN]; /* different ones, in order */
	size_t n_kinds;
	bool is_cut;
};

static const char *const kind_text[] = {
#define X(name, text) [FINDING_##name] = text,
    FINDING_KINDS(X)
#undef X
};

const char *finding_kind_text(enum finding_kind kind)
{
	return kind_text[kind];
}

/* ---- what is outside, by resource ---------------------------------------------------------------- */

static void note_kind(struct group *g, const char *kind)
{
	for (size_t i = 0; i < g->n_kinds; i++)
		if (strcmp(g->kinds[i], kind) == 0)
			return;
	if (g->n_kinds == KINDS_SHOWN)
		g->is_cut = true;
	else
		g->kinds[g->n_kinds++] = kind;
}

static struct lm_map *group_things(
    const struct driver_thing *things, size_t n, struct examination *x)
{
	struct lm_map *groups = lm_map_new();

	for (size_t i = 0; i < n; i++) {
		const struct driver_thing *t = &things[i];
		struct group *g = lm_map_find(groups, t->resource_id);

		if (g == NULL) {
			g = LM_NEW(x->arena, struct group);
			g->first = t;
			lm_map_put(groups, t->resource_id, g);
		}
		g->whole = g->whole || t->whole;
		g->torn = g->torn == NULL && !t->whole ? t : g->torn;
		note_kind(g, t->kind);
	}
	x->things += n;
	x->resources += lm_map_count(groups);
	return groups;
}

/* "container, link, process" */
static const char *kinds_of(const struct group *g, struct lm_arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < g->n_kinds; i++)
		text = lm_arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "", g->kinds[i]);
	return g->is_cut ? lm_arena_printf(a, "%s, ...", text) : text;
}

/* ---- orphans -------------------------------------------------------------------------------------- */

/* A process may be about to use, or remove, what is there. */
static bool is_busy(const struct component *c)
{
	return component_is_awaited(c) || component_is_retired(c) || c->instance->running != NULL;
}

static const char *orphan_text(const struct component *c, const struct group *g, struct lm_arena *a)
{
	const char *kinds = kinds_of(g, a);

	return c == NULL ? lm_arena_printf(a, "%s: no component of the journal has this id", kinds)
			 : lm_arena_printf(a, "%s: its component is %s and has nothing outside",
			       kinds, component_state_text(c->state));
}

static bool can_be_adopted(const struct engine *e, const struct component *c, const struct group *g)
{
	return c == NULL && g->whole && g->first->descriptor != NULL &&
	       catalog_find(e->conf.catalog, g->first->descriptor) != NULL;
}

static void find_orphans(const struct engine *e, const struct lm_map *groups, struct examination *x)
{
	const struct group *g;

	for (size_t i = 0; (g = lm_map_next(groups, &i)) != NULL;) {
		const struct driver_thing *t = g->first;
		const struct component *c = lm_map_find(e->components, t->resource_id);

		if (c != NULL && (c->state >= COMPONENT_INSTALLED || is_busy(c)))
			continue;
		*LM_PUSH(x->arena, &x->findings) = (struct finding){
		    .kind = FINDING_ORPHAN,
		    .subject = t->resource_name != NULL ? t->resource_name : t->resource_id,
		    .resource_id = t->resource_id,
		    .root = c == NULL ? NULL : lm_arena_strdup(x->arena, c->instance->name),
		    .location = t->location,
		    .text = orphan_text(c, g, x->arena),
		    .repair = can_be_adopted(e, c, g)
				  ? "remove it; or keep it: 'lm adopt' takes it into an assembly"
				  : "remove it",
		    .repairable = true,
		};
	}
}

/* ---- missing and partial --------------------------------------------------------------------------- */

/* In the tree under which it was made, or else shall be. */
static const struct graph_node *node_of(const struct component *c)
{
	const struct graph *g = c->instance->tree->graph;

	if (c->tree != NULL)
		return &c->tree->graph->nodes[c->node];
	int node = graph_find_node(g, c->name);
	return node < 0 ? NULL : &g->nodes[node];
}

static bool has_infrastructure(const struct component *c)
{
	const struct graph_node *n = node_of(c);

	return n != NULL && n->resource != NULL && n->resource->n_infra > 0;
}

/* Failed says already that nothing can be built on; the operator heals, or deletes. */
static bool should_exist(const struct component *c)
{
	return c->state >= COMPONENT_INSTALLED && c->state <= COMPONENT_BROKEN &&
	       has_infrastructure(c);
}

/* Somebody would have told of it. */
static bool is_told_of(
    const struct engine *e, const struct component *c, const struct examination *x)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	bool has_tree = c->tree != NULL;
	const struct graph *g = has_tree ? c->tree->graph : c->instance->tree->graph;
	int node = has_tree ? c->node : graph_find_node(g, c->name);
	struct facts f = {(struct engine *)(uintptr_t)e, c->instance, g, a};
	struct graph_facts gf = facts_of(&f);

	return x->lists == NULL ||
	       x->lists(x->arg, graph_property_value(g, node, "deploymentLocation", &gf, a));
}

static void find_missing(const struct engine *e, const struct lm_map *groups, struct examination *x)
{
	const struct component *c;

	for (size_t i = 0; (c = lm_map_next(e->components, &i)) != NULL;) {
		const struct group *g = lm_map_find(groups, c->id);

		x->components++;
		if ((g != NULL && g->whole) || !should_exist(c) || is_busy(c) ||
		    !is_told_of(e, c, x))
			continue;
		const char *state = component_state_text(c->state);
		const char *root = lm_arena_strdup(x->arena, c->instance->name);
		*LM_PUSH(x->arena, &x->findings) = (struct finding){
		    .kind = g == NULL ? FINDING_MISSING : FINDING_PARTIAL,
		    .subject = lm_arena_strdup(x->arena, c->name),
		    .resource_id = lm_arena_strdup(x->arena, c->id),
		    .root = root,
		    .text =
			g == NULL
			    ? lm_arena_printf(x->arena, "it is %s, and nothing of it exists", state)
			    : lm_arena_printf(x->arena, "it is %s, but %s", state, g->torn->lacks),
		    .repair = lm_arena_printf(x->arena, "install it anew: heal %s", root),
		    .repairable = true,
		};
	}
}

/* ---- the books --------------------------------------------------------------------------------------- */

static bool is_stuck(const struct process *p)
{
	return p->status == PROCESS_RUNNING && p->in_flight == 0 && p->in_line == 0;
}

static void find_stuck(const struct engine *e, struct examination *x)
{
	const struct process *p;

	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;) {
		if (!is_stuck(p))
			continue;
		*LM_PUSH(x->arena, &x->findings) = (struct finding){
		    .kind = FINDING_STUCK,
		    .subject = lm_arena_strdup(x->arena, p->id),
		    .root = lm_arena_strdup(x->arena, p->root_name),
		    .text = lm_arena_printf(x->arena,
			"the process (%s) is In Progress, and no step of it is in flight",
			intent_kind_text(p->intent.kind)),
		    .repair = "restart the manager: it plans anew from what is there",
		};
	}
}

static void note_violation(void *arg, const char *subject, const char *text)
{
	struct examination *x = arg;

	*LM_PUSH(x->arena, &x->findings) = (struct finding){
	    .kind = FINDING_CONTRADICTION,
	    .subject = lm_arena_strdup(x->arena, subject),
	    .text = lm_arena_strdup(x->arena, text),
	    .repair = "restart the manager: it reads the journal again; if it is still there then, "
		      "keep a copy of the journal and report it",
	};
}

void engine_examine(
    const struct engine *e, const struct driver_thing *things, size_t n, struct examination *x)
{
	LM_AUTO(lm_map) groups = group_things(things, n, x);

	find_orphans(e, groups, x);
	find_missing(e, groups, x);
	find_stuck(e, x);
	engine_check(e, note_violation, x);
}

/* ---- what is done about it ------------------------------------------------------------------------- */

bool engine_lost(
    struct engine *e, const char *resource_id, const char *why, int64_t now_ms, struct turn *t)
{
	struct component *c = lm_map_find(e->components, resource_id);

	if (c == NULL || !should_exist(c) || is_busy(c))
		return false;
	event_death(e, t, now_ms, c, why);
	c->rebuild = true;
	component_set_state(e, c, COMPONENT_BROKEN, NULL, now_ms, t);
	return true;
}

void engine_lost_end(struct engine *e, const char *root, int64_t now_ms, struct turn *t)
{
	struct instance *in = lm_map_find(e->instances, root);

	if (in == NULL)
		return;
	root_show_state(e, in, NULL, now_ms, t);
	watch_sync(e, in, now_ms);
}

void examination_print(const struct examination *x, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_bool(&j, "healthy", x->findings.n == 0);
	lm_json_int(&j, "components", (int64_t)x->components);
	lm_json_int(&j, "resources", (int64_t)x->resources);
	lm_json_int(&j, "things", (int64_t)x->things);
	lm_json_open(&j, "findings", '[');
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct finding *f = &x->findings.v[i];

		lm_json_open(&j, NULL, '{');
		lm_json_str(&j, "code", finding_kind_text(f->kind));
		lm_json_str(&j, "subject", f->subject);
		lm_json_str(&j, "assembly", f->root);
		lm_json_str(&j, "resourceId", f->resource_id);
		lm_json_str(&j, "location", f->location);
		lm_json_str(&j, "explanation", f->text);
		lm_json_str(&j, "repair", f->repair);
		lm_json_bool(&j, "repairable", f->repairable);
		lm_json_close(&j, '}');
	}
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
}
