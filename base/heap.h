/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_HEAP_H
#define LM_BASE_HEAP_H

#include <stddef.h>

#include "base/attr.h"

/*
 * Memory that lives for itself, and is given back with free().  None of these returns NULL: running
 * out of memory aborts, for the reasons that arena.h tells.  Sizes that overflow abort, too.
 */
void *lm_alloc(size_t size); /* zeroed */
void *lm_alloc_n(size_t n, size_t size);
void *lm_alloc_raw(size_t size);        /* not zeroed: for what is filled at once */
void *lm_realloc(void *p, size_t size); /* what is added is not zeroed */
char *lm_strdup(const char *text);      /* NULL stays NULL */
char *lm_strndup(const char *p, size_t n);
char *lm_strprintf(const char *fmt, ...) LM_PRINTF(1, 2);

#endif
