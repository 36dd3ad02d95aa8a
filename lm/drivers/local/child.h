/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_CHILD_H
#define LM_DRIVERS_LOCAL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * One program run beside the loop: on this machine, in a network namespace or in a container; with
 * a text on its standard input, its output kept, a time limit, and a kill that reaches all of it.
 */
struct uv_loop_s;
struct child;

/* Where programs of this machine are looked for, and all of their environment. */
#define PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { CHILD_LOG_MAX = 64 * 1024, CHILD_LINE_MAX = 256 };

struct child_spec {
	const char *const *argv; /* NULL-terminated; argv[0] is looked for in PROGRAM_PATH */
	char *const *envp;       /* NULL: PATH only */
	const char *input;       /* standard input; NULL: /dev/null */
	unsigned limit_ms;

	const char *make_netns; /* a new network namespace is bound here; it runs outside of it */
	const char *netns;      /* it runs in this one */
	bool forward;           /* ... which forwards from now on */

	pid_t init;       /* it runs in the container of this first process; 0: it does not */
	int init_pidfd;   /* of 'init' */
	const char *mark; /* "NAME=value" in envp: finds what escaped from the group */
};

struct child_exit {
	int status; /* as of wait(2) */
	bool timed_out;
	const char *log;       /* both outputs in order of arrival, the first 64 KiB; borrowed */
	const char *last_line; /* the last one on standard error that is not blank; may be "" */
};

/* From the loop, once, unless forgotten; the child is gone when it is called. */
typedef void child_done_fn(void *arg, const struct child_exit *);

/* NOT_FOUND: the container has ended.  The texts of the spec are borrowed for the call, 'mark' and
 * 'init_pidfd' until the end. */
struct lm_err *child_start(struct uv_loop_s *, const struct child_spec *, child_done_fn *,
    void *arg, struct child **out) LM_MUST_USE;
/* SIGKILL to all of it; done() still comes, soon, even when the kernel does not let go of it. */
void child_kill(struct child *);
/*
 * Never calls done().  A program on this machine runs on; a script is killed, as it is when we end.
 * What belongs to the loop is given back in its next turns.
 */
void child_forget(struct child *);

#endif
