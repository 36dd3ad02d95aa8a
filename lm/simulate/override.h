/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_OVERRIDE_H
#define LM_SIMULATE_OVERRIDE_H

#include "base/buf.h"
#include "base/err.h"
#include "tosca/catalog/catalog.h"

/*
 * A policy that is set otherwise, in this catalog alone: "scaleOut_threshold=70,cooldown=60" changes
 * the text of its descriptor there, as an editor would, and has it compiled again; nobody's file
 * is touched.  So everything that the compiler knows of a policy is said of these values, too.  A
 * property without a value ("scaleIn_threshold=") is taken out.
 *
 * INVALID: a name that no scale policy has, or what the compiler says of the values.  Otherwise
 * what it warns of, and did not before, is added to 'warnings'.
 */
struct lm_err *override_apply(struct catalog *, const char *descriptor, const char *policy,
    const char *set, struct lm_buf *warnings) LM_MUST_USE;

#endif
