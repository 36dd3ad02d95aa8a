/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/drivers/http/priv.h"
#include "lm/drivers/http/reply.h"

/* The table of the driver. */

static struct lm_err *http_open(const struct driver_conf *conf, struct driver **out)
{
	struct driver *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->conf = *conf;
	d->web = web_new(conf->loop, KEPT_MAX);
	d->requests = lm_map_new();
	d->targets = lm_map_new();
	*out = d;
	return NULL;
}

static void http_close(struct driver *d)
{
	struct request *r;

	if (d == NULL)
		return;
	for (size_t i = 0; (r = lm_map_next(d->requests, &i)) != NULL;)
		request_forget(r);
	web_free(d->web);
	lm_map_free(d->requests);
	lm_map_free(d->targets);
	free(d);
}

static struct lm_err *http_execute(struct driver *d, const struct step_request *rq)
{
	if (rq->site == NULL)
		return lm_err_new(LM_ERR_INVALID, "nothing tells which driver to ask");
	struct lm_err *e = web_check(rq->site->base_uri, true);
	if (e != NULL)
		return lm_err_wrap(
		    e, "driver '%s' is registered at '%s'", rq->site->driver, rq->site->base_uri);
	if (lm_map_find(d->requests, rq->step) != NULL) /* it is asked already */
		return NULL;
	if (lm_map_count(d->requests) >= REQUESTS_MAX)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "%d steps are with resource drivers already: try again later", REQUESTS_MAX);
	request_begin(d, rq);
	return NULL;
}

static void http_cancel(struct driver *d, const char *step)
{
	struct request *r = lm_map_find(d->requests, step);

	if (r != NULL)
		request_cancel(r);
}

/* What others have made, only they know. */
static struct lm_err *http_list(struct driver *d, driver_each_fn *each, void *arg)
{
	(void)d, (void)each, (void)arg;
	return NULL;
}

static struct lm_err *http_remove(struct driver *d, const char *step, const char *resource_id)
{
	(void)d, (void)step;
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "resource drivers do not tell what they have made, so nothing of %s can be removed "
	    "here",
	    resource_id);
}

void http_driver_health(
    struct driver *d, const char *base_uri, const char *certificate, web_done_fn *done, void *arg)
{
	LM_AUTO(lm_arena) a = lm_arena_new();

	(void)web_begin(d->web,
	    &(struct web_request){
		.method = "GET",
		.url = lm_arena_join(a, base_uri, "/api/driver/management/health", NULL),
		.https = true,
		.ca = certificate,
		.limit_ms = HEALTH_MS,
		.answer_max = HEALTH_MAX,
	    },
	    done, arg);
}

const struct driver_ops driver_http = {
    .name = "http",
    .open = http_open,
    .close = http_close,
    .execute = http_execute,
    .cancel = http_cancel,
    .list = http_list,
    .remove = http_remove,
};
