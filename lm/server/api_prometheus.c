/* SPDX-License-Identifier: Apache-2.0 */
/* The manager's figures, and those of what it manages, for Prometheus. */
#include "lm/core/view/figures.h"
#include "lm/server/api.h"
#include "lm/server/auth/auth.h"
#include "lm/server/feed/hooks.h"
#include "lm/server/listeners.h"
#include "lm/server/meter/managed.h"
#include "lm/server/meter/prom.h"
#include "lm/server/meter/self.h"
#include "lm/server/meter/traffic.h"
#include "lm/server/scrape/scrape.h"
#include "lm/server/serve.h"
#include "lm/server/writer.h"

enum { TEXT_MAX = 64 * 1024 * 1024 };
#define TYPE "text/plain; version=0.0.4; charset=utf-8"

/* ---- the engine ----------------------------------------------------------------------------------- */

static void print_processes(const struct engine *e, struct lm_buf *b)
{
	struct process_figures f;

	engine_process_figures(e, &f);
	prom_family(b, "lm_processes", "gauge", "Processes that wait or run.");
	for (unsigned k = 0; k < INTENT_KINDS_N; k++)
		for (unsigned s = PROCESS_PENDING; s <= PROCESS_RUNNING; s++)
			prom_uint(b, "lm_processes",
			    (struct prom_label[]){{"intent", intent_kind_text(k)},
				{"status", process_status_text(s)}, {0}},
			    f.now[k][s]);
	prom_family(b, "lm_processes_ended_total", "counter",
	    "Processes that have ended since the manager started.");
	for (unsigned k = 0; k < INTENT_KINDS_N; k++)
		for (unsigned s = PROCESS_COMPLETED; s < PROCESS_STATUSES_N; s++)
			prom_uint(b, "lm_processes_ended_total",
			    (struct prom_label[]){{"intent", intent_kind_text(k)},
				{"status", process_status_text(s)}, {0}},
			    f.ended[k][s]);
}

static void print_steps(struct engine_counts c, struct lm_buf *b)
{
	const struct {
		const char *name, *help;
		uint64_t n;
	} totals[] = {
	    {"lm_steps_asked_total", "Steps that drivers were asked.", c.asked},
	    {"lm_steps_answered_total", "Steps that drivers answered.", c.answered},
	    {"lm_steps_failed_total", "Steps that drivers answered with a failure.", c.failed},
	    {"lm_steps_timed_out_total", "Steps that nobody answered in time.", c.timed_out},
	    {"lm_steps_late_total", "Answers that were late or came twice.", c.stale},
	    {"lm_steps_unknown_total", "Answers about what was never asked.", c.unknown},
	    {"lm_steps_faulty_total", "Answers that could not be taken.", c.faulty},
	};

	for (size_t i = 0; i < LM_COUNT(totals); i++)
		prom_alone(b, totals[i].name, "counter", totals[i].help, (double)totals[i].n);
	prom_alone(b, "lm_steps_in_flight", "gauge", "Steps that drivers are at now.",
	    (double)c.in_flight);
	prom_alone(b, "lm_steps_waiting", "gauge",
	    "Steps that wait for a busy component or a full location.", (double)c.waiting);
}

static void print_samples(const struct api *api, struct lm_buf *b)
{
	struct sample_counts c = engine_sample_counts(manager_engine(api->manager));

	prom_family(
	    b, "lm_samples_total", "counter", "Samples of metrics, by what became of them.");
	for (unsigned i = 0; i < SAMPLE_ENDS; i++)
		prom_uint(b, "lm_samples_total",
		    (struct prom_label[]){{"fate", tally_member((enum intake_fate)i)}, {0}},
		    c.n[i]);
	prom_alone(b, "lm_reports_refused_total", "counter",
	    "Reports of metrics that were refused because there were too many.",
	    (double)listeners_refused(api->listeners));
}

static void print_sizes(const struct engine *e, struct lm_buf *b)
{
	size_t assemblies, resources;

	engine_sizes(e, &assemblies, &resources);
	prom_alone(b, "lm_assemblies", "gauge", "Root assemblies.", (double)assemblies);
	prom_alone(b, "lm_resources", "gauge", "Resources in all of them.", (double)resources);
}

/* ---- the manager ----------------------------------------------------------------------------------- */

static void print_intents(const struct manager_figures *f, struct lm_buf *b)
{
	static const char *const outcomes[] = {"refused", "accepted"};

	prom_family(b, "lm_intents_total", "counter", "Intents of operators, by their outcome.");
	for (unsigned k = 0; k < INTENT_KINDS_N; k++)
		for (unsigned i = 0; i < LM_COUNT(outcomes); i++)
			prom_uint(b, "lm_intents_total",
			    (struct prom_label[]){
				{"intent", intent_kind_text(k)}, {"outcome", outcomes[i]}, {0}},
			    f->intents[k][i]);
}

static void print_journal(const struct manager *m, struct lm_buf *b)
{
	const struct manager_figures *f = manager_figures(m);

	prom_alone(b, "lm_journal_writable", "gauge", "0: nothing new is begun until it can be.",
	    manager_trouble(m).why == NULL);
	prom_alone(b, "lm_journal_events_total", "counter", "Number of the journal's last event.",
	    (double)manager_last_event(m));
	prom_alone(b, "lm_journal_commits_failed_total", "counter",
	    "Transactions that could not be written.", (double)f->commits_failed);
	prom_family(b, "lm_journal_commit_duration_seconds", "histogram",
	    "Until a transaction was on the disk.");
	prom_histogram(b, "lm_journal_commit_duration_seconds", NULL, &f->commits);
}

