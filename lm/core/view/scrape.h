/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_SCRAPE_H
#define LM_CORE_SCRAPE_H

#include <stdbool.h>
#include <stdint.h>

struct engine;

/*
 * Metrics that do not come by themselves but are fetched, of the resources that are Active: what
 * their descriptors say of it, with the values that the instance has now.
 */
struct scrape_target {
	const char *component, *name; /* id and full name of the resource */
	const char *metric;
	const char *url;    /* "" when its properties have no values */
	const char *series; /* a selector, see tosca/model/selector.h */
	double full_scale;  /* the value that is a load of 100 */
	bool is_load;       /* or an integrity */
	int64_t period_ms;  /* between two samples, at least 1000 */
};

/* The target and its texts are borrowed for the call. */
typedef void engine_scrape_fn(void *arg, const struct scrape_target *);

/* Of a root assembly's name or id; NULL: there is none. */
const char *engine_root_name(const struct engine *, const char *name_or_id);

/* What shall be fetched of a root assembly; of one that is not there, or not any more, nothing. */
void engine_scrape_targets(const struct engine *, const char *root, engine_scrape_fn *, void *arg);

/*
 * The root assemblies whose targets may have changed since the last call, each once, by name; those
 * that are gone, too.
 */
typedef void engine_scrape_news_fn(void *arg, const char *root);
void engine_scrape_news(struct engine *, engine_scrape_news_fn *, void *arg);

#endif
