/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SCRAPE_PAGE_H
#define LM_SERVER_SCRAPE_PAGE_H

#include <sys/queue.h>
#include <uv.h>

#include "base/map.h"
#include "lm/server/scrape/exposition.h"
#include "lm/server/scrape/scrape.h"
#include "lm/web/web.h"

/* Inside the scraper: an address that is fetched at a pace, and the metrics that are taken from it. */

struct want {
	struct page *page; /* NULL: it cannot be fetched, 'trouble' says why */
	const char *component, *name, *metric, *url, *series;
	struct selector selector;
	double full_scale;
	bool is_load;
	int64_t period_ms;
	uint64_t samples, failures;
	int64_t at_ms;       /* of the latest sample; 0: none yet */
	const char *trouble; /* with this metric alone; static; NULL: none */
	TAILQ_ENTRY(want) of_page;
};

struct page {
	struct scraper *scraper;
	const char *url; /* the first part of 'key' */
	int64_t period_ms;
	TAILQ_HEAD(, want) wants;
	/* Made when the first text comes, forgotten when the wants change; in their order. */
	struct exposition_wants *index;
	const struct selector **selectors;
	struct exposition_sum *sums;
	size_t n;
	struct web_call *call; /* under way; NULL: none */
	bool waits;            /* for its turn */
	uv_timer_t timer;
	char trouble[200]; /* of the latest fetch; "": it was well */
	TAILQ_ENTRY(page) waiting;
	char key[];
};

struct scraper {
	struct scraper_conf conf;
	struct web *web;
	struct lm_map *roots; /* by name; owned */
	struct lm_map *pages; /* by key; they live as long as somebody wants something of them */
	TAILQ_HEAD(, page) waiting;
	struct scraper_counts counts;
};

/* Begins to fetch for it, together with others that want the same address at the same pace. */
void page_join(struct scraper *, struct want *);
/* The last one takes the page with it. */
void page_leave(struct want *);

#endif
