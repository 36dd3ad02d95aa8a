/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_EXAMINE_H
#define LM_SERVER_EXAMINE_H

#include <jansson.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * What can be said of a journal without the manager that writes it, which may be at work: in the
 * form of GET /api/doctor, with the journal's figures in place of those of what is outside.  The
 * document is the caller's (json_decref).  An error: it is no journal, or cannot be read.
 */
struct lm_err *journal_examine(const char *path, json_t **out) LM_MUST_USE;

#endif
