/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_PACKAGES_SHA256_H
#define LM_PACKAGES_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT = 65 }; /* 64 hexadecimal digits and NUL */

/* FIPS 180-4: the name of an archive that nobody can give to another one. */
void sha256_text(const char *bytes, size_t n, char out[SHA256_TEXT]);

#endif
