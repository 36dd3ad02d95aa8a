/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_PROC_H
#define LM_DRIVERS_LOCAL_PROC_H

#include <stdbool.h>
#include <sys/types.h>

/* Questions to /proc and to process descriptors (pidfds). */

/* Clock ticks since boot at which it started: with the number, a process's identity; 0: none such. */
unsigned long long proc_started(pid_t);
/* Gone, a zombie or on its way out. */
bool proc_is_ending(pid_t);

/* Close-on-exec; -1 with errno. */
int pidfd_of(pid_t);
/* Of the process that 'started' then; -1 when it is another or none. */
int pidfd_of_started(pid_t, unsigned long long started);
bool pidfd_has_ended(int pidfd);
void pidfd_kill(int pidfd);

/* The process that a container, whose first process is 'init', knows as 'inner'; 0: none. */
pid_t proc_find_inner(pid_t init, pid_t inner);

/*
 * Kills every process in the process namespace of 'init' that has 'mark' ("NAME=value") in its
 * environment, those that left their group or session too.
 */
void proc_kill_marked(pid_t init, const char *mark);

#endif
