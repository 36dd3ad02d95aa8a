/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/heap.h"
#include "lm/simulate/simulate.h"

/*
 * Worlds beside each other.  They share what is never changed (the catalogs, the load, the times),
 * and each thread takes the next one that nobody has begun; where a result goes depends on its
 * number alone.
 */
struct jobs {
	struct simulation *sim;
	struct world_sum *sums; /* by variant, then by cluster; NULL: stories */
	size_t n;
	atomic_size_t next;
	pthread_mutex_t lock; /* of the two below */
	struct lm_err *err;   /* of the first job that failed */
	size_t err_job;
};

static struct lm_err *do_job(struct jobs *j, size_t job)
{
	struct simulation *s = j->sim;
	size_t per_variant = j->sums != NULL ? s->clusters : 1;
	struct variant *v = &s->variants[job / per_variant];
	struct world_conf conf = s->conf;
	struct world_sum unused;

	conf.catalog = v->catalog;
	conf.service = &v->service;
	if (j->sums != NULL)
		return world_run(&conf, job % per_variant, &j->sums[job], NULL);
	v->story = world_story_new();
	return world_run(&conf, s->shown, &unused, v->story);
}

/* The same error is told on however many threads: the one of the first job. */
static void note(struct jobs *j, size_t job, struct lm_err *e)
{
	pthread_mutex_lock(&j->lock);
	if (j->err == NULL || job < j->err_job) {
		lm_err_free(j->err);
		j->err = e;
		j->err_job = job;
	} else {
		lm_err_free(e);
	}
	pthread_mutex_unlock(&j->lock);
	atomic_store(&j->next, j->n); /* no more */
}

static void *work(void *arg)
{
	struct jobs *j = arg;
	size_t job;

	while ((job = atomic_fetch_add(&j->next, 1)) < j->n) {
		struct lm_err *e = do_job(j, job);

		if (e != NULL)
			note(j, job, e);
	}
	return NULL;
}

static struct lm_err *run_jobs(struct simulation *s, struct world_sum *sums, size_t n)
{
	struct jobs j = {.sim = s, .sums = sums, .n = n};
	pthread_t threads[THREADS_MAX];
	size_t wanted = s->threads < n ? s->threads : n, begun = 0;

	pthread_mutex_init(&j.lock, NULL);
	/* This thread is one of them, and alone if there can be no other. */
	while (begun + 1 < wanted && begun + 1 < THREADS_MAX &&
	       pthread_create(&threads[begun], NULL, work, &j) == 0)
		begun++;
	work(&j);
	for (size_t i = 0; i < begun; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&j.lock);
	return j.err;
}

/* ---- what it comes to ------------------------------------------------------------------------------- */

static void add(struct world_sum *to, const struct world_sum *s)
{
	to->time_ms += s->time_ms;
	to->over_ms += s->over_ms;
	to->offered += s->offered;
	to->unserved += s->unserved;
	to->server_ms += s->server_ms;
	to->serving_ms += s->serving_ms;
	to->peak = s->peak > to->peak ? s->peak : to->peak;
	to->outs += s->outs;
	to->ins += s->ins;
	to->turns += s->turns;
	to->kills += s->kills;
	to->heals += s->heals;
	to->failures += s->failures;
}

static void sum_up(const struct world_sum *sums, size_t n, struct variant_sum *out)
{
	*out = (struct variant_sum){.worst = sums[0]};
	for (size_t i = 0; i < n; i++) {
		add(&out->all, &sums[i]);
		out->over_clusters += sums[i].over_ms > 0;
		if (sums[i].unserved > out->worst.unserved) {
			out->worst = sums[i];
			out->worst_cluster = i;
		}
	}
}

struct lm_err *simulation_run(struct simulation *s)
{
	size_t n = s->n_variants * s->clusters;
	struct world_sum *sums = lm_alloc_n(n, sizeof *sums);

	struct lm_err *e = run_jobs(s, sums, n);
	for (size_t i = 0; e == NULL && i < s->n_variants; i++)
		sum_up(&sums[i * s->clusters], s->clusters, &s->variants[i].sum);
	free(sums);
	if (e != NULL)
		return e;
	s->shown = s->variants[0].sum.worst_cluster;
	return run_jobs(s, NULL, s->n_variants);
}

void simulation_fini(struct simulation *s)
{
	for (size_t i = 0; i < s->n_variants; i++) {
		world_story_free(s->variants[i].story);
		s->variants[i].story = NULL;
	}
}
