/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_UTF8_H
#define LM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the UTF-8 character at the beginning of a text; 0: there is none. */
size_t lm_utf8_size(const char *text);
bool lm_utf8_is_valid(const char *text);

#endif
