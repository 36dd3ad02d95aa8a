/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts are entered by the driver `local` itself, because 'runc exec' takes ten times as long.  A
 * script is held no looser by it: the same question, asked by both ways of one container, has the
 * same answer.
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/lib/local_world.h"

enum { ANSWER_MAX = 16384 };

static const char *const questions[] = {
    "grep '^Cap' /proc/self/status",
    "grep '^NoNewPrivs\\|^Seccomp' /proc/self/status",
    "grep '^[UG]id\\|^Groups' /proc/self/status",
    "cat /proc/self/cgroup",
    "for ns in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$ns; done",
    "grep NSpid /proc/self/status | wc -w",
    "cat /proc/self/mountinfo",
    "ls -di / . && pwd",
    "ls -l /dev && ls /sys /proc/sys",
    "ls /proc/self/fd | wc -l",
    "umask",
    "cat /proc/self/oom_score_adj",
    "cat /proc/self/attr/current 2>/dev/null || echo no label",
};

/* What 'runc exec' answers in the only container there is. */
static const char *by_runc(const char *question)
{
	char *answer = lm_arena_alloc(lw.arena, ANSWER_MAX);
	FILE *p = popen(lm_arena_printf(lw.arena,
			    "name=$(ls %s/runc) && runc --root %s/runc exec \"$name\" /bin/sh -euc "
			    "\"$(cat %s/lifecycle/start.sh)\" </dev/null 2>&1",
			    lw.state, lw.state, lw.package),
	    "r");

	ck_assert_ptr_nonnull(p);
	answer[fread(answer, 1, ANSWER_MAX - 1, p)] = '\0';
	ck_assert_msg(pclose(p) == 0, "%s: %s", question, answer);
	return answer;
}

/* The manager may have been started with more than it needs; nothing of that is a script's. */
static void loosen_the_manager(void)
{
	static const gid_t groups[] = {4, 27};

	ck_assert_int_eq(setgroups(LM_COUNT(groups), groups), 0);
	ck_assert_int_eq(setegid(50), 0);
	umask(0);
}

START_TEST(a_script_is_held_as_by_runc_exec)
{
	given_a_container();
	local_script("start", questions[_i]);
	const char *runcs = by_runc(questions[_i]);
	loosen_the_manager();
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_str_ne(runcs, "");
	ck_assert_str_eq(lw.got.log, runcs);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("how the local driver holds a script");
	TCase *all = tcase_create("held");

	tcase_add_checked_fixture(all, local_setup, local_teardown);
	tcase_set_timeout(all, 60);
	suite_add_tcase(s, all);
	tcase_add_loop_test(all, a_script_is_held_as_by_runc_exec, 0, LM_COUNT(questions));
	return s;
}

int main(void)
{
	return local_main(suite);
}
