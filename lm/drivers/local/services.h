/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_SERVICES_H
#define LM_DRIVERS_LOCAL_SERVICES_H

#include "lm/drivers/local/priv.h"

/*
 * Watches over a container's services: each <name>.pid in its services folder, and its first
 * process.  The end of one is known at once, through its process descriptor; it is a death when its
 * pid file still is there.
 */
enum { SERVICES_MAX = 32 };

/*
 * Looks at the resource's pid files again, if there is such a resource and it is started: watches
 * what is new, forgets what was told to stop, reports what is dead.  May call died().
 */
void services_look(struct driver *, const char *resource_id);
/* Watches nothing of it any more. */
void services_forget(struct resource *);

#endif
