/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/local_world.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lm/drivers/local/priv.h"
#include "tests/lib/apart.h"

enum { SKIPPED = 77, PATIENCE_MS = 20000 };

struct local_world lw;

/* ---- the world of one test ---- */

static void on_result(void *arg, const struct step_result *r)
{
	(void)arg;
	lw.got.there = true;
	lw.got.failure = r->failure;
	lw.got.message = lm_arena_strdup(lw.arena, r->message == NULL ? "" : r->message);
	lw.got.log = lm_arena_strdup(lw.arena, r->log == NULL ? "" : r->log);
	lw.got.outputs = lm_kvs_copy(lw.arena, &r->outputs);
}

static void on_died(void *arg, const char *resource_id, const char *what)
{
	(void)arg;
	lm_buf_printf(&lw.heard, "died %s %s\n", resource_id, what);
}

static void on_host_address(void *arg, const char *address, bool up)
{
	(void)arg;
	lm_buf_printf(&lw.heard, "%s %s\n", up ? "up" : "down", address);
}

static void on_impatience(uv_timer_t *t)
{
	(void)t;
	fprintf(stderr, "nothing came for %d s; heard: %s\n", PATIENCE_MS / 1000, lw.heard.p);
	abort();
}

/* Runs the loop until 'done', which something that happens in it makes true. */
void local_run_until(bool (*done)(void))
{
	uv_timer_start(&lw.patience, on_impatience, PATIENCE_MS, 0);
	while (!done())
		uv_run(&lw.loop, UV_RUN_ONCE);
	uv_timer_stop(&lw.patience);
}

void local_open(void)
{
	struct driver_conf conf = {
	    .loop = &lw.loop,
	    .state_dir = lw.state,
	    .images_dir = lw.images,
	    .metrics_port = 8291,
	    .events = {on_result, on_died, on_host_address, NULL},
	};
	struct lm_err *e;

	uv_loop_init(&lw.loop);
	uv_timer_init(&lw.loop, &lw.patience);
	e = driver_local.open(&conf, &lw.driver);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
}

void local_close(void)
{
	driver_local.close(lw.driver);
	uv_close((uv_handle_t *)&lw.patience, NULL);
	uv_run(&lw.loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&lw.loop), 0);
}

