/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/packages/packages.h"
#include "lm/server/api.h"
#include "lm/server/auth/auth.h"
#include "lm/server/feed/hooks.h"
#include "lm/server/intake/reply.h"
#include "lm/server/library/library.h"
#include "lm/server/listeners.h"
#include "lm/server/meter/traffic.h"
#include "lm/server/notify.h"
#include "lm/server/route.h"
#include "lm/server/scrape/scrape.h"
#include "lm/server/sites/onboard.h"
#include "lm/server/sites/sites.h"
#include "lm/web/web.h"
#include "tosca/link/check.h"

enum { FILES_MAX = 16384, DIAGS_MAX = 1000, PRINT_MAX = 1 << 20 };

static const struct driver_ops *const drivers[] = {&driver_local, &driver_http, &driver_manager};
static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP};

struct server {
	struct serve_conf conf;
	struct token_key *token_key;
	char *state_dir, *journal, *driver_dir, *images_dir, *unpack_dir, *reply_url;
	char *tls_cert, *tls_key; /* NULL: no TLS */
	int lock;
	struct catalog *catalog;
	struct store *store;
	struct api api;
	uv_loop_t loop;
	uv_signal_t signals[LM_COUNT(stop_signals)];
	uv_prepare_t turn;
	uv_timer_t again;
	bool has_loop, has_failed;
};

/* ---- before the loop -------------------------------------------------------------------------- */

/* One thread, and answers of any size: freed blocks go back instead of waiting in arenas. */
static void keep_memory_small(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

/* Connections, scrapes, scripts, calls of others: more than the 1024 files that a shell usually allows. */
static void allow_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	rlim_t most = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
	files.rlim_cur = files.rlim_cur < most ? most : files.rlim_cur;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void print_diags(const struct diags *d)
{
	struct lm_buf b;

	if (diags_count(d) == 0)
		return;
	lm_buf_init(&b, PRINT_MAX);
	diags_print(d, &b, isatty(STDERR_FILENO) != 0);
	fputs(b.p, stderr);
	lm_buf_fini(&b);
}

/* Absolute, because the drivers hand the packages' folders to other programs. */
static struct lm_err *load_packages(const struct server *s, const char *where)
{
	char path[PATH_MAX];

	struct packages_conf conf = {
	    .file_max = PACKAGES_MANAGED_MAX,
	    .unpack_dir = s->unpack_dir,
	    .may_be_empty = true,
	};

	if (realpath(where, path) == NULL)
		return lm_err_errno(errno, "cannot find the packages %s", where);
	(void)packages_load(path, s->catalog, &conf);
	return NULL;
}

static struct lm_err *load_catalog(struct server *s)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct lm_err *e = NULL;

	s->catalog = catalog_new();
	for (size_t i = 0; e == NULL && i < s->conf.n_packages; i++)
		e = load_packages(s, s->conf.packages[i]);
	if (e != NULL)
		return e;
	catalog_check(s->catalog);
	catalog_report(s->catalog, NULL, d);
	diags_sort(d);
	print_diags(d);
	if (diags_errors(d) > 0)
		return lm_err_new(LM_ERR_INVALID,
		    "%zu error%s in the packages: mend them and see with 'lm check'",
		    diags_errors(d), diags_errors(d) == 1 ? "" : "s");
	lm_log(LM_LOG_INFO, "catalog.loaded", "descriptors=%zu warnings=%zu",
	    catalog_count(s->catalog), diags_warnings(d));
	return NULL;
}

/* After the packages: what was handed in may replace descriptors of theirs. */
static struct lm_err *load_library(struct server *s)
{
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct library_conf conf = {
	    .state_dir = s->state_dir, .unpack_dir = s->unpack_dir, .catalog = s->catalog};

	struct lm_err *e = library_open(&conf, &s->api.library);
	if (e == NULL)
		e = library_load(s->api.library, d);
	print_diags(d);
	return e;
}

