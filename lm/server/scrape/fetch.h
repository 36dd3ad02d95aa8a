/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_FETCH_H
#define LM_SERVER_FETCH_H

#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * GET over HTTP on the loop, many at once; connections stay open for the next one.  The only place
 * of the server that knows the HTTP client library.
 *
 * Plain http and nothing else: no redirects, no proxy, no credentials, nothing from the environment.
 * A body has at most 1 MiB.
 */
struct uv_loop_s;
struct fetcher;
struct fetch;

enum { FETCH_BODY_MAX = 1 << 20 };

/*
 * The end of a fetch: the body, with a NUL behind it, which may be written to and lives as long as the
 * call; or why there is none, and body is NULL.  The fetch is gone.  May begin and cancel others.
 */
typedef void fetch_done_fn(void *arg, char *body, size_t n, const char *why);

struct fetcher *fetcher_new(struct uv_loop_s *);
/* Cancels what is under way.  Memory: the loop's next turn.  NULL is fine. */
void fetcher_free(struct fetcher *);

/* Whether it is an address that can be fetched; INVALID with the reason. */
struct lm_err *fetch_check(const char *url) LM_MUST_USE;
/* 'done' is called later from the loop, once. */
struct fetch *fetch_begin(
    struct fetcher *, const char *url, unsigned limit_ms, fetch_done_fn *done, void *arg);
/* 'done' is not called. */
void fetch_cancel(struct fetch *);

#endif
