/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/vec.h"

enum { REPORTERS_MAX = 512, REPORTS_BYTES_MAX = 8 << 20 };
enum { ADDRESS_MAX = 64, TRIES_MAX = 60, RETRY_MS = 1000, MANAGEMENT_MAX = 64 };

struct place {
	char address[ADDRESS_MAX];
	struct http_listener *http; /* NULL: not yet */
	unsigned tries;
	bool is_lost;
};

struct listeners {
	struct listeners_conf conf;
	struct http_share share;
	struct certificate *certificate; /* NULL: no TLS */
	struct http_listener *main;
	LM_VEC(struct place) places;
	uv_timer_t retry;
};

static struct http_conf conf_for(
    struct listeners *ls, const char *address, unsigned port, unsigned scope)
{
	return (struct http_conf){
	    .loop = ls->conf.loop,
	    .address = address,
	    .port = port,
	    .scope = scope,
	    .admit = ls->conf.admit,
	    .request = ls->conf.request,
	    .answered = ls->conf.answered,
	    .arg = ls->conf.arg,
	    .is_bulk = ls->conf.is_bulk,
	    .bulk_max = HTTP_CONNECTIONS_MAX / 2,
	    .share = &ls->share,
	};
}

static bool parse_address(const char *text, char host[ADDRESS_MAX], unsigned *port)
{
	const char *colon = strrchr(text, ':');
	char *end = NULL;

	if (colon == NULL || colon[1] < '0' || colon[1] > '9')
		return false;
	size_t n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	unsigned long number = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || number > 65535 || n == 0 || n >= ADDRESS_MAX)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	*port = (unsigned)number;
	return true;
}

static struct lm_err *open_certificate(struct listeners *ls, const char *host)
{
	struct certificate_conf conf = ls->conf.tls;

	conf.address = host;
	return conf.cert_file == NULL ? NULL : certificate_open(&conf, &ls->certificate);
}

struct lm_err *listeners_open(struct listeners *ls, const char *address)
{
	char host[ADDRESS_MAX];
	unsigned port = 0;

	if (!parse_address(address, host, &port))
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' is not an address to listen on: use ip:port, such as 127.0.0.1:8280",
		    address);
	bool is_outside = strncmp(host, "127.", 4) != 0 && strcmp(host, "::1") != 0;
	if (is_outside && ls->conf.insecure)
		return lm_err_new(LM_ERR_INVALID,
		    "--insecure lets everybody do everything, and %s can be reached from other "
		    "machines: leave it out, or listen on 127.0.0.1",
		    address);
	struct http_conf conf = conf_for(ls, host, port, HTTP_API);
	struct lm_err *e = open_certificate(ls, host);
	if (e != NULL)
		return e;
	conf.certificate = ls->certificate;
	e = http_listen(&conf, &ls->main);
	if (e == NULL && is_outside && ls->certificate == NULL)
		lm_log(LM_LOG_WARN, "http.plain",
		    "%s can be reached from outside, and passwords go there in clear: see --tls",
		    address);
	return e;
}

/* ---- management networks ---------------------------------------------------------------------- */

static void on_retry(uv_timer_t *t);

static void try_place(struct listeners *ls, struct place *p)
{
	struct http_conf conf = conf_for(ls, p->address, ls->conf.metrics_port, HTTP_METRICS);

	struct lm_err *e = http_listen(&conf, &p->http);
	if (e == NULL) {
		lm_log(LM_LOG_INFO, "metrics.listening", "address=%s", http_address(p->http));
		return;
	}
	if (++p->tries == 1)
		lm_log(LM_LOG_WARN, "metrics.waiting", "trying again for a minute: %s",
		    lm_err_text(e));
	else if (p->tries == TRIES_MAX)
		lm_log(LM_LOG_ERROR, "metrics.deaf", "no metrics from this network: %s",
		    lm_err_text(e));
	if (p->tries < TRIES_MAX)
		uv_timer_start(&ls->retry, on_retry, RETRY_MS, 0);
	lm_err_free(e);
}

