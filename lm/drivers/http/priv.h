/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_HTTP_PRIV_H
#define LM_DRIVERS_HTTP_PRIV_H

#include "base/buf.h"
#include "lm/drivers/remote/remote.h"

/*
 * A driver of others, asked over HTTP.  A request is packed (the package's files, by a thread), asked,
 * and accepted; its answer comes by a road of its own, see reply.h.
 */
enum {
	BODY_MAX = 24 << 20, /* of what is asked: the files in base64, and values */
	FILES_MAX = 8 << 20, /* bytes of a package's files */
	ENTRIES_MAX = 2000,  /* of them */
	HEALTH_MS = 5000,
	HEALTH_MAX = 64 * 1024, /* bytes */
	WHY_MAX = REMOTE_WHY_MAX,
};

struct pack;

struct request {
	struct remote_request base;
	struct pack *pack; /* NULL: nothing is being packed */
};

struct driver {
	struct remote remote;
};

extern const struct remote_ops http_requests; /* request.c */

/* ---- answer.c: what a driver says ----------------------------------------------------------------- */

/* Of a call. */
void answer_read(struct remote_request *, const struct web_answer *);

/* ---- body.c: what it is asked ------------------------------------------------------------------------ */

/* 'files' as pack_done_fn gets them. */
void body_print(const struct step_request *, const struct lm_buf *files, struct lm_buf *out);

/* ---- pack.c: the package's files ------------------------------------------------------------------- */

/*
 * Reads, zips and encodes in a thread; 'done' is called later from the loop.  'why' NULL: 'files' is
 * the zip in base64, in quotes.  pack_forget(): 'done' is not called.
 */
typedef void pack_done_fn(void *arg, const struct lm_buf *files, const char *why);
struct pack *pack_begin(
    uv_loop_t *, const char *package_dir, const char *driver, pack_done_fn *, void *arg);
void pack_forget(struct pack *);

#endif
