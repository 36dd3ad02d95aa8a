/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_PAGES_H
#define LM_SERVER_PAGES_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Documents that were asked for, as they were sent, for who asks for the same before anything has
 * changed: dashboards ask every second.  A change of anything at all forgets all of them.  At most 64
 * of them, 1 MiB each, 8 MiB together.
 */
struct http_page;
struct http_request;
struct pages;

struct pages *pages_new(void);
void pages_free(struct pages *); /* NULL is fine */

/* 'revision': of manager_revision(), 0: nothing is known of it.  True: it has been answered. */
bool pages_answer(struct pages *, const char *key, uint64_t revision, struct http_request *);
/* Answers 200 with a JSON text, taken out of 'body', which is kept where there is room. */
void pages_keep(
    struct pages *, const char *key, uint64_t revision, struct http_request *, struct lm_buf *body);

#endif