static void on_retry(uv_timer_t *t)
{
	struct listeners *ls = t->data;

	for (size_t i = 0; i < ls->places.n; i++) {
		struct place *p = &ls->places.v[i];

		if (p->http == NULL && !p->is_lost && p->tries < TRIES_MAX)
			try_place(ls, p);
	}
}

void listeners_host(struct listeners *ls, const char *address, bool up)
{
	struct place *p = NULL;

	for (size_t i = 0; i < ls->places.n; i++)
		if (strcmp(ls->places.v[i].address, address) == 0)
			p = &ls->places.v[i];
	if (p != NULL)
		p->is_lost = !up;
	if (p != NULL || !up)
		return;
	if (ls->places.n >= MANAGEMENT_MAX) {
		lm_log(LM_LOG_ERROR, "metrics.deaf",
		    "no metrics from %s: more than %d management networks", address,
		    MANAGEMENT_MAX);
		return;
	}
	p = LM_PUSH(NULL, &ls->places);
	snprintf(p->address, sizeof p->address, "%s", address);
	try_place(ls, p);
}

void listeners_run(struct listeners *ls)
{
	size_t kept = 0;

	for (size_t i = 0; i < ls->places.n; i++) {
		struct place *p = &ls->places.v[i];

		if (p->is_lost) {
			lm_log(LM_LOG_INFO, "metrics.closed", "address=%s", p->address);
			http_close(p->http);
			continue;
		}
		if (p->http != NULL)
			http_run(p->http);
		ls->places.v[kept++] = *p;
	}
	ls->places.n = kept;
	if (ls->main != NULL)
		http_run(ls->main);
}

/* ---- life ------------------------------------------------------------------------------------- */

struct listeners *listeners_new(const struct listeners_conf *conf)
{
	struct listeners *ls = lm_alloc(sizeof *ls);

	ls->conf = *conf;
	http_share_init(&ls->share, REPORTERS_MAX, REPORTS_BYTES_MAX);
	uv_timer_init(conf->loop, &ls->retry);
	ls->retry.data = ls;
	return ls;
}

static void on_retry_closed(uv_handle_t *h)
{
	free(h->data);
}

void listeners_free(struct listeners *ls)
{
	if (ls == NULL)
		return;
	http_close(ls->main);
	for (size_t i = 0; i < ls->places.n; i++)
		http_close(ls->places.v[i].http);
	certificate_free(ls->certificate);
	lm_vec_free(&ls->places);
	uv_close((uv_handle_t *)&ls->retry, on_retry_closed);
}

void listeners_print(const struct listeners *ls, struct lm_json *j)
{
	lm_json_open(j, "listeners", '[');
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "address", http_address(ls->main));
	lm_json_str(j, "serves", "everything");
	lm_json_close(j, '}');
	for (size_t i = 0; i < ls->places.n; i++) {
		const struct place *p = &ls->places.v[i];

		if (p->http == NULL)
			continue;
		lm_json_open(j, NULL, '{');
		lm_json_str(j, "address", http_address(p->http));
		lm_json_str(j, "serves", "metrics");
		lm_json_close(j, '}');
	}
	lm_json_close(j, ']');
}

const char *listeners_address(const struct listeners *ls)
{
	return http_address(ls->main);
}

uint64_t listeners_refused(const struct listeners *ls)
{
	return ls->share.refused;
}

unsigned listeners_connections(const struct listeners *ls, bool of_main)
{
	unsigned n = 0;

	if (of_main)
		return ls->main == NULL ? 0 : http_connections(ls->main);
	for (size_t i = 0; i < ls->places.n; i++)
		n += ls->places.v[i].http == NULL ? 0 : http_connections(ls->places.v[i].http);
	return n;
}
