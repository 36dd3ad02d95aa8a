/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/packages/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "lm/packages/entry_name.h"

enum { MIB = 1024 * 1024, FREE_RATIO = MIB, FLAWS_MAX = 100, TEXT_MAX = 2048, BLOCK = 64 * 1024 };

const struct pack_limits pack_limits_default = {
    .bytes_max = 64 * (size_t)MIB,
    .entries_max = 10000,
    .file_max = 16 * (size_t)MIB,
    .total_max = 256 * (size_t)MIB,
    .ratio_max = 200,
};

/* ---- formats -------------------------------------------------------------------------------- */

enum kind { KIND_NONE, KIND_ZIP, KIND_TAR, KIND_GZIP, KIND_XZ, KIND_ZSTD };

static enum kind kind_of(const char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
		enum kind kind;
	} magics[] = {
	    {"PK\003\004", 4, KIND_ZIP},
	    {"PK\005\006", 4, KIND_ZIP}, /* empty */
	    {"\037\213", 2, KIND_GZIP},
	    {"\3757zXZ\0", 6, KIND_XZ},
	    {"\050\265\057\375", 4, KIND_ZSTD},
	};

	for (size_t i = 0; i < LM_COUNT(magics); i++)
		if (n >= magics[i].n && memcmp(p, magics[i].magic, magics[i].n) == 0)
			return magics[i].kind;
	/* A text holds no NUL, whatever word stands in it. */
	if (n >= PACK_HEAD && memcmp(p + 257, "ustar", 5) == 0 && memchr(p, '\0', 257) != NULL)
		return KIND_TAR;
	return KIND_NONE;
}

bool pack_sniff(const char *head, size_t n)
{
	return kind_of(head, n) != KIND_NONE;
}

