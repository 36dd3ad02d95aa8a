/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "tests/sim/lib/shrink.h"

/*
 * The simulation: see ARCHITECTURE.md.
 *
 *	run                               what the tests run
 *	run --seeds N --from S --jobs J   more of them
 *	run --seed N --trace              one, told line by line
 *	run --seed N --text               the assemblies it is about
 *	run --shrink N                    what is left of one that fails when all that it does not
 *	                                  need is taken away
 *	    --strict                      what is known counts as well, see known.txt
 */
enum { KNOWN_MAX = 64, KNOWN_LENGTH = 160, JOBS_MAX = 64, SEEDS = 2000, SHOWN_MAX = 20 };

struct options {
	uint64_t from, n;
	unsigned jobs;
	bool trace, text, shrink, strict;
};

struct known {
	char patterns[KNOWN_MAX][KNOWN_LENGTH];
	unsigned n;
};

/* What a worker has to say; in memory that it shares with its parent. */
struct report {
	struct coverage coverage;
	uint64_t passed, failed, known[KNOWN_MAX];
};

/* ---- what is known --------------------------------------------------------------------------- */

static void known_read(struct known *k)
{
	FILE *f = fopen("tests/sim/known.txt", "re");
	char line[KNOWN_LENGTH];

	while (f != NULL && k->n < KNOWN_MAX && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			snprintf(k->patterns[k->n++], KNOWN_LENGTH, "%s", line);
	}
	if (f != NULL)
		fclose(f);
}

static int known_find(const struct known *k, const char *wrong)
{
	for (unsigned i = 0; i < k->n; i++)
		if (fnmatch(k->patterns[i], wrong, 0) == 0)
			return (int)i;
	return -1;
}

/* ---- one schedule ---------------------------------------------------------------------------- */

static int show_text(const struct options *o)
{
	struct schedule schedule;
	struct lm_buf text;

	schedule_make(&schedule, o->from);
	lm_buf_init(&text, 1024 * 1024);
	family_print(&schedule, &text);
	fputs(text.p, stdout);
	lm_buf_fini(&text);
	return 0;
}

static int show_shrunk(const struct options *o)
{
	struct coverage coverage = {0};
	struct trace trace = {true, true, 0}, silent = {0};
	struct family family = {0};
	char wrong[WRONG_SIZE];
	struct schedule s;
	struct lm_buf text;

	schedule_make(&s, o->from);
	if (play(&s, &family, &coverage, &silent, wrong)) {
		printf("seed %" PRIu64 " does not fail\n", o->from);
		family_fini(&family);
		return 0;
	}
	unsigned plays = shrink(&s, wrong);
	lm_buf_init(&text, 1024 * 1024);
	family_print(&s, &text);
	puts(text.p);
	lm_buf_fini(&text);
	play(&s, &family, &coverage, &trace, wrong);
	printf("\nseed %" PRIu64 ", shrunk in %u plays: %s\n", o->from, plays, wrong);
	schedule_print(&s);
	family_fini(&family);
	return 1;
}

/* ---- many ------------------------------------------------------------------------------------ */

static void play_range(
    const struct options *o, const struct known *known, unsigned job, struct report *r)
{
	struct family family = {0};

	/* Families stay with one worker: seeds go in runs. */
	for (uint64_t seed = o->from; seed < o->from + o->n; seed++) {
		struct trace trace = {o->trace, o->trace, 0};
		struct schedule schedule;
		char wrong[WRONG_SIZE];

		if (seed / SEEDS_PER_FAMILY % o->jobs != job)
			continue;
		schedule_make(&schedule, seed);
		if (play(&schedule, &family, &r->coverage, &trace, wrong)) {
			r->passed++;
			continue;
		}
		int at = o->strict ? -1 : known_find(known, wrong);
		if (at >= 0) {
			r->known[at]++;
			r->passed++;
		} else if (r->failed++ < SHOWN_MAX) {
			printf("seed %" PRIu64 ": %s\n", seed, wrong);
			fflush(stdout);
		}
	}
	family_fini(&family);
}

static void add_up(struct report *sum, const struct report *r)
{
	sum->passed += r->passed;
	sum->failed += r->failed;
	for (unsigned i = 0; i < KNOWN_MAX; i++)
		sum->known[i] += r->known[i];
#define X(name, text) sum->coverage.name += r->coverage.name;
	COVERAGE(X)
#undef X
}

