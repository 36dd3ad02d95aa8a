/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/server/auth/privilege.h"
#include "lm/server/auth/users_file.h"

#define HASH                                                     \
	"$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGFzdGhpc29uZQ$" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char folder[32], path[64];

static void setup(void)
{
	snprintf(folder, sizeof folder, "/tmp/lm-users-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/users.json", folder);
}

static void teardown(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
}

static struct account account(const char *name)
{
	struct account a = {.access_s = ACCESS_S, .refresh_s = REFRESH_S, .hash = HASH};

	snprintf(a.name, sizeof a.name, "%s", name);
	account_stamp(&a);
	return a;
}

static struct lm_err *add(struct users *u, void *arg)
{
	return users_add(u, arg);
}

static struct lm_err *refuse(struct users *u, void *arg)
{
	(void)arg;
	ck_assert(users_remove(u, "jack"));
	return lm_err_new(LM_ERR_INVALID, "changed my mind");
}

static void must_add(struct account a)
{
	ck_assert_ptr_null(users_edit(folder, 0, add, &a));
}

static void refused(struct lm_err *e, enum lm_err_kind kind, const char *text)
{
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), text) != NULL, "%s", lm_err_text(e));
	ck_assert_int_eq(lm_err_kind(e), kind);
	lm_err_free(e);
}

