/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_LIBRARY_CONTENT_H
#define LM_SERVER_LIBRARY_CONTENT_H

#include "lm/server/library/library.h"

/*
 * What is in a package, read and unpacked apart from everything else, so that any thread can do it;
 * and whether it is one in itself.  How it fits to others the catalog knows.
 */
struct content {
	struct catalog *catalog; /* its own, of files "<key>.zip!/path"; not checked */
	char key[LIBRARY_NAME_MAX + 1], name[LIBRARY_NAME_MAX + 1]; /* "": it has none */
	char *folder;                                               /* NULL: not unpacked */
};

struct content_source {
	const char *file; /* how to call it while its name is not known; NULL: "package.zip" */
	const char *key;  /* its name is known already; NULL: it is not */
	const char *bytes;
	size_t n;
	const char *unpack_dir;
};
/*
 * What is wrong with it, the catalog can report, too.  With an error the content is there as far as it
 * could be read; always to be freed.
 */
struct lm_err *content_read(const struct content_source *, struct content *out) LM_MUST_USE;
void content_fini(struct content *);

/* Text for people of the first errors: "file:line:column: what [code]; ...". */
struct lm_err *diags_refuse(const struct diags *);

#endif
