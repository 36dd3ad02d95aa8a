/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/acts.h"

#include <string.h>

#include "tests/sim/lib/peek.h"

const char *root_name(unsigned root)
{
	static const char *const names[] = {"s0", "s1", "s2"};

	return names[root % LM_COUNT(names)];
}

/* ---- what an action is about ----------------------------------------------------------------- */

static struct instance *instance_of(struct stage *s, const struct action *a)
{
	return lm_map_find(s->engine->instances, root_name(a->root));
}

static struct component *some_component(struct stage *s, const struct action *a)
{
	const struct instance *in = instance_of(s, a);
	struct component *c = NULL;
	size_t n = in == NULL ? 0 : lm_map_count(in->components), at = 0;

	for (size_t k = 0; n > 0 && k <= a->a % n; k++)
		c = lm_map_next(in->components, &at);
	return c;
}

static const char *some_cluster(struct stage *s, const struct action *a)
{
	const struct instance *in = instance_of(s, a);
	const struct graph *g = in == NULL ? NULL : peek_wanted(in);

	if (g == NULL || g->n_clusters == 0)
		return "c0";
	return g->clusters[a->a % g->n_clusters].name;
}

static const char *some_state(const struct action *a)
{
	static const char *const states[] = {
	    "Installed", "Inactive", "Active", "Active", "Inactive", "Active", "Active", "Absent"};

	return states[a->b % LM_COUNT(states)];
}

/* ---- operators ------------------------------------------------------------------------------- */

static void create(struct stage *s, const struct action *a)
{
	char type[MODEL_NAME_SIZE];
	static struct lm_kv in1 = {"in1", "given"};
	struct intent i = {
	    .kind = INTENT_CREATE,
	    .assembly_name = root_name(a->root),
	    .descriptor = model_root_type(a->root, type),
	    .intended_state = a->b % 4 == 0 ? some_state(a) : "Active",
	    .properties = {&in1, a->a % 2},
	};

	if (stage_intent(s, &i, a->number))
		s->coverage->creates++;
}

static void change_state(struct stage *s, const struct action *a)
{
	s->coverage->changes += stage_intent(s,
	    &(struct intent){.kind = INTENT_CHANGE_STATE,
		.assembly_name = root_name(a->root),
		.intended_state = some_state(a),
		.queue = a->a % 2},
	    a->number);
}

static void delete (struct stage *s, const struct action *a)
{
	s->coverage->deletes += stage_intent(s,
	    &(struct intent){
		.kind = INTENT_DELETE, .assembly_name = root_name(a->root), .queue = a->a % 2},
	    a->number);
}

static void heal(struct stage *s, const struct action *a)
{
	const struct component *c = some_component(s, a);
	char name[200];

	snprintf(name, sizeof name, "%s", c == NULL ? "s0__nobody" : c->name);
	s->coverage->heals += stage_intent(s,
	    &(struct intent){.kind = INTENT_HEAL,
		.assembly_name = root_name(a->root),
		.component_name = name,
		.queue = a->b % 2},
	    a->number);
}

/* The members of a cluster, by name, where nothing runs: the value says whether one is well. */
static char is_well[] = "well", is_ill[] = "ill";

static struct lm_map *members_of(
    struct stage *s, const struct action *a, const char *cluster, struct lm_arena *arena)
{
	const struct instance *in = instance_of(s, a);
	const struct graph *g = in == NULL || in->running != NULL ? NULL : peek_wanted(in);
	int at = g == NULL ? -1 : graph_find_cluster(g, cluster);
	const enum component_state *states = g == NULL ? NULL : instance_states(in, g, arena);
	struct lm_map *m = lm_map_new();

	for (size_t i = 0; at >= 0 && i < g->clusters[at].n_members; i++) {
		int node = g->clusters[at].members[i];
		bool well = states[node] == COMPONENT_ACTIVE;

		lm_map_put(m, lm_arena_strdup(arena, g->nodes[node].name), well ? is_well : is_ill);
	}
	return m;
}

