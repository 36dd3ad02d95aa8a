/* SPDX-License-Identifier: Apache-2.0 */
/* The driver `local` on a real kernel: services and containers that die, managers that crash. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/tag.h"
#include "tests/lib/local_world.h"

/* ---- deaths ---- */

#define START_TWO                                                                      \
	"for s in one two; do setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! " \
	">$LM_SERVICES/$s.pid; done\n"

static void given_a_started_container(void)
{
	given_a_container();
	local_script("start", START_TWO);
	local_script("stop", "for s in one two; do p=$(cat $LM_SERVICES/$s.pid); rm "
			     "$LM_SERVICES/$s.pid; kill -9 $p; done\n");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
}

START_TEST(the_death_of_a_service_is_reported_once)
{
	given_a_started_container();
	local_script("crash", "kill -9 $(cat $LM_SERVICES/two.pid)\n");
	double from = local_now_ms();
	local_begin(&(struct ask){
	    .id = "box", .action = "crash", .kind = "container", .is_operation = true});
	local_await("died ");
	printf("took %6.1f ms  from the request to kill a service to the news of its death\n",
	    local_now_ms() - from);
	local_run_until(local_has_result);
	ck_assert_int_eq(lw.got.failure, STEP_NONE);
	local_script("look", "true\n");
	MUST(.id = "box", .action = "look", .kind = "container", .is_operation = true);
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\ndied box two\n");
}
END_TEST

/* The number on this machine of the box's service 'name'. */
static pid_t find_service(const char *name)
{
	char *path =
	    lm_arena_printf(lw.arena, "%s/resources/box/run/services/%s.pid", lw.state, name);
	char *text = file_read(lw.arena, path, 32);

	ck_assert_ptr_nonnull(text);
	return proc_find_inner(local_find_process("tini"), (pid_t)strtol(text, NULL, 10));
}

START_TEST(a_service_that_is_killed_from_outside_is_known_to_be_dead)
{
	given_a_started_container();
	pid_t service = find_service("one");
	double from = local_now_ms();
	kill(service, SIGKILL);
	local_await("died box one\n");
	printf("took %6.1f ms  from the death of a service to the news of it\n",
	    local_now_ms() - from);
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\ndied box one\n");
}
END_TEST

START_TEST(the_death_of_a_container_is_one_death_not_one_per_service)
{
	given_a_started_container();
	pid_t init = local_find_process("tini");
	double from = local_now_ms();
	kill(init, SIGKILL);
	local_await("died box container");
	printf(
	    "took %6.1f ms  from a container's death to the news of it\n", local_now_ms() - from);
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\ndied box container\n");
}
END_TEST

START_TEST(a_service_that_is_told_to_stop_has_not_died)
{
	given_a_started_container();
	ck_assert_int_eq(local_transition("Stop"), STEP_NONE);
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_int_eq(local_transition("Stop"), STEP_NONE);
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\n");
}
END_TEST

START_TEST(a_service_that_died_while_nobody_looked_is_reported_at_open)
{
	given_a_started_container();
	local_close();
	local_open();
	uv_run(&lw.loop, UV_RUN_NOWAIT);
	lm_buf_clear(&lw.heard);
	local_script("crash", "kill -9 $(cat $LM_SERVICES/one.pid)\n");
	local_begin(&(struct ask){
	    .id = "box", .action = "crash", .kind = "container", .is_operation = true});
	local_await("died box one");
	local_close();
	lm_buf_clear(&lw.heard);
	local_open();
	local_await("died");
	ck_assert_str_eq(lw.heard.p, "up 10.77.0.254\ndied box one\n");
}
END_TEST

