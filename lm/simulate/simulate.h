/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_SIMULATE_H
#define LM_SIMULATE_SIMULATE_H

#include "base/buf.h"
#include "lm/simulate/world.h"

/*
 * Policies tried before they are trusted: one or several ways to set them ("variants"), each in as
 * many worlds as there are clusters, under the same load.
 *
 *	load.h      what is offered: profiles, recordings
 *	override.h  a policy that is set otherwise, without anybody's file being changed
 *	world.h     one service under the load: the real engine, a simulated site (site.h)
 *	run.c       worlds beside each other, on several threads
 *	report.c    what it came to, as text and as JSON
 *	draw.c      the same as a picture
 *
 * All but run.c is pure, as the engine is.  The same seed gives the same result, on however many
 * threads.
 */
enum { VARIANTS_MAX = 16, CLUSTERS_MAX = 100000, THREADS_MAX = 64 };

/* What all clusters of a variant came to. */
struct variant_sum {
	struct world_sum all;   /* added up; the peak is the highest */
	struct world_sum worst; /* of the cluster with the most that was not served */
	size_t worst_cluster;
	size_t over_clusters; /* in which more was offered than carried at some time */
};

struct variant {
	const char *name;              /* "as written", or what was set: "cooldown=60" */
	const struct catalog *catalog; /* borrowed, with everything checked */
	struct world_service service;
	struct variant_sum sum;
	struct world_story *story; /* of simulation.shown */
	double out, in, target;    /* percent; NAN: it has none */
};

struct simulation {
	struct world_conf conf; /* but catalog and service, which are the variants' */
	struct variant variants[VARIANTS_MAX];
	size_t n_variants;
	size_t clusters, threads;
	size_t shown;       /* the cluster whose story is told: the worst of the first variant */
	const char *source; /* of the load, for people: "day:peak=450", "monday.csv" */
};

/* Runs everything; stories belong to the caller, as simulation_fini() knows. */
struct lm_err *simulation_run(struct simulation *) LM_MUST_USE;
void simulation_fini(struct simulation *);

void simulation_print_json(const struct simulation *, struct lm_buf *out); /* one object */
void simulation_draw(const struct simulation *, struct lm_buf *out);       /* SVG 1.1 */

#endif
