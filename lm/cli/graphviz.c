/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/graphviz.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct lm_err *run_dot(int input)
{
	char program[] = "dot", form[] = "-Tsvg";
	char *const argv[] = {program, form, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;
	int status = 0;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == ENOENT)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "there is no program 'dot' here: install graphviz, "
		    "or take -o mermaid, or draw -o dot elsewhere");
	if (error != 0)
		return lm_err_errno(error, "cannot start 'dot'");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return lm_err_new(LM_ERR_IO, "'dot' has failed");
	return NULL;
}

struct lm_err *graphviz_draw_svg(const char *dot, size_t n)
{
	FILE *f = tmpfile();

	if (f == NULL)
		return lm_err_errno(errno, "cannot make a temporary file");
	struct lm_err *e = NULL;
	if (fwrite(dot, 1, n, f) != n || fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0)
		e = lm_err_errno(errno, "cannot write a temporary file");
	fflush(stdout);
	if (e == NULL)
		e = run_dot(fileno(f));
	fclose(f);
	return e;
}
