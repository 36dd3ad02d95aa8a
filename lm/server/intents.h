/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTENTS_H
#define LM_SERVER_INTENTS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "lm/core/intent.h"

/*
 * The body of POST /api/intent/<name>: one JSON object.  Fields the intent does not know are
 * ignored, and an empty text is none; property values that are numbers or booleans become text, lists and maps become JSON
 * text, null means unset.  Checks shape and presence only; whether the assembly exists is the
 * engine's matter.  What 'out' points to lives in the arena.
 *
 * Every intent takes "queue": true, our own: wait behind what runs on the assembly, instead of
 * being refused.  An adoption says what there is already:
 *
 *	"clusters":  {"pbx": 2}                           composition or full name: members
 *	"resources": {"voice__gateway__kamailio":         full name in the new instance
 *	                 {"id": "..",                     of the resource, if it has one; optional
 *	                  "outputs": {"address": ".."},   what its installation had reported; optional
 *	                  "associatedTopology":           what its driver had made outside; optional
 *	                      {"server": {"id": "..", "type": ".."}}}}
 *
 * A resource may be its topology alone, without a word of the above: {"server": {"id": ..}}.
 */
struct lm_err *intent_read(enum intent_kind, const char *body, size_t n, struct lm_arena *,
    struct intent *out) LM_MUST_USE;

/* "createAssembly, changeAssemblyState, ...": for messages. */
const char *intent_names(void);

#endif