static struct lm_err *make_folders(const char *path)
{
	char *p = lm_strdup(path);
	struct lm_err *e = NULL;

	for (char *at = p + 1; e == NULL; at++) {
		bool is_last = *at == '\0';

		if (*at != '/' && !is_last)
			continue;
		*at = '\0';
		if (mkdir(p, 0700) != 0 && errno != EEXIST)
			e = lm_err_errno(errno, "cannot make the folder %s", p);
		if (is_last)
			break;
		*at = '/';
	}
	free(p);
	return e;
}

/* Two managers on one journal would each undo what the other does. */
static struct lm_err *lock_state(struct server *s, const char *path)
{
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return lm_err_errno(errno, "cannot open %s", path);
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0)
		return lm_err_new(LM_ERR_CONFLICT,
		    "another manager works in %s: stop it, or give this one its own --state",
		    s->conf.state_dir);
	return NULL;
}

static char *below(const char *folder, const char *name)
{
	return lm_strprintf("%s/%s", folder, name);
}

static struct lm_err *open_state(struct server *s)
{
	char folder[PATH_MAX];

	if (s->conf.state_dir[0] == '\0')
		return lm_err_new(LM_ERR_INVALID, "--state needs the name of a folder");
	struct lm_err *e = make_folders(s->conf.state_dir);
	if (e != NULL)
		return e;
	if (realpath(s->conf.state_dir, folder) == NULL)
		return lm_err_errno(errno, "cannot find %s", s->conf.state_dir);
	char *lock = below(folder, "lock");
	e = lock_state(s, lock);
	free(lock);
	s->state_dir = lm_strdup(folder);
	s->journal = below(folder, "journal.db");
	s->driver_dir = below(folder, "local");
	s->unpack_dir = below(folder, "packages");
	s->images_dir = s->conf.images_dir != NULL ? realpath(s->conf.images_dir, NULL)
						   : below(folder, "images");
	if (s->conf.tls) {
		s->tls_cert = below(folder, "tls.crt");
		s->tls_key = below(folder, "tls.key");
	} else if (s->conf.tls_cert != NULL) {
		s->tls_cert = lm_strdup(s->conf.tls_cert);
		s->tls_key = lm_strdup(s->conf.tls_key);
	}
	char *key = below(folder, TOKEN_KEY_NAME);
	if (e == NULL)
		e = token_key_open(key, true, &s->token_key);
	free(key);
	if (e == NULL && s->images_dir == NULL)
		e = lm_err_errno(errno, "cannot find the images %s", s->conf.images_dir);
	if (e == NULL)
		e = store_sqlite_open_with(&(struct store_sqlite_conf){.path = s->journal,
					       .no_copy = s->conf.no_journal_copy},
		    &s->store);
	if (e == NULL)
		e = sites_open(folder, &s->api.sites);
	return e;
}

/* ---- the loop --------------------------------------------------------------------------------- */

static void on_signal(uv_signal_t *h, int signum)
{
	lm_log(LM_LOG_INFO, "manager.stopping", "signal=%d", signum);
	uv_stop(h->loop);
}

static void on_again(uv_timer_t *t)
{
	(void)t; /* it has woken the loop, that is all it is for */
}

/* Before the loop sleeps: answer what was asked, make it durable, do it, let the answers go. */
static void on_turn(uv_prepare_t *h)
{
	struct server *s = h->data;

	api_turn(&s->api);
	struct lm_err *e = manager_settle(s->api.manager);
	if (e != NULL) {
		lm_log(LM_LOG_ERROR, "manager.lost",
		    "stopping, start it again when this is mended: %s", lm_err_text(e));
		lm_err_free(e);
		s->has_failed = true;
		uv_stop(&s->loop);
		return;
	}
	scraper_follow(s->api.scraper, manager_engine(s->api.manager));
	api_settled(&s->api);
	listeners_run(s->api.listeners);
	if (api_has_requests(&s->api) || manager_has_work(s->api.manager))
		uv_timer_start(&s->again, on_again, 0, 0);
}