/* Who was there stays when others come; who is ill goes first when some shall go. */
static void check_members(struct stage *s, const struct action *a, const char *cluster,
    const struct lm_map *before, bool out)
{
	const struct instance *in = instance_of(s, a);
	const struct graph *g = in == NULL || in->running == NULL ? NULL : peek_wanted(in);
	int at = g == NULL ? -1 : graph_find_cluster(g, cluster);
	size_t stayed = 0, stayed_ill = 0, ill = 0;
	const char *how;

	/* A crash may have come between: then it is another process that runs. */
	if (at < 0 || lm_map_count(before) == 0 || s->acks.n == 0 ||
	    strcmp(s->acks.v[s->acks.n - 1].process, in->running->id) != 0)
		return;
	for (size_t i = 0; (how = lm_map_next(before, &i)) != NULL;)
		ill += how == is_ill;
	for (size_t i = 0; i < g->clusters[at].n_members; i++) {
		how = lm_map_find(before, g->nodes[g->clusters[at].members[i]].name);
		stayed += how != NULL;
		stayed_ill += how == is_ill;
	}
	if (out && stayed < lm_map_count(before))
		stage_wrong(s, "scaled out, %s has lost a member", cluster);
	size_t gone = lm_map_count(before) - stayed;
	if (!out && stayed < g->clusters[at].n_members)
		stage_wrong(s, "scaled in, %s has a new member", cluster);
	if (!out && stayed_ill > 0 && ill - stayed_ill < gone)
		stage_wrong(
		    s, "scaled in, %s has lost one that was well before one that was not", cluster);
}

static void scale(struct stage *s, const struct action *a, bool out)
{
	char name[200];

	snprintf(name, sizeof name, "%s", some_cluster(s, a));
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct lm_map *well = members_of(s, a, name, arena);
	bool accepted = stage_intent(s,
	    &(struct intent){.kind = out ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
		.assembly_name = root_name(a->root),
		.cluster = name,
		.queue = a->b % 2},
	    a->number);
	if (accepted)
		check_members(s, a, name, well, out);
	lm_map_free(well);
	s->coverage->scale_outs += accepted && out;
	s->coverage->scale_ins += accepted && !out;
}

static void scale_out(struct stage *s, const struct action *a)
{
	scale(s, a, true);
}

static void scale_in(struct stage *s, const struct action *a)
{
	scale(s, a, false);
}

/* What may differ afterwards: values, where it stands, and all that it consists of. */
static void upgrade(struct stage *s, const struct action *a)
{
	static const char *const names[] = {"in0", "in1", "in2", "deploymentLocation", "spares"};
	static const char *const values[] = {"x", "y", "there", "here"};
	static const char *const numbers[] = {"0", "1", "2", "1"};
	bool counts = a->a % 5 == 4, moves = a->a % 5 == 3, changes = a->a / 5 % 3 == 0;
	struct lm_kv property = {names[a->a % 5], (counts ? numbers : values)[a->b % 4]};
	char type[MODEL_NAME_SIZE];
	struct intent i = {
	    .kind = INTENT_UPGRADE,
	    .assembly_name = root_name(a->root),
	    .descriptor = changes ? model_root_type(a->b % MODEL_ROOTS, type) : NULL,
	    .properties = {&property, 1},
	    .intended_state = a->b % 7 == 0 ? "Inactive" : NULL,
	    .queue = a->b % 2,
	};

	if (!stage_intent(s, &i, a->number))
		return;
	s->coverage->upgrades++;
	s->coverage->moves += moves;
	s->coverage->new_descriptors += changes;
}

static void create_or_upgrade(struct stage *s, const struct action *a)
{
	struct lm_kv property = {"in2", a->a % 2 ? "x" : "y"};
	char type[MODEL_NAME_SIZE];

	s->coverage->creates_or_upgrades += stage_intent(s,
	    &(struct intent){.kind = INTENT_CREATE_OR_UPGRADE,
		.assembly_name = root_name(a->root),
		.descriptor = model_root_type(a->root, type),
		.intended_state = "Active",
		.properties = {&property, 1},
		.queue = a->b % 2},
	    a->number);
}

/* What runs already, and was made by somebody else. */
static void put_outside(struct stage *s, const struct action *a, const struct graph_node *n,
    struct adopted *thing, struct lm_arena *arena)
{
	char id[LM_ID_SIZE];

	lm_id(chance_mix(s->schedule->seed * 100 + a->number), n->name, id);
	thing->name = n->name;
	thing->id = lm_arena_strdup(arena, id);
	thing->outputs = (struct lm_kvs){LM_NEW(arena, struct lm_kv), 1};
	thing->outputs.v[0] =
	    (struct lm_kv){"address", lm_arena_printf(arena, "adopted-%s", n->name)};
	sim_put(s->sim, id, n->name, n->descriptor, &thing->outputs);
}

