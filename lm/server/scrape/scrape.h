/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SCRAPE_H
#define LM_SERVER_SCRAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "lm/core/engine.h"
#include "lm/core/view/scrape.h"
#include "lm/server/intake/tally.h"

/*
 * The scraper: fetches what components expose, as Prometheus does, and turns it into samples. What
 * several metrics want of one address, at one pace, is fetched once. A fetch has nine tenths of
 * the time until the next one, 2 s at most, and at most 64 go on at once; others wait for their turn.
 *
 * What cannot be fetched, cannot be read or is not in the text makes no sample: it is missing, and
 * counts as such.  Plain http and nothing else, and no redirects; a text has at most 1 MiB.
 */
struct uv_loop_s;
struct scraper;

enum {
	SCRAPE_BODY_MAX = 1 << 20,
	SCRAPE_METRICS_MAX = 10000,
	SCRAPES_AT_ONCE = 64,
	SCRAPE_LIMIT_MS = 2000
};

struct scraper_conf {
	struct uv_loop_s *loop;
	intake_fn *take;              /* a sample has come, with metric_key and metric_name */
	int64_t (*now_ms)(void *arg); /* wall clock */
	void *arg;
};

struct scraper *scraper_new(const struct scraper_conf *);
/* Memory: the loop's next turn.  NULL is fine. */
void scraper_free(struct scraper *);

/* What the engine has to tell of targets; when that is nothing, it costs nothing. */
void scraper_follow(struct scraper *, struct engine *);
/* From now on these, copied, are all of that root assembly; what is known of those it had stays. */
void scraper_set(struct scraper *, const char *root, const struct scrape_target *const *, size_t n);

/*
 * Under the key: [{"component", "metricName", "url", "series", "periodSeconds", "samples", "failures",
 * "at": time of the latest sample, "trouble": why the latest fetch made none}, ...]
 */
void scraper_print(const struct scraper *, const char *root, const char *key, struct lm_json *);

struct scraper_counts {
	size_t metrics, addresses, under_way; /* now */
	uint64_t fetched, failed;             /* since the beginning */
};
struct scraper_counts scraper_counts(const struct scraper *);

#endif
