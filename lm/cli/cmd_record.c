/* SPDX-License-Identifier: Apache-2.0 */
/* lm record: the metrics of a live assembly, in the form that 'lm simulate' reads. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/record_csv.h"
#include "lm/cli/render/render.h"

enum { LINE_BYTES = 1 << 20, RETRY_MS = 500 };

struct recorder {
	const struct args *args;
	FILE *out;
	struct lm_buf line;
	sigset_t signals; /* that end it; they wait until somebody asks */
	int64_t end_ms;   /* INT64_MAX: when it is told to */
	bool ends;
	int failure; /* errno of a write; 0: none */
	size_t samples;
	/* The connection: since when it is gone (0: it is not), and for how long it was before. */
	int64_t lost_ms, silent_ms;
	unsigned losses;
};

static int64_t clock_ms(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whatever was written so far is in the file, should the next moment be the last. */
static bool write_line(struct recorder *r, const char *text)
{
	if (fputs(text, r->out) >= 0 && fflush(r->out) == 0)
		return true;
	r->failure = errno != 0 ? errno : EIO;
	r->ends = true;
	return false;
}

/* ---- what comes ---------------------------------------------------------------------------------- */

/* The manager is there again: what it heard meanwhile, nobody has written down. */
static void note_gap(struct recorder *r)
{
	char from[LM_TIME_SIZE], to[LM_TIME_SIZE], text[256];
	int64_t now_ms = clock_ms(CLOCK_REALTIME);

	r->silent_ms += now_ms - r->lost_ms;
	lm_time_text(r->lost_ms, from);
	lm_time_text(now_ms, to);
	snprintf(
	    text, sizeof text, "# no samples from %s to %s: the connection was lost\n", from, to);
	r->lost_ms = 0;
	write_line(r, text);
	fprintf(stderr, "lm: connected again; samples since %s are missing\n", from);
}

static bool on_line(void *arg, const char *text)
{
	struct recorder *r = arg;

	if (r->lost_ms != 0)
		note_gap(r);
	json_t *event = json_loads(text, 0, NULL);
	lm_buf_clear(&r->line);
	if (record_line(event, r->args->words[0], &r->line) && !r->line.cut) {
		r->samples++;
		write_line(r, r->line.p);
	}
	json_decref(event);
	return !r->ends;
}

/* False: it is time to end. */
static bool on_tick(void *arg)
{
	struct recorder *r = arg;
	struct timespec at_once = {0};

	if (sigtimedwait(&r->signals, NULL, &at_once) > 0 || clock_ms(CLOCK_MONOTONIC) >= r->end_ms)
		r->ends = true;
	return !r->ends;
}

/* ---- the connection -------------------------------------------------------------------------------- */

/* Samples are no part of the journal: of it nothing is wanted, so the stream begins after its end. */
static struct lm_err *follow(struct recorder *r)
{
	LM_AUTO(client) c = client_new(r->args->server);
	struct client_follow fns = {on_line, on_tick, r};
	char path[128];

	snprintf(path, sizeof path, "/api/events?follow=true&after=%lld", (long long)INT64_MAX);
	return client_follow(c, path, &fns);
}

static void rest(struct recorder *r)
{
	struct timespec t = {.tv_nsec = RETRY_MS * 1000000L};

	if (sigtimedwait(&r->signals, NULL, &t) > 0)
		r->ends = true;
	on_tick(r);
}

/* As long as it is told to, through losses of the connection; what the manager refuses ends it. */
static struct lm_err *record(struct recorder *r)
{
	while (!r->ends) {
		struct lm_err *e = follow(r);

		if (e != NULL && lm_err_kind(e) != LM_ERR_UNAVAILABLE)
			return e;
		if (!r->ends && r->lost_ms == 0) {
			r->lost_ms = clock_ms(CLOCK_REALTIME);
			r->losses++;
			fprintf(stderr, "lm: the connection is lost%s%s; trying again\n",
			    e != NULL ? ": " : "", e != NULL ? lm_err_text(e) : "");
		}
		lm_err_free(e);
		if (!r->ends)
			rest(r);
	}
	if (r->lost_ms != 0)
		r->silent_ms += clock_ms(CLOCK_REALTIME) - r->lost_ms;
	return NULL;
}

/* ---- the command ----------------------------------------------------------------------------------- */

static struct lm_err *check_assembly(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	json_t *unused = NULL;
	struct lm_buf path;

	lm_buf_init(&path, LINE_BYTES);
	client_path(c, &path, "/api/metrics/%", a->words[0], NULL);
	struct lm_err *e = client_get_json(c, path.p, &unused);
	json_decref(unused);
	lm_buf_fini(&path);
	return e;
}

static struct lm_err *open_file(const char *name, FILE **out)
{
	*out = name == NULL || strcmp(name, "-") == 0 ? stdout : fopen(name, "wxe");
	if (*out != NULL)
		return NULL;
	if (errno == EEXIST)
		return lm_err_new(
		    LM_ERR_CONFLICT, "%s is there already: remove it, or name another file", name);
	return lm_err_errno(errno, "cannot write %s", name);
}

static void tell(const struct recorder *r, int64_t took_ms)
{
	struct lm_buf b;

	lm_buf_init(&b, 1024);
	lm_buf_printf(&b, "lm: %zu samples in ", r->samples);
	render_duration(took_ms, &b);
	if (r->losses > 0) {
		lm_buf_puts(&b, "; those of ");
		render_duration(r->silent_ms, &b);
		lm_buf_printf(&b, " are missing: the connection was lost %u time%s", r->losses,
		    r->losses == 1 ? "" : "s");
	}
	fprintf(stderr, "%s\n", b.p);
	lm_buf_fini(&b);
}

static struct lm_err *record_to(struct recorder *r, int64_t length_ms)
{
	int64_t begin_ms = clock_ms(CLOCK_MONOTONIC);
	struct lm_err *e = NULL;

	r->end_ms = length_ms > 0 ? begin_ms + length_ms : INT64_MAX;
	if (write_line(r, RECORD_HEAD))
		e = record(r);
	if (r->out != stdout && fclose(r->out) != 0 && r->failure == 0)
		r->failure = errno;
	if (e == NULL && r->failure != 0)
		e = lm_err_errno(r->failure, "cannot write %s",
		    r->args->file != NULL ? r->args->file : "to standard output");
	if (e == NULL)
		tell(r, clock_ms(CLOCK_MONOTONIC) - begin_ms);
	return e;
}

int record_run(const struct args *a)
{
	struct recorder r = {.args = a};
	int64_t length_ms = 0;

	if (a->length != NULL && (!lm_time_parse_span(a->length, &length_ms) || length_ms == 0))
		return cli_usage(
		    a, "--for needs a time, like 90, 15min, 2h or 1d, not '%s'", a->length);
	sigemptyset(&r.signals);
	sigaddset(&r.signals, SIGINT);
	sigaddset(&r.signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &r.signals, NULL);
	signal(SIGPIPE, SIG_IGN); /* whoever read standard output has gone: an error like others */
	lm_buf_init(&r.line, LINE_BYTES);
	struct lm_err *e = check_assembly(a);
	if (e == NULL)
		e = open_file(a->file, &r.out);
	if (e == NULL)
		e = record_to(&r, length_ms);
	lm_buf_fini(&r.line);
	return e != NULL ? cli_fail(e) : CLI_OK;
}
