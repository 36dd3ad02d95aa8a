/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine [-j FILE] [ASSEMBLIES]        the table; 1,000 assemblies of 100 resources unless said otherwise
 * engine --create DIR ASSEMBLIES       creates them in a journal below DIR, then is idle
 * engine --steps DIR ASSEMBLIES        the same in DIR/steps.db, and no rest
 * engine --tape DIR ASSEMBLIES         the same without a journal: what would be written goes to DIR/tape
 * engine --restart DIR ASSEMBLIES      starts again from that journal, is idle, scales and heals one
 *
 * engine --service DIR ROUNDS          creates the voice service of this project so many times, one by one
 *
 * The real manager, engine and journal on a driver that answers in the next turn of the loop.  See
 * tests/bench/README.md.
 */
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "lm/packages/packages.h"
#include "lm/server/manager/manager.h"
#include "lm/store/latest.h"
#include "tests/lib/bench.h"
#include "tests/lib/bench_sim.h"
#include "tests/lib/bench_text.h"
#include "tosca/link/check.h"

enum {
	ASSEMBLIES = 1000,
	ASSEMBLIES_MAX = 10000,
	CLIENTS = 32, /* so many assemblies are being created at any moment */
	IDLE_MS = 10000,
	FORGET_MAX_S = 120,
	ROUNDS = 50, /* scales and heals one after the other */
	TURNS = 5,   /* engine and floor, one after the other */
	TURN_OF = 4, /* each of a fourth of the assemblies */
	SYNC_FILE = 4 << 20,
	SYNC_MAX = 1 << 20,
	SAMPLES = 100000,
};

struct bench {
	struct store head; /* stands between the manager and the journal */
	struct store *journal;
	FILE *tape;
	struct latest latest;
	uv_loop_t loop;
	uv_prepare_t turn;
	uv_idle_t busy; /* runs while something is to be asked: the loop does not sleep */
	uv_timer_t alarm;
	struct catalog *catalog;
	struct manager *manager;
	unsigned wanted, clients, asked, ended, failed;
	void (*ask)(struct bench *, unsigned number);
	unsigned round;
	uint64_t commits, rows, bytes, steps;
	double commit_s;
	json_t *figures;
};

static void die(const char *what)
{
	fprintf(stderr, "engine: %s\n", what);
	exit(1);
}

static void check(struct lm_err *e)
{
	if (e != NULL)
		die(lm_err_text(e));
}

/* ---- the journal, counted ------------------------------------------------------------------------ */

static void put_text(FILE *f, const char *text)
{
	uint32_t n = text == NULL ? UINT32_MAX : (uint32_t)strlen(text);

	fwrite(&n, sizeof n, 1, f);
	if (text != NULL)
		fwrite(text, 1, n + 1, f);
}

/* What tests/bench/engine_floor.c reads: a number of records, then each one's table and texts. */
static void put_tape(struct bench *b, const struct record *records, size_t n)
{
	latest_take(&b->latest, records, n); /* what the journal would write, too */
	uint32_t count = (uint32_t)b->latest.records.n;

	fwrite(&count, sizeof count, 1, b->tape);
	for (uint32_t i = 0; i < count; i++) {
		const struct record *r = &b->latest.records.v[i];
		uint32_t table = r->table;

		fwrite(&table, sizeof table, 1, b->tape);
		put_text(b->tape, r->key);
		put_text(b->tape, r->root);
		put_text(b->tape, r->body);
		b->bytes +=
		    strlen(r->key) + strlen(r->root) + (r->body == NULL ? 0 : strlen(r->body));
	}
	b->rows += count;
}

static struct lm_err *counted_commit(struct store *s, const struct record *records, size_t n)
{
	struct bench *b = (struct bench *)s;
	struct lm_err *e = NULL;

	b->commits++;
	double began = bench_wall_s();
	if (b->tape != NULL)
		put_tape(b, records, n);
	else
		e = b->journal->ops->commit(b->journal, records, n);
	b->commit_s += bench_wall_s() - began;
	return e;
}

static struct lm_err *counted_load(
    struct store *s, const struct store_query *q, store_each_fn *each, void *arg)
{
	struct bench *b = (struct bench *)s;

