/* SPDX-License-Identifier: Apache-2.0 */
/* lm check: the compiler at the operator's hand; no manager is needed. */
#include "base/heap.h"
#include "lm/cli/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/map.h"
#include "lm/cli/render/render.h"
#include "lm/packages/packages.h"
#include "lm/server/serve.h"
#include "tosca/link/check.h"

enum { DIAGS_MAX = 10000, TEXT_MAX = 1024 * 1024 * 1024, HINTS_MAX = 3, FILES_SHOWN = 30 };

bool check_wants_colour(const struct args *a, FILE *to)
{
	const char *plain = getenv("NO_COLOR");

	if (a->colour != NULL && strcmp(a->colour, "auto") != 0)
		return strcmp(a->colour, "always") == 0;
	return isatty(fileno(to)) != 0 && (plain == NULL || *plain == '\0');
}

void check_print(const struct args *a, const struct diags *d, FILE *to)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	diags_print(d, &b, check_wants_colour(a, to));
	fputs(b.p, to);
	lm_buf_fini(&b);
}

/* ---- for people ------------------------------------------------------------------------------ */

/* What is wrong with one file, in numbers. */
struct tally {
	const char *file;
	size_t descriptors, errors, warnings;
};

static struct tally tally_of(const struct catalog *c, const char *file, bool strict)
{
	LM_AUTO(diags) own = diags_new(0);
	struct tally t = {.file = file};

	if (strict)
		diags_make_strict(own);
	catalog_report(c, file, own);
	t.errors = diags_errors(own);
	t.warnings = diags_warnings(own);
	return t;
}

static struct tally *tallies_new(const struct catalog *c, bool strict)
{
	LM_AUTO(lm_map) by_file = lm_map_new();
	size_t n = catalog_file_count(c);
	struct tally *all = lm_alloc_n(n + 1, sizeof *all);

	for (size_t i = 0; i < n; i++) {
		all[i] = tally_of(c, catalog_file_at(c, i), strict);
		lm_map_put(by_file, all[i].file, &all[i]);
	}
	for (size_t i = 0; i < catalog_count(c); i++) {
		struct tally *t = lm_map_find(by_file, descriptor_file(catalog_at(c, i)));

		if (t != NULL)
			t->descriptors++;
	}
	return all;
}

static void add_number(struct render_table *t, enum render_hue hue, size_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%zu", n);
	render_table_add(t, n > 0 ? hue : RENDER_FAINT, text);
}

static void add_row(struct render_table *table, const struct tally *t)
{
	render_table_add(table, RENDER_PLAIN, t->file);
	add_number(table, RENDER_PLAIN, t->descriptors);
	add_number(table, RENDER_BAD, t->errors);
	add_number(table, RENDER_BUSY, t->warnings);
}

