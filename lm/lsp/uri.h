/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LSP_URI_H
#define LM_LSP_URI_H

/* Both results belong to the caller (free()). */

/* "file:///a%20b" -> "/a b".  Anything that names no local file stays as it is. */
char *uri_to_file(const char *uri);
/* The other way round. */
char *uri_of_file(const char *file);

#endif
