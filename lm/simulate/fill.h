/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_FILL_H
#define LM_SIMULATE_FILL_H

#include "base/arena.h"
#include "base/kv.h"
#include "tosca/catalog/catalog.h"

/*
 * The properties that are given to an assembly, and some text for each that must be given and is not:
 * nothing real is made of it.  Where it must be a number, the compiler says so.
 */
struct lm_kvs fill_required(
    const struct catalog *, const char *descriptor, const struct lm_kvs *given, struct lm_arena *);

#endif
