/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/change/ask.h"

#include <stdio.h>
#include <unistd.h>

/* Whoever sees no question is not asked: standard error must be a terminal as well. */
static FILE *open_terminal(void)
{
	if (isatty(STDERR_FILENO) == 0)
		return NULL;
	if (isatty(STDIN_FILENO) != 0)
		return stdin;
	return isatty(STDOUT_FILENO) != 0 ? fopen("/dev/tty", "re") : NULL;
}

enum ask ask_yes(const char *question)
{
	char answer[16] = "";

	FILE *f = open_terminal();
	if (f == NULL)
		return ASK_NOBODY;
	fflush(stdout);
	fprintf(stderr, "%s [y/N] ", question);
	const char *line = fgets(answer, sizeof answer, f);
	if (f != stdin)
		fclose(f);
	return line != NULL && (*line == 'y' || *line == 'Y') ? ASK_YES : ASK_NO;
}