void local_script(const char *name, const char *text)
{
	FILE *f = fopen(lm_arena_printf(lw.arena, "%s/lifecycle/%s.sh", lw.package, name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* ---- steps ---- */

static struct lm_kvs kvs(const struct lm_kv *v, size_t max)
{
	struct lm_kvs all = {(struct lm_kv *)v, 0};

	while (all.n < max && v[all.n].name != NULL)
		all.n++;
	return all;
}

void local_begin(const struct ask *a)
{
	struct step_request rq = {
	    .step = a->step != NULL
			? a->step
			: lm_arena_printf(lw.arena, "step-%d-%u", (int)getpid(), ++lw.n_steps),
	    .resource_id = a->find != NULL ? "" : a->id,
	    .resource_name =
		a->find != NULL ? a->find : lm_arena_printf(lw.arena, "voice__%s", a->id),
	    .descriptor = a->find != NULL ? a->type : "resource::test::1.0",
	    .root = "voice",
	    .action = a->find != NULL ? "Find" : a->action,
	    .is_find = a->find != NULL,
	    .is_operation = a->is_operation,
	    .timeout_s = a->timeout_s,
	    .package_dir = lw.package,
	    .infra_kind = a->kind,
	    .infra = kvs(a->infra, LM_COUNT(a->infra)),
	    .properties = kvs(a->properties, LM_COUNT(a->properties)),
	};
	struct lm_err *e;

	lw.got.there = false;
	e = driver_local.execute(lw.driver, &rq);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	ck_assert_msg(!lw.got.there, "the result came from inside execute()");
}

bool local_has_result(void)
{
	return lw.got.there;
}

double local_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum step_failure local_ask(const struct ask *a)
{
	double from = local_now_ms();

	local_begin(a);
	local_run_until(local_has_result);
	printf("took %6.1f ms  %s of %s%s%s\n", local_now_ms() - from,
	    a->find != NULL ? "Find" : a->action, a->find != NULL ? a->find : a->id,
	    lw.got.failure == STEP_NONE ? "" : ": ", lw.got.message);
	return lw.got.failure;
}

const char *local_output(const char *name)
{
	const char *v = lm_kvs_find(&lw.got.outputs, name);

	return v == NULL ? "(none)" : v;
}

char *local_install_network(const char *id, const char *subnet, const char *management)
{
	MUST(.id = id, .action = "Install", .kind = "network",
	    .infra = {{"subnet", subnet}, {"management", management}});
	return lm_arena_strdup(lw.arena, local_output("networkid"));
}

enum step_failure local_install(const char *id, const char *image, const char *network)
{
	return ASK(.id = id, .action = "Install", .kind = "container",
	    .infra = {{"image", image}, {"networks.mgmt.network", network},
		{"networks.mgmt.address", "mgmt_address"}});
}

void given_a_container(void)
{
	char *network = local_install_network("net", "10.77.0.0/24", "true");

	ck_assert_msg(local_install("box", "box", network) == STEP_NONE, "%s\n%s", lw.got.message,
	    lw.got.log);
}

enum step_failure local_transition(const char *action)
{
	return ASK(.id = "box", .action = action, .kind = "container");
}

static void write_line(void *arg, const struct driver_thing *t)
{
	lm_buf_printf(arg, "%s %s %s\n", t->kind, t->name, t->resource_id);
}

const char *local_inventory(void)
{
	struct lm_buf b;
	struct lm_err *e;

	lm_buf_init(&b, 65536);
	e = driver_local.list(lw.driver, write_line, &b);
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	const char *text = lm_arena_strdup(lw.arena, b.p);
	lm_buf_fini(&b);
	return text;
}

size_t local_count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

void local_await_processes(size_t n)
{
	double until = local_now_ms() + PATIENCE_MS;

	/* What was killed needs a moment on a processor to be gone. */
	while (local_count(local_inventory(), "process ") != n && local_now_ms() < until)
		sched_yield();
	ck_assert_msg(local_count(local_inventory(), "process ") == n, "%s", local_inventory());
}

/* The process of ours that is called so, from the inventory's line "process <pid>(<name>) <id>". */
pid_t local_find_process(const char *name)
{
	const char *text = local_inventory();
	const char *p = strstr(text, lm_arena_printf(lw.arena, "(%s)", name));

	ck_assert_msg(p != NULL, "no process '%s' in:\n%s", name, text);
	while (p[-1] != ' ')
		p--;
	return (pid_t)strtol(p, NULL, 10);
}

static void uninstall_all(void)
{
	static const struct {
		const char *id, *kind;
	} all[] = {{"box", "container"}, {"box2", "container"}, {"router", "router"},
	    {"net", "network"}, {"net2", "network"}};

	for (size_t i = 0; i < LM_COUNT(all); i++)
		MUST(.id = all[i].id, .action = "Uninstall", .kind = all[i].kind);
}

/* What a test that failed has left is removed first, so that it is the only one to fail. */
void local_setup(void)
{
	char *folder;

	lw.arena = lm_arena_new();
	lm_buf_init(&lw.heard, 4096);
	mkdir(lw.package, 0755);
	folder = lm_arena_printf(lw.arena, "%s/lifecycle", lw.package);
	mkdir(folder, 0755);
	DIR *dir = opendir(folder);
	for (struct dirent *f; (f = readdir(dir)) != NULL;)
		unlink(lm_arena_printf(lw.arena, "%s/%s", folder, f->d_name));
	closedir(dir);
	local_open();
	uninstall_all();
	lm_buf_clear(&lw.heard);
}

/* Every test ends with the removal of all, and nothing may be left. */
void local_teardown(void)
{
	uninstall_all();
	ck_assert_str_eq(local_inventory(), "");
	local_close();
	lm_buf_fini(&lw.heard);
	lm_arena_free(lw.arena);
}

static const char *awaited;

static bool has_heard(void)
{
	return strstr(lw.heard.p, awaited) != NULL;
}

void local_await(const char *text)
{
	awaited = text;
	local_run_until(has_heard);
}

/* ---- the program ---- */

static int skip(const char *why)
{
	printf("SKIP: %s\n", why);
	fflush(stdout);
	return SKIPPED;
}

/* A root file system with nothing but busybox, and tini when 'init' names it. */
static bool make_image(const char *name, const char *init)
{
	char command[PATH_MAX * 4];

	snprintf(command, sizeof command,
	    "set -e; r=%s/images/%s; mkdir -p $r/bin $r/usr/bin $r/etc $r/mnt $r/var; "
	    "cp $(command -v busybox) $r/bin/busybox; for a in $($r/bin/busybox --list); do "
	    "[ $a = busybox ] || ln -s busybox $r/bin/$a; done; %s%s%s",
	    lw.base, name, init[0] == '\0' ? "" : "cp ", init,
	    init[0] == '\0' ? "" : " $r/usr/bin/tini");
	return system(command) == 0;
}

/* First process of the namespaces: makes the world and collects orphans. */
static int run_inside(Suite *(*suite)(void))
{
	const char *tini = access("/usr/bin/tini-static", X_OK) == 0 ? "/usr/bin/tini-static" : "";
	int status = 1;

	if (apart_furnish() != NULL || mount("tmpfs", "/tmp", "tmpfs", 0, NULL) != 0)
		return skip("nothing can be mounted here");
	if (tini[0] == '\0' || system("busybox --list >/dev/null 2>&1") != 0)
		return skip("busybox or tini-static is missing: install busybox-static and tini");
	mkdir(lw.base, 0755);
	if (!make_image("box", tini) || !make_image("bare", "") ||
	    system("ip address add 198.51.100.1/24 dev lo") != 0)
		return skip("the images and addresses of the test cannot be made");
	pid_t runner = fork();
	if (runner == 0) {
		SRunner *sr = srunner_create(suite());

		srunner_run_all(sr, CK_NORMAL);
		int failed = srunner_ntests_failed(sr);
		srunner_free(sr);
		fflush(NULL);
		_exit(failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	for (pid_t pid; (pid = wait(&status)) != runner;)
		if (pid < 0 && errno == ECHILD)
			return EXIT_FAILURE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static pid_t inside;

static void on_signal(int sig)
{
	(void)sig;
	kill(inside, SIGKILL); /* and with it all of its namespace */
}

/* Cgroups are all that namespaces do not take with them. */
static void remove_cgroups(void)
{
	char command[256], mark[MARK_SIZE];

	name_mark(lw.state, mark);
	snprintf(command, sizeof command,
	    "rmdir /sys/fs/cgroup/lm-%s-* /sys/fs/cgroup/*/lm-%s-* 2>/dev/null", mark, mark);
	if (system(command) != 0)
		return; /* there were none */
}

int local_main(Suite *(*suite)(void))
{
	unsigned number;
	int status;

	/* Control groups are called after it: no two tests may have the same. */
	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return skip("there are no random numbers");
	snprintf(lw.base, sizeof lw.base, "/tmp/lm-%08x", number);
	snprintf(lw.state, sizeof lw.state, "%s/state", lw.base);
	snprintf(lw.images, sizeof lw.images, "%s/images", lw.base);
	snprintf(lw.package, sizeof lw.package, "%s/package", lw.base);
	if (geteuid() != 0)
		return skip("needs root");
	fflush(NULL);
	inside = apart_fork();
	if (inside < 0)
		return skip("namespaces cannot be made here");
	if (inside == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		status = run_inside(suite);
		fflush(NULL);
		_exit(status);
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	while (waitpid(inside, &status, 0) < 0 && errno == EINTR)
		continue;
	remove_cgroups();
	_exit(WIFEXITED(status) ? WEXITSTATUS(status)
				: EXIT_FAILURE); /* no leak check: it needs a thread */
}
