/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/meter/traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/heap.h"
#include "lm/server/meter/prom.h"

/* More than a route has; what is beyond counts as 0. */
enum { STATUSES_MAX = 12 };

struct lane {
	struct {
		int status; /* 0: this one is free, and so are those behind it; the last: others */
		uint64_t n;
	} by_status[STATUSES_MAX];
	struct histogram took;
};

struct traffic {
	const struct route *routes;
	size_t n;
	struct lane lanes[]; /* of each route, and one more */
};

struct traffic *traffic_new(const struct route *routes, size_t n)
{
	struct traffic *t = lm_alloc(sizeof *t + (n + 1) * sizeof t->lanes[0]);

	t->routes = routes;
	t->n = n;
	return t;
}

void traffic_free(struct traffic *t)
{
	free(t);
}

void traffic_count(struct traffic *t, const struct route *route, int status, uint64_t took_ns)
{
	struct lane *l = &t->lanes[route == NULL ? t->n : (size_t)(route - t->routes)];
	size_t i = 0;

	while (
	    i < STATUSES_MAX - 1 && l->by_status[i].status != status && l->by_status[i].status != 0)
		i++;
	if (i < STATUSES_MAX - 1)
		l->by_status[i].status = status;
	l->by_status[i].n++;
	histogram_add(&l->took, took_ns);
}

static const char *method_of(const struct traffic *t, size_t i)
{
	return i < t->n ? t->routes[i].method : "";
}

static const char *pattern_of(const struct traffic *t, size_t i)
{
	return i < t->n ? t->routes[i].pattern : "none";
}

static void print_statuses(const struct traffic *t, size_t i, struct lm_buf *b)
{
	const struct lane *l = &t->lanes[i];
	char status[16];

	for (size_t k = 0; k < STATUSES_MAX; k++) {
		if (l->by_status[k].n == 0)
			continue;
		snprintf(status, sizeof status, "%d", l->by_status[k].status);
		prom_uint(b, "lm_http_requests_total",
		    (struct prom_label[]){{"method", method_of(t, i)}, {"route", pattern_of(t, i)},
			{"status", status}, {0}},
		    l->by_status[k].n);
	}
}

void traffic_print(const struct traffic *t, struct lm_buf *b)
{
	prom_family(b, "lm_http_requests_total", "counter",
	    "Requests that were answered, by pattern of the route and status.");
	for (size_t i = 0; i <= t->n; i++)
		print_statuses(t, i, b);
	prom_family(b, "lm_http_request_duration_seconds", "histogram",
	    "From the head of a request to the head of its answer.");
	for (size_t i = 0; i <= t->n; i++)
		if (t->lanes[i].by_status[0].n > 0)
			prom_histogram(b, "lm_http_request_duration_seconds",
			    (struct prom_label[]){
				{"method", method_of(t, i)}, {"route", pattern_of(t, i)}, {0}},
			    &t->lanes[i].took);
}
