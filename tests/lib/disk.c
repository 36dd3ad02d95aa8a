/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/disk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

enum { SECTOR = 512 };

/* One that is not on the platters yet; data NULL: the file was cut to 'at'. */
struct write {
	size_t at, n;
	unsigned char *data;
};

struct image {
	char *path;
	unsigned char *durable;
	size_t n, cap;
	LM_VEC(struct write) writes;
	struct image *next;
};

struct file {
	sqlite3_file head;
	struct image *image; /* NULL: without a name */
	sqlite3_file real[]; /* of the VFS below */
};

static sqlite3_vfs *below;
static struct image *images;
static uint64_t state;
static unsigned ops_left;
static bool crashed;

static uint64_t draw(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

/* ---- what is durable -------------------------------------------------------------------------- */

static void put(struct image *im, const struct write *w, size_t n)
{
	size_t end = w->data == NULL ? w->at : w->at + n;

	if (end > im->cap) {
		im->cap = 2 * end;
		im->durable = realloc(im->durable, im->cap);
		if (im->durable == NULL)
			abort();
	}
	if (end > im->n)
		memset(im->durable + im->n, 0, end - im->n);
	if (end > im->n || w->data == NULL)
		im->n = end;
	if (w->data != NULL)
		memcpy(im->durable + w->at, w->data, n);
}

static void writes_end(struct image *im)
{
	for (size_t i = 0; i < im->writes.n; i++)
		free(im->writes.v[i].data);
	lm_vec_free(&im->writes);
}

static struct image *image_of(const char *path)
{
	struct stat st;

	for (struct image *im = images; im != NULL; im = im->next)
		if (strcmp(im->path, path) == 0)
			return im;
	struct image *im = calloc(1, sizeof *im);
	if (im == NULL)
		abort();
	im->path = strdup(path);
	int fd = open(path, O_RDONLY);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		im->n = im->cap = (size_t)st.st_size;
		im->durable = malloc(im->n + 1);
		if (im->durable == NULL || read(fd, im->durable, im->n) != (ssize_t)im->n)
			abort();
	}
	if (fd >= 0)
		close(fd);
	im->next = images;
	images = im;
	return im;
}

static void remember(struct file *f, const void *p, size_t n, size_t at)
{
	struct write w = {at, n, NULL};

	if (f->image == NULL)
		return;
	if (p != NULL) {
		w.data = malloc(n + 1);
		if (w.data == NULL)
			abort();
		memcpy(w.data, p, n);
	}
	*LM_PUSH(NULL, &f->image->writes) = w;
}

/* False: the machine is dead, or dies with this. */
static bool lives(void)
{
	if (ops_left > 0 && --ops_left == 0)
		crashed = true;
	return !crashed;
}

/* ---- files ------------------------------------------------------------------------------------ */

static struct file *file_of(sqlite3_file *f)
{
	return (struct file *)f;
}

static int disk_close(sqlite3_file *f)
{
	return file_of(f)->real->pMethods->xClose(file_of(f)->real);
}

static int disk_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return file_of(f)->real->pMethods->xRead(file_of(f)->real, p, n, at);
}

static int disk_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (crashed)
		return SQLITE_IOERR_WRITE;
	remember(file_of(f), p, (size_t)n, (size_t)at); /* half of the last one may arrive */
	if (!lives())
		return SQLITE_IOERR_WRITE;
	return file_of(f)->real->pMethods->xWrite(file_of(f)->real, p, n, at);
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (!lives())
		return SQLITE_IOERR_TRUNCATE;
	remember(file_of(f), NULL, 0, (size_t)size);
	return file_of(f)->real->pMethods->xTruncate(file_of(f)->real, size);
}

static int disk_sync(sqlite3_file *f, int flags)
{
	struct image *im = file_of(f)->image;
	(void)flags;

	if (!lives())
		return SQLITE_IOERR_FSYNC;
	for (size_t i = 0; im != NULL && i < im->writes.n; i++)
		put(im, &im->writes.v[i], im->writes.v[i].n);
	if (im != NULL)
		writes_end(im);
	return SQLITE_OK;
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *out)
{
	return file_of(f)->real->pMethods->xFileSize(file_of(f)->real, out);
}

