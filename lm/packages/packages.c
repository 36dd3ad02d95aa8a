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
#include "lm/packages/pack.h"
#include "lm/packages/unpack.h"
#include "tosca/model/descriptor.h"

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

void load_note(struct load *l, const char *path, uint64_t size, bool readable)
{
	*LM_PUSH(l->arena, &l->files) =
	    (struct package_file){lm_arena_strdup(l->arena, path), size, readable};
}

/* Sniffed, because a name promises nothing; what says that it is an archive is held to it. */
static bool is_archive(int fd, const char *path)
{
	char head[PACK_HEAD];
	ssize_t n = pread(fd, head, sizeof head, 0);

	return pack_name(path) || (n > 0 && pack_sniff(head, (size_t)n));
}

static bool load_file(struct load *l, int fd, const char *path)
{
	bool archive = is_archive(fd, path), good = true;
	size_t max = archive ? pack_limits_default.bytes_max : l->conf.file_max;
	struct bytes b;

	if (!input_read(l, fd, path, max, &b))
		return false;
	const char *text = b.p != NULL ? b.p : "";
	if (archive)
		good = load_archive(l, path, text, b.n);
	else
		catalog_put(l->catalog, path, text, b.n);
	free(b.p);
	return good;
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
	bool good = fd >= 0 && load_file(l, fd, path);
	if (fd >= 0)
		close(fd);
	return good;
}

static void load_init(struct load *l, struct catalog *c, const struct packages_conf *conf)
{
	*l = (struct load){.catalog = c, .arena = lm_arena_new()};
	if (conf != NULL)
		l->conf = *conf;
	if (l->conf.file_max == 0)
		l->conf.file_max = PACKAGES_FILE_MAX;
}

/* What the package lacks; a file that was named alone is none. */
static void load_end(struct load *l)
{
	package_files_index(&l->files);
	for (size_t i = 0; l->files.n > 0 && i < catalog_count(l->catalog); i++) {
		const struct descriptor *d = catalog_at(l->catalog, i);
		const char *file = descriptor_file(d);

		if (package_files_find(&l->files, file) == NULL)
			continue;
		struct remarks r = catalog_remarks(l->catalog, file);
		package_check(d, &l->files, &r);
	}
	package_files_fini(&l->files);
	lm_arena_free(l->arena);
}

bool packages_load(const char *where, struct catalog *c, const struct packages_conf *conf)
{
	size_t n = strlen(where);
	struct load l;

	load_init(&l, c, conf);
	while (n > 1 && where[n - 1] == '/')
		n--;
	bool good = strcmp(where, "-") == 0 ? load_file(&l, STDIN_FILENO, "<stdin>")
					    : load_path(&l, lm_arena_strndup(l.arena, where, n));
	load_end(&l);
	return good;
}

bool packages_read_memory(const char *name, const char *bytes, size_t n, struct catalog *c,
    const struct packages_conf *conf)
{
	struct load l;

	load_init(&l, c, conf);
	bool good = load_archive(&l, name, bytes, n);
	load_end(&l);
	return good;
}

void packages_forget(const char *unpack_dir, const char *name)
{
	unpack_remove(unpack_dir, name);
}

bool packages_is_unpacked(const char *name)
{
	return unpack_is_folder(name);
}

/* ---- whose package it is, and packing one -------------------------------------------------------- */

/* The last descriptor of a kind; 'n' tells how many there are. */
static const struct descriptor *last_of(const struct catalog *c, enum name_kind kind, size_t *n)
{
	const struct descriptor *found = NULL;

	*n = 0;
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct descriptor *d = catalog_at(c, i);

		if (d->name.kind != kind)
			continue;
		found = d;
		++*n;
	}
	return found;
}

struct lm_err *packages_subject(const struct catalog *c, const struct descriptor **out)
{
	size_t assemblies, resources;
	const struct descriptor *a = last_of(c, NAME_ASSEMBLY, &assemblies),
				*r = last_of(c, NAME_RESOURCE, &resources);

	*out = assemblies > 0 ? a : r;
	if (*out == NULL)
		return lm_err_new(LM_ERR_INVALID, "no descriptor is in the package");
	if (assemblies > 1 || (assemblies == 0 && resources > 1))
		return lm_err_new(LM_ERR_INVALID,
		    "a package is named after its assembly, or else its resource, and this one has "
		    "%zu of them: make a package of each",
		    assemblies > 1 ? assemblies : resources);
	return NULL;
}

struct lm_err *packages_pack(const char *folder, struct lm_buf *out)
{
	return pack_write(folder, out);
}
