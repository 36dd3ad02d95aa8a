/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_LIB_APART_H
#define LM_TESTS_LIB_APART_H

#include <sys/types.h>

/*
 * A place apart on this machine: processes, mounts and networks of its own, with a loopback that is up.  /proc,
 * /sys and /run show what is in there; only control groups are everybody's.  All else that is left there goes with
 * its first process.
 */

/*
 * Forks into it.  In there 0, for its first process, which has to reap orphans; outside its id there, or -1 when
 * the kernel refuses.  Who is outside can make no threads any more: leave by _exit().
 */
pid_t apart_fork(void);
/* For the first process: makes it what it is said to be above.  NULL, or what could not be done; see errno. */
const char *apart_furnish(void);

#endif
