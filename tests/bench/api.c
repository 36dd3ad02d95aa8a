/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api [-j FILE] LM
 *
 * The API of the manager LM (a program) from outside, on loopback: documents of an assembly beside a
 * bare libmicrohttpd that sends the same bytes, what the command line takes from its start to the end
 * of its output, and how soon an intent is acknowledged while a hundred processes run.  See tests/bench/README.md.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/bench/lib/bare.h"
#include "tests/bench/lib/simulated_driver.h"
#include "tests/lib/bench.h"
#include "tests/lib/bench_lm.h"
#include "tests/lib/hammer.h"
#include "tests/lib/operator.h"

enum {
	ASSEMBLIES = 20,
	CONNECTIONS = 16,
	ROUNDS = 5,
	RUNS = 200, /* of the command line */
	PROCESSES = 100,
	STEP_MS = 50,
	INTENTS = 500,
	DOCUMENT_MAX = 60 * 1024,
};
static const double round_s = 1, half_s = 3;

static void die(const char *what)
{
	fprintf(stderr, "api: %s\n", what);
	exit(1);
}

/* ---- a document of 50 components ---------------------------------------------------------------- */

static const char topology[] = "GET /api/topology/assemblies/fifty HTTP/1.1\r\nHost: "
			       "localhost\r\nAccept: application/json\r\n\r\n";

static void read_document(const struct bench_lm *lm, struct lm_buf *out)
{
	char command[200], part[4096];
	size_t n;

	snprintf(command, sizeof command,
	    "curl -sS -m 20 http://127.0.0.1:%u/api/topology/assemblies/fifty", lm->port);
	FILE *f = popen(command, "re");
	while (f != NULL && (n = fread(part, 1, sizeof part, f)) > 0)
		lm_buf_add(out, part, n);
	if (f == NULL || pclose(f) != 0 || out->cut || out->n < 50 * 100)
		die("the document cannot be read");
}

static double rate_of(unsigned port)
{
	struct hammer_conf conf = {.port = port,
	    .connections = CONNECTIONS,
	    .request = topology,
	    .request_n = sizeof topology - 1,
	    .seconds = round_s};
	struct hammer_result r;

	hammer(&conf, &r);
	if (r.ok == 0 || r.others + r.refused > 0)
		die("an answer was no 200");
	return (double)r.ok / r.seconds;
}

static double p99_at(unsigned port, double rate)
{
	struct hammer_conf conf = {.port = port,
	    .connections = CONNECTIONS,
	    .request = topology,
	    .request_n = sizeof topology - 1,
	    .seconds = half_s,
	    .rate = rate};
	struct hammer_result r;

	hammer(&conf, &r);
	return r.p99_s;
}

/* In turns, so that what else the machine does falls on both. */
static bool measure_topology(const struct bench_lm *lm, json_t *figures)
{
	double bare[ROUNDS], ours[ROUNDS], ratio[ROUNDS];
	struct bare floor;
	struct lm_buf document;

	lm_buf_init(&document, DOCUMENT_MAX);
	bench_lm_create(lm, "fifty", "assembly::fifty::1.0");
	read_document(lm, &document);
	bare_start(&floor, document.p, document.n);
	for (unsigned i = 0; i < ROUNDS; i++) {
		bare[i] = rate_of(floor.port);
		ours[i] = rate_of(lm->port);
		ratio[i] = ours[i] / bare[i] * 100;
	}
	double rate = bench_median(ours, ROUNDS), p99 = p99_at(lm->port, rate / 2);
	const struct bench_figure all[] = {
	    {"api.topology.size", "bytes", (double)document.n, BENCH_NO_GOAL, 0},
	    {"api.topology.floor", "/s", bench_median(bare, ROUNDS), BENCH_NO_GOAL, 0},
	    {"api.topology.rate", "/s", rate, BENCH_NO_GOAL, 0},
	    {"api.topology.of_floor", "%", bench_median(ratio, ROUNDS), BENCH_AT_LEAST, 50},
	    {"api.topology.half_load.p99", "ms", p99 * 1e3, BENCH_AT_MOST, 10},
	};
	bare_stop(&floor);
	lm_buf_fini(&document);
	return bench_show_all(figures, all, LM_COUNT(all));
}

/* ---- intents while others run ------------------------------------------------------------------- */

static unsigned count_running(const struct bench_lm *lm)
{
	char command[200];
	unsigned n = 0;

	snprintf(command, sizeof command,
	    "curl -sS -m 20 'http://127.0.0.1:%u/api/processes?processStatuses=In%%20Progress&"
	    "limit=1000' | jq length",
	    lm->port);
	FILE *f = popen(command, "re");
	if (f == NULL || fscanf(f, "%u", &n) != 1 || pclose(f) != 0)
		die("the processes cannot be counted");
	return n;
}

