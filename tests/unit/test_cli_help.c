/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/complete/complete.h"
#include "lm/cli/help/manual.h"
#include "lm/cli/help/page.h"

static struct lm_buf out;

static void setup(void)
{
	lm_buf_init(&out, 1 << 20);
	/* Nobody listens there. */
	setenv("LM_SERVER", "http://127.0.0.1:9", 1);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

/* ---- the language of pages ---------------------------------------------------------------------- */

static const char page[] =
    "One `word` of\na text.\n\n    code -x\n\n    more\n## HEAD\n* an item\n`term` X\n"
    ":   what it means\n    and more\nlast\n";

START_TEST(a_page_on_a_terminal_is_as_it_was_written_without_signs)
{
	page_print_text(page, false, &out);
	ck_assert_str_eq(out.p,
	    "One word of\na text.\n\n  code -x\n\n  more\nHEAD\n* an item\nterm X\n"
	    "    what it means\n    and more\nlast\n");
}
END_TEST

START_TEST(a_page_for_man_has_its_macros)
{
	page_print_man(page, &out);
	ck_assert_str_eq(out.p,
	    ".PP\nOne \\fBword\\fR of\na text.\n.PP\n.RS 4\n.EX\ncode \\-x\n\nmore\n.EE\n"
	    ".RE\n.SH HEAD\n.IP \\(bu 2\nan item\n.TP\n\\fBterm\\fR X\nwhat it means\n"
	    "and more\n.PP\nlast\n");
}
END_TEST

START_TEST(no_text_becomes_a_macro_by_accident)
{
	page_print_man(".so /etc/passwd\n'x\n    .ex\nback\\slash\n", &out);
	ck_assert_ptr_null(strstr(out.p, "\n.so"));
	ck_assert_ptr_null(strstr(out.p, "\n'x"));
	ck_assert_ptr_null(strstr(out.p, "\n.ex"));
	ck_assert_ptr_nonnull(strstr(out.p, "back\\eslash"));
}
END_TEST

/* ---- the manual --------------------------------------------------------------------------------- */

START_TEST(commands_of_one_group_stand_together)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k + 1 < i; k++)
			ck_assert_msg(strcmp(all[i].group, all[k].group) != 0 ||
					  strcmp(all[i].group, all[i - 1].group) == 0,
			    "%s stands apart from %s", all[i].name, all[k].name);
	lm_buf_clear(&out);
	manual_print_overview(&out);
	ck_assert_ptr_nonnull(strstr(out.p, "\nchange assemblies\n  apply "));
}
END_TEST

static void ck_assert_fits(const char *name)
{
	for (const char *p = out.p; *p != '\0';) {
		size_t n = strcspn(p, "\n");

		ck_assert_msg(n <= 80, "%s: '%.*s'", name, (int)n, p);
		p += n + (p[n] == '\n');
	}
}

START_TEST(help_fits_a_terminal_of_80_columns)
{
	size_t n = 0;
	const struct command *all = commands_all(&n);

	manual_print_overview(&out);
	ck_assert_fits("lm");
	for (size_t i = 0; i < n; i++) {
		lm_buf_clear(&out);
		manual_print_command(&all[i], false, &out);
		ck_assert_fits(all[i].name);
	}
}
END_TEST

START_TEST(every_command_has_a_page_and_nothing_else_has)
{
	size_t n = 0, n_pages = 0;
	const struct command *all = commands_all(&n);
	const struct page *pages = pages_all(&n_pages);
	char name[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof name, "lm-%s", all[i].name);
		ck_assert_msg(page_find(name) != NULL, "lm/cli/pages/%s.md is missing", name);
	}
	for (size_t i = 0; i < n_pages; i++) {
		const char *own = pages[i].name + 3;

		ck_assert_msg(strcmp(pages[i].name, "lm") == 0 || commands_find(own) != NULL ||
				  manual_print_topic(own, false, &out),
		    "%s is nobody's", pages[i].name);
	}
}
END_TEST

START_TEST(every_page_of_the_list_can_be_printed)
{
	char *list = NULL, *rest = NULL;

	manual_list(&out);
	list = lm_buf_detach(&out);
	for (char *name = strtok_r(list, "\n", &rest); name != NULL;
	     name = strtok_r(NULL, "\n", &rest)) {
		lm_buf_clear(&out);
		ck_assert_msg(manual_print_man(name, &out), "%s", name);
		ck_assert_msg(strstr(out.p, "\n.TH LM") != NULL, "%s", name);
	}
	free(list);
	ck_assert(!manual_print_man("lm-apply.5", &out));
	ck_assert(!manual_print_man("lm-nothing.1", &out));
	ck_assert(!manual_print_man("", &out));
}
END_TEST

