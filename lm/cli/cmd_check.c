/* SPDX-License-Identifier: Apache-2.0 */
/* lm check: the compiler at the operator's hand; no manager is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "lm/cli/check.h"
#include "lm/cli/cli.h"
#include "lm/packages/packages.h"
#include "tosca/link/catalog.h"

enum { DIAGS_MAX = 1000, TEXT_MAX = 256 * 1024 * 1024 };

static bool wants_colour(int fd)
{
	const char *plain = getenv("NO_COLOR");

	return isatty(fd) != 0 && (plain == NULL || *plain == '\0');
}

void check_print(const struct diags *d, FILE *to)
{
	struct lm_buf b;

	lm_buf_init(&b, TEXT_MAX);
	diags_print(d, &b, wants_colour(fileno(to)));
	fputs(b.p, to);
	lm_buf_fini(&b);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_json(const struct diags *d)
{
	struct lm_buf list, b;

	lm_buf_init(&list, TEXT_MAX);
	lm_buf_init(&b, TEXT_MAX);
	diags_print_json(d, &list);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, "errors", (int64_t)diags_errors(d));
	lm_json_int(&j, "warnings", (int64_t)diags_warnings(d));
	lm_json_raw(&j, "diagnostics", list.p);
	lm_json_close(&j, '}');
	puts(b.p);
	lm_buf_fini(&list);
	lm_buf_fini(&b);
}

int check_run(const struct args *a)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	for (size_t i = 0; i < a->n_words; i++)
		(void)packages_load(a->words[i], c, NULL);
	catalog_check(c);
	catalog_report(c, NULL, d);
	diags_sort(d);
	if (cli_wants_json(a)) {
		print_json(d);
		return diags_errors(d) > 0 ? CLI_FAILED : CLI_OK;
	}
	check_print(d, stdout);
	size_t n = catalog_count(c), errors = diags_errors(d), warnings = diags_warnings(d);
	printf("%zu descriptor%s, %zu error%s, %zu warning%s\n", n, plural(n), errors,
	    plural(errors), warnings, plural(warnings));
	return errors > 0 ? CLI_FAILED : CLI_OK;
}
