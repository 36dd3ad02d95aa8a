/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_PREFLIGHT_H
#define LM_DRIVERS_LOCAL_PREFLIGHT_H

#include "base/err.h"

/*
 * Whether this machine can run networks and containers, before anything is made: rights, programs,
 * kernel features, cgroups, and a state folder that can hold an overlay.  Tries in namespaces of
 * its own, which leave nothing behind.  Blocks for some tens of milliseconds.
 *
 * UNAVAILABLE, with one sentence: what is missing, and how to mend it.
 */
/* Rights and the names of the folders: what can be said before the state folder exists. */
struct lm_err *preflight_early(const char *state_dir, const char *images_dir) LM_MUST_USE;
/* All else; in a state folder that is there. */
struct lm_err *preflight(const char *state_dir) LM_MUST_USE;

#endif
