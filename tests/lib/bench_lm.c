/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bench_lm.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/hammer.h"

static const char package[] =
    "name: resource::meter::1.0\n"
    "metrics:\n"
    "  h_load: {type: 'metric::load', publication-period: 0}\n"
    "  h_integrity: {type: 'metric::integrity', publication-period: 0}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: h_integrity, properties: {smoothing: {value: 1}}}\n"
    "---\n"
    "name: assembly::meters::1.0\n"
    "composition:\n"
    "  meter: {type: 'resource::meter::1.0', cluster: {initial-quantity: 20}}\n"
    "---\n"
    "name: assembly::fifty::1.0\n"
    "composition:\n"
    "  meter: {type: 'resource::meter::1.0', cluster: {initial-quantity: 50}}\n";

static void die(const char *what)
{
	fprintf(stderr, "the manager under measurement: %s\n", what);
	exit(1);
}

static const char far_package[] =
    "name: resource::far::1.0\n"
    "properties:\n"
    "  deploymentLocation: {default: far}\n"
    "lifecycle: {Install: {}, Start: {}}\n"
    "default-driver: {far: {selector: {infrastructure-type: ['*']}}}\n"
    "---\n"
    "name: assembly::far::1.0\n"
    "composition:\n"
    "  far: {type: 'resource::far::1.0', cluster: {initial-quantity: 50}}\n";

/* What it logs is read to the end, so that it never waits for us. */
static void *drain(void *arg)
{
	FILE *log = arg;
	char line[4096];

	while (fgets(line, sizeof line, log) != NULL)
		if (strstr(line, " error ") != NULL)
			fputs(line, stderr);
	fclose(log);
	return NULL;
}

static unsigned await_port(FILE *log)
{
	char line[4096];

	while (fgets(line, sizeof line, log) != NULL) {
		const char *at = strstr(line, " manager.ready address=127.0.0.1:");

		if (at != NULL)
			return (unsigned)strtoul(strrchr(at, ':') + 1, NULL, 10);
		fputs(line, stderr);
	}
	die("it does not start");
	return 0;
}

static void write_file(const struct bench_lm *b, const char *folder, const char *text)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", b->folder, folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/%s/all.yml", b->folder, folder);
	FILE *f = text == NULL ? NULL : fopen(path, "we");
	if (text != NULL && (f == NULL || fputs(text, f) < 0 || fclose(f) != 0))
		die("its packages cannot be written");
}

static void write_packages(const struct bench_lm *b)
{
	write_file(b, "packages", package);
	write_file(b, "packages/far", far_package);
	write_file(b, "packages/far/Lifecycle", NULL);
	write_file(b, "packages/far/Lifecycle/far", "what: nothing\n");
}

static void run(const struct bench_lm *b, const char *lm, int log)
{
	char packages[128], state[128];

	snprintf(packages, sizeof packages, "%s/packages", b->folder);
	snprintf(state, sizeof state, "%s/state", b->folder);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(log, STDERR_FILENO);
	execl(lm, lm, "serve", "--insecure", "--packages", packages, "--state", state, "--listen",
	    "127.0.0.1:0", (char *)NULL);
	_exit(127);
}

static void read_token(struct bench_lm *b, const char *lm)
{
	char command[512];

	snprintf(
	    command, sizeof command, "'%s' token --writer bench --state '%s/state'", lm, b->folder);
	FILE *f = popen(command, "re");
	if (f == NULL || fgets(b->token, sizeof b->token, f) == NULL || pclose(f) != 0)
		die("it gives no token");
	b->token[strcspn(b->token, "\n")] = '\0';
}

void bench_lm_post(const struct bench_lm *b, const char *path, const char *body)
{
	struct hammer_result r;
	struct hammer_conf conf = {.port = b->port, .connections = 1, .requests = 1, .seconds = 60};
	char *text = hammer_post(path, NULL, body, &conf.request_n);

	conf.request = text;
	hammer(&conf, &r);
	free(text);
	if (r.ok != 1)
		die("what it is asked for is refused");
}

void bench_lm_create(const struct bench_lm *b, const char *name, const char *descriptor)
{
	char body[256];

	snprintf(body, sizeof body,
	    "{\"assemblyName\":\"%s\",\"descriptorName\":\"%s\",\"intendedState\":\"Active\"}",
	    name, descriptor);
	bench_lm_post(b, "/api/intent/createAssembly", body);
}

static void create(const struct bench_lm *b, unsigned n)
{
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof name, "m%u", i);
		bench_lm_create(b, name, "assembly::meters::1.0");
	}
}

static void read_assembly(struct bench_lm *b, unsigned n)
{
	char command[160];

	snprintf(command, sizeof command,
	    "curl -sS -m 20 http://127.0.0.1:%u/api/topology/assemblies/m%u", b->port, n);
	FILE *f = popen(command, "re");
	json_t *assembly = f == NULL ? NULL : json_loadf(f, 0, NULL), *child = NULL;
	size_t i = 0;
	if (assembly == NULL || pclose(f) != 0)
		die("it does not tell its components");
	json_array_foreach(json_object_get(assembly, "children"), i, child)
	{
		struct bench_meter *m = &b->meters[b->n_meters++];

		if (i >= LM_METERS)
			die("it has other components than were asked for");
		snprintf(m->key, sizeof m->key, "%s",
		    json_string_value(json_object_get(child, "metricKey")));
		snprintf(m->name, sizeof m->name, "%s",
		    json_string_value(json_object_get(child, "name")));
	}
	json_decref(assembly);
}

void bench_lm_start(struct bench_lm *b, const char *lm, unsigned assemblies)
{
	int log[2];
	pthread_t reader;

	*b = (struct bench_lm){.folder = "/tmp/lm-bench-XXXXXX"};
	if (mkdtemp(b->folder) == NULL || pipe2(log, O_CLOEXEC) != 0)
		die("no place for it");
	write_packages(b);
	b->pid = fork();
	if (b->pid == 0)
		run(b, lm, log[1]);
	close(log[1]);
	FILE *f = fdopen(log[0], "re");
	if (b->pid < 0 || f == NULL)
		die("it cannot be started");
	b->port = await_port(f);
	if (pthread_create(&reader, NULL, drain, f) != 0 || pthread_detach(reader) != 0)
		abort();
	read_token(b, lm);
	create(b, assemblies);
	b->meters = calloc(assemblies * LM_METERS, sizeof *b->meters);
	if (b->meters == NULL)
		abort();
	for (unsigned i = 0; i < assemblies; i++)
		read_assembly(b, i);
}

void bench_lm_stop(struct bench_lm *b)
{
	char command[128];

	kill(b->pid, SIGTERM);
	waitpid(b->pid, NULL, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", b->folder);
	if (system(command) != 0)
		fprintf(stderr, "%s is left\n", b->folder);
	free(b->meters);
}

double bench_pid_cpu_s(pid_t pid)
{
	struct timespec t = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_pid_rss(pid_t pid)
{
	char path[64], line[200];
	double kb = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtod(line + 6, NULL);
	if (f != NULL)
		fclose(f);
	return kb * 1024;
}
