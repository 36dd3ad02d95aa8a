/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as JSON that is read in place.  What the library takes must be taken, and what is taken
 * must be what the library makes of it, but for numbers that do not fit into its own and for those
 * that JSON does not have.
 */
#include <jansson.h>
#include <stdint.h>

#include "base/json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

/* The text is at the end of a block of just its size. */
static char *copy_of(const void *data, size_t n)
{
	char *p = malloc(n + 1);

	demand(p != NULL);
	memcpy(p, data, n);
	p[n] = '\0';
	return p;
}

/* Values within each other at most that a text of brackets can have. */
static unsigned depth_of(const char *p, size_t n)
{
	unsigned depth = 0, most = 0;

	for (size_t i = 0; i < n; i++) {
		depth += p[i] == '[' || p[i] == '{';
		most = depth > most ? depth : most;
		depth -= depth > 0 && (p[i] == ']' || p[i] == '}');
	}
	return most;
}

static bool is_forgiven(const json_error_t *why)
{
	return strstr(why->text, "overflow") != NULL || strstr(why->text, "too big") != NULL;
}

/* Walks by the functions of the reader, one of each kind. */
static void walk(struct lm_jread *r)
{
	const char *text = NULL;
	size_t n = 0;
	double d = 0;

	switch (lm_jread_peek(r)) {
	case LM_JREAD_OBJECT:
		lm_jread_enter(r, '{');
		while (lm_jread_member(r, &text, &n)) {
			demand(strlen(text) == n);
			walk(r);
		}
		break;
	case LM_JREAD_ARRAY:
		lm_jread_enter(r, '[');
		while (lm_jread_element(r))
			walk(r);
		break;
	case LM_JREAD_TEXT:
		demand(!lm_jread_text(r, &text, &n) || strlen(text) == n);
		break;
	case LM_JREAD_NUMBER:
		lm_jread_number(r, &d);
		break;
	default:
		lm_jread_skip(r);
		break;
	}
}

static void same(const char *raw, size_t n, json_t *theirs, bool odd)
{
	json_error_t why;
	json_t *again = json_loadb(raw, n, JSON_DECODE_ANY, &why);

	demand(again != NULL || odd || is_forgiven(&why));
	demand(again == NULL || theirs == NULL || json_equal(again, theirs));
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	json_error_t why;
	char *a = copy_of(data, n), *b = copy_of(data, n), *raw = NULL;
	size_t raw_n = 0;
	bool odd = memchr(data, 'N', n) != NULL || memchr(data, 'I', n) != NULL;
	json_t *theirs = json_loadb((const char *)data, n, JSON_DECODE_ANY, &why);

	struct lm_jread walked = lm_jread_on(a, n), whole = lm_jread_on(b, n);
	walk(&walked);
	bool taken = lm_jread_raw(&whole, &raw, &raw_n);
	taken &= lm_jread_end(&whole);
	demand(lm_jread_end(&walked) == taken);
	if (theirs != NULL && !taken) /* to the library a zero byte is an end */
		demand(memchr(data, '\0', n) != NULL ||
		       depth_of((const char *)data, n) > LM_JREAD_DEPTH);
	if (theirs == NULL && taken)
		demand(odd || is_forgiven(&why));
	if (taken)
		same(raw, raw_n, theirs, odd);
	json_decref(theirs);
	free(a);
	free(b);
	return 0;
}
