/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bench_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/id.h"
#include "base/vec.h"

struct answer {
	char step[LM_ID_SIZE + 16], resource[LM_ID_SIZE];
	bool installs;
};

struct driver {
	struct driver_events events;
	uv_idle_t turn; /* runs while something is in flight, so that the loop does not sleep */
	LM_VEC(struct answer) next, now;
};

static void answer(struct driver *d, const struct answer *a)
{
	char address[64];
	struct lm_kv outputs[] = {{"address", address}, {"machine", a->resource}};
	struct step_result r = {.step = a->step};

	snprintf(address, sizeof address, "10.%.8s", a->resource);
	if (a->installs)
		r.outputs = (struct lm_kvs){outputs, LM_COUNT(outputs)};
	d->events.result(d->events.arg, &r);
}

static void on_turn(uv_idle_t *h)
{
	struct driver *d = h->data;

	/* Whatever is asked from here on is answered in the turn after this one. */
	void *spare = d->now.v;
	size_t cap = d->now.cap;
	d->now.v = d->next.v;
	d->now.n = d->next.n;
	d->now.cap = d->next.cap;
	d->next.v = spare;
	d->next.n = 0;
	d->next.cap = cap;
	for (size_t i = 0; i < d->now.n; i++)
		answer(d, &d->now.v[i]);
	if (d->next.n == 0) /* what the answers lead to is asked when the turn ends */
		uv_idle_stop(&d->turn);
}

static struct lm_err *sim_open(const struct driver_conf *conf, struct driver **out)
{
	struct driver *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->events = conf->events;
	uv_idle_init(conf->loop, &d->turn);
	d->turn.data = d;
	*out = d;
	return NULL;
}

static void on_closed(uv_handle_t *h)
{
	struct driver *d = h->data;

	lm_vec_free(&d->now);
	lm_vec_free(&d->next);
	free(d);
}

static void sim_close(struct driver *d)
{
	if (d != NULL)
		uv_close((uv_handle_t *)&d->turn, on_closed);
}

static struct lm_err *sim_execute(struct driver *d, const struct step_request *rq)
{
	struct answer *a = LM_PUSH(NULL, &d->next);

	snprintf(a->step, sizeof a->step, "%s", rq->step);
	snprintf(a->resource, sizeof a->resource, "%s", rq->resource_id);
	a->installs = strcmp(rq->action, "Install") == 0;
	uv_idle_start(&d->turn, on_turn);
	return NULL;
}

static void sim_cancel(struct driver *d, const char *step)
{
	(void)d;
	(void)step; /* the answer is on its way */
}

static struct lm_err *sim_list(struct driver *d, driver_each_fn *each, void *arg)
{
	(void)d;
	(void)each;
	(void)arg;
	return NULL;
}

static struct lm_err *sim_remove(struct driver *d, const char *step, const char *resource_id)
{
	return sim_execute(
	    d, &(struct step_request){.step = step, .resource_id = resource_id, .action = ""});
}

const struct driver_ops driver_bench_sim = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .execute = sim_execute,
    .cancel = sim_cancel,
    .list = sim_list,
    .remove = sim_remove,
};