/* One line a file; of many files only those in which something was found. */
static void print_files(const struct args *a, const struct catalog *c)
{
	static const char *const head[] = {"FILE", "DESCRIPTORS", "ERRORS", "WARNINGS"};
	size_t n = catalog_file_count(c), left_out = 0;
	struct tally *all = tallies_new(c, a->strict);
	struct render_table *table = render_table_new(LM_COUNT(head));
	struct render style = {.colour = check_wants_colour(a, stdout)};
	struct lm_buf out;

	for (size_t i = 0; i < LM_COUNT(head); i++)
		render_table_add(table, RENDER_BOLD, head[i]);
	for (size_t i = 1; i < LM_COUNT(head); i++)
		render_table_align_right(table, i);
	for (size_t i = 0; i < n; i++) {
		if (n <= FILES_SHOWN || all[i].errors + all[i].warnings > 0)
			add_row(table, &all[i]);
		else
			left_out++;
	}
	lm_buf_init(&out, TEXT_MAX);
	if (left_out < n)
		render_table_print(table, &style, &out);
	if (left_out > 0)
		lm_buf_printf(
		    &out, "%zu file%s without a finding\n", left_out, left_out == 1 ? "" : "s");
	lm_buf_puts(&out, "\n");
	fputs(out.p, stdout);
	lm_buf_fini(&out);
	render_table_free(table);
	free(all);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* The first few codes that occurred, for those who do not know them yet. */
static void print_hint(const struct diags *d)
{
	const char *codes[HINTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < diags_count(d) && n < HINTS_MAX; i++) {
		const char *code = diags_at(d, i)->code;
		bool known = false;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(codes[k], code) == 0;
		if (!known)
			codes[n++] = code;
	}
	fputs(n > 0 ? "for more: lm explain" : "", stdout);
	for (size_t i = 0; i < n; i++)
		printf(" %s", codes[i]);
	fputs(n > 0 ? "\n" : "", stdout);
}

static void print_text(const struct args *a, const struct catalog *c, const struct diags *d)
{
	size_t files = catalog_file_count(c), n = catalog_count(c);
	size_t errors = diags_errors(d), warnings = diags_warnings(d);

	check_print(a, d, stdout);
	if (a->quiet)
		return;
	if (files > 1)
		print_files(a, c);
	printf("%zu file%s, %zu descriptor%s, %zu error%s, %zu warning%s%s\n", files, plural(files),
	    n, plural(n), errors, plural(errors), warnings, plural(warnings),
	    a->strict ? " (strict: warnings are errors)" : "");
	print_hint(d);
}

/* ---- for programs ---------------------------------------------------------------------------- */

/* -o json: everything as one object. */
static void print_object(const struct diags *d, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	struct lm_buf list;

	lm_buf_init(&list, TEXT_MAX);
	diags_print_json(d, &list);
	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, "errors", (int64_t)diags_errors(d));
	lm_json_int(&j, "warnings", (int64_t)diags_warnings(d));
	lm_json_raw(&j, "diagnostics", list.p);
	lm_json_close(&j, '}');
	lm_buf_puts(out, "\n");
	lm_buf_fini(&list);
}

static void print_sarif(const struct diags *d, struct lm_buf *out)
{
	diags_print_sarif(d, LM_VERSION, out);
}

static void print_with(void print(const struct diags *, struct lm_buf *), const struct diags *d)
{
	struct lm_buf out;

	lm_buf_init(&out, TEXT_MAX);
	print(d, &out);
	fputs(out.p, stdout);
	lm_buf_fini(&out);
}

static const struct {
	const char *name;
	void (*print)(const struct diags *, struct lm_buf *); /* NULL: text */
} formats[] = {{"text", NULL}, {"json", diags_print_lines}, {"sarif", print_sarif}};

/* ---- the command ----------------------------------------------------------------------------- */

static void print(const struct args *a, const struct catalog *c, const struct diags *d)
{
	if (cli_wants_json(a)) {
		print_with(print_object, d);
		return;
	}
	for (size_t i = 0; a->format != NULL && i < LM_COUNT(formats); i++) {
		if (strcmp(a->format, formats[i].name) == 0 && formats[i].print != NULL) {
			print_with(formats[i].print, d);
			return;
		}
	}
	print_text(a, c, d);
}

static bool is_known_format(const struct args *a)
{
	bool known = a->format == NULL;

	for (size_t i = 0; i < LM_COUNT(formats) && !known; i++)
		known = strcmp(a->format, formats[i].name) == 0;
	return known;
}

int check_run(const struct args *a)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	if (!is_known_format(a))
		return cli_usage(
		    a, "the format '%s' is not known: there is text, json and sarif", a->format);
	for (size_t i = 0; i < a->n_words; i++)
		(void)packages_load(a->words[i], c, NULL); /* what cannot be read is reported */
	catalog_check(c);
	if (a->strict)
		diags_make_strict(d);
	catalog_report(c, NULL, d);
	diags_sort(d);
	print(a, c, d);
	return diags_errors(d) > 0 ? CLI_FAILED : CLI_OK;
}
