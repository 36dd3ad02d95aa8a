/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "tosca/text/suggest.h"

/* A refusal shows this many diagnostics; more would not help an operator who sent one intent. */
enum { DIAGS_MAX = 8, TEXT_MAX = 1500 };

void aim_fini(struct aim *a)
{
	if (a->is_new)
		tree_free(a->to);
	*a = (struct aim){0};
}

/* The messages of all errors, joined: what the API's answer carries. */
static struct lm_err *refuse(const struct diags *diags)
{
	struct lm_buf text;

	lm_buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < diags_count(diags); i++) {
		const struct diag *d = diags_at(diags, i);

		if (d->severity != DIAG_ERROR)
			continue;
		lm_buf_printf(&text, "%s%s [%s]", text.n > 0 ? "; " : "", d->message, d->code);
		if (d->help != NULL)
			lm_buf_printf(&text, " (%s)", d->help);
	}
	struct lm_err *e = lm_err_new(LM_ERR_INVALID, "%s", text.p);
	lm_buf_fini(&text);
	return e;
}

struct lm_err *aim_build(
    struct engine *e, const char *name, const struct spec *spec, struct graph **out)
{
	LM_AUTO(diags) diags = diags_new(DIAGS_MAX);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct graph_members *view;
	size_t n = membership_view(&spec->members, arena, &view);

	const struct catalog *catalog = spec->edition == NULL
					    ? e->conf.catalog
					    : edition_catalog(e, spec->edition, spec->descriptor);

	*out = graph_build(catalog,
	    &(struct graph_request){
		.descriptor = spec->descriptor,
		.instance = name,
		.properties = spec->properties,
		.members = view,
		.n_members = n,
	    },
	    diags);
	return *out == NULL ? refuse(diags) : NULL;
}

/* The aim takes the spec and the graph. */
static void aim_take(struct engine *e, struct aim *a, struct spec *spec, struct graph *g)
{
	if (spec->edition == NULL)
		spec_set_edition(spec, edition_get(e, spec->descriptor));
	membership_fini(&spec->members);
	membership_from_graph(&spec->members, g);
	spec->target = a->target;
	a->to = tree_new(spec, g);
	a->is_new = true;
}

static struct lm_err *read_state(const char *text, enum component_state *out)
{
	if (text != NULL && component_state_parse_intended(text, out))
		return NULL;
	return lm_err_new(LM_ERR_INVALID, "intendedState must be Installed, Inactive or Active");
}

static struct lm_err *check_descriptor(const struct engine *e, const char *name)
{
	if (name == NULL)
		return lm_err_new(LM_ERR_INVALID, "descriptorName is missing");
	if (catalog_find(e->conf.catalog, name) != NULL)
		return NULL;
	struct suggest near = suggest_for(name);
	near.best = catalog_suggest(e->conf.catalog, name);
	return suggest_in(
	    lm_err_new(LM_ERR_NOT_FOUND,
		"there is no descriptor '%s' in the catalog ('lm get descriptors' lists them)",
		name),
	    &near);
}

static void merge_properties(struct spec *spec, const struct lm_kvs *given)
{
	for (size_t i = 0; i < given->n; i++)
		lm_kvs_set(&spec->properties, given->v[i].name, given->v[i].value);
}

static struct lm_err *aim_create(struct engine *e, const struct intent *i, struct aim *a)
{
	struct graph *g = NULL;
	struct spec spec = {0};

	struct lm_err *err = check_descriptor(e, i->descriptor);
	if (err == NULL)
		err = read_state(i->intended_state, &a->target);
	if (err != NULL)
		return err;
	spec.descriptor = lm_strdup(i->descriptor);
	merge_properties(&spec, &i->properties);
	if (i->kind == INTENT_ADOPT)
		err = aim_compile_fitting(
		    e, i->assembly_name, &spec, &(struct fit){.quantities = &i->clusters}, &g);
	else
		err = aim_build(e, i->assembly_name, &spec, &g);
	if (err == NULL && i->kind == INTENT_ADOPT)
		err = adopt_check(e, i, g);
	if (err == NULL)
		aim_take(e, a, &spec, g);
	else
		graph_free(g);
	spec_fini(&spec);
	return err;
}

