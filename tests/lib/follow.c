/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/hammer.h"

void follow_open(struct follow *f, unsigned port)
{
	/* Of HTTP/1.0, so that no lengths stand between the lines. */
	static const char ask[] = "GET /api/events?follow=true&samples=false HTTP/1.0\r\n\r\n";

	*f = (struct follow){.fd = hammer_connect(port)};
	if (write(f->fd, ask, sizeof ask - 1) != (ssize_t)sizeof ask - 1)
		abort();
}

void follow_close(struct follow *f)
{
	close(f->fd);
}

/* The next whole line of those that were read; it is gone with the next call.  NULL: there is none. */
static const char *next_line(struct follow *f)
{
	char *line = f->text + f->at, *end = strchr(line, '\n');

	if (end == NULL) {
		f->n -= f->at;
		memmove(f->text, line, f->n + 1);
		f->at = 0;
		return NULL;
	}
	*end = '\0';
	f->at = (size_t)(end - f->text) + 1;
	return line;
}

void follow_await(struct follow *f, const char *a, const char *b, const char *c)
{
	for (;;) {
		const char *line = next_line(f);

		if (line != NULL && strstr(line, a) && strstr(line, b) && strstr(line, c))
			return;
		if (line != NULL)
			continue;
		ssize_t n = read(f->fd, f->text + f->n, sizeof f->text - f->n - 1);
		if (n <= 0) {
			fprintf(stderr, "the events have ended\n");
			abort();
		}
		f->n += (size_t)n;
		f->text[f->n] = '\0';
	}
}
