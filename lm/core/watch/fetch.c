/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Where there are many components, what a sample costs is waiting for memory: half a dozen places,
 * each known only when the one before is there.  Of a batch, the first places of all samples are
 * fetched, then the second ones, and so on, so that the waiting is done once.  What is guessed
 * wrongly is merely fetched for nothing.
 */
enum { LINE = 64 };

/* One sample on its way. */
struct fetch {
	uint32_t hash;
	const struct component *component;
	const struct series *series;
};

static void fetch_lines(const void *at, size_t size)
{
	for (size_t i = 0; i < size; i += LINE)
		__builtin_prefetch((const char *)at + i);
	__builtin_prefetch((const char *)at + size - 1);
}

static void guess_component(const struct engine *e, struct fetch *f)
{
	f->component = lm_map_guess(e->components, f->hash);
	if (f->component != NULL)
		fetch_lines(f->component,
		    offsetof(struct component, metrics) + sizeof f->component->metrics);
}

static void fetch_metrics(const struct fetch *f)
{
	if (f->component != NULL && f->component->metrics.n > 0)
		fetch_lines(
		    f->component->metrics.v, f->component->metrics.n * sizeof(struct metric));
}

static void fetch_series(struct fetch *f, const struct sample *s)
{
	const struct metric *m = f->component == NULL || s->metric_name == NULL
				     ? NULL
				     : metric_find(f->component, s->metric_name);

	f->series = m == NULL ? NULL : m->series;
	if (f->series != NULL)
		__builtin_prefetch(f->series);
}

void watch_fetch(const struct engine *e, const struct sample *v, size_t n)
{
	struct fetch f[FETCHED_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *key = v[i].metric_key == NULL ? "" : v[i].metric_key;

		f[i].hash = lm_map_hash(key, strlen(key));
		lm_map_fetch(e->components, f[i].hash, 0);
	}
	for (size_t i = 0; i < n; i++)
		lm_map_fetch(e->components, f[i].hash, 1);
	for (size_t i = 0; i < n; i++)
		guess_component(e, &f[i]);
	for (size_t i = 0; i < n; i++)
		fetch_metrics(&f[i]);
	for (size_t i = 0; i < n; i++)
		fetch_series(&f[i], &v[i]);
	for (size_t i = 0; i < n; i++)
		if (f[i].series != NULL)
			policies_fetch(f[i].series);
}
