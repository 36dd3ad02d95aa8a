/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_BUNDLE_H
#define LM_DRIVERS_LOCAL_BUNDLE_H

#include "base/buf.h"

/*
 * The bundle's config.json: a container with its own process, IPC, host name and mount namespaces,
 * in a network namespace that is there already; no new privileges, few capabilities; its first
 * process only reaps.  Pure; all paths are absolute and on this machine.
 */
struct bundle {
	const char *hostname;
	const char *const
	    *init; /* NULL-terminated command of the first process, in the container */
	const char *rootfs;
	const char *netns;       /* path of the network namespace */
	const char *package_dir; /* becomes /package, read only */
	const char *run_dir;     /* becomes /run/lm */
	const char *hosts;       /* becomes /etc/hosts, read only */
	const char *cgroup;      /* path in every hierarchy */
};

void bundle_write(const struct bundle *, struct lm_buf *out);

/* A host name of at most 63 letters, digits and '-' from an instance's name. */
enum { HOSTNAME_SIZE = 64 };
void bundle_hostname(const char *resource_name, char out[HOSTNAME_SIZE]);

#endif
