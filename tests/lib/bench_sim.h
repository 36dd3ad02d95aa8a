/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_BENCH_SIM_H
#define LM_TESTS_BENCH_SIM_H

#include "lm/drivers/driver.h"

/*
 * A driver for measurements, "sim": nothing stands behind it, every step succeeds and is answered in
 * the next turn of the loop.  It remembers what is in flight and nothing else, so that what a
 * measurement shows is the manager's.  Install reports what the local driver would: addresses, and ids of
 * networks.
 */
extern const struct driver_ops driver_bench_sim;

#endif
