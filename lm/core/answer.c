/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/utf8.h"
#include "lm/core/engine_priv.h"

/*
 * What of a driver's answer is taken.  Outputs live as long as their component and go into every
 * record of it, so they are taken whole or not at all; what is only for people is cut and mended.
 */
enum {
	OUTPUTS_MAX = 256,
	OUTPUT_NAME_MAX = 256,
	OUTPUT_VALUE_MAX = 64 * 1024,
	OUTPUTS_BYTES_MAX = 256 * 1024, /* of all of them */
	LOG_BYTES_MAX = 64 * 1024,
	MESSAGE_BYTES_MAX = 1024,
};

/* The end of a text, which says more than its beginning; bytes that are no UTF-8 become '?'. */
static const char *mended_end(struct lm_arena *a, const char *text, size_t max)
{
	size_t length = text == NULL ? 0 : strlen(text);

	if (length <= max && (text == NULL || lm_utf8_is_valid(text)))
		return text;
	const char *from = text + (length > max ? length - max : 0);
	while ((*from & 0xc0) == 0x80) /* not in the middle of a character */
		from++;
	char *end = lm_arena_strdup(a, from);
	for (char *p = end; *p != '\0';) {
		size_t n = lm_utf8_size(p);

		if (n == 0)
			*p = '?';
		p += n == 0 ? 1 : n;
	}
	return end;
}

/* One line; the beginning says more. */
static const char *mended_line(struct lm_arena *a, const char *text)
{
	if (text == NULL)
		return NULL;
	size_t n = strcspn(text, "\n");
	if (n > MESSAGE_BYTES_MAX) {
		n = MESSAGE_BYTES_MAX;
		while (n > 0 && (text[n] & 0xc0) == 0x80)
			n--;
	}
	if (text[n] == '\0' && lm_utf8_is_valid(text))
		return text;
	return mended_end(a, lm_arena_strndup(a, text, n), n);
}

/* What an answer tells several of, for people. */
struct words {
	const char *one, *many;
};
static const struct words output_words = {"output", "outputs"};
static const struct words topology_words = {"element of its topology", "elements of its topology"};

static const char *fault_of(struct lm_arena *a, const struct words *w, const struct lm_kv *kv)
{
	size_t name = strnlen(kv->name, OUTPUT_NAME_MAX + 1);

	if (name == 0)
		return lm_arena_printf(a, "an %s without a name", w->one);
	if (name > OUTPUT_NAME_MAX)
		return lm_arena_printf(
		    a, "an %s with a name of more than %d bytes", w->one, OUTPUT_NAME_MAX);
	if (!lm_utf8_is_valid(kv->name))
		return lm_arena_printf(a, "an %s with a name that is not UTF-8", w->one);
	if (kv->value == NULL)
		return NULL;
	if (strnlen(kv->value, OUTPUT_VALUE_MAX + 1) > OUTPUT_VALUE_MAX)
		return lm_arena_printf(
		    a, "%s '%s' with more than %d bytes", w->one, kv->name, OUTPUT_VALUE_MAX);
	if (!lm_utf8_is_valid(kv->value))
		return lm_arena_printf(a, "%s '%s' that is not UTF-8", w->one, kv->name);
	return NULL;
}

/* What is wrong with them, after "the driver answered with"; NULL: nothing. */
static const char *kvs_fault(struct lm_arena *a, const struct words *w, const struct lm_kvs *kvs)
{
	const char *fault = NULL;
	size_t bytes = 0;

	if (kvs->n > OUTPUTS_MAX)
		return lm_arena_printf(
		    a, "%zu %s, of which at most %d are taken", kvs->n, w->many, OUTPUTS_MAX);
	for (size_t i = 0; fault == NULL && i < kvs->n; i++) {
		const struct lm_kv *kv = &kvs->v[i];

		fault = fault_of(a, w, kv);
		if (fault == NULL)
			bytes += strlen(kv->name) + (kv->value == NULL ? 0 : strlen(kv->value));
	}
	if (fault == NULL && bytes > OUTPUTS_BYTES_MAX)
		return lm_arena_printf(a, "%s of %zu bytes together, of which at most %d are taken",
		    w->many, bytes, OUTPUTS_BYTES_MAX);
	return fault;
}

bool answer_take(const struct step_result *given, struct lm_arena *a, struct step_result *out)
{
	const char *fault = NULL;

	*out = *given;
	out->log = mended_end(a, given->log, LOG_BYTES_MAX);
	out->message = mended_line(a, given->message);
	if ((unsigned)given->failure > STEP_CANCELLED)
		fault = lm_arena_printf(a, "failure code %d, which there is not", given->failure);
	else if (given->failure == STEP_NONE)
		fault = kvs_fault(a, &output_words, &given->outputs);
	if (fault == NULL)
		fault = kvs_fault(a, &topology_words, &given->topology);
	if (given->failure != STEP_NONE)
		out->outputs = (struct lm_kvs){0}; /* what failed has not told anything */
	if (fault == NULL)
		return true;
	out->failure = STEP_INTERNAL_ERROR;
	out->outputs = out->topology = (struct lm_kvs){0};
	out->message = lm_arena_printf(a, "the driver answered with %s", fault);
	return false;
}
