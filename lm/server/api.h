/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_API_H
#define LM_SERVER_API_H

#include <stdint.h>

#include "lm/server/events.h"
#include "lm/server/http.h"
#include "lm/server/intake/seen.h"
#include "lm/server/manager/manager.h"
#include "lm/server/pages.h"
#include "tosca/catalog/catalog.h"

/*
 * The HTTP API on top of the manager: a table of routes, one handler each.  Requests wait in a
 * queue until the loop's turn (api_turn): there all of them are answered, before the answers are
 * let go.
 *
 * Reports of metrics come by the ten thousand a second, and nothing that they bring is promised to
 * anybody: they are answered as they come, as long as that takes no more than its part of a turn.  The
 * others wait, behind everything that operators ask.
 */
struct hooks;
struct listeners;
struct scraper;
struct library;
struct onboarder;

/* Whoever asked for it waits for the answer. */
struct api_intent {
	struct http_request *request;
	char process[LM_ID_SIZE]; /* "": there is none, something was forgotten */
	char *body;               /* of the answer; owned; NULL: none */
	int64_t at_ms;
};

struct api {
	struct manager *manager;    /* everything here is borrowed */
	const struct route *routes; /* see route.h: handlers do not know each other by it */
	size_t n_routes;
	struct store *store;
	const struct catalog *catalog;
	struct library *library;
	struct events *events;
	struct listeners *listeners;
	struct scraper *scraper;
	struct hooks *hooks;
	struct traffic *traffic; /* owned */
	const struct token_key *token_key;
	struct sites *sites;
	struct onboarder *onboarder;
	struct auth *auth;
	struct seen *alerts; /* that were acted upon; owned */
	struct pages *pages; /* owned */
	bool relay;          /* samples are taken from anybody, in the relay's form */
	int64_t started_ms;
	struct api_queue {
		struct http_request *first, *last;
	} asked, reported;               /* waiting */
	uint64_t report_ns;              /* spent on reports in this turn */
	LM_VEC(struct api_intent) begun; /* and not known to be durable */
};

/* Whether it brings metrics, which come in bulk. */
bool api_is_report(const struct http_request *);
/*
 * Whether it is taken at all, see http_conf.admit: 404, 405, 415, 403, 401, and how large its body may
 * be.  So a handler's body is of a type that its route names, or does not say.
 */
void api_admit(void *arg, struct http_request *);
struct route_match;
/* False: there is none, and the request has been answered. */
bool api_find_route(const struct api *, struct http_request *, struct route_match *out);
/* See http_conf.answered; 'arg' is the struct api. */
void api_answered(void *arg, const struct http_request *, int status);
/* An http_request_fn; 'arg' is the struct api. */
void api_request(void *arg, struct http_request *);
bool api_has_requests(const struct api *);
/* What the scraper has fetched, an intake_fn; 'arg' is the struct api. */
enum intake_fate api_take_scraped(void *arg, const struct sample *);
/*
 * It is done when it is durable: then it is answered, 201 with the process and with what the intent
 * gives in vain, or 204 where there is no process ("", NULL).
 */
void api_begun(struct api *, struct http_request *, const char *process, const struct intent *);
/* Calls the handlers of the requests that wait now. */
void api_turn(struct api *);
/* After manager_settle(): answers the intents that are durable, or have waited for too long. */
void api_settled(struct api *);
void api_fini(struct api *);

/* ---- handlers, see route.h -------------------------------------------------------------------- */

void api_post_intent(struct api *, struct http_request *, const char *name);
void api_post_plan(struct api *, struct http_request *, const char *name);
void api_get_events(struct api *, struct http_request *, const char *);
void api_get_prometheus(struct api *, struct http_request *, const char *);
void api_get_webhooks(struct api *, struct http_request *, const char *);
void api_post_webhook(struct api *, struct http_request *, const char *);
void api_get_webhook(struct api *, struct http_request *, const char *name);
void api_put_webhook(struct api *, struct http_request *, const char *name);
void api_delete_webhook(struct api *, struct http_request *, const char *name);
void api_post_metrics(struct api *, struct http_request *, const char *);
void api_post_alerts(struct api *, struct http_request *, const char *);
void api_post_collectd(struct api *, struct http_request *, const char *);
void api_send_load(struct api *, struct http_request *, const char *key);
void api_send_integrity(struct api *, struct http_request *, const char *key);
void api_get_processes(struct api *, struct http_request *, const char *);
void api_get_process(struct api *, struct http_request *, const char *id);
void api_get_assemblies(struct api *, struct http_request *, const char *);
void api_get_assembly(struct api *, struct http_request *, const char *id);
void api_forget_assembly(struct api *, struct http_request *, const char *id);
void api_get_empty(struct api *, struct http_request *, const char *);
void api_get_groups(struct api *, struct http_request *, const char *);
void api_get_group(struct api *, struct http_request *, const char *id);
void api_get_permissions(struct api *, struct http_request *, const char *);
void api_get_descriptors(struct api *, struct http_request *, const char *);
void api_get_descriptor(struct api *, struct http_request *, const char *name);
void api_post_descriptor(struct api *, struct http_request *, const char *);
void api_put_descriptor(struct api *, struct http_request *, const char *name);
void api_delete_descriptor(struct api *, struct http_request *, const char *name);
void api_get_packages(struct api *, struct http_request *, const char *);
void api_get_package(struct api *, struct http_request *, const char *name);
void api_get_package_content(struct api *, struct http_request *, const char *name);
void api_post_package(struct api *, struct http_request *, const char *);
void api_put_package(struct api *, struct http_request *, const char *name);
void api_delete_package(struct api *, struct http_request *, const char *name);
void api_get_metrics(struct api *, struct http_request *, const char *assembly);
void api_get_policies(struct api *, struct http_request *, const char *assembly); /* NULL: all */
void api_get_logs(struct api *, struct http_request *, const char *assembly);
void api_get_status(struct api *, struct http_request *, const char *);
void api_get_health(struct api *, struct http_request *, const char *);
void api_get_inventory(struct api *, struct http_request *, const char *);
void api_get_doctor(struct api *, struct http_request *, const char *);
void api_post_repair(struct api *, struct http_request *, const char *);

void api_post_token(struct api *, struct http_request *, const char *);
void api_post_login(struct api *, struct http_request *, const char *);
void api_post_credentials(struct api *, struct http_request *, const char *);
void api_put_credentials(struct api *, struct http_request *, const char *name);
void api_delete_credentials(struct api *, struct http_request *, const char *name);
void api_get_credentials(struct api *, struct http_request *, const char *name); /* NULL: all */
void api_get_whoami(struct api *, struct http_request *, const char *);

/* A line of the log: who has changed this. */
void api_note(const struct http_request *, const char *event, const char *name);
/* Answers 200 with the text, or 500 when it did not fit into the buffer. */
void api_answer_text(struct http_request *, const char *type, struct lm_buf *);
struct library_news;
/* 400 with the diagnostics, or the error's own status without them.  Frees the error. */
void api_answer_refusal(struct http_request *, struct lm_err *, const struct library_news *);
/* 204 and a note of it, or the error's own status.  Frees the error. */
void api_answer_deleted(
    struct http_request *, struct lm_err *, const char *event, const char *name);
/* 'status' 0: the error's own.  Frees the error. */
void api_answer_err(struct http_request *, int status, struct lm_err *);

#endif
