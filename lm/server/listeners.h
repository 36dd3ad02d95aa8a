/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_LISTENERS_H
#define LM_SERVER_LISTENERS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "lm/server/http.h"
#include "lm/server/http/certificate.h"

/*
 * Where the server listens: one address for everything, and one per management network for the
 * metrics webhook alone.  A management address that cannot be had is tried again for a minute.
 *
 * Those who report metrics may use half of the connections of a listener, 512 in all, and have 8 MiB of
 * reports in hand: what is beyond waits or is refused (see http.h), so that memory is bounded and
 * operators are served.
 */
struct listeners;

struct listeners_conf {
	struct uv_loop_s *loop;
	unsigned metrics_port;
	bool insecure; /* the API asks nobody who he is: INVALID on addresses others can reach */
	struct certificate_conf
	    tls; /* of the one for everything; cert_file NULL: none.  Borrowed */
	http_request_fn *admit, *request; /* see http.h */
	bool (*is_bulk)(const struct http_request *);
	void (*answered)(void *arg, const struct http_request *, int status); /* see http.h */
	void *arg;
};

struct listeners *listeners_new(const struct listeners_conf *);
void listeners_free(struct listeners *); /* closes all; its memory goes with the loop's next turn */

/* The one for everything.  'address' is "ip:port". */
struct lm_err *listeners_open(struct listeners *, const char *address) LM_MUST_USE;
/* A management network has got, or lost, an address.  Losing it takes effect in listeners_run(). */
void listeners_host(struct listeners *, const char *address, bool up);
/* Call when no request waits: closes what is lost, sends what was answered. */
void listeners_run(struct listeners *);

/* Member "listeners": [{"address": "127.0.0.1:8280", "serves": "everything"}, ...] */
void listeners_print(const struct listeners *, struct lm_json *);
/* Reports of metrics that were refused because there were too many, so far. */
uint64_t listeners_refused(const struct listeners *);
/* That are open now, of the one for everything or of all others. */
unsigned listeners_connections(const struct listeners *, bool of_main);
/* Address of the one for everything: "127.0.0.1:8280". */
const char *listeners_address(const struct listeners *);

#endif
