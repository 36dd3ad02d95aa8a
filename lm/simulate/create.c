/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/simulate/fill.h"
#include "lm/simulate/world_priv.h"
#include "tosca/graph/graph.h"
#include "tosca/model/name.h"

/* The service is brought up, after the assemblies that it refers to, with their own defaults. */

enum { DEPTH_MAX = 8, DIAGS_MAX = 20, TEXT_MAX = 16 * 1024 };

struct creation {
	struct world *world;
	struct lm_arena *arena;
	const char *descriptor, *instance;
	const struct lm_kvs *properties;
	unsigned depth;
};

static struct lm_err *create_one(struct creation *);

static struct lm_err *graph_error(const struct creation *c, const struct diags *d)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	diags_print(d, &b, false);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	struct lm_err *e = lm_err_new(
	    LM_ERR_INVALID, "'%s' (%s) cannot be simulated:\n%s", c->instance, c->descriptor, b.p);
	lm_buf_fini(&b);
	return e;
}

/* The newest descriptor that a reference's type fits. */
static const char *find_type(const struct catalog *c, const char *type)
{
	const char *best = NULL;

	for (size_t i = 0; i < catalog_count(c); i++) {
		const char *name = descriptor_name(catalog_at(c, i));

		if (name_matches(type, name) &&
		    (best == NULL ||
			name_compare(strrchr(name, ':') + 1, strrchr(best, ':') + 1) > 0))
			best = name;
	}
	return best;
}

static struct lm_err *create_reference(
    struct creation *c, const struct graph *g, const struct graph_reference *r)
{
	static const struct lm_kvs none;
	struct graph_facts nothing = {0};
	const char *name = graph_expr_value(g, &r->name, &nothing, c->arena);

	if (r->external)
		return NULL; /* the site has whatever is looked for */
	if (name == NULL || *name == '\0')
		return lm_err_new(LM_ERR_INVALID,
		    "the reference '%s' of '%s' has no name: give it a value with -p", r->component,
		    c->instance);
	const char *type = find_type(c->world->conf->catalog, r->type);
	if (type == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "'%s' refers to a %s, which is not among the packages: name its folder with "
		    "--packages",
		    c->instance, r->type);
	struct creation next = {c->world, c->arena, type, name, &none, c->depth + 1};
	return create_one(&next);
}

/* True when it has come up; otherwise why not. */
static struct lm_err *outcome(struct creation *c)
{
	struct process_look p = {0};
	bool settled = world_settle(c->world);

	if (engine_look_newest(c->world->engine, c->instance, &p) && p.status == PROCESS_COMPLETED)
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "'%s' (%s) does not come up in the simulation: %s",
	    c->instance, c->descriptor,
	    !settled            ? "it never ends"
	    : p.failure != NULL ? p.failure
				: "its process has not ended");
}

static struct lm_err *create_one(struct creation *c)
{
	struct world *w = c->world;
	LM_AUTO(diags) diags = diags_new(DIAGS_MAX);
	struct graph_request request = {.descriptor = c->descriptor,
	    .instance = c->instance,
	    .properties =
		fill_required(c->world->conf->catalog, c->descriptor, c->properties, c->arena)};
	struct process_look there;
	char process[LM_ID_SIZE];
	struct lm_err *e = NULL;

	if (engine_look_newest(w->engine, c->instance, &there))
		return NULL; /* somebody else refers to it, too */
	if (c->depth == DEPTH_MAX)
		return lm_err_new(LM_ERR_LIMIT, "'%s': references lead more than %d deep",
		    c->instance, DEPTH_MAX);
	LM_AUTO(graph) g = graph_build(w->conf->catalog, &request, diags);
	if (g == NULL)
		return graph_error(c, diags);
	if (c->depth == 0 && w->warnings != NULL)
		diags_print(diags, w->warnings, false);
	for (size_t i = 0; e == NULL && i < g->n_references; i++)
		e = create_reference(c, g, &g->references[i]);
	if (e != NULL)
		return e;
	struct intent intent = {
	    .kind = INTENT_CREATE,
	    .assembly_name = c->instance,
	    .descriptor = c->descriptor,
	    .intended_state = "Active",
	    .properties = request.properties,
	};
	e = engine_intent(w->engine, &intent, w->now_ms, w->seed++, &w->turn, process);
	if (e != NULL)
		return e;
	world_carry_out(w);
	return outcome(c);
}

struct lm_err *world_create(struct world *w)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct creation c = {
	    w, arena, w->conf->descriptor, w->conf->instance, &w->conf->properties, 0};

	return create_one(&c);
}

/* ---- which policy ---------------------------------------------------------------------------------- */

static struct lm_err *no_policy(
    const struct world *w, const char *name, size_t n, const char *names)
{
	if (n == 0)
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' has no scale policy: there is nothing to try", w->conf->descriptor);
	if (name == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' has several scale policies, name one with --scale: %s",
		    w->conf->descriptor, names);
	return lm_err_new(LM_ERR_NOT_FOUND, "'%s' has no scale policy '%s': it has %s",
	    w->conf->descriptor, name, names);
}

static void describe(const struct scale_look *look, size_t number, struct world_service *out)
{
	*out = (struct world_service){.number = number,
	    .period_s = look->period_s,
	    .out = look->out,
	    .in = look->in,
	    .target = look->target,
	    .max = look->max};
	snprintf(out->policy, sizeof out->policy, "%s", look->policy);
	snprintf(out->owner, sizeof out->owner, "%s", look->owner);
	snprintf(out->metric, sizeof out->metric, "%s", look->metric);
	snprintf(out->cluster, sizeof out->cluster, "%s", look->cluster);
}

static struct lm_err *find_policy(
    const struct world *w, const char *name, struct world_service *out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct scale_look look;
	struct lm_buf names;
	size_t n = 0, found = 0;

	lm_buf_init(&names, TEXT_MAX);
	for (; engine_look_scale(w->engine, w->conf->instance, n, arena, &look); n++) {
		lm_buf_printf(&names, "%s%s", n > 0 ? ", " : "", look.name);
		if (name != NULL && strcmp(name, look.name) != 0 && strcmp(name, look.policy) != 0)
			continue;
		found++;
		describe(&look, n, out);
	}
	struct lm_err *e = found == 1 ? NULL : no_policy(w, name, n, names.p);
	lm_buf_fini(&names);
	if (e == NULL && !(out->period_s >= 0.001))
		e = lm_err_new(LM_ERR_INVALID,
		    "the metric '%s' has a publication-period of 0: nobody would report it",
		    out->metric);
	return e;
}

struct lm_err *world_examine(const struct world_conf *conf, const char *name,
    struct world_service *out, struct lm_buf *warnings)
{
	static const int64_t any_time_ms = INT64_C(1767571200000);
	struct site_times times;
	struct world_conf alone = *conf;

	site_times_init(&times);
	alone.times = &times;
	alone.service = NULL;
	struct world *w = world_new(&alone, any_time_ms);
	w->warnings = warnings;
	struct lm_err *e = world_create(w);
	if (e == NULL)
		e = find_policy(w, name, out);
	world_free(w);
	return e;
}
