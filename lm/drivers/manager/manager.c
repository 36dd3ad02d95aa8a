/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/heap.h"
#include "lm/drivers/manager/priv.h"

/* The table of the driver. */

static void manager_close(struct driver *d)
{
	if (d == NULL)
		return;
	remote_close(&d->remote);
	notes_free(d->notes);
	free(d);
}

static struct lm_err *manager_open(const struct driver_conf *conf, struct driver **out)
{
	struct driver *d = lm_alloc(sizeof *d);

	remote_open(&d->remote, &manager_requests, conf);
	struct lm_err *e = notes_open(conf->loop, conf->state_dir, &d->notes);
	if (e != NULL)
		manager_close(d);
	else
		*out = d;
	return e;
}

/* What is asked again after a restart, and was accepted before, is only asked how far it is. */
static void set_out(struct driver *d, struct asked *q)
{
	struct remote_request *r = &q->base;
	const char *id = notes_find(d->notes, r->rq.step);

	q->phase = r->rq.is_find ? PHASE_FIND : id != NULL ? PHASE_POLL : PHASE_TELL;
	q->instance = transition_instance(&r->rq, r->arena);
	if (id != NULL && !r->rq.is_find) {
		q->id = lm_arena_strdup(r->arena, id);
		remote_accepted(r);
	}
	remote_start(r);
}

static struct lm_err *manager_execute(struct driver *d, const struct step_request *rq)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct remote_request *r = NULL;
	const char *name = rq->site == NULL ? "" : rq->site->manager;

	struct lm_err *e =
	    remote_begin(&d->remote, rq, lm_arena_printf(a, "resource manager '%s'", name), &r);
	if (r != NULL)
		set_out(d, (struct asked *)r);
	return e;
}

static void manager_cancel(struct driver *d, const char *step)
{
	remote_cancel(&d->remote, step);
}

static void manager_settled(struct driver *d)
{
	notes_settled(d->notes);
}

/* What others have made, they look after. */
static struct lm_err *manager_list(struct driver *d, driver_each_fn *each, void *arg)
{
	(void)d, (void)each, (void)arg;
	return NULL;
}

static struct lm_err *manager_remove(struct driver *d, const char *step, const char *resource_id)
{
	(void)d, (void)step;
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "other resource managers look after what they have made: nothing of %s can be removed "
	    "here",
	    resource_id);
}

const struct driver_ops driver_manager = {
    .name = "manager",
    .open = manager_open,
    .close = manager_close,
    .execute = manager_execute,
    .cancel = manager_cancel,
    .settled = manager_settled,
    .list = manager_list,
    .remove = manager_remove,
};
