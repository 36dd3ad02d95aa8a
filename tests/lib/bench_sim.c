/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bench_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/id.h"
#include "base/vec.h"

enum { OUTPUTS_MAX = 6, NAME_SIZE = 32 };

struct answer {
	char step[LM_ID_SIZE + 16], resource[LM_ID_SIZE];
	char outputs[OUTPUTS_MAX][NAME_SIZE]; /* names of what an Install reports */
	size_t n_outputs;
};

struct driver {
	struct driver_events events;
	uv_idle_t turn; /* runs while something is in flight, so that the loop does not sleep */
	LM_VEC(struct answer) next, now;
};

static void answer(struct driver *d, const struct answer *a)
{
	char address[64];
	struct lm_kv outputs[OUTPUTS_MAX];
	struct step_result r = {.step = a->step, .outputs = {outputs, a->n_outputs}};

	snprintf(address, sizeof address, "10.%.8s", a->resource);
	for (size_t i = 0; i < a->n_outputs; i++)
		outputs[i] = (struct lm_kv){a->outputs[i], address};
	d->events.result(d->events.arg, &r);
}

static void add_output(struct answer *a, const char *name)
{
	if (a->n_outputs < OUTPUTS_MAX)
		snprintf(a->outputs[a->n_outputs++], NAME_SIZE, "%s", name);
}

/* As the local driver: an address for every property that a network names, ids of a network. */
static void install(struct answer *a, const struct step_request *rq)
{
	const char *kind = rq->infra_kind == NULL ? "" : rq->infra_kind;

	add_output(a, "machine");
	if (strcmp(kind, "network") == 0) {
		add_output(a, "networkid");
		add_output(a, "subnetid");
	}
	for (size_t i = 0; i < rq->infra.n; i++) {
		const char *end = strrchr(rq->infra.v[i].name, '.');

		if (end != NULL && strcmp(end, ".address") == 0)
			add_output(a, rq->infra.v[i].value);
	}
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
	if (strcmp(rq->action, "Install") == 0)
		install(a, rq);
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
