/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of the API: catalog, metrics, the server itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/json.h"
#include "lm/server/api.h"
#include "lm/server/listeners.h"
#include "lm/server/meter/self.h"
#include "lm/server/scrape/scrape.h"
#include "lm/server/serve.h"

enum { DOCUMENT_MAX = 128 * 1024 * 1024, SMALL_MAX = 1024 * 1024 };

/* ---- metrics and policies ---------------------------------------------------------------------- */

/* What the engine knows nothing of: another member of its object. */
static void print_scrapes(const struct api *api, const char *assembly, struct lm_buf *b)
{
	const char *root = engine_root_name(manager_engine(api->manager), assembly);
	struct lm_json j = {b, true};

	if (b->cut)
		return;
	b->p[--b->n] = '\0'; /* its end */
	scraper_print(api->scraper, root, "scrapes", &j);
	lm_json_close(&j, '}');
}

void api_get_metrics(struct api *api, struct http_request *r, const char *assembly)
{
	struct lm_buf b;

	lm_buf_init(&b, DOCUMENT_MAX);
	if (engine_print_metrics(manager_engine(api->manager), assembly, &b)) {
		print_scrapes(api, assembly, &b);
		api_answer_text(r, NULL, &b);
	} else {
		api_answer_err(
		    r, 0, engine_no_assembly(manager_engine(api->manager), "name", assembly));
	}
	lm_buf_fini(&b);
}

void api_get_policies(struct api *api, struct http_request *r, const char *assembly)
{
	struct lm_buf b;

	lm_buf_init(&b, DOCUMENT_MAX);
	if (engine_print_policies(
		manager_engine(api->manager), assembly, manager_now_ms(api->manager), &b))
		api_answer_text(r, NULL, &b);
	else
		api_answer_err(
		    r, 0, engine_no_assembly(manager_engine(api->manager), "name", assembly));
	lm_buf_fini(&b);
}

/* ---- the server itself ------------------------------------------------------------------------ */

static void print_journal(struct manager_trouble t, struct lm_json *j)
{
	lm_json_open(j, "journal", '{');
	lm_json_bool(j, "writable", t.why == NULL);
	lm_json_str(j, "trouble", t.why);
	lm_json_int(j, "heldMs", t.held_ms);
	lm_json_int(j, "samplesDropped", (int64_t)t.samples_dropped);
	lm_json_close(j, '}');
}

static void print_steps(struct engine_counts c, struct lm_json *j)
{
	lm_json_open(j, "steps", '{');
	lm_json_int(j, "asked", (int64_t)c.asked);
	lm_json_int(j, "answered", (int64_t)c.answered);
	lm_json_int(j, "inFlight", (int64_t)c.in_flight);
	lm_json_int(j, "waiting", (int64_t)c.waiting);
	lm_json_int(j, "timedOut", (int64_t)c.timed_out);
	lm_json_int(j, "late", (int64_t)c.stale);
	lm_json_int(j, "unknown", (int64_t)c.unknown);
	lm_json_int(j, "faulty", (int64_t)c.faulty);
	lm_json_close(j, '}');
}

static void print_scraper(struct scraper_counts c, struct lm_json *j)
{
	lm_json_open(j, "scraper", '{');
	lm_json_int(j, "metrics", (int64_t)c.metrics);
	lm_json_int(j, "addresses", (int64_t)c.addresses);
	lm_json_int(j, "underWay", (int64_t)c.under_way);
	lm_json_int(j, "fetched", (int64_t)c.fetched);
	lm_json_int(j, "failed", (int64_t)c.failed);
	lm_json_close(j, '}');
}

/* By what became of them, and those that were never looked at. */
static void print_samples(const struct api *api, struct lm_json *j)
{
	struct sample_counts c = engine_sample_counts(manager_engine(api->manager));

	lm_json_open(j, "samples", '{');
	for (unsigned i = 0; i < SAMPLE_ENDS; i++)
		lm_json_int(j, tally_member((enum intake_fate)i), (int64_t)c.n[i]);
	lm_json_int(j, "reportsRefused", (int64_t)listeners_refused(api->listeners));
	lm_json_close(j, '}');
}

void api_get_status(struct api *api, struct http_request *r, const char *param)
{
	double all, resident;
	struct lm_buf b;
	(void)param;

	self_memory(&all, &resident);
	lm_buf_init(&b, SMALL_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "version", LM_VERSION);
	lm_json_int(&j, "pid", getpid());
	lm_json_int(&j, "uptimeMs", manager_now_ms(api->manager) - api->started_ms);
	lm_json_int(&j, "rssKb", (int64_t)(resident / 1024));
	lm_json_num(&j, "cpuSeconds", self_cpu_seconds(RUSAGE_SELF));
	lm_json_num(&j, "childCpuSeconds", self_cpu_seconds(RUSAGE_CHILDREN));
	lm_json_bool(&j, "idle", engine_is_idle(manager_engine(api->manager)));
	lm_json_int(&j, "lastEvent", manager_last_event(api->manager));
	lm_json_int(&j, "descriptors", (int64_t)catalog_count(api->catalog));
	print_steps(engine_counts(manager_engine(api->manager)), &j);
	print_samples(api, &j);
	print_journal(manager_trouble(api->manager), &j);
	listeners_print(api->listeners, &j);
	print_scraper(scraper_counts(api->scraper), &j);
	lm_json_close(&j, '}');
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* To everybody: what is wrong, and not the names of files that the reason has. */
static void print_illness(struct manager_trouble t, struct lm_json *j)
{
	lm_json_str(j, "message",
	    "the journal cannot be written: nothing new is begun; GET /api/status says why");
	lm_json_open(j, "components", '{');
	lm_json_open(j, "journal", '{');
	lm_json_str(j, "status", "DOWN");
	lm_json_open(j, "details", '{');
	lm_json_int(j, "heldMs", t.held_ms);
	lm_json_close(j, '}');
	lm_json_close(j, '}');
	lm_json_close(j, '}');
}

/* A manager that cannot write answers questions, and is not what a load balancer should send to. */
void api_get_health(struct api *api, struct http_request *r, const char *param)
{
	struct manager_trouble t = manager_trouble(api->manager);
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, SMALL_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "status", t.why == NULL ? "UP" : "DOWN");
	if (t.why != NULL)
		print_illness(t, &j);
	lm_json_close(&j, '}');
	http_answer(r, &(struct http_answer){.status = t.why == NULL ? 200 : 503}, &b);
	lm_buf_fini(&b);
}

static void print_thing(void *arg, const struct driver_thing *t)
{
	struct lm_json *j = arg;

	lm_json_open(j, NULL, '{');
	lm_json_str(j, "kind", t->kind);
	lm_json_str(j, "name", t->name);
	lm_json_str(j, "resourceId", t->resource_id);
	lm_json_str(j, "resourceName", t->resource_name);
	lm_json_close(j, '}');
}

void api_get_inventory(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, DOCUMENT_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '[');
	struct lm_err *e = driver_set_list(manager_drivers(api->manager), print_thing, &j);
	lm_json_close(&j, ']');
	if (e != NULL)
		api_answer_err(r, 0, e);
	else
		api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}
