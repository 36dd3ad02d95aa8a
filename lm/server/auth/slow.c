/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/slow.h"

#include <stdlib.h>
#include <uv.h>

#include "base/heap.h"

struct slow {
	uv_loop_t *loop;
	uv_work_t work;
	STAILQ_HEAD(, slow_task) waiting;
	unsigned n;
	struct slow_task *now; /* on the thread */
	bool is_closed;
};

static void on_work(uv_work_t *w)
{
	struct slow *l = w->data;

	l->now->ops->work(l->now);
}

static void on_done(uv_work_t *w, int status);

/* The next one whose turn it still is. */
static void go_on(struct slow *l)
{
	while (l->now == NULL && !STAILQ_EMPTY(&l->waiting)) {
		struct slow_task *t = STAILQ_FIRST(&l->waiting);

		STAILQ_REMOVE_HEAD(&l->waiting, next);
		l->n--;
		if (!t->ops->begin(t))
			continue;
		l->now = t;
		if (uv_queue_work(l->loop, &l->work, on_work, on_done) != 0)
			abort(); /* only for want of memory */
	}
}

static void on_done(uv_work_t *w, int status)
{
	struct slow *l = w->data;
	struct slow_task *t = l->now;

	(void)status;
	l->now = NULL;
	if (l->is_closed) {
		t->ops->drop(t);
		free(l);
		return;
	}
	t->ops->done(t);
	go_on(l);
}

struct slow *slow_new(uv_loop_t *loop)
{
	struct slow *l = lm_alloc(sizeof *l);

	l->loop = loop;
	l->work.data = l;
	STAILQ_INIT(&l->waiting);
	return l;
}

void slow_free(struct slow *l)
{
	struct slow_task *t = NULL;

	if (l == NULL)
		return;
	while ((t = STAILQ_FIRST(&l->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->waiting, next);
		t->ops->drop(t);
	}
	l->is_closed = true;
	if (l->now == NULL)
		free(l);
}

bool slow_join(struct slow *l, struct slow_task *t)
{
	if (l->n >= SLOW_MAX)
		return false;
	STAILQ_INSERT_TAIL(&l->waiting, t, next);
	l->n++;
	go_on(l);
	return true;
}
