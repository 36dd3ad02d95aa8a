/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/name.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

enum { RESOURCE_NAME_MAX = 50, VERSION_PARTS = 8, VERSION_DIGITS = 9 };

struct version {
	uint32_t parts[VERSION_PARTS]; /* missing ones are 0 */
	size_t n;
};

/* ---- the three parts ----------------------------------------------------------------------- */

struct span {
	const char *p;
	size_t n;
};

static struct span trim(const char *p, size_t n)
{
	while (n > 0 && isspace((unsigned char)p[0]))
		p++, n--;
	while (n > 0 && isspace((unsigned char)p[n - 1]))
		n--;
	return (struct span){p, n};
}

/* Splits at "::"; the number of parts found, counting on beyond 'max'. */
static size_t split(const char *text, struct span *parts, size_t max)
{
	size_t n = 0;

	for (const char *p = text;;) {
		const char *end = strstr(p, "::");

		if (n < max)
			parts[n] = trim(p, end == NULL ? strlen(p) : (size_t)(end - p));
		n++;
		if (end == NULL)
			return n;
		p = end + 2;
	}
}

static bool span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static const char *local_flaw(struct span s, enum name_kind kind)
{
	if (s.n == 0)
		return "the name is empty";
	if (!isalpha((unsigned char)s.p[0]))
		return "the name must begin with a letter";
	if (kind == NAME_RESOURCE && s.n > RESOURCE_NAME_MAX)
		return "the name of a resource has at most 50 characters";
	if (s.n > NAME_MAX_LENGTH)
		return "the name is too long";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!isalnum(c) && strchr(kind == NAME_RESOURCE ? "_-." : "_-", c) == NULL)
			return "a name is made of letters, digits, '_' and '-'";
		if (kind == NAME_RESOURCE && i > 0 && strchr("_-", c) != NULL && s.p[i - 1] == c)
			return "the name of a resource must not double '_' or '-'";
	}
	char last = s.p[s.n - 1];
	if (!isalnum((unsigned char)last) && (kind == NAME_ASSEMBLY || last == '.'))
		return "the name must end with a letter or a digit";
	return NULL;
}

/* ---- versions ------------------------------------------------------------------------------ */

/* "1.0.2"; an 'x' or '*' ends it when 'wild' is given, which then says so. */
static bool version_parse(const char *p, size_t n, struct version *out, bool *wild)
{
	struct version v = {0};
	size_t i = 0;

	for (;;) {
		size_t begin = i;

		if (wild != NULL && i < n && strchr("xX*", p[i]) != NULL) {
			*wild = true;
			*out = v;
			return i + 1 == n;
		}
		if (v.n == VERSION_PARTS)
			return false;
		while (i < n && isdigit((unsigned char)p[i]) && i - begin < VERSION_DIGITS)
			v.parts[v.n] = v.parts[v.n] * 10 + (uint32_t)(p[i++] - '0');
		if (i == begin)
			return false;
		v.n++;
		if (i == n)
			break;
		if (p[i++] != '.')
			return false;
	}
	*out = v;
	return true;
}

static int version_compare(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < VERSION_PARTS; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? -1 : 1;
	return 0;
}

/* The first version that is no longer meant: part i counted up, what follows it 0. */
static struct version version_after(const struct version *v, size_t i)
{
	struct version after = {.n = v->n};

	memcpy(after.parts, v->parts, (i + 1) * sizeof v->parts[0]);
	after.parts[i]++;
	return after;
}

struct range {
	struct version from, to; /* from <= v < to */
	bool open;               /* no 'to' */
};

static bool range_parse(const char *p, size_t n, struct range *r)
{
	bool wild = false;
	char sign = n > 0 ? p[0] : '\0';

	if (sign == '^' || sign == '~') {
		struct span rest = trim(p + 1, n - 1);

		if (!version_parse(rest.p, rest.n, &r->from, &wild) || r->from.n == 0)
			return false;
		size_t i = 0;
		if (sign == '~')
			i = r->from.n > 1 ? 1 : 0;
		else
			while (i + 1 < r->from.n && r->from.parts[i] == 0)
				i++;
		r->to = version_after(&r->from, i);
		return true;
	}
	if (sign == '>' && n > 1 && p[1] == '=') {
		struct span rest = trim(p + 2, n - 2);

		r->open = true;
		return version_parse(rest.p, rest.n, &r->from, NULL);
	}
	if (!version_parse(p, n, &r->from, &wild))
		return false;
	if (!wild) {
		r->to = version_after(&r->from, VERSION_PARTS - 1);
		return true;
	}
	r->open = r->from.n == 0;
	if (!r->open)
		r->to = version_after(&r->from, r->from.n - 1);
	return true;
}

