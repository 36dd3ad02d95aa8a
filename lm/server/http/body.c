/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/http/body.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/heap.h"

enum { FIELDS_MAX = 64, PARTS_MAX = 16, BOUNDARY_MAX = 70 /* RFC 2046 */ };

unsigned body_kind_of(const char *content_type)
{
	static const struct {
		const char *type;
		unsigned kind;
	} kinds[] = {
	    {"application/json", BODY_JSON},
	    {"application/yaml", BODY_YAML},
	    {"application/x-yaml", BODY_YAML},
	    {"text/yaml", BODY_YAML},
	    {"text/x-yaml", BODY_YAML},
	    {"application/x-www-form-urlencoded", BODY_FORM},
	    {"multipart/form-data", BODY_MULTIPART},
	};

	if (content_type == NULL)
		return BODY_NONE;
	size_t n = strcspn(content_type, "; \t");
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (strlen(kinds[i].type) == n && strncasecmp(content_type, kinds[i].type, n) == 0)
			return kinds[i].kind;
	return BODY_OTHER;
}

/* ---- forms ------------------------------------------------------------------------------------ */

struct form {
	size_t n;
	struct field {
		const char *name, *value;
	} fields[FIELDS_MAX];
};

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What the escape at 's' stands for; 0: it is none, or would be the end of the text. */
static char escaped(const char *s)
{
	int high = hex(s[1]), low = high < 0 ? -1 : hex(s[2]);

	return (char)(low < 0 ? 0 : high << 4 | low);
}

size_t unescape(char *text)
{
	char *to = text;

	for (const char *s = text; *s != '\0'; s++) {
		char c = *s == '%' ? escaped(s) : 0;

		*to++ = c != 0 ? c : *s;
		s += c != 0 ? 2 : 0;
	}
	*to = '\0';
	return (size_t)(to - text);
}

/* False: an escape is none. */
static bool decode(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			*to++ = *s == '+' ? ' ' : *s;
			continue;
		}
		char c = escaped(s);
		if (c == 0)
			return false;
		*to++ = c;
		s += 2;
	}
	*to = '\0';
	return true;
}

struct form *form_read(char *text)
{
	struct form *f = lm_alloc(sizeof *f);
	char *p;

	while (f->n < FIELDS_MAX && (p = strsep(&text, "&")) != NULL) {
		char *name = strsep(&p, "=");

		if (*name != '\0' && decode(name) && (p == NULL || decode(p)))
			f->fields[f->n++] = (struct field){name, p == NULL ? "" : p};
	}
	return f;
}

const char *form_find(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return f->fields[i].value;
	return NULL;
}

/* ---- parts ------------------------------------------------------------------------------------ */

struct parts {
	size_t n;
	struct named {
		const char *name; /* NULL: it has none */
		struct http_part part;
	} parts[PARTS_MAX];
};

/* The boundary with what stands before it: "\r\n--". */
struct delimiter {
	char text[4 + BOUNDARY_MAX + 1];
	size_t n;
};

static const char *after(const char *text, const char *word)
{
	const char *at = text == NULL ? NULL : strcasestr(text, word);

	return at == NULL ? NULL : at + strlen(word);
}

static bool read_delimiter(const char *content_type, struct delimiter *d)
{
	const char *b = after(content_type, "boundary=");

	if (b == NULL)
		return false;
	bool quoted = *b == '"';
	b += quoted;
	size_t n = strcspn(b, quoted ? "\"" : "; \t");
	if (n == 0 || n > BOUNDARY_MAX)
		return false;
	memcpy(d->text, "\r\n--", 4);
	memcpy(d->text + 4, b, n);
	d->n = 4 + n;
	return true;
}

static char *find(char *p, const char *end, const char *what, size_t n)
{
	return p >= end ? NULL : memmem(p, (size_t)(end - p), what, n);
}

/* The next name=value of a header, each with its end; NULL: there is none.  A word alone has the value "". */
static char *next_parameter(char **at, char **value)
{
	char *name = *at + strspn(*at, "; \t");
	char *p = name + strcspn(name, "=;");

	if (*name == '\0')
		return NULL;
	if (*p == '=') {
		*p++ = '\0';
		bool quoted = *p == '"';
		p += quoted;
		*value = p;
		p += strcspn(p, quoted ? "\"" : "; \t");
	} else {
		*value = p;
	}
	*at = *p == '\0' ? p : p + 1;
	*p = '\0';
	return name;
}

static void read_disposition(char *text, struct named *out)
{
	char *name, *value;

	while ((name = next_parameter(&text, &value)) != NULL) {
		if (strcasecmp(name, "name") == 0)
			out->name = value;
		else if (strcasecmp(name, "filename") == 0)
			out->part.filename = value;
	}
}

static void read_header(char *line, struct named *out)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Content-Disposition") == 0)
		read_disposition(value, out);
	else if (strcasecmp(line, "Content-Type") == 0)
		out->part.type = value;
}

/* Reads the headers from 'p' on; what is after them, or NULL: they do not end. */
static char *read_headers(char *p, char *end, struct named *out)
{
	for (;;) {
		char *eol = find(p, end, "\r\n", 2);

		if (eol == NULL)
			return NULL;
		*eol = '\0';
		if (eol == p)
			return eol + 2;
		read_header(p, out);
		p = eol + 2;
	}
}

struct parts *parts_read(char *p, size_t n, const char *content_type)
{
	struct parts *ps = lm_alloc(sizeof *ps);
	char *end = p + n;
	struct delimiter d;

	if (!read_delimiter(content_type, &d))
		return ps;
	/* The first one need not have a line before it. */
	char *at =
	    n >= d.n - 2 && memcmp(p, d.text + 2, d.n - 2) == 0 ? p - 2 : find(p, end, d.text, d.n);
	while (at != NULL && ps->n < PARTS_MAX) {
		struct named *part = &ps->parts[ps->n];
		char *line = at + d.n;

		if (end - line < 2 || memcmp(line, "--", 2) == 0)
			break;
		char *eol = find(line, end, "\r\n", 2);
		char *body = eol == NULL ? NULL : read_headers(eol + 2, end, part);
		at = body == NULL ? NULL : find(body, end, d.text, d.n);
		if (at == NULL)
			break;
		part->part.p = body;
		part->part.n = (size_t)(at - body);
		ps->n++;
	}
	return ps;
}

bool parts_find(const struct parts *ps, const char *name, struct http_part *out)
{
	for (size_t i = 0; i < ps->n; i++) {
		if (ps->parts[i].name == NULL || strcmp(ps->parts[i].name, name) != 0)
			continue;
		*out = ps->parts[i].part;
		return true;
	}
	return false;
}