bool pack_name(const char *file)
{
	static const char *const ends[] = {
	    ".zip", ".csar", ".tar", ".tgz", ".gz", ".xz", ".zst", ".txz", ".tzst"};
	size_t n = strlen(file);

	for (size_t i = 0; i < LM_COUNT(ends); i++)
		if (n > strlen(ends[i]) && strcasecmp(file + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/*
 * Exactly one format and one filter: the library knows many more, some of which start programs.
 * Anything but OK means that it would do so for the one we want.
 */
static bool prepare(struct archive *a, enum kind kind)
{
	int ok = kind == KIND_ZIP ? archive_read_support_format_zip_seekable(a)
				  : archive_read_support_format_tar(a);

	if (ok == ARCHIVE_OK && kind == KIND_GZIP)
		ok = archive_read_support_filter_gzip(a);
	if (ok == ARCHIVE_OK && kind == KIND_XZ)
		ok = archive_read_support_filter_xz(a);
	if (ok == ARCHIVE_OK && kind == KIND_ZSTD)
		ok = archive_read_support_filter_zstd(a);
	return ok == ARCHIVE_OK;
}

/* ---- one reading ---------------------------------------------------------------------------- */

struct pack {
	struct archive *a;
	const struct pack_limits *limits;
	const struct pack_sink *sink;
	size_t bytes; /* of the archive */
	size_t n_entries, total, n_flaws;
	struct lm_arena *arena;
	struct lm_map *names;  /* path to "file" or "folder" */
	struct lm_map *folded; /* path in small letters to path */
	bool over;             /* nothing more can be read */
};

static const char is_file[] = "file", is_folder[] = "folder";

static void flaw(struct pack *p, enum diag_code code, const char *help, const char *fmt, ...)
    LM_PRINTF(4, 5);

static void flaw(struct pack *p, enum diag_code code, const char *help, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (code != CODE_ARCHIVE_CASE && ++p->n_flaws >= FLAWS_MAX)
		p->over = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	p->sink->flaw(p->sink->arg, code, text, help);
}

static void damaged(struct pack *p, const char *where)
{
	const char *why = archive_error_string(p->a);

	p->over = true;
	flaw(p, CODE_ARCHIVE_DAMAGED, "get it again from where it comes", "%s%s%s",
	    where != NULL ? where : "the archive cannot be read",
	    why != NULL && *why != '\0' ? ": " : "", why != NULL ? why : "");
}

static void *mutable(const char *text)
{
	return (void *)(uintptr_t)text;
}

/* Letters beyond ASCII are compared as they are. */
static char *fold(struct lm_arena *a, const char *path)
{
	char *copy = lm_arena_strdup(a, path);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	return copy;
}

/* Notes one path.  False: it cannot be, which is reported. */
static bool note_path(struct pack *p, const char *path, const char *what)
{
	const char *before = lm_map_find(p->names, path);

	if (before != NULL) {
		if (before == is_folder && what == is_folder)
			return true;
		flaw(p, CODE_ARCHIVE_DUPLICATE, NULL,
		    before == what ? "two files of the name '%s'" : "'%s' is a file and a folder",
		    path);
		return false;
	}
	char *copy = lm_arena_strdup(p->arena, path), *folded = fold(p->arena, path);
	const char *other = lm_map_find(p->folded, folded);
	lm_map_put(p->names, copy, mutable(what));
	if (other == NULL)
		lm_map_put(p->folded, folded, copy);
	else
		flaw(p, CODE_ARCHIVE_CASE, "on some systems they are one file",
		    "'%s' and '%s' differ in the case of letters only", other, path);
	return true;
}

/* The folders it lies in, and itself. */
static bool note_paths(struct pack *p, char *path, const char *what)
{
	for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool good = note_path(p, path, is_folder);
		*slash = '/';
		if (!good)
			return false;
	}
	return note_path(p, path, what);
}

/* ---- entries -------------------------------------------------------------------------------- */

static bool too_much(struct pack *p, const char *path, size_t n)
{
	const struct pack_limits *max = p->limits;
	const char *help = "leave out what a manager does not need, or give it a folder";
	size_t all = p->total + n;

	if (n > max->file_max)
		flaw(p, CODE_ARCHIVE_LIMIT, help, "'%s' has more than %zu MiB", path,
		    max->file_max / MIB);
	else if (all > max->total_max)
		flaw(p, CODE_ARCHIVE_LIMIT, help, "its files have more than %zu MiB together",
		    max->total_max / MIB);
	else if (all > FREE_RATIO && all / max->ratio_max > p->bytes)
		flaw(p, CODE_ARCHIVE_LIMIT, help,
		    "its files have more than %zu times the bytes of the archive, which no "
		    "honest package has",
		    max->ratio_max);
	else
		return false;
	p->over = true;
	return true;
}

static bool read_data(struct pack *p, const char *path, struct lm_buf *out)
{
	char block[BLOCK];
	la_ssize_t n;

	while ((n = archive_read_data(p->a, block, sizeof block)) > 0) {
		if (too_much(p, path, out->n + (size_t)n))
			return false;
		lm_buf_add(out, block, (size_t)n);
	}
	if (n < 0)
		damaged(p, lm_arena_printf(p->arena, "'%s' cannot be read", path));
	return n == 0;
}

static const char *kind_text(struct archive_entry *e)
{
	static const struct {
		unsigned type;
		const char *text;
	} kinds[] = {
	    {AE_IFLNK, "a symbolic link"},
	    {AE_IFSOCK, "a socket"},
	    {AE_IFCHR, "a device"},
	    {AE_IFBLK, "a device"},
	    {AE_IFIFO, "a named pipe"},
	};

	if (archive_entry_hardlink(e) != NULL)
		return "a hard link";
	for (size_t i = 0; i < LM_COUNT(kinds); i++)
		if (archive_entry_filetype(e) == kinds[i].type)
			return kinds[i].text;
	return "of an unknown kind";
}

/* False: the entry is passed over; what is wrong with it is reported. */
static bool check_entry(struct pack *p, struct archive_entry *e, char *path)
{
	const char *name = archive_entry_pathname_utf8(e);
	unsigned type = archive_entry_filetype(e);

	if (name == NULL)
		name = archive_entry_pathname(e);
	const char *why = name == NULL ? "it is not UTF-8" : entry_name_clean(name, path);
	if (why != NULL) {
		flaw(p, CODE_ARCHIVE_NAME, NULL, "the name of entry %zu, '%.200s', is refused: %s",
		    p->n_entries, name == NULL ? "" : name, why);
		return false;
	}
	if (archive_entry_hardlink(e) != NULL || (type != AE_IFREG && type != AE_IFDIR)) {
		flaw(p, CODE_ARCHIVE_KIND, "only files and folders may be in a package",
		    "'%s' is %s", path, kind_text(e));
		return false;
	}
	if (archive_entry_is_encrypted(e)) {
		flaw(p, CODE_ARCHIVE_ENCRYPTED, "pack it again without a password",
		    "'%s' is encrypted", path);
		return false;
	}
	return path[0] == '\0' || note_paths(p, path, type == AE_IFDIR ? is_folder : is_file);
}

static void read_entry(struct pack *p, struct archive_entry *e)
{
	char path[ENTRY_NAME_MAX + 1];
	struct lm_buf data;

	if (!check_entry(p, e, path) || archive_entry_filetype(e) == AE_IFDIR)
		return;
	if (path[0] == '\0') {
		flaw(
		    p, CODE_ARCHIVE_NAME, NULL, "entry %zu is a file without a name", p->n_entries);
		return;
	}
	if (archive_entry_size_is_set(e) && archive_entry_size(e) > 0 &&
	    too_much(p, path, (size_t)archive_entry_size(e)))
		return;
	lm_buf_init(&data, p->limits->file_max);
	if (read_data(p, path, &data)) {
		struct pack_file f = {path, data.p, data.n, (archive_entry_perm(e) & 0100) != 0};

		p->total += data.n;
		if (p->sink->file != NULL)
			p->sink->file(p->sink->arg, &f);
	}
	lm_buf_fini(&data);
}

static void read_entries(struct pack *p)
{
	struct archive_entry *e;
	int rc = ARCHIVE_OK;

	/* A warning is about something that does not matter here: owners, names in other alphabets. */
	while (!p->over && (rc = archive_read_next_header(p->a, &e)) != ARCHIVE_EOF) {
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			damaged(p, NULL);
			return;
		}
		if (++p->n_entries > p->limits->entries_max) {
			flaw(p, CODE_ARCHIVE_LIMIT, NULL, "it has more than %zu entries",
			    p->limits->entries_max);
			return;
		}
		read_entry(p, e);
	}
	if (!p->over && archive_filter_count(p->a) > 2)
		flaw(p, CODE_ARCHIVE_FORMAT, NULL, "it is compressed twice");
}

static void open_and_read(struct pack *p, const char *bytes, size_t n)
{
	enum kind kind = kind_of(bytes, n);

	if (kind == KIND_NONE) {
		flaw(p, CODE_ARCHIVE_FORMAT,
		    "packages are .zip, .csar, .tar, .tar.gz, .tar.xz or .tar.zst",
		    "the file is none of the archives that are read, whatever its name says");
		return;
	}
	if (!prepare(p->a, kind))
		flaw(p, CODE_ARCHIVE_FORMAT, "use .zip",
		    "the library for archives was built without this format");
	else if (archive_read_open_memory(p->a, bytes, n) != ARCHIVE_OK)
		damaged(p, NULL);
	else
		read_entries(p);
}

bool pack_read(
    const char *bytes, size_t n, const struct pack_limits *limits, const struct pack_sink *sink)
{
	struct pack p = {
	    .a = archive_read_new(),
	    .limits = limits,
	    .sink = sink,
	    .bytes = n,
	    .arena = lm_arena_new(),
	    .names = lm_map_new(),
	    .folded = lm_map_new(),
	};

	if (p.a == NULL)
		abort();
	if (n > limits->bytes_max)
		flaw(&p, CODE_ARCHIVE_LIMIT, NULL, "the archive has more than %zu MiB",
		    limits->bytes_max / MIB);
	else
		open_and_read(&p, bytes, n);
	archive_read_free(p.a);
	lm_map_free(p.names);
	lm_map_free(p.folded);
	lm_arena_free(p.arena);
	return p.n_flaws == 0;
}