static void adopt(struct stage *s, const struct action *a)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	LM_AUTO(diags) diags = diags_new(1);
	char type[MODEL_NAME_SIZE];
	struct intent i = {
	    .kind = INTENT_ADOPT,
	    .assembly_name = root_name(a->root),
	    .descriptor = model_root_type(a->root, type),
	    .intended_state = "Active",
	};
	LM_AUTO(graph) g = graph_build(s->catalog,
	    &(struct graph_request){.descriptor = i.descriptor, .instance = i.assembly_name},
	    diags);

	struct adopted *things = LM_NEW_N(arena, struct adopted, g == NULL ? 1 : g->n_nodes);
	for (size_t k = 0; g != NULL && k < g->n_nodes; k++)
		if (g->nodes[k].resource != NULL && !g->nodes[k].spare)
			put_outside(s, a, &g->nodes[k], &things[i.n_resources++], arena);
	i.resources = things;
	s->coverage->adoptions += stage_intent(s, &i, a->number);
}

/* A process of this root, the newest or one before it. */
static bool about_process(struct stage *s, const struct action *a, enum intent_kind kind)
{
	const struct process *p, *chosen = NULL;
	char id[LM_ID_SIZE] = "nobody";

	for (size_t i = 0; (p = lm_map_next(s->engine->processes, &i)) != NULL;)
		if (strcmp(p->root_name, root_name(a->root)) == 0 &&
		    (chosen == NULL || a->a % 4 > 0))
			chosen = p;
	if (chosen != NULL)
		snprintf(id, sizeof id, "%s", chosen->id);
	return stage_intent(
	    s, &(struct intent){.kind = kind, .process = id, .queue = a->b % 2}, a->number);
}

static void retry(struct stage *s, const struct action *a)
{
	s->coverage->retries += about_process(s, a, INTENT_RETRY);
}

static void rollback(struct stage *s, const struct action *a)
{
	s->coverage->rollbacks += about_process(s, a, INTENT_ROLLBACK);
}

static void cancel(struct stage *s, const struct action *a)
{
	s->coverage->cancellations += about_process(s, a, INTENT_CANCEL);
}

/* What stands outside is nobody's from then on: who forgets removes it by hand, see rest.c. */
static void forget(struct stage *s, const struct action *a)
{
	const struct instance *in = instance_of(s, a);
	size_t records = s->turn.records.n, before = s->forgotten.n;
	const struct component *c;

	for (size_t i = 0; in != NULL && (c = lm_map_next(in->components, &i)) != NULL;)
		snprintf(LM_PUSH(NULL, &s->forgotten)->id, LM_ID_SIZE, "%s", c->id);
	LM_AUTO(lm_err) err = engine_forget(s->engine, root_name(a->root), s->now_ms, &s->turn);
	trace_line(s->trace, s->now_ms, "FORGET %s: %s", root_name(a->root),
	    err == NULL ? "done" : lm_err_text(err));
	if (err != NULL)
		s->forgotten.n = before;
	if (err != NULL && s->turn.records.n != records)
		stage_wrong(s, "what was not forgotten has left records");
	s->coverage->forgotten += err == NULL;
	stage_look(s);
	stage_carry_out(s);
}

static void show_plan(struct stage *s, const struct action *a)
{
	const char *cluster = some_cluster(s, a);
	struct intent i = {
	    .kind = (enum intent_kind)(a->b % (INTENT_CREATE_OR_UPGRADE + 1)),
	    .assembly_name = root_name(a->root),
	    .intended_state = "Inactive",
	    .cluster = cluster,
	};
	size_t records = s->turn.records.n;
	char type[MODEL_NAME_SIZE];
	struct lm_buf out;

	i.descriptor = model_root_type(a->root, type);
	const struct component *c = some_component(s, a);
	i.component_name = c == NULL ? "nobody" : c->name;
	lm_buf_init(&out, 1024 * 1024);
	LM_AUTO(lm_err) err = engine_plan(s->engine, &i, (enum plan_form)(a->a % 3), &out);
	trace_line(s->trace, s->now_ms, "PLAN   %s %s: %s", intent_kind_text(i.kind),
	    i.assembly_name, err == NULL ? "shown" : lm_err_text(err));
	trace_text(s->trace, out.p);
	lm_buf_fini(&out);
	s->coverage->plans += err == NULL;
	if (s->turn.records.n != records)
		stage_wrong(s, "showing a plan has written records");
}

/* ---- fate ------------------------------------------------------------------------------------ */