/* A hundred processes of a hundred steps each, all asked of a driver that answers after a while. */
static void begin_processes(const struct bench_lm *lm, const struct simulated_driver *d)
{
	char body[200], name[16];

	snprintf(
	    body, sizeof body, "{\"type\":\"far\",\"baseUri\":\"http://127.0.0.1:%u\"}", d->port);
	bench_lm_post(lm, "/api/resource-manager/resource-drivers", body);
	bench_lm_post(lm, "/api/deploymentLocations",
	    "{\"name\":\"far\",\"resourceManager\":\"lm\",\"infrastructureType\":\"far\"}");
	for (unsigned i = 0; i < PROCESSES; i++) {
		snprintf(name, sizeof name, "far%u", i);
		bench_lm_create(lm, name, "assembly::far::1.0");
	}
}

static bool measure_intents(const struct bench_lm *lm, json_t *figures)
{
	static double took[INTENTS];
	struct simulated_driver far;

	simulated_driver_start(&far, lm->port, STEP_MS);
	begin_processes(lm, &far);
	unsigned before = count_running(lm);
	for (unsigned i = 0; i < INTENTS; i++)
		took[i] = operator_intent(lm, i % (ASSEMBLIES * LM_METERS));
	unsigned after = count_running(lm);
	simulated_driver_stop(&far);
	double median = bench_median(took, INTENTS);
	const struct bench_figure all[] = {
	    {"api.intent.running_before", "processes", before, BENCH_AT_LEAST, PROCESSES},
	    {"api.intent.running_after", "processes", after, BENCH_AT_LEAST, PROCESSES},
	    {"api.intent.acknowledged", "ms", median * 1e3, BENCH_NO_GOAL, 0},
	    {"api.intent.acknowledged.p99", "ms", took[INTENTS * 99 / 100] * 1e3, BENCH_AT_MOST,
		10},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

/* ---- the command line ----------------------------------------------------------------------------- */

/* From before it is started until its output has ended; aborts when it fails. */
static double run_once(const char *const argv[])
{
	double began = bench_wall_s();
	char part[4096];
	int out[2];
	int status = 0;
	ssize_t n;

	if (pipe2(out, O_CLOEXEC) != 0)
		abort();
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	do
		n = read(out[0], part, sizeof part);
	while (n > 0);
	double took = bench_wall_s() - began;
	close(out[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		die("a command has failed");
	return took;
}

static bool measure_cli(const struct bench_lm *lm, const char *program, json_t *figures)
{
	static double get[RUNS], version[RUNS], nothing[RUNS];
	char server[64];

	snprintf(server, sizeof server, "http://127.0.0.1:%u", lm->port);
	const char *const list[] = {program, "get", "assemblies", "--server", server, NULL};
	const char *const says[] = {program, "version", NULL};
	const char *const floor[] = {"/bin/true", NULL};
	for (unsigned i = 0; i < RUNS; i++) {
		nothing[i] = run_once(floor);
		version[i] = run_once(says);
		get[i] = run_once(list);
	}
	const unsigned p99 = RUNS * 99 / 100;
	const struct bench_figure all[] = {
	    {"cli.floor", "ms", bench_median(nothing, RUNS) * 1e3, BENCH_NO_GOAL, 0},
	    {"cli.version", "ms", bench_median(version, RUNS) * 1e3, BENCH_NO_GOAL, 0},
	    {"cli.get_assemblies", "ms", bench_median(get, RUNS) * 1e3, BENCH_AT_MOST, 15},
	    {"cli.get_assemblies.p99", "ms", get[p99] * 1e3, BENCH_NO_GOAL, 0},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

int main(int argc, char **argv)
{
	const char *report = NULL;
	struct bench_lm lm;
	int option;

	while ((option = getopt(argc, argv, "j:")) == 'j')
		report = optarg;
	if (option != -1 || optind + 1 != argc) {
		fprintf(stderr, "usage: api [-j FILE] LM\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	json_t *figures = json_array();
	bench_lm_start(&lm, argv[optind], ASSEMBLIES);
	bool met = measure_topology(&lm, figures);
	met &= measure_cli(&lm, argv[optind], figures);
	met &= measure_intents(&lm, figures);
	bench_lm_stop(&lm);
	bool written = bench_report(report, figures, met);
	return met && written ? 0 : 1;
}
