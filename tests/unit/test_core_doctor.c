/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/doctor.h"
#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/* What the doctor finds in a world that somebody has tampered with, and what heals it. */

static const char site_text[] =
    "name: resource::wire::1.0\n"
    "properties: {id: {read-only: true, default: wire-1}}\n"
    "lifecycle: [Install, Uninstall]\n"
    "infrastructure: {local: {network: {subnet: 10.9.0.0/24}}}\n"
    "---\n"
    "name: resource::box::1.0\n"
    "properties:\n"
    "  network: {}\n"
    "  peer: {default: ''}\n"
    "  address: {read-only: true}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "infrastructure: {local: {container: {image: box, networks: {a: {network: '${network}'}}}}}\n"
    "capabilities: {node: {type: thing}}\n"
    "requirements: {nodes: {type: thing}}\n"
    "operations: {add: {properties: {ipaddr: {}}}, remove: {properties: {ipaddr: {}}}}\n"
    "---\n"
    "name: resource::note::1.0\n"
    "lifecycle: [Install, Uninstall]\n"
    "---\n"
    "name: assembly::site::1.0\n"
    "composition:\n"
    "  wire: {type: 'resource::wire::1.0'}\n"
    "  note: {type: 'resource::note::1.0'}\n"
    "  hub: {type: 'resource::box::1.0', properties: {network: {value: '${wire.id}'}}}\n"
    "  leaf:\n"
    "    type: resource::box::1.0\n"
    "    properties: {network: {value: '${wire.id}'}, peer: {value: '${hub.address}'}}\n"
    "relationships:\n"
    "  join:\n"
    "    source-capabilities: [leaf.node]\n"
    "    target-requirements: [hub.nodes]\n"
    "    source-state: Active\n"
    "    target-state: Active\n"
    "    source-state-modifier: post\n"
    "    target-state-modifier: post\n"
    "    properties: {ipaddr: {value: '${source.address}'}}\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}\n";

static struct world w;
static struct lm_arena *arena;

/* ---- words of the sentences ----------------------------------------------------------------------- */

static void setup(void)
{
	arena = lm_arena_new();
	world_init(&w, &(struct sim_conf){.seed = 11, .min_ms = 5, .max_ms = 50});
	world_teach(&w, site_text);
}

static void teardown(void)
{
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
	lm_arena_free(arena);
}

static void given_a_site(void)
{
	ck_assert_ptr_null(world_create(&w, "site", "assembly::site::1.0"));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "site"), "Completed");
}

struct things {
	LM_VEC(struct driver_thing) all;
};

static void collect(void *arg, const struct driver_thing *t)
{
	struct things *to = arg;

	*LM_PUSH(arena, &to->all) = *t;
}

static struct examination *examined(void)
{
	struct examination *x = LM_NEW(arena, struct examination);
	struct things things = {0};

	x->arena = arena;
	sim_list(w.sim, collect, &things);
	engine_examine(w.engine, things.all.v, things.all.n, x);
	return x;
}

/* "missing site__hub, orphan site__leaf", or "". */
static const char *findings(void)
{
	const struct examination *x = examined();
	const char *text = "";

	for (size_t i = 0; i < x->findings.n; i++)
		text = lm_arena_printf(arena, "%s%s%s %s", text, i > 0 ? ", " : "",
		    finding_kind_text(x->findings.v[i].kind), x->findings.v[i].subject);
	return text;
}

static const struct finding *only_finding(void)
{
	const struct examination *x = examined();

	ck_assert_uint_eq(x->findings.n, 1);
	return &x->findings.v[0];
}

static const char *id_of(const char *component)
{
	const struct component *c = engine_find_component(w.engine, component);

	ck_assert_ptr_nonnull(c);
	return lm_arena_strdup(arena, c->id);
}

/* Somebody removes it from outside, and no driver notices. */
static void vanish(const char *component)
{
	sim_remove(w.sim, id_of(component));
}

/* The journal is lost; what is outside stays. */
static void lose_the_journal(void)
{
	w.store->ops->close(w.store);
	w.store = store_memory_new();
	world_crash(&w);
}