	return b->journal == NULL ? NULL : b->journal->ops->load(b->journal, q, each, arg);
}

static struct lm_err *counted_trim(struct store *s, const struct store_keep *keep, bool *out_more)
{
	struct bench *b = (struct bench *)s;

	*out_more = false;
	return b->journal == NULL ? NULL : b->journal->ops->trim(b->journal, keep, out_more);
}

static int64_t counted_last_event(const struct store *s)
{
	const struct bench *b = (const struct bench *)s;

	return b->journal == NULL ? 0 : b->journal->ops->last_event(b->journal);
}

static const struct store_ops counted_ops = {
    .name = "counted",
    .commit = counted_commit,
    .load = counted_load,
    .trim = counted_trim,
    .last_event = counted_last_event,
};

/* ---- the manager and its loop --------------------------------------------------------------------- */

/* As the server does: see keep_memory_small() in lm/server/serve.c. */
static void keep_memory_small(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

static struct catalog *load_catalog(void)
{
	struct catalog *c = catalog_new();
	struct lm_buf text;

	LM_AUTO(diags) diags = diags_new(100);
	bench_text_office(&text);
	catalog_put(c, "office.yml", text.p, text.n);
	lm_buf_fini(&text);
	catalog_check(c);
	catalog_report(c, NULL, diags);
	if (diags_count(diags) > 0) {
		lm_buf_init(&text, 1 << 20);
		diags_print(diags, &text, false);
		die(text.p);
	}
	return c;
}

/* Every process that ends makes room for the next one. */
static void on_published(void *arg, int64_t seq, const char *body)
{
	struct bench *b = arg;

	(void)seq;
	if (strstr(body, "\"StepEvent\"") != NULL)
		b->steps += strstr(body, "\"state\":\"Completed\"") != NULL;
	else if (strstr(body, "\"processState\":\"Completed\"") != NULL)
		b->ended++;
	else if (strstr(body, "\"processState\":\"Failed\"") != NULL)
		die(body);
}

static void on_turn(uv_prepare_t *h)
{
	struct bench *b = h->data;

	while (b->asked < b->wanted && b->asked - b->ended < b->clients)
		b->ask(b, b->asked++);
	check(manager_settle(b->manager));
	if (b->wanted > 0 && b->ended == b->wanted)
		uv_stop(&b->loop);
}

static void on_busy(uv_idle_t *h)
{
	(void)h; /* it keeps the loop awake, that is all it is for */
}

static void on_alarm(uv_timer_t *t)
{
	uv_stop(t->loop);
}

static const struct driver_ops *const drivers[] = {&driver_bench_sim};

static void open_manager(struct bench *b)
{
	b->head.ops = &counted_ops;
	uv_loop_init(&b->loop);
	uv_prepare_init(&b->loop, &b->turn);
	uv_idle_init(&b->loop, &b->busy);
	uv_timer_init(&b->loop, &b->alarm);
	b->turn.data = b;
	struct manager_conf conf = {
	    .loop = &b->loop,
	    .store = &b->head,
	    .catalog = b->catalog,
	    .drivers = drivers,
	    .n_drivers = LM_COUNT(drivers),
	    .driver_dir = "/nonexistent",
	    .images_dir = "/nonexistent",
	    .events = {.published = on_published, .arg = b},
	};
	check(manager_open(&conf, &b->manager));
	uv_prepare_start(&b->turn, on_turn);
}

/* Frees everything, so that what is lost shows when this is built with sanitizers. */
static void close_manager(struct bench *b)
{
	manager_close(b->manager);
	uv_close((uv_handle_t *)&b->turn, NULL);
	uv_close((uv_handle_t *)&b->busy, NULL);
	uv_close((uv_handle_t *)&b->alarm, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	uv_loop_close(&b->loop);
	if (b->journal != NULL)
		b->journal->ops->close(b->journal);
	latest_fini(&b->latest);
	catalog_free(b->catalog);
}

/* Runs until 'n' processes asked for by 'ask' have ended, 'clients' of them at a time. */
static void run(
    struct bench *b, unsigned n, unsigned clients, void (*ask)(struct bench *, unsigned))
{
	b->asked = b->ended = 0;
	b->wanted = n;
	b->clients = clients;
	b->ask = ask;
	uv_idle_start(&b->busy, on_busy);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	uv_idle_stop(&b->busy);
	b->wanted = 0;
}

static void set(struct bench *b, const char *name, double value)
{
	json_object_set_new(b->figures, name, json_real(value));
}

/* Processor time of so many milliseconds of the loop. */
static double rest(struct bench *b, unsigned ms)
{
	double began = bench_cpu_s();

	uv_update_time(&b->loop);
	uv_timer_start(&b->alarm, on_alarm, ms, 0);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	return bench_cpu_s() - began;
}

/* After so much at once the journal forgets history for a while: first that ends. */
static void be_idle(struct bench *b)
{
	double began = bench_wall_s();

	while (rest(b, 500) > 0.001 && bench_wall_s() - began < FORGET_MAX_S)
		;
	set(b, "forget_s", bench_wall_s() - began);
	malloc_trim(0);
	double cpu = rest(b, IDLE_MS);
	set(b, "idle_cpu_ms", cpu * 1e3);
	set(b, "rss", bench_rss());
	set(b, "heap", bench_heap());
	set(b, "peak", bench_peak());
}

/* ---- create ------------------------------------------------------------------------------------------ */

static void ask_create(struct bench *b, unsigned number)
{
	char name[40], process[LM_ID_SIZE];

	snprintf(name, sizeof name, "office-%u", number + 1);
	check(manager_intent(b->manager,
	    &(struct intent){
		.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = "assembly::office::1.0",
		.intended_state = "Active",
	    },
	    process));
}

static void create(struct bench *b, unsigned n)
{
	double wall = bench_wall_s(), cpu = bench_cpu_s();
	run(b, n, CLIENTS, ask_create);
	set(b, "wall_s", bench_wall_s() - wall);
	set(b, "cpu_s", bench_cpu_s() - cpu);
	set(b, "commit_s", b->commit_s);
	set(b, "steps", (double)b->steps);
	set(b, "commits", (double)b->commits);
	set(b, "rows", (double)b->rows);
	set(b, "bytes", (double)b->bytes);
}

enum manner { CREATE_AND_REST, CREATE_ONLY, CREATE_ON_TAPE };

static void create_main(struct bench *b, const char *dir, unsigned n, enum manner manner)
{
	static const char *const files[] = {"journal.db", "steps.db", "tape"};
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, files[manner]);
	if (manner != CREATE_ON_TAPE)
		check(store_sqlite_open(path, &b->journal));
	else if ((b->tape = fopen(path, "we")) == NULL)
		die("the tape cannot be written");
	b->catalog = load_catalog();
	open_manager(b);
	set(b, "heap_before", bench_heap());
	create(b, n);
	if (manner == CREATE_AND_REST)
		be_idle(b);
	if (b->tape != NULL && fclose(b->tape) != 0)
		die("the tape cannot be written");
}

/* ---- restart, and intents among many ------------------------------------------------------------- */

static void ask_scale(struct bench *b, unsigned number)
{
	char process[LM_ID_SIZE];

	check(manager_intent(b->manager,
	    &(struct intent){
		.kind = number % 2 == 0 ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
		.assembly_name = "office-1",
		.cluster = "server",
	    },
	    process));
}

static void ask_heal(struct bench *b, unsigned number)
{
	char name[80], process[LM_ID_SIZE];

	snprintf(name, sizeof name, "office-1__server__%u__server", number % BENCH_SERVERS + 1);
	check(manager_intent(b->manager,
	    &(struct intent){
		.kind = INTENT_HEAL,
		.assembly_name = "office-1",
		.component_name = name,
	    },
	    process));
}

static void measure_intents(
    struct bench *b, const char *name, void (*ask)(struct bench *, unsigned number))
{
	double cpu = bench_cpu_s();

	run(b, ROUNDS, 1, ask);
	set(b, name, (bench_cpu_s() - cpu) * 1e6 / ROUNDS);
}

static void measure_samples(struct bench *b, unsigned assemblies)
{
	char name[80];
	double cpu = bench_cpu_s();

	for (unsigned i = 0; i < SAMPLES; i++) {
		snprintf(name, sizeof name, "office-%u__server__%u__server", i % assemblies + 1,
		    i / assemblies % BENCH_SERVERS + 1);
		const struct sample s = {
		    .metric_key = name,
		    .metric_name = "h_integrity",
		    .kind = SAMPLE_INTEGRITY,
		    .ok = true,
		};
		if (manager_sample(b->manager, &s, manager_now_ms(b->manager)) != INTAKE_TAKEN)
			die("a sample of nobody");
	}
	check(manager_settle(b->manager));
	set(b, "sample_us", (bench_cpu_s() - cpu) * 1e6 / SAMPLES);
}

static void restart_main(struct bench *b, const char *dir, unsigned n)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/journal.db", dir);
	double wall = bench_wall_s(), cpu = bench_cpu_s();
	b->catalog = load_catalog();
	check(store_sqlite_open(path, &b->journal));
	open_manager(b);
	set(b, "ready_s", bench_wall_s() - wall);
	set(b, "ready_cpu_s", bench_cpu_s() - cpu);
	be_idle(b);
	measure_intents(b, "scale_us", ask_scale);
	measure_intents(b, "heal_us", ask_heal);
	measure_samples(b, n);
}

