/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/infra.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "lm/drivers/local/attrs.h"

enum { BATCH_MAX = 16 * 1024 };

static const char *const link_prefixes[] = {"lmb", "lmv", "lmr", "lmt"};
static const char *const netns_prefixes[] = {"lmc", "lmr"};

enum phase_end infra_check_new(struct job *j)
{
	if (resource_is(j->r, "installed"))
		return job_fail(j, STEP_RESOURCE_ALREADY_EXISTS,
		    "%s is installed already; uninstall it first", j->rq.resource_name);
	return PHASE_DONE;
}

enum phase_end infra_ip(struct job *j, const struct child_spec *where, const char *batch)
{
	static const char *const argv[] = {"ip", "-batch", "-", NULL};
	struct child_spec spec = *where;

	spec.argv = argv;
	spec.input = batch;
	spec.limit_ms = INFRA_LIMIT_MS;
	return job_start(j, &spec);
}

static void delete_if_there(struct lm_buf *batch, const char *link)
{
	if (if_nametoindex(link) != 0)
		lm_buf_printf(batch, "link delete dev %s\n", link);
}

enum phase_end infra_remove_links(struct job *j)
{
	char link[LINK_NAME_SIZE];
	struct lm_buf batch;
	enum phase_end end = PHASE_DONE;

	lm_buf_init(&batch, BATCH_MAX);
	for (size_t i = 0; i < LM_COUNT(link_prefixes); i++)
		for (int index = -1; index < PORTS_MAX; index++) {
			name_link(j->r, link_prefixes[i], index, link);
			delete_if_there(&batch, link);
		}
	if (batch.n > 0)
		end = infra_ip(j, &(struct child_spec){0}, batch.p);
	lm_buf_fini(&batch);
	return end;
}

char *netns_path(struct lm_arena *a, const struct resource *r)
{
	return path_in(a, r, "netns");
}

static void visit_path(const struct resource *r, const char *prefix, char out[PATH_MAX])
{
	char name[LINK_NAME_SIZE];

	name_link(r, prefix, -1, name);
	snprintf(out, PATH_MAX, "/run/netns/%s", name);
}

struct lm_err *netns_prepare(const struct resource *r, const char *prefix)
{
	char visit[PATH_MAX], path[PATH_MAX];

	snprintf(path, sizeof path, "%s/netns", r->dir);
	int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "making %s", path);
	close(fd);
	/* For `ip netns exec`, a convenience: without it everything works as well. */
	visit_path(r, prefix, visit);
	if (mkdir("/run/netns", 0755) != 0 && errno != EEXIST)
		return NULL;
	unlink(visit);
	if (symlink(path, visit) != 0)
		return NULL;
	return NULL;
}

static bool unmount(struct lm_arena *a, const struct resource *r, const char *name)
{
	int rc = umount2(path_in(a, r, name), MNT_DETACH | UMOUNT_NOFOLLOW);

	return rc == 0 || errno == ENOENT || errno == EINVAL;
}

enum phase_end infra_remove_folder(struct job *j)
{
	struct resource *r = j->r;
	char visit[PATH_MAX];

	for (size_t i = 0; i < LM_COUNT(netns_prefixes); i++) {
		visit_path(r, netns_prefixes[i], visit);
		unlink(visit);
	}
	if (!unmount(j->arena, r, "rootfs") || !unmount(j->arena, r, "netns"))
		return job_fail(
		    j, STEP_INFRASTRUCTURE_ERROR, "unmounting %s: %s", r->dir, strerror(errno));
	char *trash = lm_arena_printf(j->arena, "%s/trash/%s.%016llx", j->d->state_dir, r->id,
	    (unsigned long long)lm_hash(j->rq.step));
	if (rename(r->dir, trash) == 0) {
		j->trash = trash;
		resource_reset(j->r);
		return PHASE_DONE;
	}
	if (errno == ENOENT)
		return PHASE_DONE;
	return job_fail(
	    j, STEP_INFRASTRUCTURE_ERROR, "moving %s away: %s", r->dir, strerror(errno));
}

/* By a program where there may be thousands of files, at once where there are five. */
enum phase_end infra_remove_trash(struct job *j)
{
	const char *trash = j->trash;
	const char *argv[] = {"rm", "-rf", "--one-file-system", "--", trash, NULL};

	j->trash = NULL;
	if (trash == NULL)
		return PHASE_DONE;
	if (strcmp(j->r->kind, "container") == 0)
		return job_start(j, &(struct child_spec){.argv = argv, .limit_ms = INFRA_LIMIT_MS});
	struct lm_err *e = folder_remove(trash);
	return e == NULL ? PHASE_DONE : job_fail_err(j, STEP_INFRASTRUCTURE_ERROR, e);
}
