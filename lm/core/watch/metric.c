/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

enum { NAMES_MAX = 4096 }; /* of metrics that nobody declares */

/* The metrics of a component: those that its policies want, and others that were reported. */

struct metric *metric_find(const struct component *c, const char *name)
{
	for (size_t i = 0; i < c->metrics.n; i++)
		if (strcmp(c->metrics.v[i].name, name) == 0)
			return &c->metrics.v[i];
	return NULL;
}

static struct metric *metric_add(struct component *c, const char *name)
{
	struct metric *m = LM_PUSH(NULL, &c->metrics);

	m->name = name;
	return m;
}

struct metric *metric_want(struct engine *e, struct component *c, const char *name)
{
	struct metric *m = metric_find(c, name);

	return m != NULL ? m : metric_add(c, engine_name(e, name));
}

/* What nobody declares may be seen, too, but not without end. */
struct metric *metric_of(struct engine *e, struct component *c, const char *name)
{
	struct metric *m = metric_find(c, name);

	if (m != NULL)
		return m;
	bool is_full = c->metrics.n >= METRICS_MAX ||
		       (lm_map_count(e->names) >= NAMES_MAX && lm_map_find(e->names, name) == NULL);
	return is_full ? NULL : metric_add(c, engine_name(e, name));
}

void metrics_fini(struct component *c)
{
	for (size_t i = 0; i < c->metrics.n; i++)
		free(c->metrics.v[i].values);
	lm_vec_free(&c->metrics);
}
