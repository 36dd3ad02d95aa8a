/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_BENCH_LM_H
#define LM_TESTS_BENCH_LM_H

#include <sys/types.h>

/*
 * The real manager as a process of its own, with assemblies that ask nothing of a driver: each of
 * 20 meters, which have a load, an integrity, and a policy that heals at the first BROKEN.  It knows
 * assembly::fifty::1.0 as well, of 50 of them, and assembly::far::1.0, of 50 resources at a location "far"
 * that the resource driver "far" installs and starts.
 */
enum { LM_METERS = 20 };

struct bench_lm {
	pid_t pid;
	unsigned port;
	char folder[64]; /* holds all it has; goes with it */
	char token[160]; /* of a writer */
	struct bench_meter {
		char key[40];  /* its id */
		char name[40]; /* in full: "m3__meter__7" */
	} * meters;
	unsigned n_meters;
};

/* 'lm' is the program.  Aborts when it does not start. */
void bench_lm_start(struct bench_lm *, const char *lm, unsigned assemblies);
void bench_lm_stop(struct bench_lm *);

/* These are taken, or the program ends. */
void bench_lm_post(const struct bench_lm *, const char *path, const char *body);
void bench_lm_create(const struct bench_lm *, const char *name, const char *descriptor);

double bench_pid_cpu_s(pid_t);
double bench_pid_rss(pid_t); /* bytes, now */

#endif
