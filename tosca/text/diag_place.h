/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_DIAG_PLACE_H
#define LM_TOSCA_DIAG_PLACE_H

#include "tosca/text/source.h"

/*
 * Where diagnostics stand, for the printers.  A cursor remembers how far it has counted: a file of
 * one line with a thousand mistakes is counted through once, when they come in order.
 */
struct diag_cursor {
	bool counts; /* characters of the whole text, too */
	const struct source *source;
	uint32_t line;           /* 0: nowhere yet */
	uint32_t at, col, chars; /* byte, its column, and how many characters stand before it */
};

struct diag_place {
	struct source_place at;  /* all 0: no place, or the file as a whole */
	uint32_t begin, end;     /* bytes */
	uint32_t chars, n_chars; /* characters before it, and in it: when the cursor counts them */
};

/* Blanks and line ends behind a range are not part of what is shown. */
struct diag_place diag_place(struct diag_cursor *, const struct source_range *);
/* Those that can be told: false when the text is not byte for byte that of the file. */
bool diag_place_has_offsets(const struct source_range *);

#endif
