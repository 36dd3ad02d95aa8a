/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_BASIC_H
#define LM_SERVER_AUTH_BASIC_H

#include <stddef.h>

/*
 * The header "Basic ..." (RFC 7617): 'text' gets "NAME", and behind its NUL the secret, to which this
 * points; NULL: it is no such header, or too long.
 */
char *basic_read(const char *header, char *text, size_t size);

#endif