/* As the manager repairs: all that is lost is marked, then one heal of the assembly. */
static void repair(void)
{
	const struct examination *x = examined();
	const char *first = NULL;

	for (size_t i = 0; i < x->findings.n; i++) {
		const struct finding *f = &x->findings.v[i];

		if (f->kind == FINDING_ORPHAN)
			sim_remove(w.sim, f->resource_id);
		else if (engine_lost(w.engine, f->resource_id, f->text, w.now_ms, &w.turn))
			first = f->subject;
	}
	engine_lost_end(w.engine, "site", w.now_ms, &w.turn);
	if (first != NULL)
		ck_assert_ptr_null(world_heal(&w, "site", first));
	world_settle(&w);
}

/* ---- health ----------------------------------------------------------------------------------------- */

START_TEST(a_world_as_it_should_be_has_no_findings)
{
	ck_assert_str_eq(findings(), "");
	given_a_site();
	ck_assert_str_eq(findings(), "");
	ck_assert_ptr_null(world_delete(&w, "site"));
	world_settle(&w);
	ck_assert_str_eq(findings(), "");
}
END_TEST

START_TEST(nothing_is_found_at_any_moment_of_a_process)
{
	ck_assert_ptr_null(world_create(&w, "site", "assembly::site::1.0"));
	do
		ck_assert_str_eq(findings(), "");
	while (world_step(&w));
	ck_assert_ptr_null(world_delete(&w, "site"));
	do
		ck_assert_str_eq(findings(), "");
	while (world_step(&w));
}
END_TEST

START_TEST(nothing_is_found_at_any_moment_of_a_heal)
{
	given_a_site();
	world_destroy(&w, "site__hub");
	ck_assert_ptr_null(world_heal(&w, "site", "site__hub"));
	do
		ck_assert_str_eq(findings(), "");
	while (world_step(&w));
	ck_assert_str_eq(world_outcome(&w, "site"), "Completed");
}
END_TEST

START_TEST(a_component_without_infrastructure_is_never_missing)
{
	given_a_site();
	vanish("site__note");
	ck_assert_str_eq(findings(), "");
}
END_TEST

/* ---- missing and partial ------------------------------------------------------------------------------ */

START_TEST(what_has_vanished_is_missing_and_the_finding_says_so)
{
	given_a_site();
	vanish("site__hub");
	const struct finding *f = only_finding();
	ck_assert_int_eq(f->kind, FINDING_MISSING);
	ck_assert_str_eq(f->subject, "site__hub");
	ck_assert_str_eq(f->resource_id, id_of("site__hub"));
	ck_assert_str_eq(f->root, "site");
	ck_assert_str_eq(f->text, "it is Active, and nothing of it exists");
	ck_assert_str_eq(f->repair, "install it anew: heal site");
	ck_assert(f->repairable);
}
END_TEST

START_TEST(what_is_torn_is_partial_and_the_driver_says_what_it_lacks)
{
	given_a_site();
	world_destroy(&w, "site__wire");
	const struct finding *f = only_finding();
	ck_assert_int_eq(f->kind, FINDING_PARTIAL);
	ck_assert_str_eq(f->text, "it is Active, but it was destroyed");
}
END_TEST

START_TEST(one_heal_brings_back_all_that_is_missing)
{
	given_a_site();
	vanish("site__wire");
	vanish("site__hub");
	vanish("site__leaf");
	ck_assert_str_eq(findings(), "missing site__wire, missing site__hub, missing site__leaf");
	repair();
	ck_assert_str_eq(world_outcome(&w, "site"), "Completed");
	ck_assert_str_eq(
	    world_states(&w, "site"), "wire:Active note:Active hub:Active leaf:Active");
	ck_assert_str_eq(findings(), "");
}
END_TEST

START_TEST(what_is_lost_comes_back_at_another_address_and_others_are_told)
{
	given_a_site();
	ck_assert_str_eq(world_links(&w, "site"), "join__1{address-1}");
	vanish("site__leaf");
	repair();
	ck_assert_str_eq(world_links(&w, "site"), "join__1{address-2}");
	ck_assert_str_eq(findings(), "");
}
END_TEST

START_TEST(a_mark_survives_a_crash)
{
	given_a_site();
	vanish("site__leaf");
	ck_assert(engine_lost(w.engine, id_of("site__leaf"), "gone", w.now_ms, &w.turn));
	ck_assert_ptr_null(world_heal(&w, "site", "site__leaf"));
	world_crash(&w);
	world_settle(&w);
	ck_assert_str_eq(findings(), "");
	ck_assert(sim_is_running(w.sim, id_of("site__leaf")));
}
END_TEST

