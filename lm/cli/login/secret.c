/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/login/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, BACKSPACE = 8, DELETE = 127 };

void secret_forget(char secret[SECRET_SIZE])
{
	explicit_bzero(secret, SECRET_SIZE);
}

static struct lm_err *too_long(void)
{
	return lm_err_new(LM_ERR_INVALID, "a password has at most %d bytes", SECRET_SIZE - 1);
}

/* Signals are off, so that the terminal is always given back as it was: ^C is a letter here. */
static struct lm_err *read_line(int fd, bool is_terminal, char out[SECRET_SIZE])
{
	size_t n = 0;
	char c = 0;

	for (;;) {
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lm_err_errno(errno, "cannot read the password");
		if (got == 0 || c == '\n' || c == '\r' || (is_terminal && c == CTRL_D))
			break;
		if (is_terminal && c == CTRL_C)
			return lm_err_new(LM_ERR_INVALID, "given up");
		if (is_terminal && c == CTRL_U) {
			n = 0;
		} else if (is_terminal && (c == BACKSPACE || c == DELETE)) {
			n -= n > 0;
		} else if (n + 1 < SECRET_SIZE) {
			out[n++] = c;
		} else {
			return too_long();
		}
	}
	out[n] = '\0';
	if (n == 0 || strlen(out) != n)
		return lm_err_new(LM_ERR_INVALID, "an empty password is none");
	return NULL;
}

static struct lm_err *ask(int tty, const char *prompt, char out[SECRET_SIZE])
{
	struct termios was, quiet;

	if (tcgetattr(tty, &was) != 0)
		return lm_err_errno(errno, "cannot ask on this terminal");
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG | ICANON);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0)
		return lm_err_errno(errno, "cannot ask on this terminal");
	dprintf(tty, "%s: ", prompt);
	struct lm_err *e = read_line(tty, true, out);
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	return e;
}

static struct lm_err *ask_twice(int tty, const char *prompt, const char *first)
{
	char again[64], second[SECRET_SIZE];

	snprintf(again, sizeof again, "%s, again", prompt);
	struct lm_err *e = ask(tty, again, second);
	if (e == NULL && strcmp(first, second) != 0)
		e = lm_err_new(LM_ERR_INVALID, "these were two different ones");
	secret_forget(second);
	return e;
}

struct lm_err *secret_read(const char *prompt, bool twice, char out[SECRET_SIZE])
{
	struct lm_err *e = NULL;

	if (!isatty(STDIN_FILENO)) {
		e = read_line(STDIN_FILENO, false, out);
	} else {
		int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
		int fd = tty >= 0 ? tty : STDIN_FILENO;

		e = ask(fd, prompt, out);
		if (e == NULL && twice)
			e = ask_twice(fd, prompt, out);
		if (tty >= 0)
			close(tty);
	}
	if (e != NULL)
		secret_forget(out);
	return e;
}
