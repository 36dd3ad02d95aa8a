/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_CHART_H
#define TESTS_LIB_CHART_H

#include <stdio.h>

#include "tests/lib/calls.h"
#include "tests/lib/storylog.h"

/*
 * The story as a picture, SVG 1.1: five panels on one axis of time (load against its thresholds,
 * servers, calls in progress by server, calls per second, failures) with the chapters as bands and
 * what happened as marked lines.
 */
void chart_write(FILE *, const struct storylog *, const struct calls *);

#endif