static void hit(struct stage *s, const struct action *a, bool destroy)
{
	const struct component *c = some_component(s, a);

	if (c == NULL)
		return;
	trace_line(s->trace, s->now_ms, "FATE   %s %s", destroy ? "destroys" : "kills", c->name);
	if (destroy) {
		sim_destroy(s->sim, c->id, s->now_ms);
		s->coverage->destroyed += sim_is_destroyed(s->sim, c->id);
	} else {
		sim_kill(s->sim, c->id, s->now_ms);
	}
}

static void kill_one(struct stage *s, const struct action *a)
{
	hit(s, a, false);
}

static void destroy_one(struct stage *s, const struct action *a)
{
	hit(s, a, true);
}

/* Most come without a time, or with that of now; the others make no sense. */
static int64_t some_time(struct stage *s)
{
	static const int64_t behind_ms[] = {0, 0, 100, 400, 70000, -9000};
	struct chance c = chance_of(s->schedule->seed, 9000 + s->samples++);
	unsigned roll = chance_roll(&c, 16);

	return roll < LM_COUNT(behind_ms) ? s->now_ms - behind_ms[roll] : 0;
}

static void give_sample(struct stage *s, const struct sample *sample)
{
	struct sample timed = *sample;

	s->now_ms += 100;
	timed.at_ms = some_time(s);
	unsigned how = engine_sample(s->engine, &timed, s->now_ms, &s->turn);
	bool known = how < SAMPLE_FATES;

	s->coverage->samples += known;
	s->coverage->timeless += known && how != SAMPLE_TAKEN;
	s->coverage->strangers += !known;
	stage_look(s);
	stage_carry_out(s);
}

static void loads(struct stage *s, const struct action *a)
{
	const struct instance *in = instance_of(s, a);
	const struct graph *g = in == NULL ? NULL : peek_wanted(in);
	double load = a->b % 2 ? 95 : 5;
	char name[200];

	for (size_t i = 0; g != NULL && i < g->n_metrics; i++) {
		if (strcmp(g->metrics[i].name, "load") != 0)
			continue;
		snprintf(name, sizeof name, "%s", g->nodes[g->metrics[i].node].name);
		give_sample(s, &(struct sample){.metric_key = name,
				   .metric_name = "load",
				   .kind = SAMPLE_LOAD,
				   .load = load,
				   .values = "{\"calls\":7}"});
		in = instance_of(s, a); /* a crash may have come between */
		g = in == NULL ? NULL : peek_wanted(in);
	}
}

static void storm(struct stage *s, const struct action *a)
{
	for (int i = 0; i < 3; i++)
		loads(s, a);
}

static void integrity(struct stage *s, const struct action *a)
{
	const struct component *c = some_component(s, a);
	char name[200];

	if (c == NULL)
		return;
	snprintf(name, sizeof name, "%s", c->name);
	for (unsigned i = 0; i <= a->b % 4; i++)
		give_sample(s, &(struct sample){.metric_key = name,
				   .metric_name = "integrity",
				   .kind = SAMPLE_INTEGRITY,
				   .ok = a->b % 5 == 0});
}

static void alert(struct stage *s, const struct action *a)
{
	const struct component *c = some_component(s, a);
	char component[200], cluster[200], process[LM_ID_SIZE];
	static const enum intent_kind kinds[] = {INTENT_HEAL, INTENT_SCALE_OUT, INTENT_SCALE_IN};

	snprintf(component, sizeof component, "%s", c == NULL ? "nobody" : c->name);
	snprintf(cluster, sizeof cluster, "%s", some_cluster(s, a));
	size_t records = s->turn.records.n;
	LM_AUTO(lm_err) err = engine_alert(s->engine,
	    &(struct alert){.kind = kinds[a->a % LM_COUNT(kinds)],
		.assembly = root_name(a->root),
		.component = component,
		.cluster = cluster,
		.reason = "an alert"},
	    s->now_ms, &s->turn, process);
	trace_line(s->trace, s->now_ms, "ALERT  %s", err == NULL ? "granted" : lm_err_text(err));
	s->coverage->alerts += err == NULL;
	if (err != NULL && s->turn.records.n != records)
		stage_wrong(s, "an alert that was refused has left records");
	stage_look(s);
	stage_carry_out(s);
}

static void strangers(struct stage *s, const struct action *a)
{
	alert(s, a);

	give_sample(
	    s, &(struct sample){.metric_key = "nobody", .metric_name = "load", .load = a->b % 200});
	give_sample(s, &(struct sample){.metric_id = "no dot in it", .kind = SAMPLE_INTEGRITY});
	give_sample(s, &(struct sample){.metric_id = "nobody.load", .load = 100});
}