/* The state of a large assembly is not computed again for each of many that were lost with their host. */
START_TEST(an_assembly_is_looked_at_once_for_all_that_it_has_lost)
{
	given_a_site();
	const struct instance *site = engine_find_instance(w.engine, "site");
	vanish("site__leaf");
	ck_assert(engine_lost(w.engine, id_of("site__leaf"), "gone", w.now_ms, &w.turn));
	ck_assert_int_eq(site->shown, COMPONENT_ACTIVE);
	engine_lost_end(w.engine, "site", w.now_ms, &w.turn);
	ck_assert_int_eq(site->shown, COMPONENT_BROKEN);
	engine_lost_end(w.engine, "nobody", w.now_ms, &w.turn);
	ck_assert_ptr_null(world_heal(&w, "site", "site__leaf"));
	world_settle(&w);
	ck_assert_int_eq(site->shown, COMPONENT_ACTIVE);
}
END_TEST

START_TEST(nothing_is_marked_while_a_process_is_at_work_or_without_reason)
{
	ck_assert(!engine_lost(w.engine, "nobody", "gone", w.now_ms, &w.turn));
	ck_assert_ptr_null(world_create(&w, "site", "assembly::site::1.0"));
	while (strstr(world_states(&w, "site"), "wire:Active") == NULL)
		ck_assert(world_step(&w));
	ck_assert(!engine_lost(w.engine, id_of("site__wire"), "gone", w.now_ms, &w.turn));
	world_settle(&w);
	ck_assert(!engine_lost(w.engine, id_of("site__note"), "gone", w.now_ms, &w.turn));
}
END_TEST

/* ---- orphans ------------------------------------------------------------------------------------------ */

START_TEST(what_no_component_stands_for_is_an_orphan_that_may_be_adopted)
{
	given_a_site();
	lose_the_journal();
	const struct examination *x = examined();
	ck_assert_uint_eq(x->components, 0);
	ck_assert_uint_eq(x->findings.n, x->resources);
	const struct finding *f = &x->findings.v[0];
	ck_assert_int_eq(f->kind, FINDING_ORPHAN);
	ck_assert_str_eq(f->subject, "site__wire");
	ck_assert_str_eq(f->text, "resource: no component of the journal has this id");
	ck_assert_ptr_nonnull(strstr(f->repair, "lm adopt"));
	repair();
	ck_assert_str_eq(findings(), "");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_torn_orphan_is_not_for_adoption)
{
	given_a_site();
	world_destroy(&w, "site__hub");
	lose_the_journal();
	const struct examination *x = examined();
	for (size_t i = 0; i < x->findings.n; i++)
		if (strcmp(x->findings.v[i].subject, "site__hub") == 0)
			ck_assert_str_eq(x->findings.v[i].repair, "remove it");
}
END_TEST

START_TEST(things_of_one_resource_are_one_finding_and_its_kinds_are_told_once)
{
	static const char *const kinds[] = {
	    "link", "link", "container", "mount", "cgroup", "cgroup", "process", "folder", "odd"};
	struct driver_thing things[LM_COUNT(kinds)];
	struct examination x = {.arena = arena};

	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		things[i] =
		    (struct driver_thing){.kind = kinds[i], .name = "n", .resource_id = "stray"};
	engine_examine(w.engine, things, LM_COUNT(things), &x);
	ck_assert_uint_eq(x.findings.n, 1);
	ck_assert_str_eq(x.findings.v[0].subject, "stray");
	ck_assert_str_eq(x.findings.v[0].text,
	    "link, container, mount, cgroup, process, folder, ...: no component of the journal has "
	    "this id");
}
END_TEST

START_TEST(what_the_journal_says_is_not_installed_yet_is_an_orphan_too)
{
	given_a_site();
	struct component *c = engine_find_component(w.engine, "site__leaf");
	const struct link *l = lm_map_find(c->instance->links, "site__join__1");
	ck_assert_ptr_nonnull(l);
	c->state = COMPONENT_CREATED;
	const struct examination *x = examined();
	ck_assert_int_eq(x->findings.v[0].kind, FINDING_ORPHAN);
	ck_assert_str_eq(
	    x->findings.v[0].text, "resource: its component is Created and has nothing outside");
}
END_TEST

