/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm/server/intake/token.h"

static char folder[] = "/tmp/lm-test-token-XXXXXX";
static char path[64], subject[TOKEN_SUBJECT_MAX + 1], token[TOKEN_SIZE];
static struct token_key *key;

static void open_key(void)
{
	struct lm_err *e = token_key_open(path, true, &key);

	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

static void setup(void)
{
	snprintf(folder + sizeof folder - 7, 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/%s", folder, TOKEN_KEY_NAME);
	open_key();
}

static void teardown(void)
{
	token_key_free(key);
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
}

static void refuses(const char *text)
{
	struct token_key *other = NULL;
	struct lm_err *e = token_key_open(path, true, &other);

	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), text) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
	ck_assert_ptr_null(other);
}

START_TEST(a_token_names_its_subject_and_proves_it)
{
	token_make(key, "8c1f2a44-0000-8000-8000-000000000001", token);
	ck_assert(strncmp(token, "8c1f2a44-0000-8000-8000-000000000001.", 37) == 0);
	ck_assert_uint_eq(strlen(token), 37 + 43);
	ck_assert(token_check(key, token, subject));
	ck_assert_str_eq(subject, "8c1f2a44-0000-8000-8000-000000000001");
}
END_TEST

START_TEST(the_name_of_a_writer_may_hold_dots)
{
	token_make(key, "writer:collectd.site-1", token);
	ck_assert(token_check(key, token, subject));
	ck_assert_str_eq(subject, "writer:collectd.site-1");
}
END_TEST

START_TEST(another_subject_needs_another_proof)
{
	token_make(key, "writer:a", token);
	token[7] = 'b';
	ck_assert(!token_check(key, token, subject));
}
END_TEST

START_TEST(a_token_with_any_letter_changed_is_false)
{
	token_make(key, "writer:a", token);
	for (size_t i = 0; i < strlen(token); i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(!token_check(key, token, subject), "letter %zu", i);
		token[i] = was;
	}
	ck_assert(token_check(key, token, subject));
}
END_TEST

static const char *const rubbish[] = {"", ".", "a", "a.",
    ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "a.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaa."
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};

START_TEST(rubbish_is_no_token)
{
	ck_assert(!token_check(key, rubbish[_i], subject));
}
END_TEST

START_TEST(the_key_stays_and_with_it_all_tokens)
{
	token_make(key, "writer:a", token);
	token_key_free(key);
	open_key();
	ck_assert(token_check(key, token, subject));
}
END_TEST

START_TEST(another_key_takes_all_tokens_back)
{
	token_make(key, "writer:a", token);
	token_key_free(key);
	unlink(path);
	open_key();
	ck_assert(!token_check(key, token, subject));
}
END_TEST

START_TEST(the_key_is_for_its_owners_eyes_alone)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(st.st_size, 32);
	ck_assert_int_eq(chmod(path, 0640), 0);
	refuses("chmod 600");
}
END_TEST

START_TEST(what_is_left_of_a_key_is_none)
{
	ck_assert_int_eq(truncate(path, 31), 0);
	refuses("is not a key of 32 bytes");
	ck_assert_int_eq(truncate(path, 0), 0);
	refuses("is not a key of 32 bytes");
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	unlink(path);
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	refuses(path);
}
END_TEST

START_TEST(who_only_reads_makes_no_key)
{
	struct token_key *other = NULL;

	unlink(path);
	struct lm_err *e = token_key_open(path, false, &other);
	ck_assert_ptr_nonnull(e);
	ck_assert_msg(strstr(lm_err_text(e), path) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(those_who_make_it_at_the_same_time_have_the_same)
{
	enum { OTHERS = 8 };
	char mine[TOKEN_SIZE];
	int ends[2];

	token_key_free(key);
	unlink(path);
	ck_assert_int_eq(pipe(ends), 0);
	for (int i = 0; i < OTHERS; i++) {
		if (fork() != 0)
			continue;
		open_key();
		token_make(key, "writer:a", mine);
		_exit(write(ends[1], mine, sizeof mine) != sizeof mine);
	}
	open_key();
	token_make(key, "writer:a", mine);
	for (int i = 0; i < OTHERS; i++) {
		char theirs[TOKEN_SIZE];

		ck_assert_int_eq(read(ends[0], theirs, sizeof theirs), sizeof theirs);
		ck_assert_str_eq(theirs, mine);
		ck_assert_int_ge(wait(NULL), 0);
	}
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static const struct {
	const char *subject;
	bool is_valid;
} subjects[] = {{"writer:a", true}, {"8c1f-0_0.x", true}, {"", false}, {"a b", false},
    {"a\n", false}, {"\xc3\xa4", false},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};

START_TEST(a_subject_is_a_short_word)
{
	ck_assert(token_subject_is_valid(subjects[_i].subject) == subjects[_i].is_valid);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/intake/token");
	TCase *tc = tcase_create("writers' tokens");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_token_names_its_subject_and_proves_it);
	tcase_add_test(tc, the_name_of_a_writer_may_hold_dots);
	tcase_add_test(tc, another_subject_needs_another_proof);
	tcase_add_test(tc, a_token_with_any_letter_changed_is_false);
	tcase_add_loop_test(tc, rubbish_is_no_token, 0, (int)LM_COUNT(rubbish));
	tcase_add_test(tc, the_key_stays_and_with_it_all_tokens);
	tcase_add_test(tc, another_key_takes_all_tokens_back);
	tcase_add_test(tc, the_key_is_for_its_owners_eyes_alone);
	tcase_add_test(tc, what_is_left_of_a_key_is_none);
	tcase_add_test(tc, a_link_is_not_followed);
	tcase_add_test(tc, those_who_make_it_at_the_same_time_have_the_same);
	tcase_add_test(tc, who_only_reads_makes_no_key);
	tcase_add_loop_test(tc, a_subject_is_a_short_word, 0, (int)LM_COUNT(subjects));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
