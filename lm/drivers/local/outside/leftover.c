/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lm/drivers/local/infra.h"
#include "lm/drivers/local/outside/leftover.h"

/*
 * Removal of what no component stands for, by all the names that a resource can have outside: its
 * folder may be gone, its tag unreadable, its container unknown to runc.
 */

struct resource *leftover_find(struct driver *d, const char *id)
{
	struct resource *r = lm_map_find(d->resources, id);

	if (r != NULL)
		return r;
	r = resource_new(d, id, id, "unknown");
	if (id[0] == '@') /* nothing is left but names with these digits */
		snprintf(r->hex, sizeof r->hex, "%s", id + 1);
	lm_map_put(d->resources, r->id, r);
	return r;
}

bool leftover_id_is_good(const char *id)
{
	if (id[0] != '@')
		return id_is_plain(id);
	return strlen(id) == HEX_SIZE && strspn(id + 1, "0123456789abcdef") == HEX_SIZE - 1;
}

static bool is_unknown(const struct job *j)
{
	return strcmp(j->r->kind, "unknown") == 0;
}

static enum phase_end remove_table(struct job *j)
{
	static const char *const argv[] = {"nft", "-f", "-", NULL};
	char table[LONG_NAME_SIZE];

	if (!is_unknown(j))
		return router_remove_masquerade(j);
	name_long(j->d, j->r, '_', table);
	/* Declared first, so that its removal succeeds when it is not there. */
	return job_start(j, &(struct child_spec){
				.argv = argv,
				.input = lm_arena_printf(
				    j->arena, "table ip %s\ndelete table ip %s\n", table, table),
				.limit_ms = INFRA_LIMIT_MS,
			    });
}

/* Kills what is in a control group until it can be removed. */
static const char end_cgroups[] =
    "for d do n=0; while [ -d \"$d\" ] && [ $n -lt 100 ]; do "
    "while read -r p; do kill -KILL \"$p\"; done <\"$d/cgroup.procs\"; "
    "rmdir \"$d\" || sleep 0.05; n=$((n + 1)); done 2>/dev/null; "
    "[ ! -d \"$d\" ] || { echo \"$d still has processes\" >&2; exit 1; }; done";

typedef LM_VEC(const char *) arguments;

static void add_cgroup(struct job *j, arguments *to, const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat s;

	if (path_join(folder, name, path) && lstat(path, &s) == 0 && S_ISDIR(s.st_mode))
		*LM_PUSH(j->arena, to) = lm_arena_strdup(j->arena, path);
}

static enum phase_end remove_cgroups(struct job *j)
{
	static const char root[] = "/sys/fs/cgroup";
	arguments argv = {0};
	char name[LONG_NAME_SIZE], path[PATH_MAX];

	name_long(j->d, j->r, '-', name);
	*LM_PUSH(j->arena, &argv) = "sh";
	*LM_PUSH(j->arena, &argv) = "-c";
	*LM_PUSH(j->arena, &argv) = end_cgroups;
	*LM_PUSH(j->arena, &argv) = "sh";
	size_t fixed = argv.n;
	add_cgroup(j, &argv, root, name);
	DIR *dir = opendir(root);
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.' && path_join(root, e->d_name, path))
			add_cgroup(j, &argv, path, name);
	if (dir != NULL)
		closedir(dir);
	if (argv.n == fixed)
		return PHASE_DONE;
	*LM_PUSH(j->arena, &argv) = NULL;
	return job_start(j, &(struct child_spec){.argv = argv.v, .limit_ms = INFRA_LIMIT_MS});
}

/* Folders of earlier removals that did not come to their end: "<id>.<hash of the step>". */
static enum phase_end remove_trash(struct job *j)
{
	const char *trash = lm_arena_printf(j->arena, "%s/trash", j->d->state_dir);
	arguments argv = {0};
	char path[PATH_MAX];
	size_t n = strlen(j->r->id);

	*LM_PUSH(j->arena, &argv) = "rm";
	*LM_PUSH(j->arena, &argv) = "-rf";
	*LM_PUSH(j->arena, &argv) = "--one-file-system";
	*LM_PUSH(j->arena, &argv) = "--";
	size_t fixed = argv.n;
	DIR *dir = opendir(trash);
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		if (strncmp(e->d_name, j->r->id, n) == 0 && e->d_name[n] == '.' &&
		    strchr(e->d_name + n + 1, '.') == NULL && path_join(trash, e->d_name, path))
			*LM_PUSH(j->arena, &argv) = lm_arena_strdup(j->arena, path);
	if (dir != NULL)
		closedir(dir);
	if (argv.n == fixed)
		return PHASE_DONE;
	*LM_PUSH(j->arena, &argv) = NULL;
	return job_start(j, &(struct child_spec){.argv = argv.v, .limit_ms = INFRA_LIMIT_MS});
}

/* clang-format off */
const struct phase leftover_remove[] = {
	{"leaving the network",              network_withdraw,         false},
	{"ending the container's processes", container_end_all,        false},
	{"removing the masquerading",        remove_table,             false},
	{"removing its interfaces",          infra_remove_links,       false},
	{"removing the container",           container_delete,         false},
	{"removing its control groups",      remove_cgroups,           false},
	{"removing its folder",              infra_remove_folder,      false},
	{"removing its folder",              remove_trash,             false},
	{NULL, NULL, false},
};
/* clang-format on */