/* ---- the books ------------------------------------------------------------------------------------------ */

START_TEST(a_process_that_nothing_carries_on_is_stuck)
{
	ck_assert_ptr_null(world_create(&w, "site", "assembly::site::1.0"));
	struct process *p = engine_find_instance(w.engine, "site")->running;
	size_t n = p->in_flight;
	p->in_flight = 0;
	ck_assert_ptr_nonnull(strstr(findings(), "stuck "));
	ck_assert_ptr_nonnull(strstr(findings(), "contradiction "));
	p->in_flight = n;
	ck_assert_str_eq(findings(), "");
	world_settle(&w);
}
END_TEST

START_TEST(a_relationship_whose_end_has_left_its_state_is_a_contradiction)
{
	given_a_site();
	struct component *c = engine_find_component(w.engine, "site__leaf");
	c->state = COMPONENT_INACTIVE;
	const struct finding *f = only_finding();
	ck_assert_int_eq(f->kind, FINDING_CONTRADICTION);
	ck_assert_str_eq(f->subject, "site__join__1");
	ck_assert(!f->repairable);
	c->state = COMPONENT_ACTIVE;
}
END_TEST

START_TEST(a_component_that_an_index_has_lost_is_a_contradiction)
{
	given_a_site();
	struct component *c = engine_find_component(w.engine, "site__note");
	lm_map_remove(w.engine->component_names, c->name);
	ck_assert_str_eq(findings(), "contradiction site__note, contradiction components");
	lm_map_put(w.engine->component_names, c->name, c);
	ck_assert_str_eq(findings(), "");
}
END_TEST

START_TEST(the_document_says_what_was_found_in_numbers_and_words)
{
	struct lm_buf b;

	given_a_site();
	lm_buf_init(&b, 64 * 1024);
	examination_print(examined(), &b);
	ck_assert_str_eq(b.p,
	    "{\"healthy\":true,\"components\":4,\"resources\":4,\"things\":4,\"findings\":[]}");
	lm_buf_clear(&b);
	vanish("site__leaf");
	examination_print(examined(), &b);
	ck_assert_ptr_nonnull(strstr(b.p, "\"healthy\":false"));
	ck_assert_ptr_nonnull(
	    strstr(b.p, "{\"code\":\"missing\",\"subject\":\"site__leaf\",\"assembly\":\"site\""));
	lm_buf_fini(&b);
}
END_TEST

static void add(Suite *s, const char *name, const TTest *const *tests, size_t n)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	suite_add_tcase(s, c);
}

int main(void)
{
	const TTest *const health[] = {
	    a_world_as_it_should_be_has_no_findings,
	    nothing_is_found_at_any_moment_of_a_process,
	    nothing_is_found_at_any_moment_of_a_heal,
	    a_component_without_infrastructure_is_never_missing,
	};
	const TTest *const missing[] = {
	    what_has_vanished_is_missing_and_the_finding_says_so,
	    what_is_torn_is_partial_and_the_driver_says_what_it_lacks,
	    one_heal_brings_back_all_that_is_missing,
	    what_is_lost_comes_back_at_another_address_and_others_are_told,
	    a_mark_survives_a_crash,
	    an_assembly_is_looked_at_once_for_all_that_it_has_lost,
	    nothing_is_marked_while_a_process_is_at_work_or_without_reason,
	};
	const TTest *const orphans[] = {
	    what_no_component_stands_for_is_an_orphan_that_may_be_adopted,
	    a_torn_orphan_is_not_for_adoption,
	    things_of_one_resource_are_one_finding_and_its_kinds_are_told_once,
	    what_the_journal_says_is_not_installed_yet_is_an_orphan_too,
	};
	const TTest *const books[] = {
	    a_process_that_nothing_carries_on_is_stuck,
	    a_relationship_whose_end_has_left_its_state_is_a_contradiction,
	    a_component_that_an_index_has_lost_is_a_contradiction,
	    the_document_says_what_was_found_in_numbers_and_words,
	};
	Suite *s = suite_create("doctor");

	add(s, "health", health, LM_COUNT(health));
	add(s, "missing", missing, LM_COUNT(missing));
	add(s, "orphans", orphans, LM_COUNT(orphans));
	add(s, "books", books, LM_COUNT(books));
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
