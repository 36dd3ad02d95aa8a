/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/*
 * Samples on their way from whoever measured to the policies that look.  There are millions of them:
 * one look into a hash table, no allocation.
 */
enum { VALUES_MAX = 4096 }; /* the raw figures of one */

/* ---- whose it is ---------------------------------------------------------------------------------- */

static struct component *component_of(const struct engine *e, const char *key, size_t n)
{
	struct component *c = lm_map_find_part(e->components, key, n);

	return c != NULL ? c : lm_map_find_part(e->component_names, key, n);
}

/* "<key>.<name>": the name is what stands behind the first dot that makes sense. */
static struct component *split(const struct engine *e, const char *id, const char **name)
{
	struct component *c = NULL;

	for (const char *dot = strchr(id, '.'); dot != NULL && c == NULL;
	     dot = strchr(dot + 1, '.')) {
		c = component_of(e, id, (size_t)(dot - id));
		*name = dot + 1;
	}
	return c;
}

static struct component *reporter(const struct engine *e, const struct sample *s, const char **name)
{
	*name = s->metric_name;
	if (s->metric_key != NULL && s->metric_name != NULL)
		return component_of(e, s->metric_key, strlen(s->metric_key));
	return s->metric_id == NULL ? NULL : split(e, s->metric_id, name);
}

/* ---- what is remembered -------------------------------------------------------------------------- */

static void keep_values(struct metric *m, const char *values)
{
	size_t n = values == NULL ? 0 : strlen(values);

	if (n > VALUES_MAX)
		n = 0;
	if (n >= m->room) {
		free(m->values);
		m->room = (uint16_t)(n + n / 4 + 1);
		m->values = lm_alloc_raw(m->room);
	}
	memcpy(m->values, n == 0 ? "" : values, n + 1);
}

static void remember(struct metric *m, const struct sample *s, int64_t now_ms)
{
	m->kind = (uint8_t)s->kind;
	m->load = s->load;
	m->ok = s->ok;
	m->at_ms = s->at_ms != 0 ? s->at_ms : now_ms;
	if (s->values != NULL || m->room > 0)
		keep_values(m, s->values);
}

/* ---- what becomes of it ---------------------------------------------------------------------------- */

/* Of a metric that no policy looks at; the policy engine judges the others by the same rule. */
static enum sample_fate judge(const struct metric *m, const struct sample *s, int64_t now_ms)
{
	if (s->kind == SAMPLE_LOAD && !isfinite(s->load))
		return SAMPLE_NOT_A_NUMBER;
	if (s->at_ms == 0)
		return SAMPLE_TAKEN;
	if (s->at_ms > now_ms + SAMPLE_AHEAD_MAX_MS)
		return SAMPLE_FUTURE;
	if (s->at_ms < now_ms - SAMPLE_AGE_MAX_MS)
		return SAMPLE_STALE;
	if (s->at_ms > m->at_ms)
		return SAMPLE_TAKEN;
	return s->at_ms == m->at_ms ? SAMPLE_DUPLICATE : SAMPLE_LATE;
}

static enum sample_fate show(struct engine *e, const struct metric *m, const struct sample *s,
    int64_t now_ms, struct policy_decisions *out)
{
	if (m->series == NULL)
		return judge(m, s, now_ms);
	if (s->kind == SAMPLE_LOAD)
		return policies_load(e->policies, m->series, s->load, s->at_ms, now_ms, out);
	return policies_integrity(e->policies, m->series, s->ok, s->at_ms, now_ms, out);
}

static unsigned end(struct engine *e, unsigned how)
{
	e->samples.n[how]++;
	return how;
}

unsigned watch_sample(struct engine *e, const struct sample *s, int64_t now_ms, struct turn *t)
{
	struct policy_decisions decisions = {0};
	const char *name;
	struct component *c = reporter(e, s, &name);
	struct metric *m = c == NULL ? NULL : metric_of(e, c, name);

	if (m == NULL)
		return end(e, SAMPLE_STRANGER);
	if (m->series != NULL && m->kind != s->kind)
		return end(e, SAMPLE_OF_ANOTHER_KIND);
	enum sample_fate fate = show(e, m, s, now_ms, &decisions);
	if (fate == SAMPLE_TAKEN)
		remember(m, s, now_ms);
	if (decisions.n > 0)
		watch_act(e, &decisions, now_ms, t);
	return end(e, fate);
}
