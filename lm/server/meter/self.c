/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/meter/self.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lm/server/meter/prom.h"

double self_cpu_seconds(int who)
{
	struct rusage u = {0};

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Of a file of /proc; "": it cannot be read. */
static void slurp(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f == NULL ? 0 : fread(out, 1, size - 1, f);

	out[n] = '\0';
	if (f != NULL)
		fclose(f);
}

void self_memory(double *out_virtual, double *out_resident)
{
	char text[256], *end;
	double page = (double)sysconf(_SC_PAGESIZE);

	slurp("/proc/self/statm", text, sizeof text);
	*out_virtual = (double)strtoull(text, &end, 10) * page;
	*out_resident = (double)strtoull(end, NULL, 10) * page;
}

static void print_memory(struct lm_buf *b)
{
	double all, resident;

	self_memory(&all, &resident);
	prom_alone(
	    b, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", all);
	prom_alone(b, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
	    resident);
}

/* The 22nd field, in ticks since the machine began; names of programs may hold anything but ')'. */
static double start_seconds(void)
{
	char text[1024];
	struct timespec now, up;

	slurp("/proc/self/stat", text, sizeof text);
	const char *p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p == NULL)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9 +
	       (double)strtoull(p, NULL, 10) / (double)sysconf(_SC_CLK_TCK);
}

static size_t open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 3; /* ".", "..", and the folder itself */
}

void self_print(struct lm_buf *b)
{
	struct rlimit fds = {0};

	getrlimit(RLIMIT_NOFILE, &fds);
	prom_alone(b, "process_cpu_seconds_total", "counter",
	    "Total user and system CPU time spent in seconds.", self_cpu_seconds(RUSAGE_SELF));
	prom_alone(b, "lm_children_cpu_seconds_total", "counter",
	    "CPU time of programs and scripts that were run and have ended.",
	    self_cpu_seconds(RUSAGE_CHILDREN));
	print_memory(b);
	prom_alone(b, "process_start_time_seconds", "gauge",
	    "Start time of the process since unix epoch in seconds.", start_seconds());
	prom_alone(
	    b, "process_open_fds", "gauge", "Number of open file descriptors.", (double)open_fds());
	prom_alone(b, "process_max_fds", "gauge", "Maximum number of open file descriptors.",
	    (double)fds.rlim_cur);
}
