/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Whoever reads on after a mistake finds the end of the text. */
static bool fail(struct lm_jread *r, const char *wrong)
{
	if (r->wrong == NULL) {
		r->wrong = wrong;
		r->end = r->p;
	}
	return false;
}

struct lm_jread lm_jread_on(char *text, size_t n)
{
	return (struct lm_jread){.p = text, .end = text + n, .line_begin = text, .line = 1};
}

static void blanks(struct lm_jread *r)
{
	char *p = r->p;

	for (;; p++) {
		if (*p == '\n' && p < r->end) {
			r->line++;
			r->line_begin = p + 1;
		} else if ((*p != ' ' && *p != '\t' && *p != '\r') || p >= r->end) {
			break;
		}
	}
	r->p = p;
}

/* The next character that means something; NUL at the end and after a mistake. */
static char next(struct lm_jread *r)
{
	if (r->p < r->end && (unsigned char)*r->p <= ' ')
		blanks(r);
	return r->p < r->end ? *r->p : '\0';
}

enum lm_jread_kind lm_jread_peek(struct lm_jread *r)
{
	switch (next(r)) {
	case '{':
		return LM_JREAD_OBJECT;
	case '[':
		return LM_JREAD_ARRAY;
	case '"':
		return LM_JREAD_TEXT;
	case 't':
		return LM_JREAD_TRUE;
	case 'f':
		return LM_JREAD_FALSE;
	case 'n':
		return LM_JREAD_NULL;
	case 'N':
	case 'I':
	case '-':
	case '0' ... '9':
		return LM_JREAD_NUMBER;
	default:
		return LM_JREAD_NONE;
	}
}

/* ---- objects and arrays ----------------------------------------------------------------------- */

bool lm_jread_enter(struct lm_jread *r, char bracket)
{
	if (next(r) != bracket)
		return fail(r, bracket == '{' ? "expected an object" : "expected an array");
	if (r->depth == LM_JREAD_DEPTH)
		return fail(r, "too many values within each other");
	r->depth++;
	r->p++;
	r->fresh = true;
	return true;
}

/* False: the bracket was closed, or neither that nor another value follows. */
static bool go_on(struct lm_jread *r, char bracket, const char *wrong)
{
	char c = next(r);
	bool was_fresh = r->fresh;

	r->fresh = false;
	if (c == bracket) {
		r->depth--;
		r->p++;
		return false;
	}
	if (was_fresh)
		return c != '\0' || fail(r, "the text ends too early");
	if (c != ',')
		return fail(r, c == '\0' ? "the text ends too early" : wrong);
	r->p++;
	return true;
}

bool lm_jread_element(struct lm_jread *r)
{
	return go_on(r, ']', "expected ',' or ']'");
}

/* To the name of a member. */
static bool at_name(struct lm_jread *r)
{
	return next(r) == '"' || fail(r, "expected a name in double quotes");
}

static bool colon(struct lm_jread *r)
{
	if (next(r) != ':')
		return fail(r, "expected ':'");
	r->p++;
	return true;
}

static const char member_wrong[] = "expected ',' or '}'";

bool lm_jread_member(struct lm_jread *r, const char **name, size_t *n)
{
	return go_on(r, '}', member_wrong) && at_name(r) && lm_jread_text(r, name, n) && colon(r);
}

/* ---- texts ------------------------------------------------------------------------------------ */

enum { PLAIN, QUOTE, ESCAPE, CONTROL, WIDE };

/* clang-format off */
static const unsigned char letters[256] = {
	[0 ... 31] = CONTROL, ['"'] = QUOTE, ['\\'] = ESCAPE, [128 ... 255] = WIDE,
};

static const char escapes[128] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};
/* clang-format on */

