/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_REQUEST_H
#define LM_CLI_REQUEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

/* What an operator says, as an intent for the API: its name and its JSON body. */
struct request {
	const char *intent;  /* "scaleOutAssembly" */
	const char *subject; /* for people: an assembly, or a process */
	const char *body;
};

/* What was said with options.  Everything is borrowed; what was not said is NULL or 0. */
struct request_more {
	const char *descriptor, *state; /* upgrade */
	const char *const *properties;  /* upgrade: "name=value" */
	size_t n_properties;
	bool queue;     /* all */
	const char *to; /* scale: so many members */
};

struct requests {
	LM_VEC(struct request) all; /* in the arena */
};

/* An operator's words: {"scale", "voice", "pbx", "out"}. */
struct request_words {
	const char *verb;
	const char *const *v; /* after the verb */
	size_t n;
	struct request_more more;
};
/* INVALID when the words do not fit.  Texts live in the arena. */
struct lm_err *request_from_words(
    struct lm_arena *, const struct request_words *, struct request *out) LM_MUST_USE;

/* What stands behind the verb is the id of a process. */
bool request_is_of_process(const char *verb);

/* What the documents of a file are for. */
struct request_file {
	const char *intent; /* "createAssembly" */
	const char *name;   /* of the file; "-" is standard input */
	bool queue;
};
/*
 * The documents of a YAML or JSON text, each the body of the intent; intendedState is Active when
 * it is not given.  Nothing is returned unless all are good; the error holds the diagnostics.
 */
struct lm_err *requests_from_text(struct lm_arena *, const struct request_file *, const char *text,
    size_t n, struct requests *out) LM_MUST_USE;
struct lm_err *requests_from_file(
    struct lm_arena *, const struct request_file *, struct requests *out) LM_MUST_USE;

#endif
