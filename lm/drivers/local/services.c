/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/services.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/tag.h"

enum { SERVICE_NAME_SIZE = 64, PID_TEXT_MAX = 32 };

#define INIT "container" /* how the first process is called when it dies */

struct watch {
	uv_poll_t poll;
	struct driver *d;
	struct resource *r;
	struct watch *next;
	char name[SERVICE_NAME_SIZE];
	pid_t inner; /* what the pid file says; 0: the container's first process */
	int pidfd;   /* -1: it has been reported as dead */
};

static void on_closed(uv_handle_t *h)
{
	struct watch *w = h->data;

	close(w->pidfd);
	free(w);
}

/* Out of the list already. */
static void watch_free(struct watch *w)
{
	if (w->pidfd < 0)
		free(w);
	else
		uv_close((uv_handle_t *)&w->poll, on_closed);
}

void services_forget(struct resource *r)
{
	while (r->watches != NULL) {
		struct watch *w = r->watches;

		r->watches = w->next;
		watch_free(w);
	}
}

static struct watch *watch_find(const struct resource *r, const char *name, pid_t inner)
{
	struct watch *w = r->watches;

	while (w != NULL && (w->inner != inner || strcmp(w->name, name) != 0))
		w = w->next;
	return w;
}

static void watch_remove(struct watch *w)
{
	struct watch **at = &w->r->watches;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	watch_free(w);
}

/* 0: there is no such file, or no number in it. */
static pid_t read_pid(const struct resource *r, const char *name)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	char *path = lm_arena_printf(a, "%s/run/services/%s.pid", r->dir, name);
	char *text = file_read(a, path, PID_TEXT_MAX);

	return text == NULL ? 0 : (pid_t)strtol(text, NULL, 10);
}

static void tell(struct driver *d, const struct resource *r, const char *name)
{
	d->conf.events.died(d->conf.events.arg, r->id, name);
}

static void watch_add(
    struct driver *d, struct resource *r, const char *name, pid_t inner, int pidfd);

static void on_end(uv_poll_t *h, int status, int events)
{
	struct watch *w = h->data;
	struct driver *d = w->d;
	struct resource *r = w->r;
	char name[SERVICE_NAME_SIZE];
	pid_t inner = w->inner;

	(void)status, (void)events;
	if (!pidfd_has_ended(w->pidfd))
		return;
	snprintf(name, sizeof name, "%s", w->name);
	watch_remove(w);
	/* With its first process a container dies as a whole, and that is one death. */
	bool with_container = inner != 0 && proc_is_ending(r->init);
	bool told_to_stop = inner != 0 && read_pid(r, name) != inner;
	if (with_container || told_to_stop)
		return;
	watch_add(d, r, name, inner, -1);
	tell(d, r, name);
}

static void watch_add(
    struct driver *d, struct resource *r, const char *name, pid_t inner, int pidfd)
{
	struct watch *w = lm_alloc(sizeof *w);

	w->d = d;
	w->r = r;
	w->inner = inner;
	w->pidfd = pidfd;
	snprintf(w->name, sizeof w->name, "%s", name);
	w->next = r->watches;
	r->watches = w;
	if (pidfd < 0)
		return;
	w->poll.data = w;
	uv_poll_init(d->conf.loop, &w->poll, pidfd);
	uv_poll_start(&w->poll, UV_READABLE, on_end);
}

/* A descriptor of the service, or -1 when it is dead. */
static int open_service(const struct resource *r, pid_t inner)
{
	pid_t pid = proc_find_inner(r->init, inner);
	int fd = pid == 0 ? -1 : pidfd_of(pid);

	/* The number may have got a new owner between the two. */
	if (fd >= 0 && proc_find_inner(r->init, inner) != pid) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0 && pidfd_has_ended(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void look_at(struct driver *d, struct resource *r, const char *name)
{
	pid_t inner = read_pid(r, name);

	if (inner <= 0 || watch_find(r, name, inner) != NULL)
		return;
	int fd = open_service(r, inner);
	watch_add(d, r, name, inner, fd);
	if (fd < 0)
		tell(d, r, name);
}

static void forget_stopped(struct resource *r)
{
	for (struct watch *w = r->watches, *next; w != NULL; w = next) {
		next = w->next;
		if (w->inner != 0 && read_pid(r, w->name) != w->inner)
			watch_remove(w);
	}
}

/* The names are collected first: died() may do anything to the folder. */
static void look_at_all(struct driver *d, struct resource *r)
{
	char path[PATH_MAX], names[SERVICES_MAX][SERVICE_NAME_SIZE];
	size_t n = 0;

	snprintf(path, sizeof path, "%s/run/services", r->dir);
	DIR *dir = opendir(path);
	for (struct dirent *f; dir != NULL && n < SERVICES_MAX && (f = readdir(dir)) != NULL;) {
		size_t length = strlen(f->d_name);

		if (f->d_name[0] != '.' && length > 4 && length - 4 < SERVICE_NAME_SIZE &&
		    strcmp(f->d_name + length - 4, ".pid") == 0)
			snprintf(
			    names[n++], SERVICE_NAME_SIZE, "%.*s", (int)(length - 4), f->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	for (size_t i = 0; i < n && !d->closed; i++)
		look_at(d, r, names[i]);
}

void services_look(struct driver *d, const char *id)
{
	struct resource *r = d->closed ? NULL : lm_map_find(d->resources, id);

	if (r == NULL || !resource_is(r, "started") || strcmp(r->kind, "container") != 0)
		return;
	forget_stopped(r);
	if (watch_find(r, INIT, 0) == NULL) {
		int fd = pidfd_has_ended(r->init_fd) ? -1 : fcntl(r->init_fd, F_DUPFD_CLOEXEC, 0);

		watch_add(d, r, INIT, 0, fd);
		if (fd < 0)
			tell(d, r, INIT);
	}
	if (!d->closed && !pidfd_has_ended(r->init_fd))
		look_at_all(d, r);
}
