/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/drivers/http/priv.h"
#include "lm/drivers/http/reply.h"

/* The table of the driver. */

static struct lm_err *http_open(const struct driver_conf *conf, struct driver **out)
{
	*out = lm_alloc(sizeof **out);
	remote_open(&(*out)->remote, &http_requests, conf);
	return NULL;
}

static void http_close(struct driver *d)
{
	if (d == NULL)
		return;
	remote_close(&d->remote);
	free(d);
}

static struct lm_err *http_execute(struct driver *d, const struct step_request *rq)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct remote_request *r = NULL;
	const char *name = rq->site == NULL ? "" : rq->site->driver;

	struct lm_err *e =
	    remote_begin(&d->remote, rq, lm_arena_printf(a, "driver '%s'", name), &r);
	if (r != NULL)
		remote_start(r);
	return e;
}

static void http_cancel(struct driver *d, const char *step)
{
	remote_cancel(&d->remote, step);
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

	(void)web_begin(d->remote.web,
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
