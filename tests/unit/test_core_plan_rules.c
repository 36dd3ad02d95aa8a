/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/plan.h"
#include "tosca/graph/graph_build.h"

/*
 * The rules of order, held by random services: two trees over the same names, with random
 * relationships, values and states.  Plans are carried out in random orders, broken off anywhere,
 * and made again from what is there.  What may happen is judged from states alone; nothing here
 * knows how the planner works.
 */
enum { SLOTS = 9, GROUPS = 3, NODES = 1 + GROUPS + SLOTS, RELATIONS = 6, ROUNDS = 3000 };

/* One that is the same on every machine. */
static uint64_t seed;

static unsigned pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static bool chance(unsigned percent)
{
	return pick(100) < percent;
}

/* ---- services ---------------------------------------------------------------------------------- */

struct service {
	struct graph g;
	struct graph_names names;
	struct graph_node nodes[NODES];
	struct graph_relationship relations[RELATIONS];
	struct graph_dep deps[SLOTS * SLOTS];
	int of_slot[SLOTS], of_relation[RELATIONS]; /* -1: not in this tree */
	int of_group[GROUPS];
};

static const char *const slot_names[SLOTS] = {"x__a__1", "x__a__2", "x__a__3", "x__b__1", "x__b__2",
    "x__c__1", "x__c__2", "x__c__3", "x__c__4"};
static const char *const group_names[GROUPS] = {"x__a", "x__b", "x__c"};
static const int group_of[SLOTS] = {0, 0, 0, 1, 1, 2, 2, 2, 2};
static const char *const relation_names[RELATIONS] = {
    "x__r1", "x__r2", "x__r3", "x__r4", "x__r5", "x__r6"};
static struct graph_resource all_declared = {.declared = ~0u};

/* What both trees agree on. */
struct plot {
	struct {
		int source, target; /* slot, or SLOTS + group */
		enum end_state states[2];
		bool pre[2];
	} relations[RELATIONS];
	bool reads[SLOTS][SLOTS]; /* consumer, provider */
};

static struct plot plot;

static void draw_plot(void)
{
	memset(&plot, 0, sizeof plot);
	for (int i = 0; i < RELATIONS; i++) {
		plot.relations[i].source = (int)pick(SLOTS + GROUPS);
		plot.relations[i].target = (int)pick(SLOTS + GROUPS);
		for (int e = 0; e < 2; e++) {
			plot.relations[i].states[e] =
			    chance(50) ? END_ACTIVE : (enum end_state)pick(END_STATE_N);
			plot.relations[i].pre[e] = chance(40);
		}
	}
	for (int c = 1; c < SLOTS; c++)
		for (int p = 0; p < c; p++)
			plot.reads[c][p] = chance(12);
}

static int group_of_place(int place)
{
	return place >= SLOTS ? place - SLOTS : group_of[place];
}

static int node_of(const struct service *s, int place)
{
	return place >= SLOTS ? s->of_group[place - SLOTS] : s->of_slot[place];
}

static void draw_relations(struct service *s)
{
	for (int i = 0; i < RELATIONS; i++) {
		int source = node_of(s, plot.relations[i].source);
		int target = node_of(s, plot.relations[i].target);

		s->of_relation[i] = -1;
		if (source < 0 || target < 0 || chance(25) ||
		    group_of_place(plot.relations[i].source) ==
			group_of_place(plot.relations[i].target))
			continue;
		s->of_relation[i] = (int)s->g.n_relationships;
		s->relations[s->g.n_relationships++] = (struct graph_relationship){
		    .name = relation_names[i],
		    .source = {source, -1, plot.relations[i].states[0], plot.relations[i].pre[0]},
		    .target = {target, -1, plot.relations[i].states[1], plot.relations[i].pre[1]},
		};
	}
}

static void draw_service(struct service *s)
{
	memset(s, 0, sizeof *s);
	s->nodes[0] = (struct graph_node){.name = "x", .component = "x", .parent = -1};
	s->g.n_nodes = 1;
	for (int i = 0; i < GROUPS; i++) {
		s->of_group[i] = (int)s->g.n_nodes;
		s->nodes[s->g.n_nodes++] =
		    (struct graph_node){.name = group_names[i], .component = group_names[i]};
	}
	for (int i = 0; i < SLOTS; i++) {
		s->of_slot[i] = chance(80) ? (int)s->g.n_nodes : -1;
		if (s->of_slot[i] >= 0)
			s->nodes[s->g.n_nodes++] = (struct graph_node){
			    .name = slot_names[i],
			    .component = slot_names[i],
			    .parent = s->of_group[group_of[i]],
			    .resource = &all_declared,
			};
	}
	for (int c = 0; c < SLOTS; c++)
		for (int p = 0; p < c; p++)
			if (plot.reads[c][p] && s->of_slot[c] >= 0 && s->of_slot[p] >= 0)
				s->deps[s->g.n_deps++] = (struct graph_dep){
				    s->of_slot[c], s->of_slot[p], "value", "value"};
	draw_relations(s);
	s->g.nodes = s->nodes;
	s->g.relationships = s->relations;
	s->g.deps = s->deps;
	s->g.names = &s->names;
}