static void on_published(void *arg, int64_t seq, const char *body)
{
	struct server *s = arg;

	events_published(s->api.events, seq, body);
	hooks_published(s->api.hooks, seq, body);
}

static int64_t hooks_now_ms(void *arg)
{
	const struct server *s = arg;

	return manager_now_ms(s->api.manager);
}

static void on_hook_stopped(void *arg, const char *name, const char *why)
{
	const struct server *s = arg;

	manager_note_webhook(s->api.manager, name, why);
}

static void on_host_address(void *arg, const char *address, bool up)
{
	struct server *s = arg;

	listeners_host(s->api.listeners, address, up);
}

static void start_loop(struct server *s)
{
	uv_loop_init(&s->loop);
	s->has_loop = true;
	uv_prepare_init(&s->loop, &s->turn);
	uv_timer_init(&s->loop, &s->again);
	s->turn.data = s;
	for (size_t i = 0; i < LM_COUNT(stop_signals); i++) {
		uv_signal_init(&s->loop, &s->signals[i]);
		uv_signal_start(&s->signals[i], on_signal, stop_signals[i]);
	}
	signal(SIGPIPE, SIG_IGN);
}

static int64_t now_ms(void *arg)
{
	const struct api *api = arg;

	return manager_now_ms(api->manager);
}

static struct lm_err *find_reply_url(struct server *s, bool is_secure)
{
	struct lm_err *e = s->conf.callback == NULL ? NULL : web_check(s->conf.callback, true);

	if (e != NULL)
		return lm_err_wrap(e, "--callback %s", s->conf.callback);
	s->reply_url = s->conf.callback != NULL
			   ? reply_url_below(s->conf.callback)
			   : reply_url_of(listeners_address(s->api.listeners), is_secure);
	return NULL;
}

static bool may_follow(void *arg, struct http_request *r)
{
	const struct api *api = arg;

	return auth_still(api->auth, r, PRIVILEGE_READ);
}

/* What cannot fail. */
static void furnish(struct server *s)
{
	struct api *api = &s->api;

	api->routes = routes_all(&api->n_routes);
	api->store = s->store;
	api->catalog = s->catalog;
	api->token_key = s->token_key;
	api->alerts = seen_new();
	api->pages = pages_new();
	api->traffic = traffic_new(api->routes, api->n_routes);
	api->relay = s->conf.relay;
	api->events = events_new(&s->loop, s->store, may_follow, api);
	api->listeners = listeners_new(&(struct listeners_conf){
	    .loop = &s->loop,
	    .metrics_port = s->conf.metrics_port,
	    .insecure = s->conf.insecure,
	    .tls = {s->tls_cert, s->tls_key, .is_own = s->conf.tls},
	    .admit = api_admit,
	    .request = api_request,
	    .is_bulk = api_is_report,
	    .answered = api_answered,
	    .arg = api,
	});
	api->onboarder = onboarder_new(&s->loop);
	api->scraper = scraper_new(&(struct scraper_conf){
	    .loop = &s->loop, .take = api_take_scraped, .now_ms = now_ms, .arg = api});
}

static struct lm_err *open_hooks(struct server *s)
{
	struct hooks_conf conf = {
	    .loop = &s->loop,
	    .state_dir = s->state_dir,
	    .store = s->store,
	    .now_ms = hooks_now_ms,
	    .stopped = on_hook_stopped,
	    .arg = s,
	};

	return hooks_open(&conf, &s->api.hooks);
}

