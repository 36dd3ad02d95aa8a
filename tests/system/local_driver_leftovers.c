/* SPDX-License-Identifier: Apache-2.0 */
/* The driver `local` on a real kernel: what it lists, whether that is whole, and how it is removed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lm/drivers/local/tag.h"
#include "tests/lib/local_world.h"

/* ---- words of the sentences ---- */

static void note_lack(void *arg, const struct driver_thing *t)
{
	const char *const *id = arg;

	if (strcmp(t->resource_id, *id) == 0)
		lw.got.message = lm_arena_strdup(lw.arena, t->whole ? "whole" : t->lacks);
}

/* "whole", what it lacks, or "nothing". */
static const char *state_of(const char *id)
{
	lw.got.message = lm_arena_strdup(lw.arena, "nothing");
	ck_assert_ptr_null(driver_local.list(lw.driver, note_lack, &id));
	return lw.got.message;
}

static void must_run(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void remove_all_of(const char *id)
{
	char *step = lm_arena_printf(lw.arena, "remove-%u", ++lw.n_steps);
	struct lm_err *e = driver_local.remove(lw.driver, step, id);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	lw.got.there = false;
	local_run_until(local_has_result);
	ck_assert_msg(lw.got.failure == STEP_NONE, "%s", lw.got.message);
}

static const char *id_with_digits;

static void note_digits(void *arg, const struct driver_thing *t)
{
	(void)arg;
	if (t->resource_id[0] == '@')
		id_with_digits = lm_arena_strdup(lw.arena, t->resource_id);
}

/* The manager is away, and somebody removes a resource's folder with the mounts in it. */
static void lose_the_folder_of(const char *id)
{
	char *folder = lm_arena_printf(lw.arena, "%s/resources/%s", lw.state, id);

	local_close();
	umount2(lm_arena_printf(lw.arena, "%s/rootfs", folder), MNT_DETACH);
	umount2(lm_arena_printf(lw.arena, "%s/netns", folder), MNT_DETACH);
	ck_assert_ptr_null(folder_remove(folder));
	local_open();
}

/* ---- whole or not ---- */

START_TEST(what_was_installed_is_whole)
{
	given_a_container();
	char *subnet = lm_arena_strdup(lw.arena, "10.78.0.0/24");
	char *network = local_install_network("net2", subnet, "false");
	MUST(.id = "router", .action = "Install", .kind = "router",
	    .infra = {{"interfaces", network}, {"masquerade", "true"}});
	ck_assert_str_eq(state_of("net"), "whole");
	ck_assert_str_eq(state_of("box"), "whole");
	ck_assert_str_eq(state_of("router"), "whole");
	ck_assert_str_eq(state_of("box2"), "nothing");
}
END_TEST

START_TEST(a_network_whose_bridge_is_gone_is_not_whole_and_neither_is_who_was_plugged_in)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");
	ck_assert_int_eq(local_install("box", "box", network), STEP_NONE);
	must_run(lm_arena_printf(lw.arena, "ip link delete %s", network));
	ck_assert_str_eq(
	    state_of("net"), lm_arena_printf(lw.arena, "its bridge %s is gone", network));
	ck_assert_msg(strstr(state_of("box"), "is not plugged into lmb") != NULL, "%s\n%s",
	    state_of("box"), local_inventory());
}
END_TEST

START_TEST(a_container_that_was_killed_or_lost_its_cable_is_not_whole)
{
	given_a_container();
	must_run("ip link delete $(ip -o link | sed -n 's/.*: \\(lmv[^@]*\\)@.*/\\1/p')");
	ck_assert_ptr_nonnull(strstr(state_of("box"), "its cable lmv"));
	kill(local_find_process("tini"), SIGKILL);
	local_await_processes(0);
	ck_assert_str_eq(state_of("box"), "its container has ended");
}
END_TEST

START_TEST(a_router_whose_table_was_flushed_is_not_whole)
{
	char *network = local_install_network("net", "10.77.0.0/24", "false");

	MUST(.id = "router", .action = "Install", .kind = "router",
	    .infra = {{"interfaces", network}, {"masquerade", "true"}});
	must_run("nft flush ruleset");
	ck_assert_ptr_nonnull(strstr(state_of("router"), "its nftables table lm_"));
}
END_TEST

START_TEST(what_an_install_left_half_done_is_not_whole)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_script("install", "exit 1\n");
	ck_assert_int_ne(local_install("box", "box", network), STEP_NONE);
	ck_assert_str_eq(state_of("box"), "it was never completed");
}
END_TEST