static void end_service(struct service *s)
{
	lm_map_free(s->names.nodes);
	lm_map_free(s->names.clusters);
	lm_map_free(s->names.relationships);
}

/* ---- the world --------------------------------------------------------------------------------- */

static struct {
	enum component_state state[SLOTS];
	const struct service *made[SLOTS];
	const struct service *tied[RELATIONS]; /* NULL: the relationship does not exist */
	const struct service *want;
	enum component_state target;
	bool fixed[SLOTS];
} world;

static int slot_of(const char *name)
{
	for (int i = 0; i < SLOTS; i++)
		if (strcmp(slot_names[i], name) == 0)
			return i;
	ck_abort_msg("no slot '%s'", name);
}

static int relation_of(const char *name)
{
	for (int i = 0; i < RELATIONS; i++)
		if (strcmp(relation_names[i], name) == 0)
			return i;
	ck_abort_msg("no relation '%s'", name);
}

static bool is_under(int slot, int place)
{
	return place == slot || (place >= SLOTS && place - SLOTS == group_of[slot]);
}

static const enum component_state needed[END_STATE_N] = {
    COMPONENT_CREATED, COMPONENT_INSTALLED, COMPONENT_INACTIVE, COMPONENT_ACTIVE};

static int end_place(int relation, int end)
{
	return end == 0 ? plot.relations[relation].source : plot.relations[relation].target;
}

static enum component_state need(int relation, int end)
{
	return needed[plot.relations[relation].states[end]];
}

static enum component_state well(enum component_state s)
{
	return s <= COMPONENT_ACTIVE ? s : COMPONENT_ABSENT;
}

/* The lowest state below an end, of all that the tree has there. */
static enum component_state lowest(const struct service *s, int relation, int end)
{
	enum component_state low = COMPONENT_ACTIVE;

	for (int i = 0; i < SLOTS; i++)
		if (s->of_slot[i] >= 0 && is_under(i, end_place(relation, end)) &&
		    well(world.state[i]) < low)
			low = well(world.state[i]);
	return low;
}

/* ---- the plan ---------------------------------------------------------------------------------- */

static struct plan *make_plan(struct lm_arena *arena, const char **circle)
{
	const struct service *w = world.want;
	struct plan_thing *things = LM_NEW_N(arena, struct plan_thing, SLOTS);
	struct plan_bond *bonds = LM_NEW_N(arena, struct plan_bond, RELATIONS);
	struct plan_request rq = {.want = w == NULL ? NULL : &w->g,
	    .target = world.target,
	    .things = things,
	    .bonds = bonds};

	for (int i = 0; i < SLOTS; i++) {
		if (world.state[i] == COMPONENT_ABSENT)
			continue;
		things[rq.n_things++] = (struct plan_thing){
		    .graph = &world.made[i]->g,
		    .node = world.made[i]->of_slot[i],
		    .wanted = w == NULL ? -1 : w->of_slot[i],
		    .state = world.state[i],
		    .change =
			w != NULL && w != world.made[i] && chance(50) ? PLAN_RENEW : PLAN_KEEP,
		    .rebuild = chance(10),
		    .fixed = world.fixed[i],
		};
	}
	for (int i = 0; i < RELATIONS; i++)
		if (world.tied[i] != NULL)
			bonds[rq.n_bonds++] = (struct plan_bond){
			    .graph = &world.tied[i]->g,
			    .relationship = world.tied[i]->of_relation[i],
			    .wanted = w == NULL ? -1 : w->of_relation[i],
			    .stale = chance(10),
			};
	return plan_build(&rq, arena, circle);
}

static bool is_way_down(enum transition t)
{
	return t == TRANSITION_STOP || t == TRANSITION_UNINSTALL || t == TRANSITION_DELETE;
}

