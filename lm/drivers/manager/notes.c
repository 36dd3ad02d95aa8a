/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/drivers/manager/priv.h"

/*
 * A file for each request that a manager has accepted: <state>/managers/<step>.txt, with the id that
 * it has given it.  Threads write and remove; each opens the folder for itself, so that none of them
 * has to be waited for.
 */
enum { OLD_S = 7 * 24 * 3600 };

#define ENDING ".txt"

struct notes {
	uv_loop_t *loop;
	char *path;
	struct lm_map *left;  /* by step: struct left, of what was there at the start */
	LM_VEC(char *) ended; /* steps; not durable yet */
};

/* What was left by the manager that was here before. */
struct left {
	char *step, *id;
};

/* One piece of work for a thread. */
struct note {
	uv_work_t work;
	char *path;
	char *id;             /* NULL: remove */
	LM_VEC(char *) steps; /* one of them, to be written */
	void (*done)(void *arg);
	void *arg;
	struct lm_err *error;
};

/* ---- the thread ------------------------------------------------------------------------------- */

static struct lm_err *write_one(const struct disk_folder *in, const char *file, const char *id)
{
	const struct disk_text text = {.p = id, .n = strlen(id)};

	return disk_write(in, file, &text, NULL);
}

static void on_work(uv_work_t *work)
{
	struct note *n = work->data;
	struct disk_folder in = {0};
	char file[DISK_NAME_SIZE];

	n->error = disk_open(&in, n->path);
	for (size_t i = 0; n->error == NULL && i < n->steps.n; i++) {
		if (!disk_name(n->steps.v[i], ENDING, file))
			continue;
		n->error =
		    n->id != NULL ? write_one(&in, file, n->id) : disk_remove(&in, file, NULL);
	}
	disk_close(&in);
}

static void note_free(struct note *n)
{
	for (size_t i = 0; i < n->steps.n; i++)
		free(n->steps.v[i]);
	lm_vec_free(&n->steps);
	free(n->path);
	free(n->id);
	lm_err_free(n->error);
	free(n);
}

static void after_work(uv_work_t *work, int status)
{
	struct note *n = work->data;
	(void)status;

	if (n->error != NULL)
		lm_log(LM_LOG_WARN, "step.note",
		    "what another resource manager calls a request cannot be kept: after a restart "
		    "it would be asked again: %s",
		    lm_err_text(n->error));
	if (n->done != NULL)
		n->done(n->arg);
	note_free(n);
}

static struct note *begin(struct notes *all, const char *id)
{
	struct note *n = lm_alloc(sizeof *n);

	n->work.data = n;
	n->path = lm_strdup(all->path);
	n->id = lm_strdup(id);
	return n;
}

struct note *note_write(
    struct notes *all, const char *step, const char *id, void (*done)(void *arg), void *arg)
{
	struct note *n = begin(all, id);

	*LM_PUSH(NULL, &n->steps) = lm_strdup(step);
	n->done = done;
	n->arg = arg;
	uv_queue_work(all->loop, &n->work, on_work, after_work);
	return n;
}

void note_forget(struct note *n)
{
	n->done = NULL; /* it is written all the same: the request is out there */
}

/* ---- what has ended --------------------------------------------------------------------------- */

void notes_end(struct notes *all, const char *step)
{
	*LM_PUSH(NULL, &all->ended) = lm_strdup(step);
}

void notes_settled(struct notes *all)
{
	if (all->ended.n == 0)
		return;
	struct note *n = begin(all, NULL);
	for (size_t i = 0; i < all->ended.n; i++)
		*LM_PUSH(NULL, &n->steps) = all->ended.v[i];
	all->ended.n = 0;
	uv_queue_work(all->loop, &n->work, on_work, after_work);
}

/* ---- the beginning ---------------------------------------------------------------------------- */

const char *notes_find(const struct notes *all, const char *step)
{
	const struct left *l = lm_map_find(all->left, step);

	return l == NULL ? NULL : l->id;
}

struct reading {
	struct notes *notes;
	struct disk_folder in;
	time_t now;
};

/* Managers forget requests after a day; nobody asks for one that is older by days. */
static struct lm_err *read_one(void *arg, const struct disk_file *f)
{
	const struct disk_demands demands = {.max = ID_MAX};
	struct reading *r = arg;
	struct disk_bytes b = {0};

	if (!f->is_name)
		return NULL;
	struct lm_err *e = disk_read(&r->in, f->file, &demands, &b);
	if (e != NULL)
		return e;
	if (b.changed.tv_sec + OLD_S < r->now) {
		e = disk_remove(&r->in, f->file, NULL);
	} else {
		struct left *l = lm_alloc(sizeof *l);

		*l = (struct left){lm_strdup(f->name), lm_strdup(b.p)};
		lm_map_put(r->notes->left, l->step, l);
	}
	disk_bytes_fini(&b);
	return e;
}

struct lm_err *notes_open(uv_loop_t *loop, const char *state_dir, struct notes **out)
{
	struct notes *all = lm_alloc(sizeof *all);
	struct reading r = {.notes = all, .now = time(NULL)};

	*out = all;
	all->loop = loop;
	all->path = lm_strprintf("%s/managers", state_dir);
	all->left = lm_map_new();
	struct lm_err *e = disk_make(&r.in, all->path);
	if (e == NULL) {
		disk_sweep(&r.in);
		e = disk_each(&r.in, ENDING, read_one, &r);
	}
	disk_close(&r.in);
	return e;
}

void notes_free(struct notes *all)
{
	struct left *l;

	if (all == NULL)
		return;
	for (size_t i = 0; (l = lm_map_next(all->left, &i)) != NULL;) {
		free(l->step);
		free(l->id);
		free(l);
	}
	lm_map_free(all->left);
	for (size_t i = 0; i < all->ended.n; i++)
		free(all->ended.v[i]);
	lm_vec_free(&all->ended);
	free(all->path);
	free(all);
}
