/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/session.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 64 * 1024 * 1024 };

void session_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* ---- the wire ------------------------------------------------------------------------------ */

void session_put(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

void session_put_message(int fd, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT), header[64];

	snprintf(header, sizeof header, "Content-Length: %zu\r\n\r\n", strlen(text));
	session_put(fd, header, strlen(header));
	session_put(fd, text, strlen(text));
	free(text);
	json_decref(message);
}

json_t *session_get_message(FILE *from)
{
	char line[256];
	size_t n = 0;

	while (fgets(line, sizeof line, from) != NULL && strcmp(line, "\r\n") != 0)
		if (sscanf(line, "Content-Length: %zu\r\n", &n) != 1)
			session_die("the server says '%s'", line);
	if (n == 0)
		return NULL;
	char *text = malloc(n);
	if (text == NULL || fread(text, 1, n, from) != n)
		session_die("a message ends too early");
	json_t *message = json_loadb(text, n, 0, NULL);
	if (message == NULL)
		session_die("the server writes what is not JSON: %.*s", (int)n, text);
	free(text);
	return message;
}

json_int_t session_columns(bool utf8, const char *p, size_t n)
{
	json_int_t units = 0;

	if (utf8)
		return (json_int_t)n;
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)p[i];

		units += (b & 0xc0) != 0x80 ? 1 : 0;
		units += b >= 0xf0 ? 1 : 0;
	}
	return units;
}

/* ---- reading ------------------------------------------------------------------------------- */

static char escaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* Cuts the line into words in place. */
static void split(char *line, struct session_step *s)
{
	char *p = line;

	while (*p != '\0' && s->n < SESSION_WORDS_MAX) {
		while (*p == ' ')
			p++;
		if (*p == '\0')
			break;
		if (*p == '{' || *p == '[') { /* JSON to the end of the line */
			s->words[s->n++] = p;
			return;
		}
		bool quoted = *p == '"';
		char *to = s->words[s->n++] = quoted ? ++p : p;
		while (*p != '\0' && *p != (quoted ? '"' : ' ')) {
			if (quoted && *p == '\\' && p[1] != '\0')
				*to++ = escaped(*++p), p++;
			else
				*to++ = *p++;
		}
		char last = *p;
		*to = '\0';
		p += last != '\0' ? 1 : 0;
	}
}

static char *read_line(FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n = getline(&line, &size, f);

	if (n < 0) {
		free(line);
		return NULL;
	}
	if (line[n - 1] == '\n')
		line[n - 1] = '\0';
	return line;
}

/* The line is put back when it is not one of a text. */
static char *read_text_line(FILE *f)
{
	long at = ftell(f);
	char *line = read_line(f);

	if (line != NULL && strncmp(line, "    ", 4) == 0)
		return line;
	free(line);
	fseek(f, at, SEEK_SET);
	return NULL;
}

bool session_next(FILE *f, struct session_step *s)
{
	char *line;

	*s = (struct session_step){.line = read_line(f)};
	if (s->line == NULL)
		return false;
	lm_buf_init(&s->text, TEXT_MAX);
	while ((line = read_text_line(f)) != NULL) {
		lm_buf_printf(&s->text, "%s\n", line + 4);
		s->has_text = true;
		free(line);
	}
	s->cut = strdup(s->line);
	if (s->line[0] != '#')
		split(s->cut, s);
	return true;
}

void session_step_fini(struct session_step *s)
{
	free(s->line);
	free(s->cut);
	lm_buf_fini(&s->text);
}
