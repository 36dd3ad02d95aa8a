/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_JOB_H
#define LM_DRIVERS_LOCAL_JOB_H

#include "base/vec.h"
#include "lm/drivers/local/child.h"
#include "lm/drivers/local/priv.h"

/*
 * One step under way: a list of phases, done one after another.  A phase either is done at once or
 * waits for one child.  The job ends with exactly one result, from the loop.
 */
enum phase_end { PHASE_DONE, PHASE_WAIT, PHASE_FAILED };

struct phase {
	const char *what; /* in messages: "<what>: <why>" */
	enum phase_end (*begin)(struct job *);
	bool is_tolerant; /* a child that fails does not fail the step */
};

enum { INFRA_LIMIT_MS = 15 * 1000, SCRIPT_LIMIT_S = 60, MESSAGE_MAX = 512 };

struct job {
	struct driver *d;
	struct lm_arena *arena;
	struct step_request rq; /* a copy in the arena */
	struct resource *r;     /* borrowed from the driver; NULL: nothing stands behind it */
	const struct phase *at; /* ends with .begin == NULL */
	struct child *child;    /* the one that it waits for */
	const char *what;       /* the phase's, or more exactly what it does now */
	bool started, cancelled;
	bool in_script;          /* the child is a script: its output is the step's log */
	const char *output_path; /* of LM_OUTPUT, on this machine; NULL: no script has run */

	enum step_failure failure;
	char message[MESSAGE_MAX];
	char *log;
	LM_VEC(struct lm_kv) outputs;
	struct step_result *replay; /* known already */
	const char *trash;          /* the folder that is on its way out; NULL: none */
};

/* Copies the request.  Nothing begins before job_run(). */
struct job *job_new(struct driver *, const struct step_request *, const struct phase *);
void job_free(struct job *); /* forgets its child */
/* Carries on until it waits or ends; it may be gone afterwards. */
void job_run(struct job *);
void job_cancel(struct job *);

enum phase_end job_fail(struct job *, enum step_failure, const char *fmt, ...) LM_PRINTF(3, 4);
enum phase_end job_fail_err(struct job *, enum step_failure, struct lm_err *adopted);
enum phase_end job_start(struct job *, const struct child_spec *);
/* Both texts are copied; a second value of the same name replaces the first. */
void job_output(struct job *, const char *name, const char *value);

/*
 * What others can find out about a resource: by which names it goes and of which type it is (in its
 * tag), and its properties and outputs, in a file beside the tag.  Called after a transition has
 * succeeded; true: the tag has changed, and is not saved yet.
 */
bool find_note(struct resource *, const struct step_request *, const struct lm_kvs *outputs);

/*
 * Puts the end of a step on disk, and what it changed: Install, Start and Stop are noted in the tag,
 * and a resource of which nothing is left is forgotten ('r' is gone then).
 */
struct lm_err *resource_settle(struct driver *, struct resource *r, const struct job *,
    const struct step_result *) LM_MUST_USE;

#endif