START_TEST(another_managers_things_are_not_listed)
{
	char own[sizeof lw.state];

	given_a_container();
	memcpy(own, lw.state, sizeof own);
	local_close();
	snprintf(lw.state, sizeof lw.state, "%.50s/other", lw.base);
	local_open();
	ck_assert_str_eq(local_inventory(), "");
	local_close();
	memcpy(lw.state, own, sizeof own);
	local_open();
	ck_assert_str_eq(state_of("box"), "whole");
}
END_TEST

/* ---- removal ---- */

START_TEST(all_of_a_resource_is_removed_by_its_id_and_again_with_success)
{
	given_a_container();
	remove_all_of("box");
	ck_assert_str_eq(state_of("box"), "nothing");
	remove_all_of("box");
	remove_all_of("net");
	ck_assert_str_eq(local_inventory(), "");
}
END_TEST

START_TEST(a_removed_router_leaves_no_table)
{
	char *network = local_install_network("net", "10.77.0.0/24", "false");

	MUST(.id = "router", .action = "Install", .kind = "router",
	    .infra = {{"interfaces", network}, {"masquerade", "true"}});
	remove_all_of("router");
	remove_all_of("net");
	ck_assert_str_eq(local_inventory(), "");
}
END_TEST

START_TEST(what_has_lost_its_folder_is_listed_by_its_alias_and_removed)
{
	given_a_container();
	lose_the_folder_of("box");
	ck_assert_str_eq(state_of("box"), "its folder is gone");
	remove_all_of("box");
	ck_assert_str_eq(state_of("box"), "nothing");
	local_await_processes(0);
}
END_TEST

/* Nothing but a control group with a process, a name in runc's folder and an nftables table. */
START_TEST(what_nothing_explains_any_more_is_called_by_its_digits_and_removed)
{
	given_a_container();
	lose_the_folder_of("box");
	must_run("ip link delete $(ip -o link | sed -n 's/.*: \\(lmv[^@]*\\)@.*/\\1/p')");
	must_run("rm -f /run/netns/lmc*");
	id_with_digits = NULL;
	ck_assert_ptr_null(driver_local.list(lw.driver, note_digits, NULL));
	ck_assert_ptr_nonnull(id_with_digits);
	must_run(lm_arena_printf(lw.arena, "rm -rf %s/runc/lm-*", lw.state));
	ck_assert_uint_ge(local_count(local_inventory(), "process "), 1);
	remove_all_of(id_with_digits);
	remove_all_of("net");
	local_await_processes(0);
	ck_assert_str_eq(local_inventory(), "");
}
END_TEST

START_TEST(what_a_step_is_working_on_is_not_removed)
{
	given_a_container();
	local_begin(&(struct ask){.id = "box", .action = "Uninstall", .kind = "container"});
	struct lm_err *e = driver_local.remove(lw.driver, "remove", "box");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_CONFLICT);
	lm_err_free(e);
	local_run_until(local_has_result);
}
END_TEST

START_TEST(a_path_is_no_id)
{
	static const char *const bad[] = {
	    "", "../net", "@", "@1234567", "@../../..", "a/b", "@1234567g"};

	for (size_t i = 0; i < LM_COUNT(bad); i++) {
		struct lm_err *e = driver_local.remove(lw.driver, "remove", bad[i]);

		ck_assert_msg(e != NULL, "%s", bad[i]);
		lm_err_free(e);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("local driver leftovers");
	TCase *whole = tcase_create("whole"), *removal = tcase_create("removal");
	TCase *const all[] = {whole, removal};

	for (size_t i = 0; i < LM_COUNT(all); i++) {
		tcase_add_checked_fixture(all[i], local_setup, local_teardown);
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(s, all[i]);
	}
	tcase_add_test(whole, what_was_installed_is_whole);
	tcase_add_test(
	    whole, a_network_whose_bridge_is_gone_is_not_whole_and_neither_is_who_was_plugged_in);
	tcase_add_test(whole, a_container_that_was_killed_or_lost_its_cable_is_not_whole);
	tcase_add_test(whole, a_router_whose_table_was_flushed_is_not_whole);
	tcase_add_test(whole, what_an_install_left_half_done_is_not_whole);
	tcase_add_test(whole, another_managers_things_are_not_listed);
	tcase_add_test(removal, all_of_a_resource_is_removed_by_its_id_and_again_with_success);
	tcase_add_test(removal, a_removed_router_leaves_no_table);
	tcase_add_test(removal, what_has_lost_its_folder_is_listed_by_its_alias_and_removed);
	tcase_add_test(removal, what_nothing_explains_any_more_is_called_by_its_digits_and_removed);
	tcase_add_test(removal, what_a_step_is_working_on_is_not_removed);
	tcase_add_test(removal, a_path_is_no_id);
	return s;
}

int main(void)
{
	return local_main(suite);
}
