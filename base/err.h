/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_ERR_H
#define LM_BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * A failure of the world: one, returned, chained as it travels outwards.  NULL is success.
 *
 * A user's mistake in a document is a diagnostic (tosca/text/diag.h); our own mistake is an assert.
 * An error is finished by exactly one of: return, wrap, store, log and free.  Whoever handles it
 * logs it; nobody logs and returns.
 */
struct lm_err;

/* kind, text in answers and logs, HTTP status */
#define LM_ERR_KINDS(X)                    \
	X(INVALID, "invalid", 400)         \
	X(NOT_FOUND, "not found", 404)     \
	X(CONFLICT, "conflict", 409)       \
	X(LIMIT, "too large", 413)         \
	X(IO, "input/output", 500)         \
	X(DRIVER, "driver", 502)           \
	X(UNAVAILABLE, "unavailable", 503) \
	X(TIMEOUT, "time-out", 504)

enum lm_err_kind {
#define X(name, text, http) LM_ERR_##name,
	LM_ERR_KINDS(X)
#undef X
};

/* The result is owned by the caller.  Texts are one line, no full stop, and say what to do. */
struct lm_err *lm_err_new(enum lm_err_kind, const char *fmt, ...) LM_PRINTF(2, 3) LM_MUST_USE;
/* The same, with ": <strerror(errnum)>" at the end; kind IO. */
struct lm_err *lm_err_errno(int errnum, const char *fmt, ...) LM_PRINTF(2, 3) LM_MUST_USE;
/* Adopts 'cause', keeps its kind, and puts "<what we were doing>: " before its text. */
struct lm_err *lm_err_wrap(struct lm_err *cause, const char *fmt, ...) LM_PRINTF(2, 3) LM_MUST_USE;
void lm_err_free(struct lm_err *);

enum lm_err_kind lm_err_kind(const struct lm_err *);
const char *lm_err_text(const struct lm_err *); /* borrowed */
const char *lm_err_kind_text(enum lm_err_kind);
int lm_err_http_status(enum lm_err_kind);

LM_DEFINE_AUTO(lm_err, lm_err_free);

#endif
