/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/login/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, MANAGERS_MAX = 1000, NAME_MAX_N = PATH_MAX + 64 };

/* ---- where ------------------------------------------------------------------------------------ */

static struct lm_err *folder_of(char out[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = 0;

	if (config != NULL && config[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/lm", config);
	else if (home != NULL && home[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/.config/lm", home);
	if (n > 0 && n < PATH_MAX - 64)
		return NULL;
	return lm_err_new(LM_ERR_INVALID,
	    "there is no folder for tokens: set HOME or XDG_CONFIG_HOME, or give a token in "
	    "LM_TOKEN");
}

static struct lm_err *make_folder(const char *path)
{
	char part[PATH_MAX];

	snprintf(part, sizeof part, "%s", path);
	for (char *at = part + 1;; at++) {
		bool is_last = *at == '\0';

		if (*at != '/' && !is_last)
			continue;
		*at = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return lm_err_errno(errno, "cannot make the folder %s", part);
		if (is_last)
			return NULL;
		*at = '/';
	}
}

/* ---- all of them ------------------------------------------------------------------------------ */

/* What is not there, or no good, is empty; the next login makes it anew. */
static json_t *load(const char *folder)
{
	char path[NAME_MAX_N];
	struct stat st;
	json_t *all = NULL;

	snprintf(path, sizeof path, "%s/tokens", folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX) {
		if ((st.st_mode & 077) == 0)
			all = json_loadfd(fd, 0, NULL);
		else
			fprintf(stderr,
			    "lm: %s is not used, others could read it: 'chmod 600' it, "
			    "or log in again\n",
			    path);
	}
	if (fd >= 0)
		close(fd);
	if (json_is_object(all))
		return all;
	json_decref(all);
	return json_object();
}

static struct lm_err *save(const char *folder, const json_t *all)
{
	char path[NAME_MAX_N], fresh[NAME_MAX_N];

	struct lm_err *e = make_folder(folder);
	if (e != NULL)
		return e;
	snprintf(path, sizeof path, "%s/tokens", folder);
	snprintf(fresh, sizeof fresh, "%s/tokens.%ld", folder, (long)getpid());
	unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && json_dumpfd(all, fd, JSON_INDENT(1)) == 0;
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (ok && rename(fresh, path) != 0) {
		why = errno;
		ok = false;
	}
	if (ok)
		return NULL;
	unlink(fresh);
	return lm_err_errno(why, "cannot write %s", path);
}

/* ---- one -------------------------------------------------------------------------------------- */

static void copy(const json_t *from, const char *key, char out[KEPT_MAX])
{
	const char *text = json_string_value(json_object_get(from, key));

	if (text == NULL || snprintf(out, KEPT_MAX, "%s", text) >= KEPT_MAX)
		out[0] = '\0';
}

bool tokens_find(const char *server, struct kept *out)
{
	char folder[PATH_MAX];

	struct lm_err *e = folder_of(folder);
	if (e != NULL) {
		lm_err_free(e);
		return false;
	}
	json_t *all = load(folder);
	const json_t *mine = json_object_get(all, server);
	copy(mine, "token", out->token);
	copy(mine, "refresh", out->refresh);
	copy(mine, "cacert", out->cacert);
	out->until_s = json_integer_value(json_object_get(mine, "until"));
	json_decref(all);
	return out->token[0] != '\0';
}

static struct lm_err *change(const char *server, json_t *mine, bool *was_there)
{
	char folder[PATH_MAX];

	struct lm_err *e = folder_of(folder);
	if (e != NULL) {
		json_decref(mine);
		return e;
	}
	json_t *all = load(folder);
	*was_there = json_object_del(all, server) == 0;
	if (json_object_size(all) >= MANAGERS_MAX)
		json_object_clear(all);
	if (mine != NULL)
		json_object_set_new(all, server, mine);
	if (mine != NULL || *was_there)
		e = save(folder, all);
	json_decref(all);
	return e;
}

struct lm_err *tokens_keep(const char *server, const struct kept *k)
{
	bool was_there = false;

	return change(server,
	    json_pack("{s:s, s:s, s:s, s:I}", "token", k->token, "refresh", k->refresh, "cacert",
		k->cacert, "until", (json_int_t)k->until_s),
	    &was_there);
}

struct lm_err *tokens_drop(const char *server, bool *was_there)
{
	return change(server, NULL, was_there);
}
