/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/inventory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/drivers/local/proc.h"
#include "lm/drivers/local/tag.h"

enum { LINE_MAX_LOCAL = 4096 };

static void write_line(struct lm_buf *out, const char *kind, const char *name, const char *id)
{
	lm_buf_printf(out, "%s %s %s\n", kind, name, id);
}

/* The id behind the eight digits of a name, "-" when its folder is gone. */
static const char *id_of_hex(const struct driver *d, const char *hex)
{
	struct resource *r;

	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		if (strncmp(hex, r->hex, HEX_SIZE - 1) == 0)
			return r->id;
	return "-";
}

/* The first line of a file; false: there is none. */
static bool first_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool got = f != NULL && fgets(line, size, f) != NULL;

	if (f != NULL)
		fclose(f);
	if (got)
		line[strcspn(line, "\n")] = '\0';
	return got;
}

/* Calls fn() with each entry of a folder that is not hidden. */
typedef void entry_fn(const struct driver *, struct lm_buf *, const char *folder, const char *name);

static void each_entry(const struct driver *d, struct lm_buf *out, const char *folder, entry_fn *fn)
{
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			fn(d, out, folder, e->d_name);
	if (dir != NULL)
		closedir(dir);
}

/* By the alias "lm <name> <id> @<mark>". */
static void link_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX], alias[512];

	char link[PATH_MAX];
	if (!path_join(folder, name, link) || !path_join(link, "ifalias", path) ||
	    !first_line(path, alias, sizeof alias) || strncmp(alias, "lm ", 3) != 0)
		return;
	char *mark = strrchr(alias, ' ');
	if (mark == NULL || mark[1] != '@' || strcmp(mark + 2, d->mark) != 0)
		return;
	*mark = '\0';
	char *id = strrchr(alias, ' ');
	write_line(out, "link", name, id == NULL ? "-" : id + 1);
}

static void visit_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	size_t n_state = strlen(d->state_dir);

	ssize_t n = path_join(folder, name, path) ? readlink(path, target, sizeof target - 1) : 0;
	if (n <= 0)
		return;
	target[n] = '\0';
	if (strncmp(target, d->state_dir, n_state) == 0 && target[n_state] == '/')
		write_line(out, "netns-name", name, id_of_hex(d, name + 3));
}

static void runc_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	const char *hex = strrchr(name, '-');

	(void)folder;
	write_line(out, "container", name, hex == NULL ? "-" : id_of_hex(d, hex + 1));
}

static void folder_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX];

	(void)d;
	if (path_join(folder, name, path))
		write_line(out, "folder", path, name);
}

/* "lm-<mark>-<8>" */
static bool is_ours(const struct driver *d, const char *name, char separator)
{
	char prefix[LONG_NAME_SIZE];

	snprintf(prefix, sizeof prefix, "lm%c%s%c", separator, d->mark, separator);
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void cgroup_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (!is_ours(d, name, '-') || !path_join(folder, name, path))
		return;
	write_line(out, "cgroup", path, id_of_hex(d, strrchr(name, '-') + 1));
}

static void hierarchy_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat s;

	if (path_join(folder, name, path) && lstat(path, &s) == 0 && S_ISDIR(s.st_mode))
		each_entry(d, out, path, cgroup_entry);
}

static void process_entry(
    const struct driver *d, struct lm_buf *out, const char *folder, const char *name)
{
	char path[PATH_MAX], line[LINE_MAX_LOCAL], comm[64] = "?", needle[LONG_NAME_SIZE];
	bool found = false;

	if (name[0] < '1' || name[0] > '9')
		return;
	snprintf(needle, sizeof needle, ":/lm-%s-", d->mark);
	char process[PATH_MAX];
	FILE *f = path_join(folder, name, process) && path_join(process, "cgroup", path)
		      ? fopen(path, "re")
		      : NULL;
	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
		found = strstr(line, needle) != NULL;
	if (f != NULL)
		fclose(f);
	if (!found || proc_is_ending((pid_t)strtol(name, NULL, 10)))
		return;
	if (path_join(process, "comm", path))
		first_line(path, comm, sizeof comm);
	snprintf(path, sizeof path, "%.16s(%s)", name, comm);
	write_line(out, "process", path, id_of_hex(d, strstr(line, needle) + strlen(needle)));
}

/* The component of a path below resources/ that is a resource's id. */
static void id_of_path(const struct driver *d, const char *path, char *id, size_t size)
{
	char prefix[PATH_MAX];

	snprintf(prefix, sizeof prefix, "%s/resources/", d->state_dir);
	size_t n = strlen(prefix);
	bool below = strncmp(path, prefix, n) == 0;
	snprintf(id, size, "%.*s", below ? (int)strcspn(path + n, "/") : 1, below ? path + n : "-");
}

static struct lm_err *write_mounts(const struct driver *d, struct lm_buf *out)
{
	char line[LINE_MAX_LOCAL], at[PATH_MAX], id[ID_MAX + 1];
	size_t n = strlen(d->state_dir);
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (f == NULL)
		return lm_err_errno(errno, "reading /proc/self/mountinfo");
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%*d %*d %*s %*s %4095s", at) != 1 ||
		    strncmp(at, d->state_dir, n) != 0 || at[n] != '/')
			continue;
		id_of_path(d, at, id, sizeof id);
		write_line(out, strstr(line, " - nsfs ") != NULL ? "namespace" : "mount", at, id);
	}
	fclose(f);
	return NULL;
}

static struct lm_err *write_tables(const struct driver *d, struct lm_buf *out)
{
	char line[LINE_MAX_LOCAL], name[256];
	FILE *f = popen("PATH=/usr/sbin:/usr/bin:/sbin:/bin nft list tables ip", "re");

	if (f == NULL)
		return lm_err_errno(errno, "running nft");
	while (fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "table ip %255s", name) == 1 && is_ours(d, name, '_'))
			write_line(out, "nft-table", name, id_of_hex(d, strrchr(name, '_') + 1));
	if (pclose(f) != 0)
		return lm_err_new(LM_ERR_DRIVER, "'nft list tables ip' fails; run it to see why");
	return NULL;
}

struct lm_err *inventory_write(const struct driver *d, struct lm_buf *out)
{
	static const char *const below[] = {"resources", "trash"};
	char path[PATH_MAX];

	each_entry(d, out, "/sys/class/net", link_entry);
	each_entry(d, out, "/run/netns", visit_entry);
	each_entry(d, out, d->runc_dir, runc_entry);
	each_entry(d, out, "/sys/fs/cgroup", cgroup_entry);
	each_entry(d, out, "/sys/fs/cgroup", hierarchy_entry);
	each_entry(d, out, "/proc", process_entry);
	for (size_t i = 0; i < LM_COUNT(below); i++) {
		if (path_join(d->state_dir, below[i], path))
			each_entry(d, out, path, folder_entry);
	}
	struct lm_err *e = write_mounts(d, out);
	return e != NULL ? e : write_tables(d, out);
}
