/* SPDX-License-Identifier: Apache-2.0 */
/* lm explain: what the codes of the compiler's diagnostics mean. */
#include <stdio.h>

#include "lm/cli/check.h"
#include "lm/cli/cli.h"
#include "tosca/explain/explain.h"
#include "tosca/text/codes.h"

enum { TEXT_MAX = 1024 * 1024 };

static void list_codes(struct lm_buf *out, bool colour)
{
	for (int i = 0; i < DIAG_CODES_N; i++) {
		enum diag_code code = (enum diag_code)i;
		bool error = diag_code_severity(code) == DIAG_ERROR;

		lm_buf_printf(out, "%s%s%s  %-7s  %s\n", colour ? "\033[1m" : "",
		    diag_code_text(code), colour ? "\033[0m" : "", error ? "error" : "warning",
		    diag_code_title(code));
	}
}

static int unknown(const char *code)
{
	const struct explanation *near = explain_nearest(code);

	fprintf(stderr, "lm: there is no code '%s': ", code);
	if (near != NULL)
		fprintf(stderr, "the nearest is %s (%s); ", near->code, near->title);
	fputs("'lm explain' lists them\n", stderr);
	return CLI_FAILED;
}

int explain_run(const struct args *a)
{
	struct lm_buf out;
	int status = CLI_OK;

	lm_buf_init(&out, TEXT_MAX);
	bool colour = check_wants_colour(a, stdout);
	if (a->n_words == 0)
		list_codes(&out, colour);
	for (size_t i = 0; i < a->n_words; i++) {
		const struct explanation *e = explain_find(a->words[i]);

		if (e == NULL)
			status = unknown(a->words[i]);
		else
			explain_print(e, &out, colour);
		if (e != NULL && i + 1 < a->n_words)
			lm_buf_puts(&out, "\n");
	}
	fputs(out.p, stdout);
	lm_buf_fini(&out);
	return status;
}