/* Step 'i' needs step 'k', directly or not. */
static bool needs(const struct plan *p, int i, int k)
{
	bool *seen = LM_NEW_N(p->arena, bool, p->n_steps);

	seen[i] = true;
	for (int at = i; at >= k; at--)
		for (size_t e = 0; seen[at] && e < p->steps[at].after.n; e++)
			seen[p->steps[at].after.v[e].step] = true;
	return seen[k];
}

static const struct plan_step *find_step(const struct plan *p, int slot, enum transition t)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == PLAN_TRANSITION && p->steps[i].transition == t &&
		    strcmp(p->steps[i].subject, slot_names[slot]) == 0)
			return &p->steps[i];
	return NULL;
}

static bool created_here(const struct plan *p, int relation)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == PLAN_CREATE &&
		    strcmp(p->steps[i].subject, relation_names[relation]) == 0)
			return true;
	return false;
}

static const char *shown(const struct plan *p)
{
	struct lm_buf out;

	lm_buf_init(&out, 100000);
	plan_print(p, &out);
	const char *copy = lm_arena_strdup(p->arena, out.p);
	lm_buf_fini(&out);
	return copy;
}

#define HOLDS(what, ...) ck_assert_msg(what, __VA_ARGS__)

/* Every edge leads back, and is there both ways. */
static void check_edges(const struct plan *p)
{
	size_t in = 0, out = 0;

	for (size_t i = 0; i < p->n_steps; i++) {
		in += p->steps[i].after.n;
		out += p->steps[i].unblocks.n;
		for (size_t k = 0; k < p->steps[i].after.n; k++)
			HOLDS(p->steps[i].after.v[k].step < (int)i, "an edge leads forward:\n%s",
			    shown(p));
		HOLDS(p->steps[i].kind == PLAN_GATE || p->steps[i].why != NULL, "no reason");
	}
	ck_assert_uint_eq(in, out);
}

/* Something of this level or one below needs the step: it may come early. */
static bool is_needed_early(
    const struct plan *p, const struct plan_step *step, bool down, int level)
{
	static const enum transition up[] = {
	    TRANSITION_CREATE, TRANSITION_INSTALL, TRANSITION_CONFIGURE};
	static const enum transition stop[] = {TRANSITION_STOP};
	const enum transition *of = down ? stop : up;
	int n = down ? 1 : level == 1 ? 2 : 3;

	for (int slot = 0; slot < SLOTS; slot++)
		for (int t = 0; t < n; t++) {
			const struct plan_step *s = find_step(p, slot, of[t]);

			if (s != NULL && s > step &&
			    needs(p, (int)(s - p->steps), (int)(step - p->steps)))
				return true;
		}
	return false;
}

static void check_level(const struct plan *p, int a, int b, const enum transition of[2], int level)
{
	const struct plan_step *low = find_step(p, a, of[0]);
	const struct plan_step *high = find_step(p, b, of[1]);

	if (a == b || low == NULL || high == NULL)
		return;
	if (high > low && needs(p, (int)(high - p->steps), (int)(low - p->steps)))
		return;
	HOLDS(is_needed_early(p, high, is_way_down(of[0]), level),
	    "%s of %s does not wait for %s of %s:\n%s", plan_step_action(high), high->subject,
	    plan_step_action(low), low->subject, shown(p));
}

static void check_levels(const struct plan *p)
{
	static const enum transition install[] = {TRANSITION_INSTALL, TRANSITION_CONFIGURE};
	static const enum transition configure[] = {TRANSITION_CONFIGURE, TRANSITION_START};
	static const enum transition stop[] = {TRANSITION_STOP, TRANSITION_UNINSTALL};

	for (int a = 0; a < SLOTS; a++)
		for (int b = 0; b < SLOTS; b++) {
			check_level(p, a, b, install, 1);
			check_level(p, a, b, configure, 2);
			check_level(p, a, b, stop, 1);
		}
}

/* ---- carrying it out ---------------------------------------------------------------------------- */

static bool deleted[SLOTS]; /* in this plan */

/* Values are there before a way up begins; whoever reads what goes is gone before. */
static void check_values(const struct plan *p, int slot, enum transition t)
{
	for (int other = 0; other < SLOTS; other++) {
		const struct service *made = world.made[other], *want = world.want;

		if (!is_way_down(t) && plot.reads[slot][other] && want->of_slot[other] >= 0 &&
		    find_step(p, other, TRANSITION_INSTALL) != NULL)
			HOLDS(well(world.state[other]) >= COMPONENT_INSTALLED,
			    "%s goes up before %s is installed:\n%s", slot_names[slot],
			    slot_names[other], shown(p));
		if (t == TRANSITION_UNINSTALL && plot.reads[other][slot] && made != NULL &&
		    made->of_slot[slot] >= 0 && find_step(p, other, TRANSITION_DELETE) != NULL)
			HOLDS(deleted[other], "%s is uninstalled before %s has gone:\n%s",
			    slot_names[slot], slot_names[other], shown(p));
	}
}

