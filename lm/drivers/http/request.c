/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/drivers/http/priv.h"

/* The turn of a request: the package's files are packed, and the driver is asked. */

static struct request *own(struct remote_request *r)
{
	return (struct request *)r;
}

static void ask(struct remote_request *r, const struct lm_buf *files)
{
	const struct driver_conf *conf = &r->remote->conf;
	const char *headers[3] = {0};
	struct lm_buf body;

	if (!r->rq.is_find && conf->reply_url != NULL && conf->reply_token != NULL) {
		headers[0] = lm_arena_join(r->arena, "X-LM-Callback: ", conf->reply_url, NULL);
		headers[1] = lm_arena_join(r->arena, "X-LM-Callback-Token: ",
		    conf->reply_token(conf->token_arg, r->rq.step, r->arena), NULL);
	}
	lm_buf_init(&body, BODY_MAX);
	body_print(&r->rq, files, &body);
	if (body.cut)
		remote_fail(
		    r, STEP_INTERNAL_ERROR, "the request has more than %d MiB", BODY_MAX >> 20);
	else
		remote_ask(r, &(struct remote_call){
				  .method = "POST",
				  .url = lm_arena_join(r->arena, r->rq.site->base_uri,
				      r->rq.is_find ? "/api/driver/references/find"
						    : "/api/driver/lifecycle/execute",
				      NULL),
				  .headers = headers,
				  .body = body.p,
				  .body_n = body.n,
			      });
	lm_buf_fini(&body);
}

static void on_packed(void *arg, const struct lm_buf *files, const char *why)
{
	struct remote_request *r = arg;

	own(r)->pack = NULL;
	if (why != NULL)
		remote_fail(r, STEP_INTERNAL_ERROR, "%s", why);
	else
		ask(r, files);
}

static void turn(struct remote_request *r)
{
	own(r)->pack =
	    pack_begin(r->remote->conf.loop, r->rq.package_dir, r->rq.site->driver, on_packed, r);
}

static void drop(struct remote_request *r)
{
	if (own(r)->pack != NULL)
		pack_forget(own(r)->pack);
}

const struct remote_ops http_requests = {
    .size = sizeof(struct request),
    .turn = turn,
    .answered = answer_read,
    .drop = drop,
};
