/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_SUGGEST_H
#define LM_TOSCA_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * "Did you mean": of the words offered, the one nearest to what was written, by the number of
 * letters added, lost, changed or exchanged with their neighbour.
 *
 *	struct suggest s = suggest_for("asteriks");
 *	for (...) suggest_offer(&s, name);
 *	s.best: NULL when nothing comes near
 */
struct suggest {
	const char *word, *best; /* borrowed */
	size_t distance; /* of best; while there is none, the first distance that is too far */
	size_t compared; /* letter by letter; after a few thousand the rest is passed over */
};

struct suggest suggest_for(const char *word);
void suggest_offer(struct suggest *, const char *candidate); /* NULL is skipped */
/* Whether the candidate would be offered with success if it were the only one. */
bool suggest_is_near(const char *word, const char *candidate);
/* An error about the word, which is adopted, with ": did you mean 'asterisk'?" behind it, if anything. */
struct lm_err *suggest_in(struct lm_err *, const struct suggest *) LM_MUST_USE;

#endif
