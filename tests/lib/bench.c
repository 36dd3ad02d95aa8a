/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_wall_s(void)
{
	return seconds(CLOCK_MONOTONIC);
}

double bench_cpu_s(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static double status_bytes(const char *key)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	double kb = 0;

	while (f != NULL && kb <= 0 && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kb = strtod(line + strlen(key), NULL);
	if (f != NULL)
		fclose(f);
	return kb * 1024;
}

double bench_rss(void)
{
	return status_bytes("VmRSS:");
}

double bench_peak(void)
{
	return status_bytes("VmHWM:");
}

double bench_heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)(m.uordblks + m.hblkhd);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double bench_median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_size);
	return n == 0 ? 0 : v[n / 2];
}

bool bench_show(json_t *figures, const struct bench_figure *f)
{
	static const char *const sign[] = {"", "<=", ">="};
	bool met = f->kind == BENCH_NO_GOAL ||
		   (f->kind == BENCH_AT_MOST ? f->value <= f->goal : f->value >= f->goal);

	printf("%-34s %14.*f %-8s", f->name, f->value < 100 ? 3 : 0, f->value, f->unit);
	if (f->kind != BENCH_NO_GOAL)
		printf(" %s %-10g %s", sign[f->kind], f->goal, met ? "met" : "MISSED");
	printf("\n");
	fflush(stdout);
	if (figures != NULL)
		json_array_append_new(figures,
		    json_pack("{s:s, s:s, s:f, s:o, s:b}", "name", f->name, "unit", f->unit,
			"median", f->value, "goal",
			f->kind == BENCH_NO_GOAL ? json_null() : json_real(f->goal), "met", met));
	return met;
}

uint64_t bench_chance(uint64_t *seed, uint64_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

bool bench_show_all(json_t *figures, const struct bench_figure *f, size_t n)
{
	bool met = true;

	for (size_t i = 0; i < n; i++)
		met &= bench_show(figures, &f[i]);
	return met;
}

bool bench_report(const char *path, json_t *figures, bool met)
{
	json_t *all = json_pack("{s:o, s:b}", "figures", figures, "met", met);
	bool ok = path == NULL || json_dump_file(all, path, JSON_INDENT(1)) == 0;

	json_decref(all);
	if (!ok)
		fprintf(stderr, "the report %s could not be written\n", path);
	return ok;
}
