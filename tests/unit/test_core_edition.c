/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"
#include "tosca/link/check.h"

/*
 * The catalog changes while an assembly runs: what exists stays what it was made of, until it is
 * upgraded.  "box" is one of two kinds: in the first its parts are red, in the second blue.
 */
#define BOX(color)                                                                 \
	"name: resource::part::1.0\n"                                              \
	"properties: {color: {default: " color "}, size: {default: '1'}}\n"        \
	"lifecycle: [Install, Start, Stop, Uninstall]\n"                           \
	"---\n"                                                                    \
	"name: assembly::box::1.0\n"                                               \
	"properties: {size: {default: '1'}}\n"                                     \
	"composition:\n"                                                           \
	"  part:\n"                                                                \
	"    type: resource::part::1.0\n"                                          \
	"    cluster: {initial-quantity: 1, minimum-nodes: 1, maximum-nodes: 4}\n" \
	"    properties: {size: {value: '${size}'}}\n"

static struct world w;
static char process[LM_ID_SIZE];

static void put(const char *file, const char *text)
{
	catalog_put(w.catalog, file, text, strlen(text));
	catalog_check(w.catalog);
}

static void ask(const struct intent *i)
{
	struct lm_err *err = world_intent(&w, i, process);

	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
	world_settle(&w);
}

static void scale(enum intent_kind kind)
{
	ask(&(struct intent){.kind = kind, .assembly_name = "b", .cluster = "part"});
}

static void upgrade(void)
{
	struct lm_kv size[] = {{"size", "2"}};

	ask(&(struct intent){
	    .kind = INTENT_UPGRADE, .assembly_name = "b", .properties = {size, 1}});
}

static struct lm_err *count(void *arg, const struct record *r)
{
	(void)r;
	++*(size_t *)arg;
	return NULL;
}

static size_t editions(void)
{
	size_t n = 0;

	ck_assert_ptr_null(
	    w.store->ops->load(w.store, &(struct store_query){.table = RECORD_EDITION}, count, &n));
	return n;
}

static void setup(void)
{
	world_init(&w, &(struct sim_conf){.seed = 3, .min_ms = 10, .max_ms = 10});
	put("box.yml", BOX("red"));
	ask(&(struct intent){.kind = INTENT_CREATE,
	    .assembly_name = "b",
	    .descriptor = "assembly::box::1.0",
	    .intended_state = "Active"});
	ck_assert_str_eq(
	    world_asked(&w, "b__part__1"), "Install part__1{red}, Start part__1{red}");
	world_forget_asked(&w);
}

static void teardown(void)
{
	world_difference(&w);
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

START_TEST(a_new_member_is_made_of_what_the_others_were_made_of)
{
	put("box.yml", BOX("blue"));
	scale(INTENT_SCALE_OUT);
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__2"), "Install part__2{red}"));
	ck_assert_str_eq(world_asked(&w, "b__part__1"), "");
}
END_TEST

START_TEST(also_when_its_descriptor_is_gone_or_no_longer_compiles)
{
	put("box.yml",
	    "name: assembly::box::1.0\ncomposition: {part: {type: 'resource::no::1.0'}}\n");
	scale(INTENT_SCALE_OUT);
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__2"), "Install part__2{red}"));
}
END_TEST

START_TEST(also_after_a_restart)
{
	catalog_remove(w.catalog, "box.yml");
	catalog_check(w.catalog);
	world_crash(&w);
	scale(INTENT_SCALE_OUT);
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__2"), "Install part__2{red}"));
	ck_assert_str_eq(world_asked(&w, "b__part__1"), "");
}
END_TEST

START_TEST(an_upgrade_takes_the_present_ones)
{
	put("box.yml", BOX("blue"));
	upgrade();
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__1"), "Stop part__1{red}"));
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__1"), "Install part__1{blue}"));
}
END_TEST

START_TEST(a_rollback_goes_back_to_what_there_was)
{
	put("box.yml", BOX("blue"));
	sim_fail(w.sim, "b__part__1", "Start", 1);
	upgrade();
	world_crash(&w);
	world_forget_asked(&w);
	ask(&(struct intent){.kind = INTENT_ROLLBACK, .process = process});
	ck_assert_ptr_nonnull(strstr(world_asked(&w, "b__part__1"), "Install part__1{red}"));
}
END_TEST

START_TEST(assemblies_of_the_same_texts_share_one)
{
	ask(&(struct intent){.kind = INTENT_CREATE,
	    .assembly_name = "c",
	    .descriptor = "assembly::box::1.0",
	    .intended_state = "Active"});
	ck_assert_uint_eq(editions(), 1);
	put("box.yml", BOX("blue"));
	upgrade();
	ck_assert_uint_eq(editions(), 2);
}
END_TEST

START_TEST(a_journal_keeps_none_that_nobody_needs)
{
	ask(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "b"});
	ck_assert_uint_eq(editions(), 1); /* the processes that have ended tell what there was */
	w.now_ms += INT64_C(8) * 24 * 3600 * 1000;
	engine_tick(w.engine, w.now_ms, &w.turn);
	ask(&(struct intent){.kind = INTENT_CREATE,
	    .assembly_name = "s",
	    .descriptor = "assembly::service::1.0",
	    .intended_state = "Active"});
	ck_assert_uint_eq(editions(), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/edition");
	TCase *tc = tcase_create("a catalog that changes");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_member_is_made_of_what_the_others_were_made_of);
	tcase_add_test(tc, also_when_its_descriptor_is_gone_or_no_longer_compiles);
	tcase_add_test(tc, also_after_a_restart);
	tcase_add_test(tc, an_upgrade_takes_the_present_ones);
	tcase_add_test(tc, a_rollback_goes_back_to_what_there_was);
	tcase_add_test(tc, assemblies_of_the_same_texts_share_one);
	tcase_add_test(tc, a_journal_keeps_none_that_nobody_needs);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