static int disk_lock(sqlite3_file *f, int level)
{
	return file_of(f)->real->pMethods->xLock(file_of(f)->real, level);
}

static int disk_unlock(sqlite3_file *f, int level)
{
	return file_of(f)->real->pMethods->xUnlock(file_of(f)->real, level);
}

static int disk_check(sqlite3_file *f, int *out)
{
	return file_of(f)->real->pMethods->xCheckReservedLock(file_of(f)->real, out);
}

static int disk_control(sqlite3_file *f, int op, void *arg)
{
	if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
		return SQLITE_OK; /* they would write past us */
	return file_of(f)->real->pMethods->xFileControl(file_of(f)->real, op, arg);
}

static int disk_sector(sqlite3_file *f)
{
	return file_of(f)->real->pMethods->xSectorSize(file_of(f)->real);
}

static int disk_traits(sqlite3_file *f)
{
	return file_of(f)->real->pMethods->xDeviceCharacteristics(file_of(f)->real);
}

static int disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return file_of(f)->real->pMethods->xShmMap(file_of(f)->real, page, size, extend, out);
}

static int disk_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return file_of(f)->real->pMethods->xShmLock(file_of(f)->real, offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *f)
{
	file_of(f)->real->pMethods->xShmBarrier(file_of(f)->real);
}

static int disk_shm_unmap(sqlite3_file *f, int remove)
{
	return file_of(f)->real->pMethods->xShmUnmap(file_of(f)->real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without memory maps: they would write past us */
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

/* ---- the file system -------------------------------------------------------------------------- */

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	(void)vfs;
	f->pMethods = NULL;
	int rc = below->xOpen(below, name, file_of(f)->real, flags, out_flags);

	if (rc != SQLITE_OK)
		return rc;
	f->pMethods = &methods;
	file_of(f)->image = name == NULL ? NULL : image_of(name);
	return SQLITE_OK;
}

/* The name goes at once; what it held is nobody's any more. */
static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (!lives())
		return SQLITE_IOERR_DELETE;
	struct image *im = image_of(name);
	writes_end(im);
	im->n = 0;
	return below->xDelete(below, name, sync);
}

void disk_install(uint64_t seed)
{
	static sqlite3_vfs vfs;

	state = seed * 2654435761u + 88172645463325252u;
	ops_left = 0;
	crashed = false;
	if (below != NULL)
		return;
	below = sqlite3_vfs_find(NULL);
	vfs = *below;
	vfs.szOsFile = (int)sizeof(struct file) + below->szOsFile;
	vfs.zName = "disk";
	vfs.xOpen = disk_open;
	vfs.xDelete = disk_delete;
	sqlite3_vfs_register(&vfs, 1);
}

void disk_crash_after(unsigned n)
{
	ops_left = n;
}

bool disk_has_crashed(void)
{
	return crashed;
}

/* What was on its way arrives in parts: writes whole, torn at a sector, or not at all. */
static void lose(struct image *im)
{
	uint64_t chance = draw(5); /* 0: nothing arrives; 4: everything does */

	for (size_t i = 0; i < im->writes.n; i++) {
		const struct write *w = &im->writes.v[i];
		bool torn = draw(8) == 0;

		if (draw(4) < chance)
			put(im, w, torn ? draw(w->n / SECTOR + 1) * SECTOR : w->n);
	}
	int fd = open(im->path, O_WRONLY);
	if (fd < 0)
		return;
	if (ftruncate(fd, 0) != 0 || write(fd, im->durable, im->n) != (ssize_t)im->n)
		abort();
	close(fd);
}

void disk_restart(bool power)
{
	struct image *im;

	while ((im = images) != NULL) {
		images = im->next;
		if (power)
			lose(im);
		writes_end(im);
		free(im->durable);
		free(im->path);
		free(im);
	}
	crashed = false;
	ops_left = 0;
}