static const char *canonical_version(struct lm_arena *a, const struct version *v)
{
	char text[VERSION_PARTS * 11 + 1];
	size_t n = VERSION_PARTS, at = 0;

	while (n > 1 && v->parts[n - 1] == 0)
		n--;
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(
		    text + at, sizeof text - at, "%s%u", i > 0 ? "." : "", v->parts[i]);
	return lm_arena_strndup(a, text, at);
}

/* ---- descriptor names ---------------------------------------------------------------------- */

bool name_is_lmctl(const char *text)
{
	return strncmp(text, "$lmctl:", 7) == 0;
}

const char *name_parse(struct lm_arena *a, const char *text, struct name *out)
{
	struct span parts[3];
	struct name name = {0};
	struct version version;

	if (name_is_lmctl(text))
		return "'$lmctl:' names are filled in by lmctl before it uploads";
	if (split(text, parts, 3) != 3)
		return "a name has three parts: assembly::<name>::<version>";
	if (span_is(parts[0], "assembly"))
		name.kind = NAME_ASSEMBLY;
	else if (span_is(parts[0], "resource"))
		name.kind = NAME_RESOURCE;
	else
		return span_is(parts[0], "type") || span_is(parts[0], "assembly-template")
			   ? "'type' and 'assembly-template' come from other languages and cannot "
			     "be "
			     "run; it must be 'assembly' or 'resource'"
			   : "the first part must be 'assembly' or 'resource'";
	const char *flaw = local_flaw(parts[1], name.kind);
	if (flaw != NULL)
		return flaw;
	name.name = lm_arena_strndup(a, parts[1].p, parts[1].n);
	name.version = lm_arena_strndup(a, parts[2].p, parts[2].n);
	name.dotted = strchr(name.name, '.') != NULL;
	const char *kind = name.kind == NAME_ASSEMBLY ? "assembly" : "resource";
	name.full = lm_arena_printf(a, "%s::%s::%s", kind, name.name, name.version);
	name.trimmed = strcmp(name.full, text) != 0;
	if (version_parse(parts[2].p, parts[2].n, &version, NULL)) {
		name.canonical = lm_arena_printf(
		    a, "%s::%s::%s", kind, name.name, canonical_version(a, &version));
	} else {
		struct range r = {0};

		if (!range_parse(parts[2].p, parts[2].n, &r))
			return "a version is made of numbers joined by dots, such as 1.0";
		name.ranged = true;
		name.canonical = name.full;
	}
	*out = name;
	return NULL;
}

bool name_matches(const char *pattern, const char *name)
{
	struct span p[3], d[3];
	struct range r = {0};
	struct version v;

	if (split(pattern, p, 3) != 3 || split(name, d, 3) != 3)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (p[i].n != d[i].n || memcmp(p[i].p, d[i].p, p[i].n) != 0)
			return false;
	if (!version_parse(d[2].p, d[2].n, &v, NULL) || !range_parse(p[2].p, p[2].n, &r))
		return false;
	return version_compare(&v, &r.from) >= 0 && (r.open || version_compare(&v, &r.to) < 0);
}

int name_compare(const char *a, const char *b)
{
	struct version va = {0}, vb = {0};

	version_parse(a, strlen(a), &va, NULL);
	version_parse(b, strlen(b), &vb, NULL);
	return version_compare(&va, &vb);
}

/* ---- components and instances -------------------------------------------------------------- */

const char *name_component_flaw(const char *s)
{
	size_t n = strlen(s);

	if (n == 0)
		return "it is empty";
	if (n > NAME_MAX_LENGTH)
		return "it is too long";
	if (!isalpha((unsigned char)s[0]))
		return "it must begin with a letter";
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && strchr("_-", s[i]) == NULL)
			return "only letters, digits, '_' and '-' may stand in it";
	if (strstr(s, "__") != NULL)
		return "'__' is kept for the names of instances";
	if (!isalnum((unsigned char)s[n - 1]))
		return "it must end with a letter or a digit";
	return NULL;
}

const char *name_instance_flaw(const char *s)
{
	size_t n = strlen(s);

	if (n == 0)
		return "it is empty";
	if (n > NAME_MAX_LENGTH)
		return "it is too long";
	if (isdigit((unsigned char)s[0]))
		return "it must not begin with a digit";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || strchr("/\\\x7f", s[i]) != NULL)
			return "blanks, slashes and control characters must not stand in it";
	if (strstr(s, "__") != NULL)
		return "'__' is kept for the names of its parts";
	return NULL;
}
