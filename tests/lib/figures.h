/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_FIGURES_H
#define TESTS_LIB_FIGURES_H

#include <jansson.h>

#include "tests/lib/calls.h"
#include "tests/lib/storylog.h"

/*
 * The figures of a story: what build/demo/report.json holds.  tests/demo/README.md says what each
 * of them means and how it is told.  A figure that was not seen is null.  Owned by the caller.
 *
 * "ok" is true when the story was told to its end, every chapter came out as it should, and the
 * search for residue was made and found nothing.
 */
json_t *figures_of(const struct storylog *, const struct calls *);

#endif