/* The four digits behind "\u"; above 0xffff: they are not there. */
static uint32_t hex4(const char *p, const char *end)
{
	uint32_t c = 0;

	if (end - p < 4)
		return UINT32_MAX;
	for (int k = 0; k < 4; k++) {
		char d = p[k];

		if (d >= '0' && d <= '9')
			c = c << 4 | (uint32_t)(d - '0');
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			c = c << 4 | (uint32_t)((d | 32) - 'a' + 10);
		else
			return UINT32_MAX;
	}
	return c;
}

static char *put_utf8(char *to, uint32_t c)
{
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	unsigned size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	*to++ = (char)(leads[size] | c >> 6 * (size - 1));
	while (--size > 0)
		*to++ = (char)(0x80 | (c >> 6 * (size - 1) & 0x3f));
	return to;
}

/* r->p is behind "\u"; what it comes to, or 0. */
static uint32_t unicode(struct lm_jread *r)
{
	uint32_t c = hex4(r->p, r->end);

	if (c > 0xffff || (c >= 0xdc00 && c < 0xe000))
		return 0;
	r->p += 4;
	if (c < 0xd800 || c >= 0xe000)
		return c;
	if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
		return 0;
	uint32_t low = hex4(r->p + 2, r->end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	r->p += 6;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* r->p is at a backslash; where to write on, or NULL. */
static char *unescape(struct lm_jread *r, char *to)
{
	char c = r->end - r->p < 2 ? '\0' : r->p[1];

	if (c == 'u') {
		char *at = r->p;

		r->p += 2;
		uint32_t u = unicode(r);
		if (u != 0)
			return put_utf8(to, u);
		r->p = at;
		fail(r, "no such character can be in a text");
		return NULL;
	}
	if ((unsigned char)c >= 128 || escapes[(unsigned char)c] == '\0') {
		fail(r, "no such escape");
		return NULL;
	}
	r->p += 2;
	*to = escapes[(unsigned char)c];
	return to + 1;
}

/* The size of the character at r->p, which is all there; 0: it is no UTF-8. */
static size_t wide(const struct lm_jread *r)
{
	char one[5] = "";
	size_t n = (size_t)(r->end - r->p);

	memcpy(one, r->p, n < 4 ? n : 4);
	return lm_utf8_size(one);
}

/*
 * From behind the opening quote to behind the closing one.  'to' NULL: only checked, nothing is
 * written.  Where the text ends in its unescaped form, or NULL.
 */
static char *text_rest(struct lm_jread *r, char *to)
{
	bool writes = to != NULL;
	char bin[4];

	for (;;) {
		size_t n = 1;

		if (r->p >= r->end) {
			fail(r, "a text without its closing quote");
			return NULL;
		}
		switch (letters[(unsigned char)*r->p]) {
		case QUOTE:
			r->p++;
			return writes ? to : r->p;
		case ESCAPE:
			if (writes)
				to = unescape(r, to);
			if (writes ? to == NULL : unescape(r, bin) == NULL)
				return NULL;
			continue;
		case CONTROL:
			fail(r, "a control character in a text");
			return NULL;
		case WIDE:
			n = wide(r);
			if (n == 0) {
				fail(r, "not UTF-8");
				return NULL;
			}
			break;
		default:
			break;
		}
		if (writes) {
			memmove(to, r->p, n);
			to += n;
		}
		r->p += n;
	}
}

/* The first byte that is not plain, or the end: eight at a time, as long as all of them are. */
static char *plain_end(char *p, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;

	for (uint64_t v; end - p >= 8; p += 8) {
		memcpy(&v, p, sizeof v);
		uint64_t quote = v ^ ones * '"', back = v ^ ones * '\\';
		/* A top bit is set where a byte is wide, below ' ', a quote or a backslash, and nowhere
		 * before the first of them. */
		if (((v | (v - ones * ' ') | (quote - ones) | (back - ones)) & tops) != 0)
			break;
	}
	while (p < end && letters[(unsigned char)*p] == PLAIN)
		p++;
	return p;
}

bool lm_jread_text(struct lm_jread *r, const char **out, size_t *n)
{
	if (next(r) != '"')
		return fail(r, "expected a text");
	char *begin = ++r->p, *p = begin;
	/* Most texts are plain: nothing moves. */
	p = plain_end(p, r->end);
	r->p = p;
	if (p < r->end && *p == '"') {
		r->p++;
	} else {
		p = text_rest(r, p);
		if (p == NULL)
			return false;
	}
	*p = '\0';
	*out = begin;
	*n = (size_t)(p - begin);
	return true;
}

bool lm_jread_member_raw(struct lm_jread *r, const char **name, size_t *n)
{
	if (!go_on(r, '}', member_wrong) || !at_name(r))
		return false;
	*name = ++r->p;
	if (text_rest(r, NULL) == NULL)
		return false;
	*n = (size_t)(r->p - *name) - 1;
	return colon(r);
}

/* ---- numbers and words ------------------------------------------------------------------------ */

static bool word(struct lm_jread *r, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, text, n) != 0)
		return fail(r, "expected a value");
	r->p += n;
	return true;
}

