/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/named.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/packages/packages.h"

enum { LEVELS_UP = 4 };

/* The first assembly that stands in the file; the catalog was filled with other files as well. */
static const char *assembly_in(const struct catalog *c, const char *file)
{
	struct stat want, have;

	if (stat(file, &want) != 0)
		return NULL;
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct descriptor *d = catalog_at(c, i);

		if (strncmp(descriptor_name(d), "assembly::", 10) == 0 &&
		    stat(descriptor_file(d), &have) == 0 && have.st_ino == want.st_ino &&
		    have.st_dev == want.st_dev)
			return descriptor_name(d);
	}
	return NULL;
}

static bool has_name(const char *folder, const char *name)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What exactly is wrong is a diagnostic of the catalog. */
static struct lm_err *unreadable(const char *what)
{
	return lm_err_new(LM_ERR_INVALID, "cannot read the packages for %s", what);
}

/*
 * Without --packages: the nearest folder above the file that holds vnfs/ or services/, these two;
 * otherwise the file's own folder.
 */
static struct lm_err *load_around(const char *file, struct catalog *c)
{
	static const char *const names[] = {"vnfs", "services"};
	char *copy = realpath(file, NULL);
	bool found = false, good = true;

	if (copy == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND, "there is no file %s", file);
	char *folder = has_name(copy, ".") ? copy : dirname(copy), *own = lm_strdup(folder);
	for (int up = 0; up < LEVELS_UP && !found; up++) {
		for (size_t i = 0; i < LM_COUNT(names); i++) {
			char path[4096];

			snprintf(path, sizeof path, "%s/%s", folder, names[i]);
			if (has_name(folder, names[i])) {
				found = true;
				good = packages_load(path, c, NULL) && good;
			}
		}
		folder = dirname(folder);
	}
	if (!found)
		good = packages_load(own, c, NULL);
	free(own);
	free(copy);
	return good ? NULL : unreadable(file);
}

struct lm_err *named_load(const struct args *a, struct catalog *c, const char **name)
{
	const char *what = a->words[0];
	bool is_file = access(what, F_OK) == 0;
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < a->packages.n; i++)
		e = packages_load(a->packages.v[i], c, NULL) ? NULL : unreadable(what);
	if (e == NULL && a->packages.n == 0)
		e = load_around(is_file ? what : ".", c);
	if (e == NULL && is_file && assembly_in(c, what) == NULL && !packages_load(what, c, NULL))
		e = unreadable(what);
	if (e != NULL)
		return e;
	*name = is_file ? assembly_in(c, what) : what;
	if (*name == NULL)
		return lm_err_new(LM_ERR_INVALID, "%s holds no assembly descriptor", what);
	if (catalog_find(c, *name) == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "there is neither a file nor a descriptor '%s': name the folders with "
		    "--packages",
		    what);
	return NULL;
}

char *named_instance(const struct args *a, const char *descriptor)
{
	const char *p = strstr(descriptor, "::");

	if (a->name != NULL || p == NULL)
		return lm_strdup(a->name != NULL ? a->name : descriptor);
	return lm_strndup(p + 2, strcspn(p + 2, ":"));
}
