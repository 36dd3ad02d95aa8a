/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/outside/inventory.h"

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

static struct item *add(struct inventory *v, const char *kind, const char *name)
{
	struct item *i = LM_NEW(v->arena, struct item);

	i->kind = kind;
	i->name = lm_arena_strdup(v->arena, name);
	*LM_PUSH(v->arena, &v->items) = i;
	lm_map_put(v->by_name, i->name, i);
	return i;
}

/* The id is that of a resource; its name and its hexadecimal digits are known from now on. */
static void set_id(struct inventory *v, struct item *i, const char *id)
{
	char hex[HEX_SIZE];

	i->id = lm_arena_strdup(v->arena, id);
	name_hex(v->d->state_dir, id, hex);
	lm_map_put(v->ids, lm_arena_strdup(v->arena, hex), (void *)i->id);
	if (i->of != NULL)
		lm_map_put(v->names, i->id, (void *)i->of);
}

static void set_hex(struct inventory *v, struct item *i, const char *digits)
{
	i->hex = lm_arena_strndup(v->arena, digits, HEX_SIZE - 1);
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

/* Where a symbolic link leads; false: there is none, or it is too long. */
static bool link_target(const char *path, char target[PATH_MAX])
{
	ssize_t n = readlink(path, target, PATH_MAX - 1);

	target[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Calls fn() with each entry of a folder that is not hidden. */
typedef void entry_fn(struct inventory *, const char *folder, const char *name);

static void each_entry(struct inventory *v, const char *folder, entry_fn *fn)
{
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			fn(v, folder, e->d_name);
	if (dir != NULL)
		closedir(dir);
}

/* By the alias "lm <name> <id> @<mark>". */
static void link_entry(struct inventory *v, const char *folder, const char *name)
{
	char link[PATH_MAX], path[PATH_MAX], target[PATH_MAX], alias[512];

	if (!path_join(folder, name, link) || !path_join(link, "ifalias", path) ||
	    !first_line(path, alias, sizeof alias) || strncmp(alias, "lm ", 3) != 0)
		return;
	char *mark = strrchr(alias, ' ');
	if (mark == NULL || mark[1] != '@' || strcmp(mark + 2, v->d->mark) != 0)
		return;
	*mark = '\0';
	char *id = strrchr(alias, ' ');
	if (id == NULL || id <= alias + 2)
		return;
	struct item *i = add(v, "link", name);
	i->of = lm_arena_strndup(v->arena, alias + 3, (size_t)(id - alias - 3));
	set_id(v, i, id + 1);
	if (path_join(link, "master", path) && link_target(path, target))
		i->master = lm_arena_strdup(v->arena, strrchr(target, '/') + 1);
}

/* The component of a path below resources/ that is a resource's id; false: it is not below. */
static bool id_of_path(const struct driver *d, const char *path, char id[ID_MAX + 1])
{
	char prefix[PATH_MAX];

	snprintf(prefix, sizeof prefix, "%s/resources/", d->state_dir);
	size_t n = strlen(prefix);
	if (strncmp(path, prefix, n) != 0)
		return false;
	snprintf(id, ID_MAX + 1, "%.*s", (int)strcspn(path + n, "/"), path + n);
	return true;
}

static void visit_entry(struct inventory *v, const char *folder, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX], id[ID_MAX + 1];

	if (path_join(folder, name, path) && link_target(path, target) &&
	    id_of_path(v->d, target, id))
		set_id(v, add(v, "netns-name", name), id);
}

static void runc_entry(struct inventory *v, const char *folder, const char *name)
{
	const char *hex = strrchr(name, '-');

	(void)folder;
	set_hex(v, add(v, "container", name), hex == NULL ? name : hex + 1);
}

static void folder_entry(struct inventory *v, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (path_join(folder, name, path))
		set_id(v, add(v, "folder", path), name);
}

/* "<id>.<hash of the step>" */
static void trash_entry(struct inventory *v, const char *folder, const char *name)
{
	char path[PATH_MAX], id[PATH_MAX];
	const char *dot = strrchr(name, '.');

	if (!path_join(folder, name, path))
		return;
	snprintf(
	    id, sizeof id, "%.*s", (int)(dot == NULL ? strlen(name) : (size_t)(dot - name)), name);
	set_id(v, add(v, "folder", path), id);
}

/* "lm-<mark>-<8>" */
static bool is_ours(const struct driver *d, const char *name, char separator)
{
	char prefix[LONG_NAME_SIZE];

	snprintf(prefix, sizeof prefix, "lm%c%s%c", separator, d->mark, separator);
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void cgroup_entry(struct inventory *v, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (is_ours(v->d, name, '-') && path_join(folder, name, path))
		set_hex(v, add(v, "cgroup", path), strrchr(name, '-') + 1);
}

static void hierarchy_entry(struct inventory *v, const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat s;

	if (path_join(folder, name, path) && lstat(path, &s) == 0 && S_ISDIR(s.st_mode))
		each_entry(v, path, cgroup_entry);
}

static void process_entry(struct inventory *v, const char *folder, const char *name)
{
	char process[PATH_MAX], path[PATH_MAX], line[LINE_MAX_LOCAL], comm[64] = "?";
	char needle[LONG_NAME_SIZE];
	bool found = false;

	if (name[0] < '1' || name[0] > '9')
		return;
	snprintf(needle, sizeof needle, ":/lm-%s-", v->d->mark);
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
	set_hex(v, add(v, "process", path), strstr(line, needle) + strlen(needle));
}

static struct lm_err *read_mounts(struct inventory *v)
{
	char line[LINE_MAX_LOCAL], at[PATH_MAX], id[ID_MAX + 1];
	size_t n = strlen(v->d->state_dir);
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (f == NULL)
		return lm_err_errno(errno, "reading /proc/self/mountinfo");
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%*d %*d %*s %*s %4095s", at) != 1 ||
		    strncmp(at, v->d->state_dir, n) != 0 || at[n] != '/')
			continue;
		const char *kind = strstr(line, " - nsfs ") != NULL ? "namespace" : "mount";
		set_id(v, add(v, kind, at), id_of_path(v->d, at, id) ? id : "-");
	}
	fclose(f);
	return NULL;
}

static struct lm_err *read_tables(struct inventory *v)
{
	char line[LINE_MAX_LOCAL], name[256];
	FILE *f = popen("PATH=/usr/sbin:/usr/bin:/sbin:/bin nft list tables ip", "re");

	if (f == NULL)
		return lm_err_errno(errno, "running nft");
	while (fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "table ip %255s", name) == 1 && is_ours(v->d, name, '_'))
			set_hex(v, add(v, "nft-table", name), strrchr(name, '_') + 1);
	if (pclose(f) != 0)
		return lm_err_new(LM_ERR_DRIVER, "'nft list tables ip' fails; run it to see why");
	return NULL;
}

