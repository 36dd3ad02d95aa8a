/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_LIB_SIMULATED_DRIVER_H
#define TESTS_BENCH_LIB_SIMULATED_DRIVER_H

#include <sys/types.h>

/*
 * A resource driver over HTTP that makes nothing: it accepts every step, and answers 'delay_ms' later
 * that it is complete.  A process of its own.
 */
struct simulated_driver {
	pid_t pid;
	unsigned port; /* on 127.0.0.1; its base is http://127.0.0.1:PORT */
};

/* 'manager_port': where the answers go.  Ends the program when it does not start. */
void simulated_driver_start(struct simulated_driver *, unsigned manager_port, unsigned delay_ms);
void simulated_driver_stop(struct simulated_driver *);

#endif
