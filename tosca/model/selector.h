/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_SELECTOR_H
#define LM_TOSCA_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Which series of a text in Prometheus' format is meant: calls, or calls{kind="open",node='a'}.
 * A series fits that has this name and each of these labels; it may have more.
 */
struct selector_label {
	const char *name, *value;
};

enum { SELECTOR_LABELS_MAX = 16 };

struct selector {
	const char *name;
	struct selector_label *labels;
	size_t n;
};

/* What is wrong, and the bytes [at, at + n) of the text that are; n may be 0: something is missing. */
struct selector_flaw {
	const char *what; /* static */
	size_t at, n;
};

/* False: not such a text. */
bool selector_parse(
    struct lm_arena *, const char *text, struct selector *out, struct selector_flaw *flaw);

#endif
