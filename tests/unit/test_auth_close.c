/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lm/server/auth/auth_priv.h"
#include "lm/server/auth/refresh.h"
#include "tests/lib/tried.h"

/* The manager ends while a thread has yet to write what somebody has asked for. */

#define HASH                                                     \
	"$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpc29uZQ$" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char folder[SCRATCH_SIZE];
static uv_loop_t loop;
static uv_work_t before; /* keeps the only thread until it is let go */
static uv_sem_t gate;
static struct auth *auth;
static struct account robot;
static struct http_request request;

static void wait_for_gate(uv_work_t *w)
{
	(void)w;
	uv_sem_wait(&gate);
}

static struct lm_err *add(struct users *u, void *arg)
{
	return users_add(u, arg);
}

static void setup(void)
{
	setenv("UV_THREADPOOL_SIZE", "1", 1);
	scratch_make(folder);
	robot = (struct account){
	    .name = "robot", .is_client = true, .access_s = ACCESS_S, .refresh_s = REFRESH_S};
	snprintf(robot.hash, sizeof robot.hash, "%s", HASH);
	account_stamp(&robot);
	ck_assert_ptr_null(users_edit(folder, 0, add, &robot));
	uv_loop_init(&loop);
	uv_sem_init(&gate, 0);
	uv_queue_work(&loop, &before, wait_for_gate, NULL);
	ck_assert_ptr_null(
	    auth_open(&(struct auth_conf){.loop = &loop, .state_dir = folder}, &auth));
}

static void teardown(void)
{
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	uv_sem_destroy(&gate);
	scratch_remove(folder);
}

static void the_manager_ends(void)
{
	auth_free(auth);
	uv_sem_post(&gate);
	uv_run(&loop, UV_RUN_DEFAULT);
}

START_TEST(a_client_that_is_being_removed_is)
{
	LM_AUTO(users) left = NULL;

	auth_remove_client(auth, &request, "robot");
	the_manager_ends();
	ck_assert_ptr_null(users_load(folder, &left));
	ck_assert_ptr_null(users_find(left, "robot"));
}
END_TEST

START_TEST(a_refresh_token_that_is_being_used_is_void)
{
	struct jwt t = {.is_refresh = true,
	    .issued_s = auth_now_s(),
	    .expires_s = auth_now_s() + REFRESH_S,
	    .begun_s = auth_now_s()};
	char token[JWT_SIZE], file[SCRATCH_SIZE + 16];

	memcpy(t.subject, robot.name, sizeof t.subject);
	memcpy(t.stamp, robot.stamp, sizeof t.stamp);
	memcpy(t.id, robot.stamp, sizeof t.id);
	memcpy(t.line, robot.stamp, sizeof t.line);
	jwt_make(auth->key, &t, token);
	refresh_begin(auth, &request, token, "", "127.0.0.1");
	the_manager_ends();
	snprintf(file, sizeof file, "%s/refresh.json", folder);
	ck_assert_int_eq(access(file, F_OK), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/auth closing");
	TCase *tc = tcase_create("what is under way when the manager ends");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_client_that_is_being_removed_is);
	tcase_add_test(tc, a_refresh_token_that_is_being_used_is_void);
	suite_add_tcase(s, tc);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