/* Nothing leads down to Installed but removal. */
static struct lm_err *check_way_down(const struct instance *in, enum component_state target)
{
	const struct component *c;

	if (target != COMPONENT_INSTALLED || in->tree->spec.target == COMPONENT_INSTALLED)
		return NULL;
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->state >= COMPONENT_INACTIVE && c->state <= COMPONENT_BROKEN)
			return lm_err_new(LM_ERR_INVALID,
			    "no transition leads from %s back to Installed ('%s' is): delete and "
			    "create it",
			    component_state_text(c->state), c->name);
	return NULL;
}

static struct lm_err *aim_change_state(
    const struct intent *i, const struct instance *in, struct aim *a)
{
	struct lm_err *err = read_state(i->intended_state, &a->target);

	return err != NULL ? err : check_way_down(in, a->target);
}

static struct lm_err *aim_upgrade(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	struct graph *g = NULL;
	struct spec spec;
	struct lm_err *err = NULL;

	if (i->descriptor != NULL)
		err = check_descriptor(e, i->descriptor);
	if (err == NULL && i->intended_state != NULL)
		err = aim_change_state(i, in, a);
	if (err != NULL)
		return err;
	spec_copy(&spec, &in->tree->spec);
	if (i->descriptor != NULL) {
		free(spec.descriptor);
		spec.descriptor = lm_strdup(i->descriptor);
	}
	merge_properties(&spec, &i->properties);
	spec_set_edition(&spec, NULL); /* the present one */
	err = aim_compile_fitting(e, in->name, &spec, &(struct fit){.instance = in}, &g);
	if (err == NULL)
		aim_take(e, a, &spec, g);
	spec_fini(&spec);
	return err;
}

static struct lm_err *aim_nothing(struct engine *e, const struct instance *in, struct aim *a)
{
	const char *referrer = instance_referrer(e, in);

	if (referrer != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is referenced by '%s': delete that one first", in->name, referrer);
	a->to = NULL;
	a->target = COMPONENT_ABSENT;
	return NULL;
}

/* Whoever can takes the place of whoever is ill; nobody does where that cannot be compiled. */
static void aim_replacement(struct engine *e, const struct instance *in, struct aim *a)
{
	struct graph *g = NULL;
	struct spec spec;

	spec_copy(&spec, &in->tree->spec);
	if (aim_swaps(e, in, a, &spec.members)) {
		LM_AUTO(lm_err) err = aim_build(e, in->name, &spec, &g);

		if (err == NULL) {
			aim_take(e, a, &spec, g);
			a->apart = &in->tree->spec.members;
			a->base = in->tree;
		}
	}
	spec_fini(&spec);
}

/* How it is called within the assembly. */
static const char *own_name(const char *assembly, const char *name)
{
	size_t n = strlen(assembly);

	return strncmp(name, assembly, n) == 0 && strncmp(name + n, "__", 2) == 0 ? name + n + 2
										  : name;
}

static struct lm_err *no_component(
    const struct instance *in, const struct intent *i, const char *name)
{
	struct suggest near = suggest_for(own_name(intent_namer(i, in), name));
	const struct component *c;

	for (size_t k = 0; (c = lm_map_next(in->components, &k)) != NULL;)
		suggest_offer(&near, own_name(intent_namer(i, in), c->name));
	return suggest_in(
	    lm_err_new(LM_ERR_NOT_FOUND, "'%s' has no component '%s' ('lm describe %s' shows them)",
		in->name, name, in->name),
	    &near);
}

static struct lm_err *aim_heal(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	const char *name = intent_subject(i);
	const struct component *c = heal_subject(e, in, i);

	if (name == NULL)
		return lm_err_new(LM_ERR_INVALID, "brokenComponentName is missing");
	if (c == NULL)
		return no_component(in, i, name);
	if (i->gives_up && c->state != COMPONENT_BROKEN)
		return lm_err_new(LM_ERR_INVALID, "'%s' is not Broken any more", c->name);
	if (i->gives_up)
		a->given_up = c;
	else if (i->reason == NULL || !component_is_up(c))
		a->broken = c; /* a policy has marked it already, if it is still broken at all */
	aim_replacement(e, in, a);
	return NULL;
}

/* ---- scale ------------------------------------------------------------------------------------- */

/* The only one anywhere in the assembly that its composition calls so. */
static struct lm_err *find_only(
    const struct instance *in, const char *name, const struct graph_cluster **out)
{
	const struct graph *g = in->tree->graph;
	struct suggest near = suggest_for(name);

	*out = NULL;
	for (size_t k = 0; k < g->n_clusters; k++) {
		suggest_offer(&near, g->clusters[k].component);
		if (strcmp(g->clusters[k].component, name) != 0)
			continue;
		if (*out != NULL)
			return lm_err_new(LM_ERR_INVALID,
			    "'%s' has several clusters '%s': say which by its full name, like '%s'",
			    in->name, name, (*out)->name);
		*out = &g->clusters[k];
	}
	if (*out != NULL)
		return NULL;
	return suggest_in(
	    lm_err_new(LM_ERR_NOT_FOUND, "'%s' has no cluster '%s'", in->name, name), &near);
}

struct lm_err *aim_cluster(
    const struct intent *i, const struct instance *in, const struct graph_cluster **out)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const struct graph *g = in->tree->graph;
	int at = graph_find_cluster(g, i->cluster);

