/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/intake/tally.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "base/json_read.h"

enum { ERRORS_MAX = 100, ERRORS_BYTES = 64 * 1024, MESSAGE_MAX = 512 };

void tally_init(struct tally *t)
{
	*t = (struct tally){0};
}

void tally_fini(struct tally *t)
{
	lm_buf_fini(&t->errors);
}

void tally_count(struct tally *t, enum intake_fate fate)
{
	t->n[fate]++;
}

void tally_bad(struct tally *t, size_t index, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	if (t->bad++ >= ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (t->errors.p == NULL)
		lm_buf_init(&t->errors, ERRORS_BYTES);
	struct lm_json j = {&t->errors, t->errors.n > 0};
	lm_json_open(&j, NULL, '{');
	if (index != TALLY_ALL)
		lm_json_int(&j, "index", (int64_t)index);
	lm_json_str(&j, "message", message);
	lm_json_close(&j, '}');
}

void tally_not_json(struct tally *t, size_t index, const struct lm_jread *r)
{
	struct lm_buf why;

	lm_buf_init(&why, MESSAGE_MAX);
	lm_jread_why(r, &why);
	tally_bad(t, index, "from here on it is not JSON: %s", why.p);
	lm_buf_fini(&why);
}

static_assert((unsigned)INTAKE_TAKEN == SAMPLE_TAKEN &&
		  (unsigned)INTAKE_STRANGER == SAMPLE_STRANGER &&
		  (unsigned)INTAKE_OTHER_KIND == SAMPLE_OF_ANOTHER_KIND,
    "the engine's verdicts come first");

int tally_status(const struct tally *t)
{
	return t->bad > 0 ? 400 : t->n[INTAKE_FORBIDDEN] > 0 ? 403 : 200;
}

static const char *const members[INTAKE_FATES_N] = {
#define X(name, member) member,
    INTAKE_FATES(X)
#undef X
};

const char *tally_member(enum intake_fate fate)
{
	return members[fate];
}

void tally_print(const struct tally *t, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	size_t dropped = 0;

	for (size_t i = INTAKE_TAKEN + 1; i < INTAKE_FATES_N; i++)
		dropped += t->n[i];
	lm_json_open(&j, NULL, '{');
	lm_json_int(&j, members[INTAKE_TAKEN], (int64_t)t->n[INTAKE_TAKEN]);
	lm_json_int(&j, "dropped", (int64_t)dropped);
	for (size_t i = INTAKE_TAKEN + 1; dropped > 0 && i < INTAKE_FATES_N; i++)
		if (t->n[i] > 0)
			lm_json_int(&j, members[i], (int64_t)t->n[i]);
	lm_json_open(&j, "errors", '[');
	if (t->errors.p != NULL)
		lm_buf_puts(out, t->errors.p);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
}