static void put(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(by_default_there_is_nobody)
{
	LM_AUTO(users) u = NULL;

	ck_assert_ptr_null(users_load(folder, &u));
	ck_assert_uint_eq(users_count(u), 0);
	ck_assert_ptr_null(users_find(u, "jack"));
}
END_TEST

START_TEST(what_is_added_is_there_for_its_owner_alone)
{
	LM_AUTO(users) u = NULL;
	struct stat st;
	struct account client = account("LmClient");

	client.is_client = true;
	client.grants = GRANT_CLIENT_CREDENTIALS | GRANT_REFRESH_TOKEN;
	client.access_s = 600;
	ck_assert(role_parse("Portal", &client.roles));
	must_add(account("jill"));
	must_add(client);
	must_add(account("jack"));
	ck_assert_ptr_null(users_load(folder, &u));
	ck_assert_uint_eq(users_count(u), 3);
	ck_assert_str_eq(users_at(u, 0)->name, "LmClient");
	ck_assert_str_eq(users_at(u, 1)->name, "jack");
	ck_assert_str_eq(users_at(u, 2)->name, "jill");
	const struct account *back = users_find(u, "LmClient");
	ck_assert_mem_eq(back, &client, sizeof client);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_change_that_fails_changes_nothing)
{
	LM_AUTO(users) u = NULL;

	must_add(account("jack"));
	struct users_seen before = users_look(folder);
	refused(users_edit(folder, 0, refuse, NULL), LM_ERR_INVALID, "changed my mind");
	ck_assert_ptr_null(users_load(folder, &u));
	ck_assert_ptr_nonnull(users_find(u, "jack"));
	struct users_seen after = users_look(folder);
	ck_assert_mem_eq(&before, &after, sizeof before);
}
END_TEST

START_TEST(every_change_is_seen_from_outside)
{
	struct users_seen none = users_look(folder);

	must_add(account("jack"));
	struct users_seen one = users_look(folder);
	must_add(account("jill"));
	struct users_seen two = users_look(folder);
	ck_assert(memcmp(&none, &one, sizeof one) != 0);
	ck_assert(memcmp(&one, &two, sizeof one) != 0);
}
END_TEST

START_TEST(a_name_is_taken_once_by_users_and_clients_alike)
{
	struct account client = account("jack");

	must_add(account("jack"));
	client.is_client = true;
	refused(users_edit(folder, 0, add, &client), LM_ERR_CONFLICT, "a user 'jack' already");
}
END_TEST

static const char *const bad_names[] = {"", "a b", "j\"k", "../x", "j\xc3\xa4n", "-o", "a\nb",
    "1234567890123456789012345678901234567890123456789012345678901234567890"};

START_TEST(odd_names_are_refused)
{
	struct account a = account("x");

	snprintf(a.name, sizeof a.name, "%s", bad_names[_i]);
	if (strlen(bad_names[_i]) < sizeof a.name)
		refused(users_edit(folder, 0, add, &a), LM_ERR_INVALID, "a name is of letters");
}
END_TEST

START_TEST(one_change_at_a_time)
{
	struct account a = account("jack");
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	refused(users_edit(folder, 20, add, &a), LM_ERR_CONFLICT, "try again");
	close(fd);
	must_add(a);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
	struct users *u = NULL;

	put("{\"accounts\":[]}", 0644);
	refused(users_load(folder, &u), LM_ERR_INVALID, "chmod 600");
}
END_TEST

static const struct {
	const char *file, *says;
} broken[] = {
    {"", "is not JSON"},
    {"{", "is not JSON"},
    {"{\"accounts\":\"$argon2\\q", "line 1: invalid escape: restore it"}, /* no hash */
    {"[]", "has no list 'accounts'"},
    {"{\"accounts\":{}}", "has no list 'accounts'"},
    {"{\"accounts\":[1]}", "account 1"},
    {"{\"accounts\":[{\"name\":\"a\",\"kind\":\"user\",\"stamp\":\"s\",\"hash\":\"secret\"}]}",
	"account 1"},
    {"{\"accounts\":[{\"name\":\"a\",\"kind\":\"god\",\"stamp\":\"s\",\"hash\":\"" HASH "\"}]}",
	"account 1"},
    {"{\"accounts\":[{\"name\":\"a b\",\"kind\":\"user\",\"stamp\":\"s\",\"hash\":\"" HASH "\"}]}",
	"a name is of letters"},
    {"{\"accounts\":[{\"name\":\"a\",\"kind\":\"user\",\"stamp\":\"s\",\"roles\":[\"King\"],"
     "\"hash\":\"" HASH "\"}]}",
	"account 1"},
};

START_TEST(a_file_that_somebody_spoilt_is_refused_with_its_place)
{
	struct users *u = NULL;

	put(broken[_i].file, 0600);
	refused(users_load(folder, &u), LM_ERR_INVALID, broken[_i].says);
}
END_TEST

START_TEST(a_password_is_known_again_and_no_other_is)
{
	char hash[PASSWORD_HASH_SIZE];

	ck_assert_ptr_null(password_hash("correct horse", hash));
	ck_assert_ptr_null(strstr(hash, "horse"));
	ck_assert(password_hash_is_valid(hash));
	ck_assert(password_verify(hash, "correct horse"));
	ck_assert(!password_verify(hash, "correct horsf"));
	ck_assert(!password_verify(hash, ""));
	ck_assert(!password_verify(NULL, "correct horse"));
	ck_assert(!password_verify("", "correct horse"));
}
END_TEST

START_TEST(a_hash_of_another_cost_is_no_hash)
{
	ck_assert(password_hash_is_valid(HASH));
	ck_assert(!password_hash_is_valid("$argon2id$v=19$m=8,t=1,p=1$bm9ib2R5aGFzdGhpc29uZQ$"
					  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	ck_assert(!password_hash_is_valid("plain"));
}
END_TEST

/* privilege -> the roles that have it */
static const struct {
	enum privilege need;
	const char *roles[5];
} allowed[] = {
    {PRIVILEGE_READ, {"SLMAdmin", "Portal", "ReadOnly", "BehaviourScenarioExecute"}},
    {PRIVILEGE_CREATE, {"SLMAdmin", "Portal"}},
    {PRIVILEGE_MANAGE, {"SLMAdmin"}},
    {PRIVILEGE_OPERATE, {"SLMAdmin"}},
    {PRIVILEGE_DESIGN, {"SLMAdmin"}},
    {PRIVILEGE_SITES, {"SLMAdmin"}},
    {PRIVILEGE_KEYS, {"SLMAdmin"}},
    {PRIVILEGE_SECURITY, {"RootSecAdmin"}},
};

static bool is_allowed(size_t row, const char *role)
{
	for (size_t i = 0; i < LM_COUNT(allowed[row].roles) && allowed[row].roles[i] != NULL; i++)
		if (strcmp(allowed[row].roles[i], role) == 0)
			return true;
	return false;
}

START_TEST(a_role_allows_what_it_is_for_and_the_texts_say_the_same)
{
	enum privilege need = allowed[_i].need;

	for (unsigned i = 0; role_name(i) != NULL; i++) {
		bool may = is_allowed((size_t)_i, role_name(i));

		ck_assert_msg((roles_grants(1u << i) >> need & 1) == may, "%s", role_name(i));
		ck_assert_msg(
		    (strstr(roles_with(need), role_name(i)) != NULL) == may, "%s", role_name(i));
		ck_assert_ptr_nonnull(strstr(role_names(), role_name(i)));
	}
	ck_assert_uint_eq(roles_grants(0), 1u << PRIVILEGE_KNOWN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/auth/users");
	TCase *tc = tcase_create("who may log in");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, by_default_there_is_nobody);
	tcase_add_test(tc, what_is_added_is_there_for_its_owner_alone);
	tcase_add_test(tc, a_change_that_fails_changes_nothing);
	tcase_add_test(tc, every_change_is_seen_from_outside);
	tcase_add_test(tc, a_name_is_taken_once_by_users_and_clients_alike);
	tcase_add_loop_test(tc, odd_names_are_refused, 0, LM_COUNT(bad_names));
	tcase_add_test(tc, one_change_at_a_time);
	tcase_add_test(tc, a_file_that_others_can_read_is_refused);
	tcase_add_loop_test(
	    tc, a_file_that_somebody_spoilt_is_refused_with_its_place, 0, LM_COUNT(broken));
	tcase_add_test(tc, a_password_is_known_again_and_no_other_is);
	tcase_add_test(tc, a_hash_of_another_cost_is_no_hash);
	tcase_add_loop_test(
	    tc, a_role_allows_what_it_is_for_and_the_texts_say_the_same, 0, LM_COUNT(allowed));
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