static bool odd_number(struct lm_jread *r, double *out)
{
	bool minus = *r->p == '-';

	r->p += minus;
	if (r->p < r->end && *r->p == 'N' && !minus) {
		*out = NAN;
		return word(r, "NaN");
	}
	*out = minus ? -INFINITY : INFINITY;
	return word(r, "Infinity");
}

static bool is_digit(const struct lm_jread *r)
{
	return r->p < r->end && *r->p >= '0' && *r->p <= '9';
}

/* What a double holds exactly, and so do powers of ten up to this: one operation rounds once. */
enum { EXACT_DIGITS = 15, EXACT_POWER = 22 };

struct digits {
	uint64_t value;
	unsigned n; /* of them, without leading zeros */
	int power;
};

static bool some_digits(struct lm_jread *r, struct digits *d, int power)
{
	if (!is_digit(r))
		return fail(r, "expected a digit");
	for (; is_digit(r); r->p++) {
		d->n += d->n > 0 || *r->p != '0';
		if (d->n <= EXACT_DIGITS)
			d->value = d->value * 10 + (uint64_t)(*r->p - '0');
		d->power += power;
	}
	return true;
}

static bool exponent(struct lm_jread *r, struct digits *d)
{
	struct digits e = {0};
	int sign = 1;

	if (r->p == r->end || (*r->p | 32) != 'e')
		return true;
	r->p++;
	if (r->p < r->end && (*r->p == '-' || *r->p == '+'))
		sign = *r->p++ == '-' ? -1 : 1;
	if (!some_digits(r, &e, 0))
		return false;
	d->power += sign * (int)(e.n <= 3 ? e.value : 1000);
	return true;
}

static double exact(const struct digits *d)
{
	static const double powers[EXACT_POWER + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

	return d->power < 0 ? (double)d->value / powers[-d->power]
			    : (double)d->value * powers[d->power];
}

/* strtod() wants an end, and a text of digits may have none of its own. */
static double inexact(const char *p, size_t n)
{
	char copy[400];
	char *all = n < sizeof copy ? copy : malloc(n + 1);

	if (all == NULL)
		abort();
	memcpy(all, p, n);
	all[n] = '\0';
	double d = strtod(all, NULL);
	if (all != copy)
		free(all);
	return d;
}

bool lm_jread_number(struct lm_jread *r, double *out)
{
	struct digits d = {0};

	if (lm_jread_peek(r) != LM_JREAD_NUMBER)
		return fail(r, "expected a number");
	const char *begin = r->p;
	bool minus = *r->p == '-';
	char first = r->end - r->p > minus ? r->p[minus] : '\0';
	if (first == 'N' || first == 'I')
		return odd_number(r, out);
	r->p += minus;
	if (first == '0')
		r->p++;
	else if (!some_digits(r, &d, 0))
		return false;
	if (first == '0' && is_digit(r))
		return fail(r, "a number with a leading zero");
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!some_digits(r, &d, -1))
			return false;
	}
	if (!exponent(r, &d))
		return false;
	bool is_exact = d.n <= EXACT_DIGITS && d.power >= -EXACT_POWER && d.power <= EXACT_POWER;
	*out = is_exact ? exact(&d) * (minus ? -1 : 1) : inexact(begin, (size_t)(r->p - begin));
	return true;
}

