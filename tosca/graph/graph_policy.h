/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_POLICY_H
#define LM_TOSCA_GRAPH_POLICY_H

/* A part of graph.h: metrics, and the policies that look at them. */

/* Where the manager fetches a metric by itself: Prometheus text over HTTP. */
struct graph_scrape {
	struct graph_expr url;
	struct graph_expr series;     /* name{label="value"}: one series, or several, added up */
	struct graph_expr full_scale; /* the value that is a load of 100; unset: 100 */
};

struct graph_metric {
	int node; /* the resource that publishes it */
	const char *name;
	enum metric_type type;
	struct graph_expr period_s;        /* unset: 60; "0": publishes nothing */
	const struct graph_scrape *scrape; /* NULL: it comes by itself */
};

/*
 * The values of a policy are checked as far as they are known before anything runs; what an
 * instance reports later may be anything.  Numbers are whole numbers.
 */
struct graph_heal {
	const char *name;
	int node;                    /* the resource it heals */
	int metric;                  /* index into metrics */
	struct graph_expr smoothing; /* samples; unset: 1 */
	struct graph_expr maximum;   /* heals ... unset: 5 */
	struct graph_expr window;    /* ... in so many seconds; unset: 120 */
};

struct graph_scale {
	const char *name;
	int owner;    /* the assembly that holds the policy */
	int cluster;  /* what it scales */
	int *metrics; /* indices into metrics: several when the metric's component is a cluster */
	size_t n_metrics;
	struct graph_expr out, in; /* thresholds in percent; unset: 'target' is set */
	struct graph_expr smoothing_out, smoothing_in; /* samples; unset: 1 */
	struct graph_expr step;                        /* "increment" (unset) or "proportional" */
	struct graph_expr target;                      /* percent; unset: 'out' and 'in' are set */
	struct graph_expr tolerance;                 /* percent points; unset: a tenth of target */
	struct graph_expr cooldown_out, cooldown_in; /* seconds; unset: 0 */
	struct graph_expr stabilization;             /* of scale-in, seconds; unset: 0 */
	struct graph_expr guard;                     /* of scale-in, "true" (unset) or "false" */
	struct graph_expr predict;                   /* seconds ahead; unset: 0, not at all */
	struct graph_expr predict_window;            /* seconds; unset: as 'predict' */
	struct graph_expr schedule;                  /* "Mon-Fri 08:00-18:00 = 3"; unset: none */
	struct graph_expr schedule_offset;           /* "+01:00"; unset: UTC */
};

#endif
