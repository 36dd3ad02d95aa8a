/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/core/engine.h"
#include "lm/server/library/priv.h"

/*
 * What takes its time is done on another thread, one after the other: a package is read, unpacked
 * and written; folders are removed.  What that means is decided on the loop.
 */
struct job {
	uv_work_t work;
	struct library *library;
	struct job *next;
	enum { JOB_UPLOAD, JOB_TIDY } kind;
	/* an upload */
	char *name, *file, *bytes;
	size_t n;
	void (*done)(void *arg, struct lm_err *, const struct library_news *);
	void *arg;
	struct content content;
	struct lm_err *error;
	/* tidying up */
	struct folders folders;
};

static void job_free(struct job *j)
{
	free(j->name);
	free(j->file);
	free(j->bytes);
	content_fini(&j->content);
	lm_err_free(j->error);
	folders_fini(&j->folders);
	free(j);
}

/* ---- on the other thread ---------------------------------------------------------------------- */

static void on_work(uv_work_t *work)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct job *j = work->data;
	const struct library *l = j->library;
	const struct disk_text bytes = {.p = j->bytes, .n = j->n};

	if (j->kind == JOB_TIDY) {
		folders_tidy(&j->folders);
		return;
	}
	const struct content_source from = {
	    .file = j->file, .bytes = j->bytes, .n = j->n, .unpack_dir = l->unpack_dir};
	j->error = content_read(&from, &j->content);
	if (j->error == NULL)
		j->error =
		    disk_prepare(&l->packages, library_package_file(a, j->content.key), &bytes);
}

/* ---- on the loop ------------------------------------------------------------------------------ */

static void begin_next(struct library *);

static void print_flaws(const struct content *c, struct library_news *news)
{
	enum { DIAGS_MAX = 200 };
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);

	if (c->catalog == NULL)
		return;
	catalog_report(c->catalog, NULL, d);
	diags_sort(d);
	diags_print_json(d, &news->diags);
}

static void end_upload(struct job *j)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	struct library *l = j->library;
	struct lm_err *e = j->error;
	struct library_news news;

	j->error = NULL;
	library_news_init(&news);
	if (e != NULL)
		print_flaws(&j->content, &news);
	else
		e = library_admit(l, &j->content, j->n, j->name, &news);
	disk_drop(&l->packages, library_package_file(a, j->content.key));
	j->done(j->arg, e, &news);
	library_news_fini(&news);
	library_tidy(l);
}

static void on_done(uv_work_t *work, int status)
{
	struct job *j = work->data;
	struct library *l = j->library;
	(void)status;

	if (j->kind == JOB_UPLOAD && !l->stopping)
		end_upload(j);
	l->first = j->next;
	if (l->first == NULL)
		l->last = NULL;
	l->n_jobs--;
	job_free(j);
	begin_next(l);
}

static void want(void *arg, const char *path)
{
	folders_want(arg, path);
}

/* What is named later than now was unpacked later, too: by a job behind this one. */
static void gather(struct job *j)
{
	const struct library *l = j->library;

	j->folders.dir = l->unpack_dir;
	for (size_t i = 0; i < catalog_count(l->catalog); i++)
		want(&j->folders, descriptor_package_dir(catalog_at(l->catalog, i)));
	for (size_t i = 0; i < l->list.n; i++)
		if (l->list.v[i]->folder != NULL)
			want(&j->folders, l->list.v[i]->folder);
	engine_each_package(l->engine, want, &j->folders);
}

static void begin_next(struct library *l)
{
	struct job *j = l->first;

	if (j == NULL)
		return;
	if (j->kind == JOB_TIDY)
		gather(j);
	int rc = uv_queue_work(l->loop, &j->work, on_work, on_done);
	assert(rc == 0);
	(void)rc;
}

static struct job *job_add(struct library *l, int kind)
{
	struct job *j = lm_alloc(sizeof *j);

	j->library = l;
	j->work.data = j;
	j->kind = kind;
	if (l->last != NULL)
		l->last->next = j;
	else
		l->first = j;
	l->last = j;
	l->n_jobs++;
	return j;
}

struct lm_err *library_upload(struct library *l, const struct library_upload *u)
{
	if (u->n > LIBRARY_PACKAGE_MAX)
		return lm_err_new(LM_ERR_LIMIT, "a package may have %d MiB at most",
		    LIBRARY_PACKAGE_MAX / 1024 / 1024);
	if (l->n_jobs >= LIBRARY_LINE_MAX)
		return lm_err_new(LM_ERR_UNAVAILABLE,
		    "%d packages are being read: send it again in a moment", LIBRARY_LINE_MAX);
	struct job *j = job_add(l, JOB_UPLOAD);
	j->name = lm_strdup(u->name);
	j->file = lm_strdup(u->file);
	j->n = u->n;
	j->done = u->done;
	j->arg = u->arg;
	j->bytes = lm_alloc_raw(u->n + 1);
	memcpy(j->bytes, u->bytes, u->n);
	if (l->first == j)
		begin_next(l);
	return NULL;
}

/* One that waits already sees everything that this one would. */
void library_tidy(struct library *l)
{
	if (l->loop == NULL || l->stopping)
		return;
	for (const struct job *j = l->first == NULL ? NULL : l->first->next; j != NULL; j = j->next)
		if (j->kind == JOB_TIDY)
			return;
	struct job *j = job_add(l, JOB_TIDY);
	if (l->first == j)
		begin_next(l);
}

void library_stop(struct library *l)
{
	if (l == NULL || l->stopping)
		return;
	l->stopping = true;
	for (struct job *j = l->first == NULL ? NULL : l->first->next, *next; j != NULL; j = next) {
		next = j->next;
		job_free(j);
	}
	if (l->first != NULL)
		l->first->next = NULL;
	l->last = l->first;
}
