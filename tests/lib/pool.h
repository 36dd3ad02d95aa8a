/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_POOL_H
#define TESTS_LIB_POOL_H

#include "policies/policy.h"

/*
 * A pool of servers under one scale policy, for the tests of what it decides.  The thresholds are
 * those of the voice service, out 58 and in 32; the pool may be of 1 to 10; everything else is the
 * policy's default until a test says otherwise.  A load comes every 5 seconds, from noon of Monday, the
 * 16th of November 2026.
 */
struct pool {
	struct policies *policies;
	struct policy *policy;
	struct series *gateway;
	struct policy_scale set;
	struct policy_decisions decisions;
	unsigned size;
	int64_t now_ms;
	struct lm_buf text;
};

#define POOL_NOON INT64_C(1794830400000)

void pool_init(struct pool *);
void pool_fini(struct pool *);
/* The policy as 'set' says, seeing, on so many servers. */
void pool_begin(struct pool *, unsigned size);
/* The loads come, one every 5 seconds. */
void pool_loads(struct pool *, size_t n, const double *);
#define POOL_LOADS(pool, ...) \
	pool_loads(           \
	    (pool), sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})
/* Time passes; the policy is woken when it wanted to be. */
void pool_pass(struct pool *, int64_t seconds);
/* The scaling takes so long; the policy does not see meanwhile. */
void pool_scale(struct pool *, unsigned size, int64_t seconds);

/* "scale out to 2: load ... | ..." of all decisions since the last call. */
const char *pool_decided(struct pool *);
/* The size wanted last, after which it forgets what was decided; 0: nothing was. */
unsigned pool_wanted(struct pool *);
/* Why nothing is done now; "" when something is. */
const char *pool_held(struct pool *);
/* The whole document. */
const char *pool_printed(struct pool *);

#endif
