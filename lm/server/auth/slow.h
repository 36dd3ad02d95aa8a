/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_SLOW_H
#define LM_SERVER_AUTH_SLOW_H

#include <stdbool.h>
#include <sys/queue.h>

/*
 * Work that takes a core for 30 ms, and 19 MiB: one task after another, on a thread beside the loop,
 * which never waits for it.  So many may stand in line; who comes then is told to come again.
 */
enum { SLOW_MAX = 64 };

struct uv_loop_s;
struct slow;
struct slow_task;

struct slow_ops {
	/* Its turn has come, on the loop; false: there is nothing to do any more, and it has freed itself. */
	bool (*begin)(struct slow_task *);
	void (*work)(struct slow_task *); /* on the thread; knows nothing but the task */
	void (*done)(struct slow_task *); /* on the loop; frees the task */
	void (*drop)(
	    struct slow_task *); /* in place of it when the line is closed; frees the task */
};

struct slow_task {
	const struct slow_ops *ops;
	STAILQ_ENTRY(slow_task) next;
};

struct slow *slow_new(struct uv_loop_s *);
/* What waits is dropped, what is being done as soon as it is; memory goes with the loop's next turns. */
void slow_free(struct slow *); /* NULL is fine */
/* False: too many stand there, and the task is still the caller's. */
bool slow_join(struct slow *, struct slow_task *);

#endif