/* ---- the voice service, on a driver that takes no time ---------------------------------------------- */

static void load_packages(struct bench *b)
{
	char path[4200] = {0};

	if (readlink("/proc/self/exe", path, 4000) < 0)
		die("/proc/self/exe cannot be read");
	char *end = strstr(path, "/build/");
	if (end == NULL)
		die("the packages are looked for beside build/");
	b->catalog = catalog_new();
	snprintf(end, 20, "/vnfs");
	(void)packages_load(path, b->catalog, NULL);
	snprintf(end, 20, "/services");
	(void)packages_load(path, b->catalog, NULL);
	catalog_check(b->catalog);
}

static void ask_base(struct bench *b, unsigned number)
{
	char process[LM_ID_SIZE];

	(void)number;
	check(manager_intent(b->manager,
	    &(struct intent){
		.kind = INTENT_CREATE,
		.assembly_name = "base",
		.descriptor = "assembly::base::1.0",
		.intended_state = "Active",
	    },
	    process));
}

static void ask_voice(struct bench *b, unsigned number)
{
	char name[40], process[LM_ID_SIZE];

	(void)number;
	snprintf(name, sizeof name, "voice-%u", b->round);
	check(manager_intent(b->manager,
	    &(struct intent){
		.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = "assembly::voice-service::1.0",
		.intended_state = "Active",
	    },
	    process));
}

