/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_BENCH_TEXT_H
#define LM_TESTS_BENCH_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/* Descriptors for measurements, the same on every machine. */

/*
 * assembly::bench::1.0, 'n' components of one type: each has a text, a property of the assembly and
 * a property of a component before it as its properties; every second one is the source of a
 * relationship with an operation each way.  The buffer is initialised here.
 */
void bench_text_flat(struct lm_buf *out, size_t n);

/*
 * assembly::office::1.0, a voice service for many desks: a network, a router, a gateway of two
 * resources, and a pool of BENCH_SERVERS servers of three, each with a relationship to the gateway
 * and a heal policy; the pool scales with the gateway's load.
 */
enum { BENCH_SERVERS = 32, BENCH_OFFICE_RESOURCES = 4 + 3 * BENCH_SERVERS };
void bench_text_office(struct lm_buf *out);

#endif
