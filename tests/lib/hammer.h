/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_HAMMER_H
#define LM_TESTS_HAMMER_H

#include <stddef.h>
#include <stdint.h>

/*
 * HTTP requests as fast as they are answered, or at a steady rate, over connections that stay open.
 * For measuring what is at the other end: it does as little as it can itself, in one thread.
 */
struct hammer_conf {
	unsigned port;        /* on 127.0.0.1 */
	unsigned connections; /* each with one request on its way at most; to 1024 */
	const char *request;  /* all of it */
	size_t request_n;
	double seconds;
	uint64_t requests; /* no more than that; 0: no such limit */
	double rate;       /* requests a second, in all; 0: as many as are answered */
	double rest_s;     /* a connection that was refused says nothing for so long */
};

struct hammer_result {
	uint64_t ok, refused, others; /* answers: 2xx; 429 and 503; whatever else */
	uint64_t cut;                 /* connections that were closed, and opened anew */
	uint64_t unsaid;              /* with a rate: came due when all connections were busy */
	double seconds;               /* from the first request to the last answer */
	double median_s, p99_s; /* from the first byte of a request to the last of its answer */
};

/* Aborts when nobody listens at all. */
void hammer(const struct hammer_conf *, struct hammer_result *out);

/* The head and body of a POST in one text, free(); 'token' may be NULL. */
char *hammer_post(const char *path, const char *token, const char *body, size_t *n);
/* A connection to 127.0.0.1, without delays. */
int hammer_connect(unsigned port);

#endif