/* Of all files, by this process, so far. */
static double written_bytes(void)
{
	FILE *f = fopen("/proc/self/io", "re");
	char line[100];
	double bytes = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "wchar:", 6) == 0)
			bytes = strtod(line + 6, NULL);
	if (f != NULL)
		fclose(f);
	return bytes;
}

/* A file that is there already, as the journal's log is: only what it holds changes. */
static int sync_file_open(const char *dir)
{
	static const char block[SYNC_MAX];
	char path[4096];

	snprintf(path, sizeof path, "%s/sync", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (unsigned i = 0; fd >= 0 && i < SYNC_FILE / SYNC_MAX; i++)
		if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
			die("the file for the floor cannot be written");
	if (fd < 0 || fsync(fd) != 0)
		die("the file for the floor cannot be written");
	return fd;
}

/* The floor: as many bytes in as many transactions, each forced to the disk. */
static double sync_ms(int fd, unsigned commits, double bytes)
{
	static const char block[SYNC_MAX] = "x";
	size_t each = (size_t)(bytes / commits);
	double began = bench_wall_s();
	off_t at = 0;

	each = each < SYNC_MAX ? each : SYNC_MAX;
	for (unsigned i = 0; i < commits; i++) {
		if (pwrite(fd, block, each, at) != (ssize_t)each || fdatasync(fd) != 0)
			die("the file for the floor cannot be written");
		at = at + 2 * (off_t)each < SYNC_FILE ? at + (off_t)each : 0;
	}
	return (bench_wall_s() - began) * 1e3;
}

/* From the intent to the end of its process, durable: all of it is the manager's own time. */
static void service_main(struct bench *b, const char *dir, unsigned n)
{
	char path[4096];
	double wall[ROUNDS], cpu[ROUNDS], sync[ROUNDS];
	int fd = sync_file_open(dir);

	snprintf(path, sizeof path, "%s/service.db", dir);
	check(store_sqlite_open(path, &b->journal));
	load_packages(b);
	open_manager(b);
	run(b, 1, 1, ask_base);
	n = n < ROUNDS ? n : ROUNDS;
	b->commits = b->steps = 0;
	b->commit_s = 0;
	for (b->round = 0; b->round < n; b->round++) {
		double wall_began = bench_wall_s(), cpu_began = bench_cpu_s();
		double bytes = written_bytes();
		uint64_t commits = b->commits;

		run(b, 1, 1, ask_voice);
		wall[b->round] = (bench_wall_s() - wall_began) * 1e3;
		cpu[b->round] = (bench_cpu_s() - cpu_began) * 1e3;
		sync[b->round] =
		    sync_ms(fd, (unsigned)(b->commits - commits), written_bytes() - bytes);
	}
	close(fd);
	set(b, "wall_ms", bench_median(wall, n));
	set(b, "wall_best_ms", wall[0]);
	set(b, "cpu_ms", bench_median(cpu, n));
	set(b, "sync_ms", bench_median(sync, n));
	set(b, "sync_best_ms", sync[0]);
	set(b, "commits", (double)b->commits / n);
	set(b, "steps", (double)b->steps / n);
	set(b, "commit_ms", b->commit_s * 1e3 / n);
}

/* ---- all of it, each part in a process of its own ------------------------------------------------- */

static json_t *part(const char *program, const char *what, const char *dir, unsigned n)
{
	char command[9000];

	snprintf(command, sizeof command, "exec '%s' %s '%s' %u", program, what, dir, n);
	fflush(stdout);
	FILE *child = popen(command, "re");
	json_t *figures = child == NULL ? NULL : json_loadf(child, JSON_DISABLE_EOF_CHECK, NULL);
	if (figures == NULL || pclose(child) != 0)
		die(command);
	return figures;
}

static double get(const json_t *figures, const char *name)
{
	const json_t *v = json_object_get(figures, name);

	if (!json_is_number(v))
		die(name);
	return json_number_value(v);
}

struct parts {
	json_t *create, *tape, *restart, *service;
	double resources;
	/* By turn. */
	double wall[TURNS], cpu[TURNS], floor_wall[TURNS], floor_cpu[TURNS];
	double of_floor[TURNS], of_floor_cpu[TURNS], commit_share[TURNS];
};

static bool show_scale(const struct parts *p, json_t *figures)
{
	double n = p->resources, mb = 1e6;
	double scale = n / (ASSEMBLIES * BENCH_OFFICE_RESOURCES); /* goals are of 100,000 */
	const struct bench_figure rows[] = {
	    {"engine.resources", "", n, BENCH_NO_GOAL, 0},
	    {"engine.rss_created", "MB", get(p->create, "rss") / mb, BENCH_AT_MOST, 200 * scale},
	    {"engine.rss_restarted", "MB", get(p->restart, "rss") / mb, BENCH_AT_MOST, 200 * scale},
	    {"engine.peak_created", "MB", get(p->create, "peak") / mb, BENCH_NO_GOAL, 0},
	    {"engine.peak_restarted", "MB", get(p->restart, "peak") / mb, BENCH_NO_GOAL, 0},
	    {"engine.heap_a_resource", "bytes",
		(get(p->restart, "heap") - get(p->create, "heap_before")) / n, BENCH_NO_GOAL, 0},
	    {"engine.restart", "s", get(p->restart, "ready_s"), BENCH_AT_MOST, 2 * scale},
	    {"engine.restart_cpu", "s", get(p->restart, "ready_cpu_s"), BENCH_NO_GOAL, 0},
	    {"engine.idle_created", "ms/10 s", get(p->create, "idle_cpu_ms"), BENCH_AT_MOST, 10},
	    {"engine.idle_restarted", "ms/10 s", get(p->restart, "idle_cpu_ms"), BENCH_AT_MOST, 10},
	    {"engine.forgets", "s", get(p->create, "forget_s"), BENCH_NO_GOAL, 0},
	    {"engine.scale", "us", get(p->restart, "scale_us"), BENCH_NO_GOAL, 0},
	    {"engine.heal", "us", get(p->restart, "heal_us"), BENCH_NO_GOAL, 0},
	    {"engine.sample", "us", get(p->restart, "sample_us"), BENCH_NO_GOAL, 0},
	};

	return bench_show_all(figures, rows, LM_COUNT(rows));
}

static bool show_steps(struct parts *p, json_t *figures)
{
	double steps = get(p->tape, "steps"), us = 1e6 / steps;
	double alone = get(p->tape, "wall_s") - get(p->tape, "commit_s");
	double rows_written = get(p->tape, "rows"), commits = get(p->tape, "commits");
	double wall = bench_median(p->wall, TURNS), cpu = bench_median(p->cpu, TURNS);
	double floor = bench_median(p->floor_wall, TURNS);
	double floor_cpu = bench_median(p->floor_cpu, TURNS);
	double part = bench_median(p->of_floor, TURNS) * 100;
	double part_cpu = bench_median(p->of_floor_cpu, TURNS) * 100;
	enum { BEST = 0, MOST = TURNS - 1 }; /* they are sorted now */
	const struct bench_figure rows[] = {
	    {"engine.steps", "a turn", steps, BENCH_NO_GOAL, 0},
	    {"engine.steps_s", "steps/s", steps / wall, BENCH_NO_GOAL, 0},
	    {"engine.steps_s.best", "steps/s", steps / p->wall[BEST], BENCH_AT_LEAST, 30000},
	    {"engine.steps_s.floor", "steps/s", steps / floor, BENCH_NO_GOAL, 0},
	    {"engine.steps_s.floor_best", "steps/s", steps / p->floor_wall[BEST], BENCH_NO_GOAL, 0},
	    {"engine.steps_s.of_floor", "%", part, BENCH_AT_LEAST, 50},
	    {"engine.steps_s.of_floor_best", "%", p->of_floor[MOST] * 100, BENCH_NO_GOAL, 0},
	    {"engine.steps_s.no_journal", "steps/s", steps / alone, BENCH_NO_GOAL, 0},
	    {"engine.step_cpu", "us", cpu * us, BENCH_NO_GOAL, 0},
	    {"engine.step_cpu.best", "us", p->cpu[BEST] * us, BENCH_NO_GOAL, 0},
	    {"engine.step_cpu.floor", "us", floor_cpu * us, BENCH_NO_GOAL, 0},
	    {"engine.step_cpu.of_floor", "%", part_cpu, BENCH_AT_LEAST, 50},
	    {"engine.step_cpu.of_floor_best", "%", p->of_floor_cpu[MOST] * 100, BENCH_NO_GOAL, 0},
	    {"engine.commit_share", "%", bench_median(p->commit_share, TURNS) * 100, BENCH_NO_GOAL,
		0},
	    {"engine.rows_a_step", "", rows_written / steps, BENCH_NO_GOAL, 0},
	    {"engine.bytes_a_step", "", get(p->tape, "bytes") / steps, BENCH_NO_GOAL, 0},
	    {"engine.transactions", "", commits, BENCH_NO_GOAL, 0},
	    {"engine.rows_a_transaction", "", rows_written / commits, BENCH_NO_GOAL, 0},
	};

	return bench_show_all(figures, rows, LM_COUNT(rows));
}

static bool show_service(const struct parts *p, json_t *figures)
{
	const struct bench_figure rows[] = {
	    {"service.overhead", "ms", get(p->service, "wall_ms"), BENCH_AT_MOST, 5},
	    {"service.overhead_best", "ms", get(p->service, "wall_best_ms"), BENCH_NO_GOAL, 0},
	    {"service.floor", "ms", get(p->service, "sync_ms"), BENCH_NO_GOAL, 0},
	    {"service.floor_best", "ms", get(p->service, "sync_best_ms"), BENCH_NO_GOAL, 0},
	    {"service.overhead_cpu", "ms", get(p->service, "cpu_ms"), BENCH_NO_GOAL, 0},
	    {"service.overhead_commits", "ms", get(p->service, "commit_ms"), BENCH_NO_GOAL, 0},
	    {"service.transactions", "", get(p->service, "commits"), BENCH_NO_GOAL, 0},
	    {"service.steps", "", get(p->service, "steps"), BENCH_NO_GOAL, 0},
	};

	return bench_show_all(figures, rows, LM_COUNT(rows));
}

/* Engine and floor in turns, so that what else the machine does falls on both. */
static void take_turns(struct parts *p, const char *program, const char *dir, unsigned n)
{
	char floor[4200], command[200];

	snprintf(floor, sizeof floor, "%s_floor", program);
	snprintf(command, sizeof command, "rm -f '%s'/steps.db*", dir);
	p->tape = part(program, "--tape", dir, n);
	for (unsigned i = 0; i < TURNS; i++) {
		json_t *steps = part(program, "--steps", dir, n);
		json_t *bare = part(floor, "", dir, n);

		p->wall[i] = get(steps, "wall_s");
		p->cpu[i] = get(steps, "cpu_s");
		p->commit_share[i] = get(steps, "commit_s") / p->wall[i];
		p->floor_wall[i] = get(bare, "wall_s");
		p->floor_cpu[i] = get(bare, "cpu_s");
		p->of_floor[i] = p->floor_wall[i] / p->wall[i];
		p->of_floor_cpu[i] = p->floor_cpu[i] / p->cpu[i];
		json_decref(steps);
		json_decref(bare);
		if (system(command) != 0)
			die("the journal cannot be removed");
	}
}

static int bench(const char *program, const char *report, unsigned n)
{
	char dir[] = "/tmp/bench-engine-XXXXXX", command[200];
	json_t *figures = json_array();
	struct parts p = {.resources = (double)n * BENCH_OFFICE_RESOURCES};

	if (mkdtemp(dir) == NULL)
		die("no folder for the journal");
	p.create = part(program, "--create", dir, n);
	p.restart = part(program, "--restart", dir, n);
	bool met = show_scale(&p, figures);
	take_turns(&p, program, dir, n < TURN_OF ? 1 : n / TURN_OF);
	met &= show_steps(&p, figures);
	p.service = part(program, "--service", dir, ROUNDS);
	met &= show_service(&p, figures);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	if (system(command) != 0)
		die("the journal cannot be removed");
	met &= bench_report(report, figures, met);
	json_decref(p.create);
	json_decref(p.restart);
	json_decref(p.tape);
	json_decref(p.service);
	return met ? 0 : 1;
}

/* ---- the command line ------------------------------------------------------------------------------- */

static unsigned count_of(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n < 1 || n > ASSEMBLIES_MAX)
		die("assemblies: 1 to 10000");
	return (unsigned)n;
}

static int part_main(const char *what, const char *dir, unsigned n)
{
	struct bench b = {.figures = json_object()};

	keep_memory_small();
	if (strcmp(what, "--restart") == 0)
		restart_main(&b, dir, n);
	else if (strcmp(what, "--service") == 0)
		service_main(&b, dir, n);
	else
		create_main(&b, dir, n,
		    strcmp(what, "--tape") == 0    ? CREATE_ON_TAPE
		    : strcmp(what, "--steps") == 0 ? CREATE_ONLY
						   : CREATE_AND_REST);
	json_dumpf(b.figures, stdout, JSON_COMPACT);
	json_decref(b.figures);
	close_manager(&b);
	return 0;
}

int main(int argc, char **argv)
{
	char program[4000] = {0};
	const char *report = NULL;
	unsigned n = ASSEMBLIES;

	if (argc == 4 && strncmp(argv[1], "--", 2) == 0)
		return part_main(argv[1], argv[2], count_of(argv[3]));
	if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
		die("/proc/self/exe cannot be read");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-j") == 0 && i + 1 < argc)
			report = argv[++i];
		else
			n = count_of(argv[i]);
	}
	return bench(program, report, n);
}