static struct lm_err *collect(struct inventory *v)
{
	static const struct {
		const char *folder;
		entry_fn *fn;
	} below[] = {{"resources", folder_entry}, {"trash", trash_entry}};
	char path[PATH_MAX];

	each_entry(v, "/sys/class/net", link_entry);
	each_entry(v, "/run/netns", visit_entry);
	each_entry(v, v->d->runc_dir, runc_entry);
	each_entry(v, "/sys/fs/cgroup", cgroup_entry);
	each_entry(v, "/sys/fs/cgroup", hierarchy_entry);
	each_entry(v, "/proc", process_entry);
	for (size_t i = 0; i < LM_COUNT(below); i++)
		if (path_join(v->d->state_dir, below[i].folder, path))
			each_entry(v, path, below[i].fn);
	struct lm_err *e = read_mounts(v);
	return e != NULL ? e : read_tables(v);
}

static void know(struct inventory *v, const struct resource *r)
{
	lm_map_put(v->ids, r->hex, r->id);
	lm_map_put(v->names, r->id, r->name);
}

/* What nothing names any more is called by the digits in its own name. */
static const char *id_of(const struct inventory *v, const struct item *i)
{
	const char *id = i->id != NULL ? i->id : lm_map_find(v->ids, i->hex);

	return id != NULL ? id : lm_arena_printf(v->arena, "@%s", i->hex);
}

static void tell(const struct inventory *v, struct lm_map *verdicts, const struct item *i,
    driver_each_fn *each, void *arg)
{
	static const char whole[] = "", nothing[] = "its folder is gone";
	const char *id = id_of(v, i);
	const struct resource *r = lm_map_find(v->d->resources, id);
	const char *lacks = lm_map_find(verdicts, id);

	if (lacks == NULL) {
		lacks = r == NULL ? nothing : resource_lacks(v, r);
		lacks = lacks == NULL ? whole : lacks;
		lm_map_put(verdicts, id, (void *)lacks);
	}
	each(arg, &(struct driver_thing){
		      .kind = i->kind,
		      .name = i->name,
		      .resource_id = id,
		      .resource_name = lm_map_find(v->names, id),
		      .descriptor = r == NULL ? NULL : resource_get(r, "descriptor"),
		      .location = "local",
		      .whole = lacks == whole,
		      .lacks = lacks == whole ? NULL : lacks,
		  });
}

struct lm_err *inventory_list(const struct driver *d, driver_each_fn *each, void *arg)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	LM_AUTO(lm_map) by_name = lm_map_new();
	LM_AUTO(lm_map) ids = lm_map_new();
	LM_AUTO(lm_map) names = lm_map_new();
	LM_AUTO(lm_map) verdicts = lm_map_new(); /* by id: what it lacks, "" nothing */
	struct inventory v = {.d = d, .arena = a, .by_name = by_name, .ids = ids, .names = names};
	const struct resource *r;

	struct lm_err *e = collect(&v);
	for (size_t i = 0; (r = lm_map_next(d->resources, &i)) != NULL;)
		know(&v, r);
	for (size_t i = 0; e == NULL && i < v.items.n; i++)
		tell(&v, verdicts, v.items.v[i], each, arg);
	return e;
}
