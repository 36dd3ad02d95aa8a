/* SPDX-License-Identifier: Apache-2.0 */
/* What commands have in common; it knows none of them. */
#include "lm/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/cli/kinds/kind.h"

int cli_fail(struct lm_err *e)
{
	int status = lm_err_kind(e) == LM_ERR_UNAVAILABLE ? CLI_UNREACHABLE
		     : lm_err_kind(e) == LM_ERR_TIMEOUT   ? CLI_TIMEOUT
							  : CLI_FAILED;

	fprintf(stderr, "lm: %s\n", lm_err_text(e));
	lm_err_free(e);
	return status;
}

int cli_usage(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	fputs("lm: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: lm %s%s%s%s\n", a->command->name,
	    a->command->words[0] != '\0' ? " " : "", a->command->words,
	    a->command->options[0] != '\0' ? " [options]" : "");
	return CLI_USAGE;
}

int kind_unknown(const struct args *a, const char *word)
{
	struct lm_buf why;

	lm_buf_init(&why, 1024);
	kind_explain_unknown(word, &why);
	int status = cli_usage(a, "%s", why.p);
	lm_buf_fini(&why);
	return status;
}

bool cli_wants_json(const struct args *a)
{
	return a->output != NULL && strcmp(a->output, "json") == 0;
}

const char *cli_server(void)
{
	const char *server = getenv("LM_SERVER");

	return server != NULL && *server != '\0' ? server : "http://127.0.0.1:8280";
}
