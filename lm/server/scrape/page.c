/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/scrape/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"

enum { SPREAD_MS = 1000 };

/* ---- what came --------------------------------------------------------------------------------------- */

/* Of samples that did not count. */
static const char *const troubles[INTAKE_FATES_N] = {
    [INTAKE_DUPLICATE] = "its time is that of the sample before",
    [INTAKE_LATE] = "its time is before that of an earlier sample",
    [INTAKE_STALE] = "its time is more than a minute ago",
    [INTAKE_FUTURE] = "its time is to come: a clock is wrong",
    [INTAKE_NOT_A_NUMBER] = "the value is not a number that could be used",
    [INTAKE_STRANGER] = "the component is not there any more",
    [INTAKE_OTHER_KIND] = "the metric is of another kind",
    [INTAKE_FORBIDDEN] = "nobody may report it",
    [INTAKE_HELD] = "the journal cannot be written",
};

/* NULL: it is a sample. */
static const char *make_sample(
    const struct want *w, const struct exposition_sum *sum, struct sample *out)
{
	*out = (struct sample){.metric_key = w->component,
	    .metric_name = w->metric,
	    .kind = w->is_load ? SAMPLE_LOAD : SAMPLE_INTEGRITY,
	    .load = 100 * sum->value / w->full_scale,
	    .ok = !sum->has_zero,
	    .at_ms = sum->at_ms};
	if (sum->n == 0)
		return "the series is not there";
	if (!isfinite(sum->value) || !isfinite(out->load))
		return troubles[INTAKE_NOT_A_NUMBER];
	return NULL;
}

static void deliver(struct page *p, struct want *w, const struct exposition_sum *sum)
{
	const struct scraper_conf *conf = &p->scraper->conf;
	struct sample s;

	w->trouble = make_sample(w, sum, &s);
	if (w->trouble == NULL)
		w->trouble = troubles[conf->take(conf->arg, &s)];
	if (w->trouble != NULL) {
		w->failures++;
		return;
	}
	w->samples++;
	w->at_ms = conf->now_ms(conf->arg);
}

static void index_forget(struct page *p)
{
	exposition_wants_free(p->index);
	free(p->selectors);
	free(p->sums);
	p->index = NULL;
	p->selectors = NULL;
	p->sums = NULL;
}

static void index_make(struct page *p)
{
	const struct want *w;
	size_t i = 0;

	if (p->index != NULL)
		return;
	p->selectors = lm_alloc_n(p->n, sizeof *p->selectors);
	p->sums = lm_alloc_n(p->n, sizeof *p->sums);
	TAILQ_FOREACH(w, &p->wants, of_page)
	p->selectors[i++] = &w->selector;
	p->index = exposition_wants_new(p->selectors, p->n);
}

static void note_trouble(struct page *p, const char *why)
{
	struct want *w;

	if (p->trouble[0] == '\0')
		lm_log(LM_LOG_WARN, "scrape.failed", "url=%s %s", p->url, why);
	snprintf(p->trouble, sizeof p->trouble, "%s", why);
	p->scraper->counts.failed++;
	TAILQ_FOREACH(w, &p->wants, of_page)
	w->failures++;
}

static void take_text(struct page *p, char *body, size_t n)
{
	struct want *w;
	size_t i = 0;

	index_make(p);
	struct lm_err *e = exposition_read(p->index, body, n, p->sums);
	if (e != NULL) {
		note_trouble(p, lm_err_text(e));
		lm_err_free(e);
		return;
	}
	if (p->trouble[0] != '\0')
		lm_log(LM_LOG_INFO, "scrape.well", "url=%s", p->url);
	p->trouble[0] = '\0';
	p->scraper->counts.fetched++;
	TAILQ_FOREACH(w, &p->wants, of_page)
	deliver(p, w, &p->sums[i++]);
}

/* ---- when -------------------------------------------------------------------------------------------- */

static void next_turn(struct scraper *);

/* NULL: the text is there. */
static const char *flaw_of(const struct web_answer *a, char *text, size_t size)
{
	if (a->why != NULL || a->status == 200)
		return a->why;
	snprintf(text, size, "the answer has status %d%s", a->status,
	    a->status >= 300 && a->status < 400 ? ", and redirects are not followed" : "");
	return text;
}

