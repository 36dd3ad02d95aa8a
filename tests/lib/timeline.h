/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_TIMELINE_H
#define TESTS_LIB_TIMELINE_H

#include <stdio.h>

#include "tests/lib/calls.h"
#include "tests/lib/storylog.h"

/* Tells the story for a terminal: chapters, what happened in each and when, failed calls. */
void timeline_print(FILE *, const struct storylog *, const struct calls *);

#endif