/* ---- any value -------------------------------------------------------------------------------- */

static bool scalar(struct lm_jread *r)
{
	double unused = 0;

	switch (lm_jread_peek(r)) {
	case LM_JREAD_TEXT:
		r->p++;
		return text_rest(r, NULL) != NULL;
	case LM_JREAD_NUMBER:
		return lm_jread_number(r, &unused);
	case LM_JREAD_TRUE:
		return word(r, "true");
	case LM_JREAD_FALSE:
		return word(r, "false");
	case LM_JREAD_NULL:
		return word(r, "null");
	default:
		return fail(r, r->p < r->end ? "expected a value" : "the text ends too early");
	}
}

/* What was read since 'from' moves down to '*to'. */
static void keep(const struct lm_jread *r, const char *from, char **to)
{
	size_t n = (size_t)(r->p - from);

	if (*to != from)
		memmove(*to, from, n);
	*to += n;
}

/* Where one is in a value of any shape. */
struct nest {
	uint64_t objects; /* a bit per open bracket: it is '{' */
	unsigned depth;
};

static bool nest_open(struct lm_jread *r, struct nest *n, char bracket)
{
	if (!lm_jread_enter(r, bracket))
		return false;
	n->objects = n->objects << 1 | (bracket == '{');
	n->depth++;
	return true;
}

/* The name of a member and its colon, kept as they are written. */
static bool nest_name(struct lm_jread *r, char **to)
{
	if (!at_name(r))
		return false;
	const char *from = r->p++;
	if (text_rest(r, NULL) == NULL)
		return false;
	keep(r, from, to);
	if (!colon(r))
		return false;
	keep(r, r->p - 1, to);
	return true;
}

/* After a value, or an opening bracket: closes what ends here; false: a mistake, or all is closed. */
static bool nest_go_on(struct lm_jread *r, struct nest *n, char **to)
{
	while (n->depth > 0) {
		bool is_object = (n->objects & 1) != 0, was_fresh = r->fresh;
		bool more = is_object ? go_on(r, '}', member_wrong) : lm_jread_element(r);

		if (r->wrong != NULL)
			return false;
		if (!more || !was_fresh)
			keep(r, r->p - 1, to);
		if (more)
			return !is_object || nest_name(r, to);
		n->objects >>= 1;
		n->depth--;
	}
	return false;
}

bool lm_jread_raw(struct lm_jread *r, char **out, size_t *n)
{
	struct nest nest = {0};

	next(r);
	char *begin = r->p, *to = begin;
	do {
		char c = next(r);
		const char *from = r->p;

		if (c == '{' || c == '[' ? !nest_open(r, &nest, c) : !scalar(r))
			return false;
		keep(r, from, &to);
	} while (nest_go_on(r, &nest, &to));
	if (r->wrong != NULL)
		return false;
	*out = begin;
	*n = (size_t)(to - begin);
	return true;
}

bool lm_jread_skip(struct lm_jread *r)
{
	char *unused = NULL;
	size_t n = 0;

	return lm_jread_raw(r, &unused, &n);
}

/* ---- the end ---------------------------------------------------------------------------------- */

bool lm_jread_end(struct lm_jread *r)
{
	if (r->wrong != NULL)
		return false;
	next(r);
	return r->p == r->end || fail(r, "something follows the value");
}

void lm_jread_why(const struct lm_jread *r, struct lm_buf *out)
{
	lm_buf_printf(out, "line %u column %zu: %s", r->line, (size_t)(r->p - r->line_begin) + 1,
	    r->wrong != NULL ? r->wrong : "nothing is wrong");
}
