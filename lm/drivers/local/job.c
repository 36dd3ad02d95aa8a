/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/job.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "lm/drivers/local/env.h"
#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/results.h"
#include "lm/drivers/local/services.h"

struct job *job_new(struct driver *d, const struct step_request *rq, const struct phase *phases)
{
	struct lm_arena *a = lm_arena_new();
	struct job *j = LM_NEW(a, struct job);

	j->d = d;
	j->arena = a;
	j->at = phases;
	j->rq = *rq;
	j->rq.step = lm_arena_strdup(a, rq->step);
	j->rq.resource_id = lm_arena_strdup(a, rq->resource_id);
	j->rq.resource_name = lm_arena_strdup(a, rq->resource_name);
	j->rq.descriptor = lm_arena_strdup(a, rq->descriptor);
	j->rq.root = lm_arena_strdup(a, rq->root);
	j->rq.location = lm_arena_strdup(a, rq->location);
	j->rq.action = lm_arena_strdup(a, rq->action);
	j->rq.package_dir = lm_arena_strdup(a, rq->package_dir);
	j->rq.infra_kind = lm_arena_strdup(a, rq->infra_kind);
	j->rq.infra = lm_kvs_copy(a, &rq->infra);
	j->rq.properties = lm_kvs_copy(a, &rq->properties);
	return j;
}

void job_free(struct job *j)
{
	if (j->child != NULL)
		child_forget(j->child);
	lm_arena_free(j->arena);
}

enum phase_end job_fail(struct job *j, enum step_failure failure, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->message, sizeof j->message, fmt, ap);
	va_end(ap);
	j->message[strcspn(j->message, "\n")] = '\0';
	text_clean(j->message, strlen(j->message));
	j->failure = failure;
	return PHASE_FAILED;
}

enum phase_end job_fail_err(struct job *j, enum step_failure failure, struct lm_err *e)
{
	job_fail(j, failure, "%s", lm_err_text(e));
	lm_err_free(e);
	return PHASE_FAILED;
}

void job_output(struct job *j, const char *name, const char *value)
{
	struct lm_kv *kv = NULL;

	for (size_t i = 0; i < j->outputs.n; i++)
		if (strcmp(j->outputs.v[i].name, name) == 0)
			kv = &j->outputs.v[i];
	if (kv == NULL)
		kv = LM_PUSH(j->arena, &j->outputs);
	kv->name = lm_arena_strdup(j->arena, name);
	kv->value = lm_arena_strdup(j->arena, value);
}

/*
 * The end.  The result is on disk before it is told, so that a manager that dies in between is told
 * the same again.  Nothing of the job is touched after the telling.
 */
static void finish(struct job *j)
{
	struct step_result result = {
	    .step = j->rq.step,
	    .failure = j->failure,
	    .message = j->failure == STEP_NONE ? NULL : j->message,
	    .outputs = {j->outputs.v, j->outputs.n},
	    .log = j->log,
	};
	struct driver *d = j->d;
	char id[ID_MAX + 1];

	if (j->replay != NULL)
		result = *j->replay;
	snprintf(id, sizeof id, "%s", j->rq.resource_id);
	if (j->r != NULL) {
		struct lm_err *e = resource_settle(d, j->r, j, &result);
		if (e != NULL)
			lm_log(LM_LOG_WARN, "local.result", "step=%s error=\"%s\"", j->rq.step,
			    lm_err_text(e));
		lm_err_free(e);
	}
	lm_map_remove(d->jobs, j->rq.step);
	d->conf.events.result(d->conf.events.arg, &result);
	job_free(j);
	/* The listener may have done anything, even closed us; but never within its own call. */
	services_look(d, id);
}

static void next(struct job *j)
{
	j->at++;
	job_run(j);
}

static void fail_of_child(struct job *j, const struct child_exit *x)
{
	const char *what = j->what;

	if (x->timed_out)
		job_fail(j, STEP_TIMEOUT, "%s: not done within its time limit, killed", what);
	else if (x->last_line[0] != '\0')
		job_fail(j, STEP_INFRASTRUCTURE_ERROR, "%s: %s", what, x->last_line);
	else if (WIFSIGNALED(x->status))
		job_fail(j, STEP_INFRASTRUCTURE_ERROR, "%s: killed by signal %d", what,
		    WTERMSIG(x->status));
	else
		job_fail(j, STEP_INFRASTRUCTURE_ERROR, "%s: exit status %d", what,
		    WEXITSTATUS(x->status));
}

static void on_child(void *arg, const struct child_exit *x)
{
	struct job *j = arg;
	bool failed = x->status != 0 || x->timed_out;

	j->child = NULL;
	if (j->in_script && x->log[0] != '\0') {
		j->log = lm_arena_strdup(j->arena, x->log);
		text_clean(j->log, strlen(j->log));
	}
	if (j->cancelled) {
		job_fail(j, STEP_CANCELLED, "cancelled");
		finish(j);
	} else if (!failed) {
		next(j);
	} else if (j->at->is_tolerant) {
		fail_of_child(j, x);
		lm_log(LM_LOG_WARN, "local.tolerated", "resource=%s step=%s message=\"%s\"",
		    j->rq.resource_name, j->rq.step, j->message);
		if (j->in_script)
			j->log = lm_arena_printf(
			    j->arena, "%s%s\n", j->log == NULL ? "" : j->log, j->message);
		j->failure = STEP_NONE;
		next(j);
	} else {
		fail_of_child(j, x);
		if (j->in_script && pidfd_has_ended(j->r->init_fd))
			job_fail(j, STEP_RESOURCE_NOT_FOUND, "%s: the container ended meanwhile",
			    j->what);
		finish(j);
	}
}

enum phase_end job_start(struct job *j, const struct child_spec *spec)
{
	struct lm_err *e = child_start(j->d->conf.loop, spec, on_child, j, &j->child);

	if (e == NULL)
		return PHASE_WAIT;
	if (j->at->is_tolerant) {
		lm_err_free(e);
		return PHASE_DONE;
	}
	return job_fail_err(j,
	    lm_err_kind(e) == LM_ERR_NOT_FOUND ? STEP_RESOURCE_NOT_FOUND
					       : STEP_INFRASTRUCTURE_ERROR,
	    e);
}

void job_run(struct job *j)
{
	j->started = true;
	for (; j->at->begin != NULL && j->replay == NULL; j->at++) {
		enum phase_end end;

		if (j->cancelled) {
			job_fail(j, STEP_CANCELLED, "cancelled");
			break;
		}
		j->what = j->at->what;
		j->in_script = false;
		end = j->at->begin(j);
		if (end == PHASE_WAIT)
			return;
		if (end == PHASE_FAILED)
			break;
	}
	finish(j);
}

void job_cancel(struct job *j)
{
	j->cancelled = true;
	if (j->child != NULL)
		child_kill(j->child);
}