static void print_connections(const struct listeners *ls, struct lm_buf *b)
{
	prom_family(b, "lm_http_connections", "gauge", "Connections that are open.");
	prom_uint(b, "lm_http_connections", (struct prom_label[]){{"listener", "api"}, {0}},
	    listeners_connections(ls, true));
	prom_uint(b, "lm_http_connections", (struct prom_label[]){{"listener", "metrics"}, {0}},
	    listeners_connections(ls, false));
}

static void print_scraper(struct scraper_counts c, struct lm_buf *b)
{
	prom_alone(b, "lm_scrape_metrics", "gauge", "Metrics that are fetched.", (double)c.metrics);
	prom_family(b, "lm_scrapes_total", "counter", "Texts that were fetched.");
	prom_uint(b, "lm_scrapes_total", (struct prom_label[]){{"outcome", "ok"}, {0}}, c.fetched);
	prom_uint(
	    b, "lm_scrapes_total", (struct prom_label[]){{"outcome", "failed"}, {0}}, c.failed);
}

static void print_followers(const struct events *ev, struct lm_buf *b)
{
	struct events_counts c = events_counts(ev);

	prom_alone(
	    b, "lm_events_followers", "gauge", "Clients that read events.", (double)c.followers);
	prom_alone(b, "lm_events_followers_dropped_total", "counter", "Clients that were too slow.",
	    (double)c.dropped);
}

/* ---- webhooks ---------------------------------------------------------------------------------------- */

static uint64_t delivered(const struct hook_figures *f)
{
	return f->delivered;
}

static uint64_t failed(const struct hook_figures *f)
{
	return f->failed;
}

static uint64_t behind(const struct hook_figures *f)
{
	return f->behind > 0 ? (uint64_t)f->behind : 0;
}

static void print_hook_states(const struct hooks *hs, struct lm_buf *b)
{
	struct hook_figures f;

	prom_family(b, "lm_webhook_state", "gauge", "1: the webhook is in this state.");
	for (size_t i = 0; hooks_figures(hs, i, &f); i++)
		for (enum hook_state s = 0; s < HOOK_STATES_N; s++)
			prom_uint(b, "lm_webhook_state",
			    (struct prom_label[]){
				{"webhook", f.name}, {"state", hook_state_text(s)}, {0}},
			    f.state == s);
}

static void print_hooks(const struct hooks *hs, struct lm_buf *b)
{
	static const struct {
		const char *name, *type, *help;
		uint64_t (*of)(const struct hook_figures *);
	} families[] = {
	    {"lm_webhook_delivered_total", "counter", "Events that the receiver took.", delivered},
	    {"lm_webhook_failed_attempts_total", "counter", "Attempts that it did not take.",
		failed},
	    {"lm_webhook_behind_events", "gauge", "Events that were not looked at yet.", behind},
	};
	struct hook_figures f;

	print_hook_states(hs, b);
	for (size_t k = 0; k < LM_COUNT(families); k++) {
		prom_family(b, families[k].name, families[k].type, families[k].help);
		for (size_t i = 0; hooks_figures(hs, i, &f); i++)
			prom_uint(b, families[k].name,
			    (struct prom_label[]){{"webhook", f.name}, {0}}, families[k].of(&f));
	}
}

/* ---- the answer ---------------------------------------------------------------------------------------- */

static void print_all(const struct api *api, struct lm_buf *b)
{
	struct engine *e = manager_engine(api->manager);
	double uptime = (double)(manager_now_ms(api->manager) - api->started_ms) / 1000;

	prom_family(b, "lm_build_info", "gauge", "1, with the version of the manager.");
	prom_uint(b, "lm_build_info", (struct prom_label[]){{"version", LM_VERSION}, {0}}, 1);
	prom_alone(b, "lm_uptime_seconds", "gauge", "Since the manager was ready.", uptime);
	self_print(b);
	print_sizes(e, b);
	print_processes(e, b);
	print_intents(manager_figures(api->manager), b);
	print_steps(engine_counts(e), b);
	print_samples(api, b);
	print_scraper(scraper_counts(api->scraper), b);
	print_journal(api->manager, b);
	traffic_print(api->traffic, b);
	print_connections(api->listeners, b);
	print_followers(api->events, b);
	print_hooks(api->hooks, b);
	managed_print(e, b);
}

/*
 * Whoever may read; and by a token of 'lm token', which does not run out, a Prometheus that knows no way to
 * log in.
 */
static bool may_read(const struct api *api, struct http_request *r)
{
	return writer_is_named(api->token_key, r) || auth_admit(api->auth, r, PRIVILEGE_READ);
}

void api_get_prometheus(struct api *api, struct http_request *r, const char *param)
{
	struct lm_buf b;
	(void)param;

	if (!may_read(api, r))
		return;
	lm_buf_init(&b, TEXT_MAX);
	print_all(api, &b);
	api_answer_text(r, TYPE, &b);
	lm_buf_fini(&b);
}
