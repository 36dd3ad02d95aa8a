/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_FIGURES_H
#define LM_CORE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lm/core/intent.h"
#include "lm/core/state.h"

/* Questions of who keeps figures over time: numbers, not documents.  Nothing changes. */
struct engine;

struct process_figures {
	size_t now[INTENT_KINDS_N][PROCESS_STATUSES_N];     /* not ended: Pending, In Progress */
	uint64_t ended[INTENT_KINDS_N][PROCESS_STATUSES_N]; /* since the engine began */
};
void engine_process_figures(const struct engine *, struct process_figures *out);

/* The latest that was heard of a metric.  Texts are borrowed for the call. */
struct metric_figure {
	const char *assembly, *component, *metric; /* names in full; as the descriptor has it */
	bool is_load;                              /* else it is an integrity */
	double value;                              /* percent; 1: OK, 0: BROKEN */
	int64_t at_ms;
};
/* False ends the walk. */
typedef bool metric_figure_fn(void *arg, const struct metric_figure *);
void engine_each_metric(const struct engine *, metric_figure_fn *, void *arg);

struct cluster_figure {
	const char *assembly, *cluster; /* names in full */
	size_t members, spares;         /* as they are wanted now */
};
typedef bool cluster_figure_fn(void *arg, const struct cluster_figure *);
void engine_each_cluster(const struct engine *, cluster_figure_fn *, void *arg);

/* Root assemblies and the resources in them. */
void engine_sizes(const struct engine *, size_t *out_assemblies, size_t *out_resources);

#endif
