/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_BUF_H
#define LM_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * A growing text that is born with its maximum.  Always NUL-terminated.  Adding beyond the maximum
 * keeps what fits and sets 'cut': the writer need not check each add, the reader checks once.
 */
struct lm_buf {
	char *p; /* never NULL after init */
	size_t n, cap, max;
	bool cut;
};

void lm_buf_init(struct lm_buf *, size_t max);
void lm_buf_fini(struct lm_buf *);
void lm_buf_clear(struct lm_buf *); /* empty again, same maximum */
void lm_buf_add(struct lm_buf *, const char *p, size_t n);
/*
 * Where the next 'n' bytes may be written, for lm_buf_used() to count them; NULL: they are too many.
 * Nothing has changed until then.
 */
char *lm_buf_room(struct lm_buf *, size_t n);
void lm_buf_used(struct lm_buf *, size_t n);
void lm_buf_puts(struct lm_buf *, const char *text);
void lm_buf_printf(struct lm_buf *, const char *fmt, ...) LM_PRINTF(2, 3);
/*
 * A number in decimal, somewhere in 'out': ids and numbers are told in every step's records, where
 * printf() takes ten times as long.
 */
enum { LM_INT_SIZE = 24 };
const char *lm_int_text(int64_t, char out[LM_INT_SIZE]);
/* The text, owned by the caller (free()); the buffer is empty again. */
char *lm_buf_detach(struct lm_buf *);

#endif