static struct lm_err *open_manager(struct server *s)
{
	struct manager_conf conf = {
	    .loop = &s->loop,
	    .store = s->store,
	    .catalog = s->catalog,
	    .drivers = drivers,
	    .n_drivers = LM_COUNT(drivers),
	    .driver_dir = s->driver_dir,
	    .images_dir = s->images_dir,
	    .metrics_port = s->conf.metrics_port,
	    .token_key = s->token_key,
	    .reply_url = s->reply_url,
	    .sites = s->api.sites,
	    .steps_per_location = s->conf.steps_per_location,
	    .steps_per_driver = s->conf.steps_per_driver,
	    .keep = {s->conf.keep_events, s->conf.keep_processes, s->conf.keep_days},
	    .events = {on_published, on_host_address, s},
	};

	return manager_open(&conf, &s->api.manager);
}

static struct lm_err *open_all(struct server *s)
{
	struct auth_conf auth = {
	    .loop = &s->loop, .state_dir = s->state_dir, .insecure = s->conf.insecure};

	furnish(s);
	struct lm_err *e = auth_open(&auth, &s->api.auth);
	if (e == NULL)
		e = listeners_open(s->api.listeners, s->conf.listen);
	if (e == NULL)
		e = open_hooks(s);
	if (e == NULL)
		e = find_reply_url(s, s->tls_cert != NULL);
	if (e == NULL)
		e = open_manager(s);
	if (e != NULL)
		return e;
	library_run(s->api.library, &s->loop, manager_engine(s->api.manager));
	s->api.started_ms = manager_now_ms(s->api.manager);
	hooks_start(s->api.hooks);
	return NULL;
}

static void stop(struct server *s)
{
	if (s->has_loop) {
		scraper_free(s->api.scraper);
		auth_free(s->api.auth);
		hooks_close(s->api.hooks);
		listeners_free(s->api.listeners);
		onboarder_free(s->api.onboarder);
		library_stop(s->api.library);
		manager_close(s->api.manager);
		events_free(s->api.events);
		uv_close((uv_handle_t *)&s->turn, NULL);
		uv_close((uv_handle_t *)&s->again, NULL);
		for (size_t i = 0; i < LM_COUNT(stop_signals); i++)
			uv_close((uv_handle_t *)&s->signals[i], NULL);
		uv_run(&s->loop, UV_RUN_DEFAULT);
		uv_loop_close(&s->loop);
	}
	if (s->store != NULL)
		s->store->ops->close(s->store);
	api_fini(&s->api);
	sites_free(s->api.sites);
	library_free(s->api.library);
	catalog_free(s->catalog);
	token_key_free(s->token_key);
	free(s->state_dir);
	free(s->tls_cert);
	free(s->tls_key);
	free(s->journal);
	free(s->driver_dir);
	free(s->unpack_dir);
	free(s->images_dir);
	free(s->reply_url);
	if (s->lock >= 0)
		close(s->lock);
}

int serve_run(const struct serve_conf *conf)
{
	struct server s = {.conf = *conf, .lock = -1};

	keep_memory_small();
	allow_files();
	/* First the state: archives are unpacked there, by one manager at a time. */
	struct lm_err *e = open_state(&s);
	if (e == NULL)
		e = load_catalog(&s);
	if (e == NULL)
		e = load_library(&s);
	if (e == NULL) {
		start_loop(&s);
		e = open_all(&s);
	}
	if (e == NULL) {
		uv_prepare_start(&s.turn, on_turn);
		malloc_trim(0);
		lm_log(
		    LM_LOG_INFO, "manager.ready", "address=%s", listeners_address(s.api.listeners));
		notify_service_manager("READY=1");
		uv_run(&s.loop, UV_RUN_DEFAULT);
		notify_service_manager("STOPPING=1");
	} else {
		lm_log(LM_LOG_ERROR, "manager.start", "%s", lm_err_text(e));
		lm_err_free(e);
		s.has_failed = true;
	}
	stop(&s);
	if (!s.has_failed)
		lm_log(LM_LOG_INFO, "manager.stopped", "what it manages keeps running");
	return s.has_failed ? 1 : 0;
}