	if (at < 0)
		at = graph_find_cluster(
		    g, lm_arena_join(arena, intent_namer(i, in), "__", i->cluster, NULL));
	if (at < 0)
		return find_only(in, i->cluster, out);
	*out = &g->clusters[at];
	return NULL;
}

/* What a cluster has, and how many more or less of it are wanted. */
struct resizing {
	const struct graph_cluster *cluster;
	unsigned in_service, lost; /* members: those who carry load, and the others */
	unsigned quantity;         /* that shall be in service; 0: it is for the increment to say */
};

static struct lm_err *grow_by(const struct resizing *z, unsigned *by)
{
	const struct graph_cluster *c = z->cluster;
	unsigned max = c->max > 0 ? c->max : MEMBERS_MAX, n = z->in_service;

	if (z->quantity > max)
		return lm_err_new(LM_ERR_INVALID,
		    "cluster '%s' can have %u members at most, not %u", c->name, max, z->quantity);
	if (z->quantity > 0 && z->quantity <= n)
		return lm_err_new(LM_ERR_INVALID,
		    "cluster '%s' has %u members in service already: a scale-in makes them fewer",
		    c->name, n);
	if (n >= max)
		return lm_err_new(
		    LM_ERR_INVALID, "cluster '%s' is at its maximum of %u", c->name, n);
	*by = z->quantity > 0 ? z->quantity - n : c->increment;
	if (n + *by > max)
		*by = max - n;
	return NULL;
}

/* Who is not in service goes first: with fewer members than it shall have, only such go. */
static struct lm_err *shrink_by(const struct resizing *z, unsigned *by)
{
	const struct graph_cluster *c = z->cluster;
	unsigned n = z->in_service, spare = z->lost + (n > c->min ? n - c->min : 0);

	if (z->quantity > 0 && z->quantity < c->min)
		return lm_err_new(LM_ERR_INVALID, "cluster '%s' needs %u members at least, not %u",
		    c->name, c->min, z->quantity);
	if (z->quantity > n || (z->quantity == n && n > 0 && z->lost == 0))
		return lm_err_new(LM_ERR_INVALID,
		    "cluster '%s' has only %u members in service: a scale-out makes them more",
		    c->name, n);
	if (spare == 0)
		return lm_err_new(
		    LM_ERR_INVALID, "cluster '%s' is at its minimum of %u", c->name, n);
	*by = z->quantity > 0 ? z->lost + n - z->quantity : c->increment;
	if (*by > spare)
		*by = spare;
	return NULL;
}

