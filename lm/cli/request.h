/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_REQUEST_H
#define LM_CLI_REQUEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

/* What an operator says, as an intent for the API: its name and its JSON body. */
struct request {
	const char *intent;   /* "scaleOutAssembly" */
	const char *assembly; /* for people */
	const char *body;
};

struct requests {
	LM_VEC(struct request) all; /* in the arena */
};

/*
 * verb and words: "scale" {"voice", "pbx", "out"}.  INVALID when the words do not fit.  Texts live
 * in the arena.
 */
struct lm_err *request_from_words(struct lm_arena *, const char *verb, const char *const *words,
    size_t n_words, struct request *out) LM_MUST_USE;

/*
 * The documents of a YAML or JSON text, each the body of createAssembly; intendedState is Active
 * when it is not given.  Nothing is returned unless all are good; the error holds the diagnostics.
 */
struct lm_err *requests_from_text(struct lm_arena *, const char *file, const char *text, size_t n,
    struct requests *out) LM_MUST_USE;
/* The same from a file; "-" is standard input. */
struct lm_err *requests_from_file(struct lm_arena *, const char *file, struct requests *out)
    LM_MUST_USE;

#endif
