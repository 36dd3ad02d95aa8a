/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webhook [-j FILE] LM
 *
 * The metrics webhook of the manager LM (a program), from outside, on loopback: how many samples it
 * takes beside a bare libmicrohttpd that throws the same body away, what a batch costs, how soon a
 * breach is an intent, and how it bears more than it can take.  See tests/bench/README.md.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm/server/http.h"
#include "tests/bench/lib/bare.h"
#include "tests/lib/bench.h"
#include "tests/lib/bench_lm.h"
#include "tests/lib/follow.h"
#include "tests/lib/hammer.h"
#include "tests/lib/operator.h"

enum {
	ASSEMBLIES = 50,
	CONNECTIONS = 16,
	ROUNDS = 5,
	BATCH = 1000,
	BREACHES = 1000,
	CROWD = HTTP_CONNECTIONS_MAX / 2 + 128, /* more than may report at once */
	OVERLOAD = 10,                          /* times what it takes */
	OVERLOAD_S = 10,
	OPERATIONS = 200,
};
static const double round_s = 1, batch_s = 0.5;

static const char thanks[] = "{\"accepted\":1,\"dropped\":0,\"errors\":[]}";

/* ---- throughput --------------------------------------------------------------------------------- */

struct side {
	double rate[ROUNDS], cpu_us[ROUNDS];
};

static void turn(struct side *side, unsigned i, pid_t pid, const struct hammer_conf *conf)
{
	struct hammer_result r;
	double cpu = bench_pid_cpu_s(pid);

	hammer(conf, &r);
	if (r.ok == 0 || r.others > 0) {
		fprintf(stderr, "webhook: %" PRIu64 " answers were no 200\n", r.others + r.refused);
		exit(1);
	}
	side->rate[i] = (double)r.ok / r.seconds;
	side->cpu_us[i] = (bench_pid_cpu_s(pid) - cpu) * 1e6 / (double)r.ok;
}

