/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "lm/core/engine_priv.h"

/* The states of what components stand under, and who leaves a cluster that shrinks. */

enum { ROOT, NETWORK, POOL, FIRST, N_NODES = 11, N_MEMBERS = 4 };

/*
 *	svc
 *	├── net
 *	└── pool          (an assembly that holds a cluster)
 *	    └── m1..m4    (assemblies)
 *	        └── host  (a resource; the first ones all come before the second ones)
 */
static const struct graph_resource resource;
static int member_nodes[N_MEMBERS] = {FIRST, FIRST + 1, FIRST + 2, FIRST + 3};
static const struct graph_cluster cluster = {
    .name = "svc__pool", .members = member_nodes, .n_members = N_MEMBERS};
static struct graph_node nodes[N_NODES] = {
    {.name = "svc", .parent = -1},
    {.name = "svc__net", .parent = ROOT, .resource = &resource},
    {.name = "svc__pool", .parent = ROOT},
    {.name = "svc__pool__1", .parent = POOL, .index = 1},
    {.name = "svc__pool__2", .parent = POOL, .index = 2},
    {.name = "svc__pool__3", .parent = POOL, .index = 3},
    {.name = "svc__pool__4", .parent = POOL, .index = 4},
    {.name = "svc__pool__1__host", .parent = FIRST, .resource = &resource},
    {.name = "svc__pool__2__host", .parent = FIRST + 1, .resource = &resource},
    {.name = "svc__pool__3__host", .parent = FIRST + 2, .resource = &resource},
    {.name = "svc__pool__4__host", .parent = FIRST + 3, .resource = &resource},
};
static struct graph graph = {.nodes = nodes, .n_nodes = N_NODES};
static struct tree tree = {.number = 1, .graph = &graph};
static struct instance *in;
static struct lm_arena *arena;

static void given_an_active_service(void)
{
	arena = lm_arena_new();
	in = instance_new("svc", "id");
	in->tree = &tree;
	for (size_t i = 0; i < N_NODES; i++) {
		if (nodes[i].resource == NULL)
			continue;
		struct component *c = component_new(in, nodes[i].name, nodes[i].name);
		c->state = COMPONENT_ACTIVE;
		lm_map_put(in->components, c->name, c);
	}
}

static void done(void)
{
	instance_free(in);
	lm_arena_free(arena);
}

static void is(const char *component, enum component_state state)
{
	((struct component *)lm_map_find(in->components, component))->state = state;
}

static void is_gone(const char *component)
{
	component_free(lm_map_remove(in->components, component));
}

/* ---- states ------------------------------------------------------------------------------------ */

START_TEST(an_assembly_is_as_the_lowest_of_what_is_below)
{
	is("svc__pool__3__host", COMPONENT_INSTALLED);
	const enum component_state *states = instance_states(in, &graph, arena);
	ck_assert_int_eq(states[FIRST + 1], COMPONENT_ACTIVE);
	ck_assert_int_eq(states[FIRST + 2], COMPONENT_INSTALLED);
	ck_assert_int_eq(states[POOL], COMPONENT_INSTALLED);
	ck_assert_int_eq(states[NETWORK], COMPONENT_ACTIVE);
	ck_assert_int_eq(states[ROOT], COMPONENT_INSTALLED);
}
END_TEST

START_TEST(who_has_no_record_does_not_exist)
{
	is_gone("svc__pool__1__host");
	const enum component_state *states = instance_states(in, &graph, arena);
	ck_assert_int_eq(states[FIRST], COMPONENT_ABSENT);
	ck_assert_int_eq(states[POOL], COMPONENT_ABSENT);
	ck_assert_int_eq(instance_state(in), COMPONENT_ABSENT);
}
END_TEST

START_TEST(the_root_is_as_the_walk_over_all_nodes_says)
{
	for (enum component_state a = COMPONENT_ABSENT; a <= COMPONENT_FAILED; a++) {
		for (enum component_state b = COMPONENT_ABSENT; b <= COMPONENT_FAILED; b++) {
			is("svc__net", a);
			is("svc__pool__2__host", b);
			ck_assert_int_eq(
			    instance_state(in), instance_states(in, &graph, arena)[ROOT]);
		}
	}
}
END_TEST

/* ---- victims ------------------------------------------------------------------------------------- */

static const char *left_after(unsigned by)
{
	struct members m = {.n = N_MEMBERS, .indices = malloc(N_MEMBERS * sizeof(int))};
	static char text[40];
	size_t n = 0;

	ck_assert_ptr_nonnull(m.indices);
	for (int i = 0; i < N_MEMBERS; i++)
		m.indices[i] = i + 1;
	members_resize(NULL, &m, by < N_MEMBERS ? N_MEMBERS - by : 0, 0, in, &cluster);
	text[0] = '\0';
	for (size_t i = 0; i < m.n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%d", m.indices[i]);
	free(m.indices);
	return text;
}

START_TEST(of_equals_the_last_ones_go)
{
	ck_assert_str_eq(left_after(0), "1234");
	ck_assert_str_eq(left_after(1), "123");
	ck_assert_str_eq(left_after(3), "1");
}
END_TEST

START_TEST(who_is_not_well_goes_first)
{
	is("svc__pool__1__host", COMPONENT_BROKEN);
	is("svc__pool__3__host", COMPONENT_FAILED);
	ck_assert_str_eq(left_after(1), "124");
	ck_assert_str_eq(left_after(2), "24");
	ck_assert_str_eq(left_after(3), "2");
}
END_TEST

START_TEST(nobody_goes_twice)
{
	is_gone("svc__pool__2__host");
	ck_assert_str_eq(left_after(4), "");
	ck_assert_str_eq(left_after(9), "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core_members");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, given_an_active_service, done);
	tcase_add_test(t, an_assembly_is_as_the_lowest_of_what_is_below);
	tcase_add_test(t, who_has_no_record_does_not_exist);
	tcase_add_test(t, the_root_is_as_the_walk_over_all_nodes_says);
	tcase_add_test(t, of_equals_the_last_ones_go);
	tcase_add_test(t, who_is_not_well_goes_first);
	tcase_add_test(t, nobody_goes_twice);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
