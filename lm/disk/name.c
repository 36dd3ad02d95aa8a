/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/disk/name.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(unsigned char c, bool first)
{
	return c >= 0x80 || isalnum(c) || strchr("-_:~+@,", c) != NULL || (c == '.' && !first);
}

bool disk_name(const char *name, const char *ending, char out[DISK_NAME_SIZE])
{
	size_t n = 0, end = strlen(ending);

	for (const char *p = name; *p != '\0'; p++) {
		if (n + 3 + end >= DISK_NAME_SIZE)
			return false;
		if (is_plain((unsigned char)*p, p == name))
			out[n++] = *p;
		else
			n += (size_t)snprintf(&out[n], 4, "%%%02x", (unsigned char)*p);
	}
	memcpy(&out[n], ending, end + 1);
	return n > 0;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The other way round; false: no name has this file. */
static bool name_of(const char *file, const char *ending, char out[DISK_NAME_SIZE])
{
	size_t size = strlen(file), end = strlen(ending), n = 0;
	char again[DISK_NAME_SIZE];

	if (size <= end || size >= DISK_NAME_SIZE || strcmp(&file[size - end], ending) != 0)
		return false;
	for (const char *p = file; p < &file[size - end]; p++) {
		if (*p == '%' && digit(p[1]) >= 0 && digit(p[2]) >= 0) {
			out[n++] = (char)(digit(p[1]) * 16 + digit(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	return disk_name(out, ending, again) && strcmp(again, file) == 0;
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

struct lm_err *disk_each(
    const struct disk_folder *f, const char *ending, disk_file_fn *each, void *arg)
{
	struct dirent **entries = NULL;
	struct lm_err *e = NULL;
	char name[DISK_NAME_SIZE];

	int n = scandirat(f->fd, ".", &entries, is_visible, by_name);
	if (n < 0)
		return lm_err_errno(errno, "cannot list the folder %s", f->path);
	for (int i = 0; i < n; i++) {
		const char *file = entries[i]->d_name;
		bool is_name = name_of(file, ending, name);

		if (e == NULL)
			e = each(arg, &(struct disk_file){file, is_name ? name : file, is_name});
		free(entries[i]);
	}
	free(entries);
	return e;
}
