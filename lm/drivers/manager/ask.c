/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/drivers/manager/priv.h"

/* The turns of a request, a question each. */

static struct asked *own(struct remote_request *r)
{
	return (struct asked *)r;
}

static const char *below(const struct remote_request *r, struct lm_arena *a, const char *path,
    const char *id, const char *rest)
{
	return lm_arena_join(a, r->rq.site->base_uri, path, web_escape(a, id), rest, NULL);
}

static void tell(struct remote_request *r, struct lm_arena *a)
{
	struct lm_buf body;

	lm_buf_init(&body, BODY_MAX);
	transition_print(&r->rq, own(r)->instance, &body);
	if (body.cut)
		remote_fail(
		    r, STEP_INTERNAL_ERROR, "the request has more than %d MiB", BODY_MAX >> 20);
	else
		remote_ask(r, &(struct remote_call){
				  .method = "POST",
				  .url = below(r, a, "/lifecycle/transitions", "", ""),
				  .body = body.p,
				  .body_n = body.n,
				  .limit_ms = ACCEPT_MS,
				  .is_once = true,
			      });
	lm_buf_fini(&body);
}

static void get(struct remote_request *r, const char *url)
{
	remote_ask(r, &(struct remote_call){.method = "GET", .url = url});
}

/* The type may hold a range of versions, which a manager does not know: answer.c looks at it. */
static const char *search_url(const struct remote_request *r, struct lm_arena *a)
{
	return lm_arena_join(a, r->rq.site->base_uri, "/topology/deployment-locations/",
	    web_escape(a, r->rq.site->location),
	    "/instances?instanceName=", web_escape(a, r->rq.resource_name), NULL);
}

/* A step may be asked about for hours: of a question nothing is left. */
static void turn(struct remote_request *r)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct asked *q = own(r);

	switch (q->phase) {
	case PHASE_TELL:
		tell(r, a);
		break;
	case PHASE_NOTE: /* has no turn: what is written down leads to the next phase */
	case PHASE_POLL:
		q->polls++;
		get(r, below(r, a, "/lifecycle/transitions/", q->id, "/status"));
		break;
	case PHASE_FETCH:
	case PHASE_VERIFY:
		get(r, below(r, a, "/topology/instances/",
			   q->instance != NULL ? q->instance : r->rq.resource_id, ""));
		break;
	case PHASE_FIND:
		get(r, search_url(r, a));
		break;
	}
}

static void drop(struct remote_request *r)
{
	if (own(r)->note != NULL)
		note_forget(own(r)->note);
}

static void ended(struct remote_request *r)
{
	if (own(r)->id != NULL)
		notes_end(((struct driver *)r->remote)->notes, r->rq.step);
}

const struct remote_ops manager_requests = {
    .size = sizeof(struct asked),
    .turn = turn,
    .answered = transition_read,
    .drop = drop,
    .ended = ended,
};