START_TEST(descriptors_and_the_api_are_explained_word_by_word)
{
	ck_assert(manual_print_topic("descriptor", false, &out));
	ck_assert_ptr_nonnull(strstr(out.p, "maximum-nodes\n    The most members"));
	lm_buf_clear(&out);
	ck_assert(manual_print_topic("api", false, &out));
	ck_assert_ptr_nonnull(strstr(out.p, "POST /api/intent/{}\n"));
}
END_TEST

/* ---- completion --------------------------------------------------------------------------------- */

static const char *completes(const char *line)
{
	static char copy[256];
	const char *words[16];
	size_t n = 0;

	snprintf(copy, sizeof copy, "%s", line);
	for (char *p = copy; p != NULL; n++) {
		words[n] = p;
		p = strchr(p, ' ');
		if (p != NULL)
			*p++ = '\0';
	}
	lm_buf_clear(&out);
	complete_words(words, n, &out);
	/* The words alone. */
	size_t kept = 0;
	bool is_word = true;
	for (size_t i = 0; i < out.n; i++) {
		is_word = out.p[i] == '\n' || (is_word && out.p[i] != '\t');
		if (is_word)
			out.p[kept++] = out.p[i] == '\n' ? ' ' : out.p[i];
	}
	out.p[kept] = '\0';
	return out.p;
}

static const struct {
	const char *line, *answers;
} lines[] = {
    {"ap", "apply "},
    {"nothing ", ""},
    {"get a", "assemblies "},
    {"get ", "assemblies processes descriptors packages locations managers drivers keys webhooks "
	     "metrics "},
    {"describe lo", "location "},
    {"apply --y", "--yes "},
    {"apply -f ", ":files "},
    {"apply --file ", ":files "},
    {"apply -f x --no", "--no-wait "},
    {"check ", ":files "},
    {"get assemblies -o ", "wide json yaml name archive "},
    {"get assemblies -o j", "json "},
    {"get assemblies --output=y", "--output=yaml "},
    {"state voice In", "Installed Inactive "},
    {"state -o json voice Act", "Active "},
    {"upgrade voice --state In", "Installed Inactive "},
    {"scale voice pbx o", "out "},
    {"plan sc", "scale "},
    {"plan scale voice pbx i", "in "},
    {"help descr", "describe descriptor "},
    {"explain LM0302", "LM0302 "},
    {"completion ", "bash zsh fish "},
    {"check --colour ", "always never auto "},
    {"state voice Active more ", ""},
};

START_TEST(what_may_stand_there_is_offered)
{
	ck_assert_msg(strcmp(completes(lines[_i].line), lines[_i].answers) == 0,
	    "'%s': '%s', not '%s'", lines[_i].line, out.p, lines[_i].answers);
}
END_TEST

START_TEST(all_commands_are_offered_with_what_they_are_for_and_hidden_ones_are_not)
{
	const char *word = "";

	complete_words(&word, 1, &out);
	ck_assert_ptr_nonnull(strstr(out.p, "apply\tbring about"));
	ck_assert_ptr_null(strstr(out.p, "__"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/help");
	TCase *t = tcase_create("help and completion");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_page_on_a_terminal_is_as_it_was_written_without_signs);
	tcase_add_test(t, a_page_for_man_has_its_macros);
	tcase_add_test(t, no_text_becomes_a_macro_by_accident);
	tcase_add_test(t, help_fits_a_terminal_of_80_columns);
	tcase_add_test(t, every_command_has_a_page_and_nothing_else_has);
	tcase_add_test(t, commands_of_one_group_stand_together);
	tcase_add_test(t, every_page_of_the_list_can_be_printed);
	tcase_add_test(t, descriptors_and_the_api_are_explained_word_by_word);
	tcase_add_loop_test(t, what_may_stand_there_is_offered, 0, LM_COUNT(lines));
	tcase_add_test(t, all_commands_are_offered_with_what_they_are_for_and_hidden_ones_are_not);
	suite_add_tcase(s, t);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
