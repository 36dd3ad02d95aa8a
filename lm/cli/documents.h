/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_DOCUMENTS_H
#define LM_CLI_DOCUMENTS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "tosca/text/diag.h"

/* Files that an operator names, and the YAML or JSON in them. */

enum { DOCUMENTS_TEXT_MAX = 1 << 20 };

/* "-" is standard input. */
struct lm_err *documents_load(const char *file, struct lm_buf *out) LM_MUST_USE;
/*
 * The documents as an array, and their texts as an array of strings (NULL: nobody wants them); both
 * are the caller's (json_decref).  The error holds the diagnostics.
 */
struct lm_err *documents_read(
    const char *name, const char *text, size_t n, json_t **out, json_t **texts) LM_MUST_USE;
/* What is wrong, as an error of several lines. */
struct lm_err *documents_error(const struct diags *) LM_MUST_USE;

#endif