/* In turns, so that what else the machine does falls on both. */
static bool measure_rate(const struct bench_lm *lm, double *rate, json_t *figures)
{
	struct bare floor;
	struct side bare, ours;
	double ratio[ROUNDS], cpu[ROUNDS];
	struct hammer_conf conf = {.connections = CONNECTIONS, .seconds = round_s};
	char *request = operator_report(lm, 1, &conf.request_n);

	bare_start(&floor, thanks, sizeof thanks - 1);
	conf.request = request;
	for (unsigned i = 0; i < ROUNDS; i++) {
		conf.port = floor.port;
		turn(&bare, i, floor.pid, &conf);
		conf.port = lm->port;
		turn(&ours, i, lm->pid, &conf);
		ratio[i] = ours.rate[i] / bare.rate[i] * 100;
		cpu[i] = bare.cpu_us[i] / ours.cpu_us[i] * 100;
	}
	bare_stop(&floor);
	free(request);
	*rate = bench_median(ours.rate, ROUNDS);
	const struct bench_figure all[] = {
	    {"webhook.floor", "/s", bench_median(bare.rate, ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.rate", "/s", *rate, BENCH_NO_GOAL, 0},
	    {"webhook.of_floor", "%", bench_median(ratio, ROUNDS), BENCH_AT_LEAST, 60},
	    {"webhook.floor_cpu", "us", bench_median(bare.cpu_us, ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.cpu", "us", bench_median(ours.cpu_us, ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.cpu_of_floor", "%", bench_median(cpu, ROUNDS), BENCH_NO_GOAL, 0},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

/* One connection, one report at a time. */
static bool measure_batch(const struct bench_lm *lm, json_t *figures)
{
	double median_us[2][ROUNDS], cpu_us[2][ROUNDS], ratio[ROUNDS], cpu[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned k = 0; k < 2; k++) {
			struct hammer_conf conf = {
			    .port = lm->port, .connections = 1, .seconds = batch_s};
			struct hammer_result r;
			char *request = operator_report(lm, k == 0 ? 1 : BATCH, &conf.request_n);
			double before = bench_pid_cpu_s(lm->pid);

			conf.request = request;
			hammer(&conf, &r);
			free(request);
			if (r.ok == 0 || r.others + r.refused > 0) {
				fprintf(stderr, "webhook: a batch is not taken\n");
				exit(1);
			}
			median_us[k][i] = r.median_s * 1e6;
			cpu_us[k][i] = (bench_pid_cpu_s(lm->pid) - before) * 1e6 / (double)r.ok;
		}
		ratio[i] = median_us[1][i] / median_us[0][i];
		cpu[i] = cpu_us[1][i] / cpu_us[0][i];
	}
	const struct bench_figure all[] = {
	    {"webhook.one", "us", bench_median(median_us[0], ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.batch_of_1000", "us", bench_median(median_us[1], ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.batch", "x one", bench_median(ratio, ROUNDS), BENCH_AT_MOST, 20},
	    {"webhook.one_cpu", "us", bench_median(cpu_us[0], ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.batch_of_1000_cpu", "us", bench_median(cpu_us[1], ROUNDS), BENCH_NO_GOAL, 0},
	    {"webhook.batch_cpu", "x one", bench_median(cpu, ROUNDS), BENCH_AT_MOST, 20},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

/* ---- how soon ------------------------------------------------------------------------------------ */

/* Each is of another assembly than the one before, and of a meter that was not healed yet. */
static unsigned meter_of(unsigned i)
{
	return i % ASSEMBLIES * LM_METERS + i / ASSEMBLIES % LM_METERS;
}

/* What a commit has to wait for: a page written to a file on the same disk, and forced there. */
static double sync_once(int disk)
{
	static const char page[4096];
	double began = bench_wall_s();

	if (pwrite(disk, page, sizeof page, 0) != sizeof page || fdatasync(disk) != 0)
		abort();
	return bench_wall_s() - began;
}

/* A process of its own that reports samples; it tells what came of it when its time is over. */
struct load {
	pid_t pid;
	int tell;
};

static struct load load_start(const struct bench_lm *lm, unsigned batch, struct hammer_conf conf)
{
	struct hammer_result r;
	int tell[2];

	if (pipe2(tell, O_CLOEXEC) != 0)
		abort();
	struct load load = {fork(), tell[0]};
	if (load.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		conf.port = lm->port;
		conf.request = operator_report(lm, batch, &conf.request_n);
		hammer(&conf, &r);
		_exit(write(tell[1], &r, sizeof r) == sizeof r ? 0 : 1);
	}
	close(tell[1]);
	return load;
}

static struct hammer_result load_end(const struct load *load)
{
	struct hammer_result r = {0};

	if (read(load->tell, &r, sizeof r) != sizeof r)
		abort();
	waitpid(load->pid, NULL, 0);
	close(load->tell);
	return r;
}

static void load_kill(const struct load *load)
{
	kill(load->pid, SIGKILL);
	waitpid(load->pid, NULL, 0);
	close(load->tell);
}

static bool measure_reaction(const struct bench_lm *lm, double rate, json_t *figures)
{
	static double took[BREACHES], disk[BREACHES];
	static struct follow f;
	char path[128];
	unsigned refused = 0;

	snprintf(path, sizeof path, "%s/floor", lm->folder);
	int floor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	follow_open(&f, lm->port);
	struct load load = load_start(lm, 1,
	    (struct hammer_conf){.connections = CONNECTIONS, .seconds = 3600, .rate = rate / 2});
	for (unsigned i = 0; i < BREACHES; i++) {
		took[i] = operator_breach(lm, &f, meter_of(i), &refused);
		disk[i] = sync_once(floor);
	}
	load_kill(&load);
	close(floor);
	follow_close(&f);
	double median = bench_median(took, BREACHES), floor_median = bench_median(disk, BREACHES);
	const unsigned p99 = BREACHES * 99 / 100;
	const struct bench_figure all[] = {
	    {"webhook.sync", "ms", floor_median * 1e3, BENCH_NO_GOAL, 0},
	    {"webhook.sync.p99", "ms", disk[p99] * 1e3, BENCH_NO_GOAL, 0},
	    {"webhook.breach_to_intent", "ms", median * 1e3, BENCH_NO_GOAL, 0},
	    {"webhook.breach_to_intent.p99", "ms", took[p99] * 1e3, BENCH_AT_MOST, 5},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

/* ---- more than it can take ----------------------------------------------------------------------- */

struct operators {
	double question[OPERATIONS], intent[OPERATIONS], heal[OPERATIONS];
	double rss;
	unsigned refused;
};

/* All the while, one after the other: a question, an intent, and a breach that must be healed. */
static void operate(const struct bench_lm *lm, struct operators *o)
{
	static struct follow f;

	follow_open(&f, lm->port);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		o->question[i] = operator_question(lm);
		o->intent[i] = operator_intent(lm, i % ASSEMBLIES * LM_METERS + LM_METERS - 1);
		o->heal[i] = operator_breach(lm, &f, meter_of(i), &o->refused);
		double rss = bench_pid_rss(lm->pid);
		o->rss = rss > o->rss ? rss : o->rss;
	}
	follow_close(&f);
}

/*
 * Ten times the samples that it takes when sixteen report as fast as they can, from so many that not
 * all of them find room; who is refused comes back after a second.
 */
static bool measure_overload(const struct bench_lm *lm, json_t *figures)
{
	static struct operators o;
	struct load alone = load_start(
	    lm, BATCH, (struct hammer_conf){.connections = CONNECTIONS, .seconds = round_s});
	struct hammer_result normal = load_end(&alone);
	double rate = (double)normal.ok / normal.seconds, rss = bench_pid_rss(lm->pid);

	struct load crowd = load_start(lm, BATCH,
	    (struct hammer_conf){
		.connections = CROWD, .seconds = OVERLOAD_S, .rate = OVERLOAD * rate, .rest_s = 1});
	operate(lm, &o);
	struct hammer_result r = load_end(&crowd);
	bench_median(o.question, OPERATIONS);
	bench_median(o.intent, OPERATIONS);
	bench_median(o.heal, OPERATIONS);
	const unsigned p99 = OPERATIONS * 99 / 100;
	const struct bench_figure all[] = {
	    {"webhook.samples", "/s", rate * BATCH, BENCH_NO_GOAL, 0},
	    {"webhook.overload.offered", "/s", OVERLOAD * rate * BATCH, BENCH_NO_GOAL, 0},
	    {"webhook.overload.taken", "/s", (double)r.ok / OVERLOAD_S * BATCH, BENCH_NO_GOAL, 0},
	    {"webhook.overload.refused", "", (double)r.refused, BENCH_NO_GOAL, 0},
	    {"webhook.overload.unsaid", "", (double)r.unsaid, BENCH_NO_GOAL, 0},
	    {"webhook.overload.question.p99", "ms", o.question[p99] * 1e3, BENCH_AT_MOST, 100},
	    {"webhook.overload.intent.p99", "ms", o.intent[p99] * 1e3, BENCH_AT_MOST, 100},
	    {"webhook.overload.heal.p99", "ms", o.heal[p99] * 1e3, BENCH_AT_MOST, 100},
	    {"webhook.overload.breaches_refused", "", o.refused, BENCH_NO_GOAL, 0},
	    {"webhook.overload.memory", "MB", (o.rss - rss) / 1e6, BENCH_AT_MOST, 64},
	};
	return bench_show_all(figures, all, LM_COUNT(all));
}

int main(int argc, char **argv)
{
	const char *report = NULL;
	struct bench_lm lm;
	double rate = 0;
	int option;

	while ((option = getopt(argc, argv, "j:")) == 'j')
		report = optarg;
	if (option != -1 || optind + 1 != argc) {
		fprintf(stderr, "usage: webhook [-j FILE] LM\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	json_t *figures = json_array();
	bench_lm_start(&lm, argv[optind], ASSEMBLIES);
	bool met = measure_rate(&lm, &rate, figures);
	met &= measure_batch(&lm, figures);
	met &= measure_reaction(&lm, rate, figures);
	met &= measure_overload(&lm, figures);
	bench_lm_stop(&lm);
	bool written = bench_report(report, figures, met);
	return met && written ? 0 : 1;
}