START_TEST(when_the_container_is_gone_it_cannot_start_but_stop_and_go)
{
	given_a_started_container();
	kill(local_find_process("tini"), SIGKILL);
	local_await("died box container");
	ck_assert_int_eq(local_transition("Start"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_int_eq(
	    ASK(.id = "box", .action = "call", .kind = "container", .is_operation = true),
	    STEP_RESOURCE_NOT_FOUND);
	ck_assert_int_eq(local_transition("Stop"), STEP_NONE);
	ck_assert_int_eq(local_transition("Uninstall"), STEP_NONE);
	ck_assert_int_eq(local_transition("Delete"), STEP_NONE);
}
END_TEST

START_TEST(what_is_not_there_is_removed_with_success)
{
	ck_assert_int_eq(local_transition("Stop"), STEP_NONE);
	ck_assert_int_eq(local_transition("Uninstall"), STEP_NONE);
	ck_assert_int_eq(local_transition("Delete"), STEP_NONE);
	ck_assert_int_eq(local_transition("Start"), STEP_RESOURCE_NOT_FOUND);
}
END_TEST

/* ---- crashes of the manager ---- */

#define COUNT_RUNS "echo x >>/var/runs; echo runs=$(wc -l </var/runs) >>$LM_OUTPUT; echo ran\n"

START_TEST(a_step_asked_again_has_its_first_result_and_is_not_run_again)
{
	local_script("start", COUNT_RUNS);
	given_a_container();
	const struct ask once = {
	    .step = "once", .id = "box", .action = "Start", .kind = "container"};
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(local_ask(&once), STEP_NONE);
		ck_assert_str_eq(local_output("runs"), "1");
		ck_assert_str_eq(lw.got.log, "ran\n");
		local_close();
		local_open();
	}
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_str_eq(local_output("runs"), "2");
}
END_TEST

START_TEST(a_failed_step_asked_again_has_failed_in_the_same_way)
{
	local_script("start", "echo broken >&2; exit 1\n");
	given_a_container();
	const struct ask once = {
	    .step = "once", .id = "box", .action = "Start", .kind = "container"};
	local_ask(&once);
	local_close();
	local_open();
	local_script("start", "true\n");
	ck_assert_int_eq(local_ask(&once), STEP_INFRASTRUCTURE_ERROR);
	ck_assert_str_eq(lw.got.message, "lifecycle/start.sh: broken");
}
END_TEST

START_TEST(after_a_restart_the_machines_addresses_are_told_again)
{
	local_install_network("net", "10.77.0.0/24", "true");
	local_close();
	lm_buf_clear(&lw.heard);
	local_open();
	local_await("up 10.77.0.254\n");
}
END_TEST

/* Waits until the scripts have made 'name' in the services folder of the container. */
static void await_file(const char *folder, const char *name)
{
	char event[4096];
	int fd = inotify_init1(IN_CLOEXEC);

	ck_assert_int_ge(inotify_add_watch(fd, folder, IN_CREATE), 0);
	while (access(lm_arena_printf(lw.arena, "%s/%s", folder, name), F_OK) != 0)
		ck_assert_int_gt(read(fd, event, sizeof event), 0);
	close(fd);
}

/* A manager in a process of its own begins a step, and is killed when the script says so. */
static void crash_in(const struct ask *a)
{
	char *folder = lm_arena_printf(lw.arena, "%s/resources/%s/run/services", lw.state, a->id);
	pid_t manager;

	local_close();
	manager = fork();
	if (manager == 0) {
		local_open();
		local_begin(a);
		uv_run(&lw.loop, UV_RUN_DEFAULT);
		_exit(0);
	}
	while (access(folder, F_OK) != 0) {
		struct timespec brief = {0, 1000000};

		nanosleep(&brief, NULL); /* its parents do not exist yet: nothing to wait on */
	}
	await_file(folder, "marker");
	kill(manager, SIGKILL);
	waitpid(manager, NULL, 0);
	unlink(lm_arena_printf(lw.arena, "%s/marker", folder));
	local_open();
}

/* Hangs when it runs for the first time. */
#define HANG_ONCE                                                                                 \
	"if ! [ -e /package/second ]; then setsid sleep 1000 & touch $LM_SERVICES/marker; sleep " \
	"1001; fi\n"

static void allow_second(bool allow)
{
	char *path = lm_arena_printf(lw.arena, "%s/second", lw.package);

	if (!allow)
		unlink(path);
	else
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

START_TEST(a_script_that_a_crash_cut_off_is_run_again_and_its_remains_are_killed)
{
	local_script("start", HANG_ONCE "echo done=yes >>$LM_OUTPUT\n");
	given_a_container();
	const struct ask once = {
	    .step = "once", .id = "box", .action = "Start", .kind = "container"};
	crash_in(&once);
	allow_second(true);
	ck_assert_int_eq(local_ask(&once), STEP_NONE);
	allow_second(false);
	ck_assert_str_eq(local_output("done"), "yes");
	local_await_processes(2);
}
END_TEST

START_TEST(an_install_that_a_crash_cut_off_makes_one_container_and_not_two)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");
	const struct ask once = {.step = "once",
	    .id = "box",
	    .action = "Install",
	    .kind = "container",
	    .infra = {{"image", "box"}, {"networks.mgmt.network", network},
		{"networks.mgmt.address", "mgmt_address"}}};

	local_script("install", HANG_ONCE);
	crash_in(&once);
	allow_second(true);
	ck_assert_int_eq(local_ask(&once), STEP_NONE);
	allow_second(false);
	ck_assert_str_eq(local_output("mgmt_address"), "10.77.0.10");
	ck_assert_uint_eq(local_count(local_inventory(), "container "), 1);
	local_await_processes(2);
}
END_TEST

START_TEST(what_a_crash_left_half_installed_can_be_uninstalled)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_script("install", HANG_ONCE);
	crash_in(&(struct ask){.step = "once",
	    .id = "box",
	    .action = "Install",
	    .kind = "container",
	    .infra = {{"image", "box"}, {"networks.mgmt.network", network}}});
	ck_assert_int_eq(local_transition("Uninstall"), STEP_NONE);
	ck_assert_uint_eq(local_count(local_inventory(), " box\n"), 0);
}
END_TEST