/* No relationship is there while an end leaves; those that come first are. */
static void check_ends(
    const struct plan *p, int slot, enum component_state from, enum component_state to, bool down)
{
	for (int r = 0; r < RELATIONS; r++)
		for (int e = 0; e < 2; e++) {
			if (!is_under(slot, end_place(r, e)))
				continue;
			HOLDS(!down || world.tied[r] == NULL || world.tied[r]->of_slot[slot] < 0 ||
				  to >= need(r, e),
			    "%s leaves while %s is there:\n%s", slot_names[slot], relation_names[r],
			    shown(p));
			HOLDS(down || from >= need(r, e) || to < need(r, e) ||
				  !plot.relations[r].pre[e] || !created_here(p, r) ||
				  world.tied[r] != NULL,
			    "%s enters its state before %s is there:\n%s", slot_names[slot],
			    relation_names[r], shown(p));
		}
}

static void do_transition(const struct plan *p, const struct plan_step *s, bool fails)
{
	int slot = slot_of(s->subject);
	enum component_state from = world.state[slot];
	const struct transition_rule *rule = transition_rule(s->transition);
	bool down = is_way_down(s->transition);

	HOLDS(transition_is_allowed(from, s->transition), "%s of %s, which is %s:\n%s",
	    plan_step_action(s), s->subject, component_state_text(from), shown(p));
	HOLDS(s->graph == (down ? &world.made[slot]->g : &world.want->g),
	    "%s of %s goes by the wrong tree", plan_step_action(s), s->subject);
	check_values(p, slot, s->transition);
	if (s->transition != TRANSITION_RECONFIGURE)
		check_ends(p, slot, from, rule->to, down);
	world.state[slot] = fails && !s->tolerant ? rule->on_error : rule->to;
	if (s->transition == TRANSITION_CREATE)
		world.made[slot] = world.want;
	if (s->transition == TRANSITION_DELETE)
		deleted[slot] = true;
}

static void do_create(const struct plan *p, const struct plan_step *s)
{
	int r = relation_of(s->subject);

	HOLDS(world.tied[r] == NULL, "%s is there already:\n%s", s->subject, shown(p));
	for (int e = 0; e < 2; e++) {
		enum component_state low = lowest(world.want, r, e);

		HOLDS(low + plot.relations[r].pre[e] >= need(r, e), "an end of %s is only %s:\n%s",
		    s->subject, component_state_text(low), shown(p));
	}
	world.tied[r] = world.want;
}

static void do_cease(const struct plan *p, const struct plan_step *s)
{
	int r = relation_of(s->subject);

	HOLDS(world.tied[r] != NULL && s->graph == &world.tied[r]->g,
	    "%s is not there, or of another tree:\n%s", s->subject, shown(p));
	world.tied[r] = NULL;
}

/* In any order that the edges leave open.  False: it was broken off. */
static bool carry_out(const struct plan *p, unsigned percent_to_fail)
{
	size_t *waits = LM_NEW_N(p->arena, size_t, p->n_steps + 1);
	int *ready = LM_NEW_N(p->arena, int, p->n_steps + 1);
	unsigned n = 0;

	memset(deleted, 0, sizeof deleted);
	for (size_t i = 0; i < p->n_steps; i++)
		if ((waits[i] = p->steps[i].after.n) == 0)
			ready[n++] = (int)i;
	while (n > 0) {
		unsigned at = pick(n);
		const struct plan_step *s = &p->steps[ready[at]];
		bool fails = chance(percent_to_fail);

		ready[at] = ready[--n];
		if (s->kind == PLAN_TRANSITION)
			do_transition(p, s, fails);
		else if (s->kind == PLAN_CEASE)
			do_cease(p, s);
		else if (s->kind == PLAN_CREATE && !fails)
			do_create(p, s);
		if (fails && !s->tolerant)
			return false;
		for (size_t k = 0; k < s->unblocks.n; k++)
			if (--waits[s->unblocks.v[k]] == 0)
				ready[n++] = s->unblocks.v[k];
	}
	return true;
}

/* ---- the end ------------------------------------------------------------------------------------- */

static bool is_raised(int slot)
{
	for (int r = 0; r < RELATIONS; r++)
		if (world.want->of_relation[r] >= 0 && is_under(slot, plot.relations[r].source) &&
		    need(r, 0) >= world.state[slot])
			return true;
	return false;
}