static void crash(struct stage *s, const struct action *a)
{
	(void)a;
	s->coverage->crashes_idle++;
	stage_crash(s);
}

static void crash_soon(struct stage *s, const struct action *a)
{
	s->commits_to_crash = (int)(a->a % 12);
	s->crash_after = a->b % 2;
}

static void disk_full(struct stage *s, const struct action *a)
{
	s->disk_full = 1 + a->a % 4;
}

static void driver_restart(struct stage *s, const struct action *a)
{
	unsigned n = sim_restart(s->sim);

	(void)a;
	s->coverage->driver_restarts += n > 0;
	trace_line(s->trace, s->now_ms, "FATE   the driver restarts and forgets %u steps", n);
}

/* About a step that never was, or one that is long over. */
static void unknown_answer(struct stage *s, const struct action *a)
{
	const struct asked *known;
	const char *step = "nobody/1";
	size_t at = 0;

	for (unsigned i = 0; i < a->a % 32 && (known = lm_map_next(s->asked, &at)) != NULL; i++)
		if (!known->is_open && known->was_executed)
			step = known->step;
	size_t records = s->turn.records.n;
	engine_result(s->engine,
	    &(struct step_result){.step = step,
		.failure = a->b % 2 ? STEP_NONE : STEP_INTERNAL_ERROR,
		.message = "nobody asked"},
	    s->now_ms, &s->turn);
	s->coverage->unknown++;
	trace_line(s->trace, s->now_ms, "ANSWER to nothing that was asked: %s", step);
	if (s->turn.records.n != records)
		stage_wrong(s, "an answer about %s, which is over, has changed something", step);
	stage_look(s);
	stage_carry_out(s);
}

static void compare(struct stage *s, const struct action *a)
{
	(void)a;
	stage_compare(s);
}

static void wait(struct stage *s, const struct action *a)
{
	for (unsigned i = 0; i < a->a % 60 && stage_step(s); i++)
		;
}

/* The one that is meant, or another when there is no such one: most of what is done shall matter. */
static unsigned some_root(const struct stage *s, const struct action *a)
{
	for (unsigned i = 0; i < MODEL_ROOTS && a->b % 16 != 0; i++)
		if (lm_map_find(s->engine->instances, root_name(a->root + i)) != NULL)
			return (a->root + i) % MODEL_ROOTS;
	return a->root;
}

void act(struct stage *s, const struct action *a)
{
	static void (*const does[ACTION_N])(struct stage *, const struct action *) = {
	    [ACTION_CREATE] = create,
	    [ACTION_CHANGE_STATE] = change_state,
	    [ACTION_DELETE] = delete,
	    [ACTION_HEAL] = heal,
	    [ACTION_SCALE_OUT] = scale_out,
	    [ACTION_SCALE_IN] = scale_in,
	    [ACTION_UPGRADE] = upgrade,
	    [ACTION_CREATE_OR_UPGRADE] = create_or_upgrade,
	    [ACTION_ADOPT] = adopt,
	    [ACTION_RETRY] = retry,
	    [ACTION_ROLLBACK] = rollback,
	    [ACTION_CANCEL] = cancel,
	    [ACTION_FORGET] = forget,
	    [ACTION_KILL] = kill_one,
	    [ACTION_DESTROY] = destroy_one,
	    [ACTION_LOADS] = storm,
	    [ACTION_INTEGRITY] = integrity,
	    [ACTION_STRANGERS] = strangers,
	    [ACTION_CRASH] = crash,
	    [ACTION_CRASH_SOON] = crash_soon,
	    [ACTION_DISK_FULL] = disk_full,
	    [ACTION_DRIVER_RESTART] = driver_restart,
	    [ACTION_UNKNOWN] = unknown_answer,
	    [ACTION_PLAN] = show_plan,
	    [ACTION_COMPARE] = compare,
	    [ACTION_WAIT] = wait,
	};

	for (unsigned i = 0; i < a->pause && stage_step(s); i++)
		;
	while (s->turn.records.n > 0 && s->disk_full > 0 &&
	       s->wrong[0] == '\0') /* nothing is accepted meanwhile */
		stage_step(s);
	struct action aimed = *a;
	if (a->kind != ACTION_CREATE)
		aimed.root = some_root(s, a);
	trace_line(s->trace, s->now_ms, "---- %u: %s %s", a->number, action_text(a->kind),
	    root_name(aimed.root));
	does[a->kind](s, &aimed);
}
