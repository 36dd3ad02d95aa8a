/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests, as the first byte says: a form, parts (their Content-Type is the first line), an intent
 * (its kind is the second byte), samples, value lists of collectd. What is found lies within the body, what is
 * taken has a name, and what is refused is told in a text that can be sent.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lm/server/http/body.h"
#include "lm/server/intake/collectd.h"
#include "lm/server/intake/metrics.h"
#include "lm/server/intents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

static char *copy_of(const char *text, size_t n)
{
	char *p = malloc(n + 1);

	memcpy(p, text, n);
	p[n] = '\0';
	return p;
}

/* ---- forms and parts -------------------------------------------------------------------------- */

static const char *const names[] = {"a", "file", "name", "username", "password", "grant_type", ""};

static bool is_within(const char *p, size_t p_n, const char *all, size_t n)
{
	return p >= all && p + p_n <= all + n;
}

static void read_form(char *text, size_t n)
{
	struct form *f = form_read(text);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = form_find(f, names[i]);

		demand(value == NULL || (names[i][0] != '\0' && strlen(value) <= n));
	}
	free(f);
}

static void read_parts(char *text, size_t n)
{
	char *eol = memchr(text, '\n', n);
	struct http_part part;

	if (eol == NULL)
		return;
	*eol++ = '\0';
	char *body = copy_of(eol, n - (size_t)(eol - text));
	size_t body_n = n - (size_t)(eol - text);
	unsigned kind = body_kind_of(text);
	demand(kind != 0 && (kind & (kind - 1)) == 0);
	struct parts *ps = parts_read(body, body_n, text);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!parts_find(ps, names[i], &part))
			continue;
		demand(is_within(part.p, part.n, body, body_n));
		demand(part.filename == NULL ||
		       is_within(part.filename, strlen(part.filename), body, body_n));
		demand(part.type == NULL || is_within(part.type, strlen(part.type), body, body_n));
	}
	free(ps);
	free(body);
}

/* ---- intents ---------------------------------------------------------------------------------- */

static void read_intent(unsigned kind, const char *text, size_t n)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct intent it;

	struct lm_err *e = intent_read((enum intent_kind)(kind % INTENT_KINDS_N), text, n, a, &it);
	if (e != NULL) {
		demand(lm_err_kind(e) == LM_ERR_INVALID || lm_err_kind(e) == LM_ERR_LIMIT);
		demand(strchr(lm_err_text(e), '\n') == NULL && lm_err_text(e)[0] != '\0');
		lm_err_free(e);
		return;
	}
	demand(it.process != NULL || it.assembly_name != NULL || it.assembly_id != NULL);
	demand(it.n_resources == 0 || it.resources != NULL);
}

/* ---- metrics ---------------------------------------------------------------------------------- */

static enum intake_fate take(void *arg, const struct sample *s)
{
	size_t *taken = arg;

	demand(s->metric_id != NULL || (s->metric_key != NULL && s->metric_name != NULL));
	return (enum intake_fate)((*taken)++ % INTAKE_FATES_N);
}

static enum metric_kind kind_of(void *arg, const char *component, const char *metric)
{
	(void)arg;
	demand(component != NULL && metric != NULL);
	return (enum metric_kind)(strlen(metric) % 4);
}

static void read_samples(bool are_collectd, char *text, size_t n)
{
	struct tally t;
	struct lm_buf b;
	size_t taken = 0, counted = 0;

	tally_init(&t);
	if (are_collectd)
		collectd_read(text, n, &(struct collectd_taker){kind_of, take, &taken}, &t);
	else
		metrics_read(text, n, take, &taken, &t);
	for (int i = 0; i < INTAKE_FATES_N; i++)
		counted += t.n[i];
	demand(counted >= taken);
	lm_buf_init(&b, 1 << 20);
	tally_print(&t, &b);
	demand(!b.cut && b.p[0] == '{' && b.p[b.n - 1] == '}');
	lm_buf_fini(&b);
	tally_fini(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 2)
		return 0;
	char *text = copy_of((const char *)data + 2, n - 2);
	switch (data[0]) {
	case 'f':
		read_form(text, n - 2);
		break;
	case 'p':
		read_parts(text, n - 2);
		break;
	case 'i':
		read_intent(data[1], text, n - 2);
		break;
	case 'm':
		read_samples(false, text, n - 2);
		break;
	case 'c':
		read_samples(true, text, n - 2);
		break;
	}
	free(text);
	return 0;
}