static unsigned run_jobs(const struct options *o, const struct known *known, struct report *reports)
{
	pid_t workers[JOBS_MAX];
	unsigned died = 0;
	int status;

	fflush(stdout);
	for (unsigned i = 0; i < o->jobs; i++) {
		workers[i] = fork();
		if (workers[i] == 0) {
			play_range(o, known, i, &reports[i]);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < o->jobs; i++)
		if (waitpid(workers[i], &status, 0) < 0 || status != 0)
			died++;
	return died;
}

/* In many schedules everything happens at least once, or the simulation has a hole. */
enum { SEEDS_FOR_ALL = 20000 };

static unsigned show(
    const struct options *o, const struct known *known, const struct report *r, double seconds)
{
	unsigned holes = 0;

#define X(name, text)                                          \
	printf("%12" PRIu64 "  %s\n", r->coverage.name, text); \
	holes +=                                               \
	    r->coverage.name == 0 && o->n >= SEEDS_FOR_ALL && strcmp(#name, "not_compiled") != 0;
	COVERAGE(X)
#undef X
	for (unsigned i = 0; i < known->n; i++)
		if (r->known[i] > 0)
			printf("known %6" PRIu64 "  %s\n", r->known[i], known->patterns[i]);
	printf("%.0f schedules/s with %u workers\n", (double)o->n / seconds, o->jobs);
	if (holes > 0)
		printf("%u of the counters are 0: the simulation has a hole there\n", holes);
	return holes;
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run_all(const struct options *o)
{
	size_t size = sizeof(struct report) * o->jobs;
	struct report *reports =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct report sum = {0};
	struct known known = {0};
	double begin = now_s();

	if (reports == MAP_FAILED)
		return 2;
	known_read(&known);
	unsigned died = run_jobs(o, &known, reports);
	for (unsigned i = 0; i < o->jobs; i++)
		add_up(&sum, &reports[i]);
	munmap(reports, size);
	unsigned holes = show(o, &known, &sum, now_s() - begin);
	if (died > 0)
		printf("%u workers died\n", died);
	printf("simulation: %" PRIu64 " passed, %" PRIu64 " failed\n", sum.passed,
	    sum.failed + died + holes);
	return sum.failed + died + holes > 0;
}

/* ---- options --------------------------------------------------------------------------------- */

static bool take_number(char **argv, int *i, const char *name, uint64_t *out)
{
	if (strcmp(argv[*i], name) != 0 || argv[*i + 1] == NULL)
		return false;
	*out = strtoull(argv[++*i], NULL, 10);
	return true;
}

static bool read_options(char **argv, struct options *o)
{
	uint64_t jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {{"--trace", &o->trace}, {"--text", &o->text}, {"--strict", &o->strict}};

	for (int i = 1; argv[i] != NULL; i++) {
		bool known = take_number(argv, &i, "--seeds", &o->n) ||
			     take_number(argv, &i, "--from", &o->from) ||
			     take_number(argv, &i, "--jobs", &jobs);

		if (!known && take_number(argv, &i, "--seed", &o->from)) {
			known = true;
			o->n = jobs = 1;
		} else if (!known && take_number(argv, &i, "--shrink", &o->from)) {
			known = o->shrink = true;
		}
		for (size_t k = 0; k < LM_COUNT(flags) && !known; k++)
			if (strcmp(argv[i], flags[k].name) == 0)
				known = *flags[k].flag = true;
		if (!known)
			return false;
	}
	o->jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : (unsigned)jobs;
	if (o->n == 1)
		o->jobs = 1;
	return true;
}

int main(int argc, char **argv)
{
	struct options o = {.from = 1, .n = SEEDS};

	(void)argc;
	if (!read_options(argv, &o)) {
		fprintf(stderr, "usage: run [--seeds N] [--from S] [--jobs J] [--seed N] "
				"[--trace] [--text] [--shrink N] [--strict]\n");
		return 2;
	}
	if (o.text)
		return show_text(&o);
	if (o.shrink)
		return show_shrunk(&o);
	return run_all(&o);
}
