/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/packages/packages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lm/packages/load.h"

struct diag *load_report(
    struct load *l, const char *file, enum diag_code code, const char *fmt, ...)
{
	struct remarks r = catalog_remarks(l->catalog, file);
	va_list ap;

	va_start(ap, fmt);
	struct diag *d = diag_vadd(r.diags, code, &r.whole, fmt, ap);
	va_end(ap);
	return d;
}

void load_help(struct load *l, const char *file, struct diag *d, const char *help)
{
	diag_help(catalog_remarks(l->catalog, file).diags, d, "%s", help);
}

static bool load_text(struct load *l, int fd, const char *path)
{
	struct bytes text;

	if (!input_read(l, fd, path, l->conf.file_max, &text))
		return false;
	catalog_put(l->catalog, path, text.p != NULL ? text.p : "", text.n);
	free(text.p);
	return true;
}

static bool load_path(struct load *l, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (dir < 0)
			load_report(l, path, CODE_FILE_UNREADABLE, "cannot open the folder: %s",
			    strerror(errno));
		else
			load_folder(l, dir, path);
		return dir >= 0;
	}
	int fd = input_open(l, AT_FDCWD, path, path);
	bool good = fd >= 0 && load_text(l, fd, path);
	if (fd >= 0)
		close(fd);
	return good;
}

bool packages_load(const char *where, struct catalog *c, const struct packages_conf *conf)
{
	struct load l = {.catalog = c};
	size_t n = strlen(where);

	if (conf != NULL)
		l.conf = *conf;
	if (l.conf.file_max == 0)
		l.conf.file_max = PACKAGES_FILE_MAX;
	if (strcmp(where, "-") == 0)
		return load_text(&l, STDIN_FILENO, "<stdin>");
	while (n > 1 && where[n - 1] == '/')
		n--;
	char *path = strndup(where, n);
	if (path == NULL)
		abort();
	bool good = load_path(&l, path);
	free(path);
	return good;
}
