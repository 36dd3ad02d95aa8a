/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_FEED_SIGN_H
#define LM_SERVER_FEED_SIGN_H

#include <stddef.h>

/*
 * That a message comes from this manager: "sha256=" and, in hexadecimal, HMAC-SHA256 by the
 * receiver's secret of the timestamp, a dot and the body.  With the time inside of it an old message
 * cannot be sent again by somebody else as a new one.
 */
enum { SIGN_SIZE = 7 + 64 + 1 };

void sign_message(
    const char *secret, const char *timestamp, const char *body, size_t n, char out[SIGN_SIZE]);

#endif
