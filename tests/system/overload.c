/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More metrics than the manager can take: some hear 503, and what operators ask, what they want and
 * what breaks is dealt with all the same; memory stays within bounds.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm/server/http.h"
#include "tests/lib/bench_lm.h"
#include "tests/lib/hammer.h"
#include "tests/lib/operator.h"

enum {
	ASSEMBLIES = 10,
	CROWD = HTTP_CONNECTIONS_MAX / 2 + 128, /* more than may report at once */
	BATCH = 1000,
	OPERATIONS = 40,
	MEMORY_MAX =
	    192 << 20, /* more than before; the sanitizer keeps what is freed for a while */
};

static void fail(const char *text)
{
	fprintf(stderr, "overload: %s\n", text);
	exit(1);
}

/* Beside this program: ../../lm */
static const char *program(char path[4096])
{
	char here[2048];
	ssize_t n = readlink("/proc/self/exe", here, sizeof here - 1);

	if (n < 0)
		fail("/proc is not there");
	here[n] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(here, '/') = '\0';
	snprintf(path, 4096, "%s/lm", here);
	return path;
}

/* As fast as they are answered, with a rest for those who are refused. */
static pid_t crowd_begins(const struct bench_lm *lm, int tell)
{
	struct hammer_conf conf = {
	    .port = lm->port, .connections = CROWD, .seconds = 8, .rest_s = 0.2};
	struct hammer_result r;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	conf.request = operator_report(lm, BATCH, &conf.request_n);
	hammer(&conf, &r);
	_exit(write(tell, &r, sizeof r) == sizeof r ? 0 : 1);
}

static void operators_work(const struct bench_lm *lm, double memory)
{
	static struct follow f;
	unsigned refused = 0;

	follow_open(&f, lm->port);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		operator_question(lm);
		operator_intent(lm, i % ASSEMBLIES * LM_METERS + LM_METERS - 1 - i / ASSEMBLIES);
		operator_breach(lm, &f, i % ASSEMBLIES * LM_METERS + i / ASSEMBLIES, &refused);
		if (bench_pid_rss(lm->pid) > memory + MEMORY_MAX)
			fail("memory grows without bounds");
	}
	follow_close(&f);
}

int main(void)
{
	char path[4096];
	struct hammer_result r;
	struct bench_lm lm;
	int tell[2];

	setenv("ASAN_OPTIONS", "quarantine_size_mb=8", 0);
	signal(SIGPIPE, SIG_IGN);
	if (pipe(tell) != 0)
		fail("no pipe");
	bench_lm_start(&lm, program(path), ASSEMBLIES);
	double memory = bench_pid_rss(lm.pid);
	pid_t crowd = crowd_begins(&lm, tell[1]);
	operators_work(&lm, memory);
	if (read(tell[0], &r, sizeof r) != sizeof r)
		fail("the crowd does not tell");
	waitpid(crowd, NULL, 0);
	if (r.ok == 0 || r.refused == 0)
		fail("nobody was refused, or everybody");
	operator_question(&lm);
	bench_lm_stop(&lm);
	printf("%lu reports taken and %lu refused while operators worked\n", (unsigned long)r.ok,
	    (unsigned long)r.refused);
	return 0;
}