static struct lm_err *resize(struct engine *e, const struct intent *i,
    const struct graph_cluster *c, const struct instance *in, struct membership *members)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct members *m = membership_find(members, c->name);
	unsigned n = members_in_service(in, c, instance_states(in, in->tree->graph, arena)), by = 0;
	struct resizing z = {c, n, (unsigned)m->n - n, i->quantity};
	bool out = i->kind == INTENT_SCALE_OUT, is_own = i->reason != NULL;
	unsigned missing = out && is_own && i->quantity == n ? spares_missing(in, c) : 0;

	if (missing > 0) { /* see refill.c */
		members_resize(e, m, m->n, m->n_spares + missing, in, c);
		return NULL;
	}
	struct lm_err *err = out ? grow_by(&z, &by) : shrink_by(&z, &by);

	if (err == NULL && out && is_own && z.lost >= LOST_MAX)
		err = lm_err_new(LM_ERR_CONFLICT,
		    "cluster '%s' has lost %u members: no more are made until they are healed or "
		    "scaled in",
		    c->name, z.lost);
	if (err != NULL)
		return err;
	members_resize(e, m, out ? m->n + by : m->n - by, c->spares, in, c);
	return NULL;
}

static struct lm_err *aim_scale(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	struct graph *g = NULL;
	struct spec spec;

	if (i->cluster == NULL)
		return lm_err_new(LM_ERR_INVALID, "clusterName is missing");
	const struct graph_cluster *c;
	struct lm_err *err = aim_cluster(i, in, &c);
	if (err != NULL)
		return err;
	spec_copy(&spec, &in->tree->spec);
	err = resize(e, i, c, in, &spec.members);
	if (err == NULL)
		err = aim_build(e, in->name, &spec, &g);
	if (err == NULL)
		aim_take(e, a, &spec, g);
	a->apart = &in->tree->spec.members;
	a->base = in->tree;
	spec_fini(&spec);
	return err;
}

/* ---- all of them ---------------------------------------------------------------------------------- */

static struct lm_err *aim_kind(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	switch (i->kind) {
	case INTENT_CREATE:
	case INTENT_ADOPT:
		return aim_create(e, i, a);
	case INTENT_CHANGE_STATE:
		return aim_change_state(i, in, a);
	case INTENT_UPGRADE:
		return aim_upgrade(e, i, in, a);
	case INTENT_DELETE:
		return aim_nothing(e, in, a);
	case INTENT_HEAL:
		return aim_heal(e, i, in, a);
	case INTENT_SCALE_OUT:
	case INTENT_SCALE_IN:
		return aim_scale(e, i, in, a);
	case INTENT_CREATE_OR_UPGRADE: /* became one of them when it was accepted */
	case INTENT_RETRY:             /* these are about processes, see accept.c */
	case INTENT_ROLLBACK:
	case INTENT_CANCEL:
		break;
	}
	return lm_err_new(LM_ERR_INVALID, "unknown intent");
}

/* A new tree may refer to others. */
static struct lm_err *check_new(struct engine *e, const struct instance *in, struct aim *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, in, a->to->graph, arena};

	return facts_check_references(&f);
}

static struct lm_err *aim_done(
    struct engine *e, const struct instance *in, struct aim *a, struct lm_err *err)
{
	if (err == NULL && a->is_new && a->scope == SCOPE_ALL)
		err = check_new(e, in, a);
	if (err != NULL)
		aim_fini(a);
	return err;
}

static struct aim aim_from(const struct instance *in, enum scope scope)
{
	if (in == NULL)
		return (struct aim){.scope = scope};
	return (struct aim){.to = in->tree, .target = in->tree->spec.target, .scope = scope};
}

struct lm_err *aim_at(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	*a = aim_from(in, scope_of(i->kind));
	a->is_own = i->reason != NULL;
	return aim_done(e, in, a, aim_kind(e, i, in, a));
}

struct lm_err *aim_back(
    struct engine *e, const struct spec *before, const struct instance *in, struct aim *a)
{
	struct graph *g = NULL;
	struct spec spec;
	struct lm_err *err;

	*a = aim_from(in, SCOPE_ALL);
	if (before->descriptor == NULL)
		return aim_done(e, in, a, aim_nothing(e, in, a));
	a->target = before->target;
	spec_copy(&spec, before);
	err = check_way_down(in, a->target);
	if (err == NULL)
		err = aim_build(e, in->name, &spec, &g);
	if (err == NULL)
		aim_take(e, a, &spec, g);
	spec_fini(&spec);
	return aim_done(e, in, a, err);
}
