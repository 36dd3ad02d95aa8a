/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_WIDTH_H
#define LM_TOSCA_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How characters look on a terminal.  'p' holds one UTF-8 sequence of 'size' bytes, as
 * source_char_size() measures it.
 */

/* False: a terminal would act on it, it turns the line around, or it is not a character at all. */
bool char_is_shown(const char *p, size_t size);
/* Cells it takes: 0 (marks that sit on the letter before), 1 or 2 (East Asian letters, pictures). */
unsigned char_width(const char *p, size_t size);

#endif