static void check_components(const struct plan *p)
{
	const struct service *w = world.want;

	for (int i = 0; i < SLOTS; i++) {
		bool wanted = w != NULL && w->of_slot[i] >= 0;
		enum component_state s = world.state[i];

		if (!wanted) {
			HOLDS(
			    s == COMPONENT_ABSENT, "%s is left over:\n%s", slot_names[i], shown(p));
			continue;
		}
		HOLDS(well(s) >= world.target, "%s is only %s:\n%s", slot_names[i],
		    component_state_text(s), shown(p));
		HOLDS(s == world.target || is_raised(i) ||
			  (world.target == COMPONENT_INSTALLED && s == COMPONENT_INACTIVE),
		    "%s is %s, for no reason:\n%s", slot_names[i], component_state_text(s),
		    shown(p));
	}
}

static bool is_empty(const struct service *s, int place)
{
	for (int i = 0; i < SLOTS; i++)
		if (s->of_slot[i] >= 0 && is_under(i, place))
			return false;
	return true;
}

/* The target drives: where it is in its state, the source is as well, and the relationship is there. */
static void check_relations(const struct plan *p)
{
	for (int r = 0; r < RELATIONS; r++) {
		bool wanted = world.want != NULL && world.want->of_relation[r] >= 0;

		HOLDS(wanted || world.tied[r] == NULL, "%s is left over:\n%s", relation_names[r],
		    shown(p));
		if (!wanted)
			continue;
		/* Nothing leads back to Installed: what stays above it asks nothing of others. */
		bool stays = world.target == COMPONENT_INSTALLED &&
			     lowest(world.want, r, 1) > COMPONENT_INSTALLED;
		if (stays)
			continue;
		bool there = lowest(world.want, r, 1) >= need(r, 1);
		bool raised = lowest(world.want, r, 0) >= need(r, 0);
		HOLDS(!there || raised || is_empty(world.want, end_place(r, 1)),
		    "the source of %s was not raised:\n%s", relation_names[r], shown(p));
		HOLDS((there && raised) == (world.tied[r] != NULL), "%s is %sthere:\n%s",
		    relation_names[r], world.tied[r] == NULL ? "not " : "", shown(p));
	}
}

/* ---- histories ------------------------------------------------------------------------------------ */

static struct service services[2];
static unsigned plans, circles;

static void disturb(void)
{
	static const enum component_state targets[] = {
	    COMPONENT_ACTIVE, COMPONENT_ACTIVE, COMPONENT_INACTIVE, COMPONENT_INSTALLED};

	world.want = chance(15) ? NULL : &services[pick(2)];
	world.target = targets[pick(4)];
	for (int i = 0; i < SLOTS; i++) {
		world.fixed[i] = chance(20);
		if (world.state[i] == COMPONENT_ACTIVE && chance(10))
			world.state[i] = COMPONENT_BROKEN;
	}
}

/* One plan from what is there to what is wanted.  False: its order has a circle. */
static bool make_and_carry_out(unsigned percent_to_fail, bool *whole)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *circle = NULL;
	struct plan *p = make_plan(arena, &circle);

	plans++;
	if (p == NULL) {
		circles++;
		HOLDS(world.want != NULL, "what is there cannot be taken down: %s", circle);
		ck_assert_ptr_nonnull(strstr(circle, " after "));
		return false;
	}
	check_edges(p);
	check_levels(p);
	*whole = carry_out(p, percent_to_fail);
	if (percent_to_fail > 0)
		return true;
	check_components(p);
	check_relations(p);
	return true;
}

static void live(void)
{
	bool whole;

	memset(&world, 0, sizeof world);
	draw_plot();
	for (size_t i = 0; i < 2; i++)
		draw_service(&services[i]);
	for (unsigned i = 0; i < 1 + pick(4); i++) {
		disturb();
		make_and_carry_out(10, &whole);
	}
	memset(world.fixed, 0, sizeof world.fixed);
	world.want = &services[pick(2)];
	make_and_carry_out(0, &whole);
	world.want = NULL;
	make_and_carry_out(0, &whole);
	for (size_t i = 0; i < 2; i++)
		end_service(&services[i]);
}

START_TEST(every_rule_holds_whatever_is_there_and_whatever_is_wanted)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		seed = i;
		live();
	}
	ck_assert_msg(circles * 2 < plans, "%u of %u plans had a circle", circles, plans);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/plan rules");
	TCase *tc = tcase_create("random services");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, every_rule_holds_whatever_is_there_and_whatever_is_wanted);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
