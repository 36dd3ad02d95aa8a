/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_ENTER_H
#define LM_DRIVERS_LOCAL_ENTER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * What a child does between fork and exec to get where its program shall run.  Only calls that are
 * safe after a fork; each returns NULL, or the name of what failed with errno set.
 */

/*
 * Joins the container whose first process is 'init': its cgroups, namespaces and limits, with
 * a container's capabilities and no way to more.  The child must have been forked into the
 * container's process namespace already.
 */
const char *enter_container(pid_t init, int init_pidfd);

/* Makes a network namespace, bound to the existing file 'path', and comes back from it. */
const char *enter_netns_make(const char *path);
/* Stays in the one bound to 'path'; 'forward' turns on IPv4 forwarding there. */
const char *enter_netns(const char *path, bool forward);

/* A session of its own, default signals, nothing open beyond the standard three after exec. */
const char *enter_fresh(void);

#endif
