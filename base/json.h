/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_JSON_H
#define LM_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Writes JSON, commas and escapes included, into a buffer.  (What comes thousands of times a second
 * is read by base/json_read.h, everything else by a library.)  A key is NULL inside an array and at the top.
 *
 *	struct lm_json j = lm_json_on(&buf);
 *	lm_json_open(&j, NULL, '{');
 *	lm_json_str(&j, "name", "voice");
 *	lm_json_close(&j, '}');
 */
struct lm_json {
	struct lm_buf *out;
	bool comma; /* the next member needs one */
};

struct lm_json lm_json_on(struct lm_buf *);
void lm_json_open(struct lm_json *, const char *key, char bracket); /* '{' or '[' */
void lm_json_close(struct lm_json *, char bracket);                 /* '}' or ']' */
void lm_json_str(struct lm_json *, const char *key, const char *s); /* NULL writes null */
void lm_json_int(struct lm_json *, const char *key, int64_t);
void lm_json_num(struct lm_json *, const char *key, double); /* up to 3 decimals */
void lm_json_bool(struct lm_json *, const char *key, bool);
void lm_json_raw(struct lm_json *, const char *key, const char *json); /* already JSON */

/*
 * Just the escaped text in quotes.  A byte that is no UTF-8 becomes U+FFFD: scripts print what they
 * like, and what is written here must be read again.
 */
void lm_json_quote(struct lm_buf *, const char *text);

#endif
