/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_FRONT_END_H
#define LM_TOSCA_FRONT_END_H

#include "tosca/model/descriptor.h"

/*
 * The languages of the compiler, a row for each: which documents are written in it, and who makes
 * descriptors of them.  A tree is the same whatever syntax it was written in, so a language has YAML
 * and JSON alike.  Another language is another file with another row.
 */
struct descriptors {
	struct descriptor **v; /* in the arena of the job */
	size_t n, cap;
};

struct front_end_job {
	struct lm_arena *arena; /* what the descriptors are made of lives here */
	const struct source *source;
	const struct document *document;
	struct diags *diags;
	struct descriptors *out; /* one document may hold several */
};

struct front_end {
	const char *name; /* "descriptors" */
	bool (*claims)(const struct document *);
	void (*read)(const struct front_end_job *);
};

/* The first that claims the document; never NULL: the last one takes everything. */
const struct front_end *front_end_of(const struct document *);
void front_end_read(const struct front_end_job *);

#endif
