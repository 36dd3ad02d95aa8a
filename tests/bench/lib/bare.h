/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_LIB_BARE_H
#define TESTS_BENCH_LIB_BARE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The floor of what is served over HTTP: a bare libmicrohttpd in a process of its own, which throws
 * away what it is sent and answers everything with the same 200.
 */
struct bare {
	pid_t pid;
	unsigned port; /* on 127.0.0.1 */
};

/* Ends the program when it does not start. */
void bare_start(struct bare *, const char *answer, size_t n);
void bare_stop(struct bare *);

#endif