/* ---- cancelling ---- */

/* Hangs deaf to every polite signal, with a child of its own and one in a session of its own. */
#define HANG_DEAF                                                                              \
	"trap '' TERM INT HUP\nsleep 1000 &\nsetsid sleep 1001 &\ntouch $LM_SERVICES/marker\n" \
	"while :; do sleep 1002; done\n"

/* The script runs while the loop does: both are looked at in turn. */
static void begin_and_await_marker(const struct ask *a)
{
	const struct timespec brief = {0, 1000000};
	char *marker =
	    lm_arena_printf(lw.arena, "%s/resources/%s/run/services/marker", lw.state, a->id);

	lw.got.there = false;
	local_begin(a);
	while (access(marker, F_OK) != 0 && !lw.got.there) {
		uv_run(&lw.loop, UV_RUN_NOWAIT);
		nanosleep(&brief, NULL);
	}
	ck_assert_msg(!lw.got.there, "%s", lw.got.message);
	unlink(marker);
}

START_TEST(a_cancelled_script_is_killed_with_all_that_it_has_begun)
{
	local_script("start", HANG_DEAF);
	given_a_container();
	begin_and_await_marker(
	    &(struct ask){.step = "long", .id = "box", .action = "Start", .kind = "container"});
	ck_assert(!lw.got.there);
	driver_local.cancel(lw.driver, "long");
	local_run_until(local_has_result);
	ck_assert_int_eq(lw.got.failure, STEP_CANCELLED);
	local_await_processes(2);
}
END_TEST

START_TEST(after_a_cancel_the_next_step_is_done)
{
	local_script("start", HANG_DEAF);
	given_a_container();
	begin_and_await_marker(
	    &(struct ask){.step = "long", .id = "box", .action = "Start", .kind = "container"});
	driver_local.cancel(lw.driver, "long");
	local_run_until(local_has_result);
	local_script("start", "echo done=yes >>$LM_OUTPUT\n");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_str_eq(local_output("done"), "yes");
}
END_TEST

START_TEST(a_cancelled_step_asked_again_is_still_cancelled)
{
	const struct ask once = {
	    .step = "long", .id = "box", .action = "Start", .kind = "container"};

	local_script("start", HANG_DEAF);
	given_a_container();
	begin_and_await_marker(&once);
	driver_local.cancel(lw.driver, "long");
	local_run_until(local_has_result);
	local_script("start", "exit 0\n");
	ck_assert_int_eq(local_ask(&once), STEP_CANCELLED);
}
END_TEST

START_TEST(a_step_cancelled_before_it_began_does_nothing)
{
	local_script("start", "touch $LM_SERVICES/marker\n");
	given_a_container();
	lw.got.there = false;
	local_begin(
	    &(struct ask){.step = "none", .id = "box", .action = "Start", .kind = "container"});
	driver_local.cancel(lw.driver, "none");
	driver_local.cancel(lw.driver, "none");
	local_run_until(local_has_result);
	ck_assert_int_eq(lw.got.failure, STEP_CANCELLED);
	ck_assert_int_ne(
	    access(
		lm_arena_printf(lw.arena, "%s/resources/box/run/services/marker", lw.state), F_OK),
	    0);
}
END_TEST