static void on_fetched(void *arg, const struct web_answer *answer)
{
	struct page *p = arg;
	struct scraper *s = p->scraper;
	char text[80];
	const char *why = flaw_of(answer, text, sizeof text);

	p->call = NULL;
	s->counts.under_way--;
	if (why != NULL)
		note_trouble(p, why);
	else
		take_text(p, answer->body, answer->n);
	next_turn(s);
}

static void fetch(struct page *p)
{
	static const char *const headers[] = {"Accept: text/plain;version=0.0.4, */*;q=0.1", NULL};
	int64_t limit_ms = p->period_ms - p->period_ms / 10; /* it ends before it is due again */

	if (limit_ms > SCRAPE_LIMIT_MS)
		limit_ms = SCRAPE_LIMIT_MS;
	p->scraper->counts.under_way++;
	p->call = web_begin(p->scraper->web,
	    &(struct web_request){
		.method = "GET",
		.url = p->url,
		.headers = headers,
		.limit_ms = (unsigned)limit_ms,
		.answer_max = SCRAPE_BODY_MAX,
	    },
	    on_fetched, p);
}

static void next_turn(struct scraper *s)
{
	struct page *p = TAILQ_FIRST(&s->waiting);

	if (p == NULL || s->counts.under_way >= SCRAPES_AT_ONCE)
		return;
	TAILQ_REMOVE(&s->waiting, p, waiting);
	p->waits = false;
	fetch(p);
}

static void on_due(uv_timer_t *t)
{
	struct page *p = t->data;

	if (p->call != NULL)
		return; /* the loop was held up: it is about to end */
	if (p->waits) {
		note_trouble(p, "there are more addresses than can be fetched in time");
		return;
	}
	p->waits = true;
	TAILQ_INSERT_TAIL(&p->scraper->waiting, p, waiting);
	next_turn(p->scraper);
}

/* ---- who wants it ------------------------------------------------------------------------------------- */

/* Not all at the same moment, but soon. */
static uint64_t first_ms(const struct page *p)
{
	return lm_hash(p->url) % (uint64_t)(p->period_ms < SPREAD_MS ? p->period_ms : SPREAD_MS);
}

static struct page *page_new(struct scraper *s, const struct want *w, const char *key)
{
	size_t n = strlen(key) + 1;
	struct page *p = lm_alloc(sizeof *p + n);

	memcpy(p->key, key, n);
	p->scraper = s;
	p->url = strchr(p->key, ' ') + 1;
	p->period_ms = w->period_ms;
	TAILQ_INIT(&p->wants);
	lm_map_put(s->pages, p->key, p);
	s->counts.addresses++;
	uv_timer_init(s->conf.loop, &p->timer);
	p->timer.data = p;
	uv_timer_start(&p->timer, on_due, first_ms(p), (uint64_t)p->period_ms);
	return p;
}

static void free_page(uv_handle_t *h)
{
	free(h->data);
}

static void page_close(struct page *p)
{
	struct scraper *s = p->scraper;

	if (p->waits)
		TAILQ_REMOVE(&s->waiting, p, waiting);
	if (p->call != NULL) {
		web_cancel(p->call);
		s->counts.under_way--;
		next_turn(s);
	}
	index_forget(p);
	lm_map_remove(s->pages, p->key);
	s->counts.addresses--;
	uv_close((uv_handle_t *)&p->timer, free_page);
}

void page_join(struct scraper *s, struct want *w)
{
	struct lm_buf key;

	lm_buf_init(&key, SIZE_MAX / 2);
	lm_buf_printf(&key, "%" PRId64 " %s", w->period_ms, w->url);
	struct page *p = lm_map_find(s->pages, key.p);
	if (p == NULL)
		p = page_new(s, w, key.p);
	lm_buf_fini(&key);
	index_forget(p);
	TAILQ_INSERT_TAIL(&p->wants, w, of_page);
	p->n++;
	w->page = p;
}

void page_leave(struct want *w)
{
	struct page *p = w->page;

	index_forget(p);
	TAILQ_REMOVE(&p->wants, w, of_page);
	p->n--;
	w->page = NULL;
	if (p->n == 0)
		page_close(p);
}