START_TEST(cancelling_what_is_not_there_or_is_done_is_nothing)
{
	given_a_container();
	driver_local.cancel(lw.driver, "nobody");
	local_script("start", "exit 0\n");
	MUST(.step = "quick", .id = "box", .action = "Start", .kind = "container");
	lw.got.there = false;
	driver_local.cancel(lw.driver, "quick");
	MUST(.step = "quick", .id = "box", .action = "Start", .kind = "container");
}
END_TEST

START_TEST(a_cancelled_install_can_be_uninstalled)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	local_script("install", HANG_DEAF);
	begin_and_await_marker(&(struct ask){.step = "long",
	    .id = "box",
	    .action = "Install",
	    .kind = "container",
	    .infra = {{"image", "box"}, {"networks.mgmt.network", network}}});
	driver_local.cancel(lw.driver, "long");
	local_run_until(local_has_result);
	ck_assert_int_eq(lw.got.failure, STEP_CANCELLED);
	ck_assert_int_eq(local_transition("Uninstall"), STEP_NONE);
	ck_assert_uint_eq(local_count(local_inventory(), "container "), 0);
	local_await_processes(0);
}
END_TEST

START_TEST(at_its_limit_a_deaf_script_is_killed_with_all_that_it_has_begun)
{
	local_script("start", HANG_DEAF);
	given_a_container();
	ck_assert_int_eq(
	    ASK(.id = "box", .action = "Start", .kind = "container", .timeout_s = 1), STEP_TIMEOUT);
	local_await_processes(2);
}
END_TEST

/* ---- the program ---- */

static Suite *suite(void)
{
	Suite *s = suite_create("local driver faults");
	TCase *deaths = tcase_create("deaths"), *crashes = tcase_create("crashes");
	TCase *cancels = tcase_create("cancelling");
	TCase *const all[] = {deaths, crashes, cancels};

	for (size_t i = 0; i < LM_COUNT(all); i++) {
		tcase_add_checked_fixture(all[i], local_setup, local_teardown);
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(s, all[i]);
	}
	tcase_add_test(deaths, the_death_of_a_service_is_reported_once);
	tcase_add_test(deaths, a_service_that_is_killed_from_outside_is_known_to_be_dead);
	tcase_add_test(deaths, the_death_of_a_container_is_one_death_not_one_per_service);
	tcase_add_test(deaths, a_service_that_is_told_to_stop_has_not_died);
	tcase_add_test(deaths, a_service_that_died_while_nobody_looked_is_reported_at_open);
	tcase_add_test(deaths, when_the_container_is_gone_it_cannot_start_but_stop_and_go);
	tcase_add_test(deaths, what_is_not_there_is_removed_with_success);
	tcase_add_test(crashes, a_step_asked_again_has_its_first_result_and_is_not_run_again);
	tcase_add_test(crashes, a_failed_step_asked_again_has_failed_in_the_same_way);
	tcase_add_test(crashes, after_a_restart_the_machines_addresses_are_told_again);
	tcase_add_test(
	    crashes, a_script_that_a_crash_cut_off_is_run_again_and_its_remains_are_killed);
	tcase_add_test(crashes, an_install_that_a_crash_cut_off_makes_one_container_and_not_two);
	tcase_add_test(crashes, what_a_crash_left_half_installed_can_be_uninstalled);
	tcase_add_test(cancels, a_cancelled_script_is_killed_with_all_that_it_has_begun);
	tcase_add_test(cancels, after_a_cancel_the_next_step_is_done);
	tcase_add_test(cancels, a_cancelled_step_asked_again_is_still_cancelled);
	tcase_add_test(cancels, a_step_cancelled_before_it_began_does_nothing);
	tcase_add_test(cancels, cancelling_what_is_not_there_or_is_done_is_nothing);
	tcase_add_test(cancels, a_cancelled_install_can_be_uninstalled);
	tcase_add_test(cancels, at_its_limit_a_deaf_script_is_killed_with_all_that_it_has_begun);
	return s;
}

int main(void)
{
	return local_main(suite);
}
