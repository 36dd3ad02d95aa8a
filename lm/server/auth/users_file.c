/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/users_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "lm/server/auth/privilege.h"
#include "lm/server/auth/users_priv.h"

enum { FILE_MAX = 16 * 1024 * 1024, TRY_MS = 10 };

static struct lm_err *path_of(const char *folder, const char *name, char out[PATH_MAX])
{
	if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		return lm_err_new(LM_ERR_INVALID, "the name %s is too long", folder);
	return NULL;
}

/* ---- reading ---------------------------------------------------------------------------------- */

typedef bool word_fn(const char *name, unsigned *bits);

static bool read_words(const json_t *list, word_fn *parse, unsigned *bits)
{
	size_t i = 0;
	const json_t *word = NULL;

	json_array_foreach(list, i, word)
	{
		if (!json_is_string(word) || !parse(json_string_value(word), bits))
			return false;
	}
	return true;
}

static bool read_text(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && snprintf(out, size, "%s", text) < (int)size;
}

static unsigned read_seconds(const json_t *object, const char *key, unsigned otherwise)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 && n <= VALIDITY_MAX_S ? (unsigned)n : otherwise;
}

static bool read_account(const json_t *j, struct account *a)
{
	char kind[8];

	*a = (struct account){
	    .is_suspended = json_is_true(json_object_get(j, "suspended")),
	    .access_s = read_seconds(j, "accessTokenValidity", ACCESS_S),
	    .refresh_s = read_seconds(j, "refreshTokenValidity", REFRESH_S),
	};
	if (!read_text(j, "name", a->name, sizeof a->name) ||
	    !read_text(j, "kind", kind, sizeof kind) ||
	    !read_text(j, "hash", a->hash, sizeof a->hash) ||
	    !read_text(j, "stamp", a->stamp, sizeof a->stamp))
		return false;
	a->is_client = strcmp(kind, "client") == 0;
	return (a->is_client || strcmp(kind, "user") == 0) && password_hash_is_valid(a->hash) &&
	       read_words(json_object_get(j, "roles"), role_parse, &a->roles) &&
	       read_words(json_object_get(j, "grants"), grant_parse, &a->grants);
}

static struct lm_err *read_accounts(const json_t *root, const char *path, struct users *u)
{
	const json_t *list = json_object_get(root, "accounts"), *j = NULL;
	struct account a;
	size_t i = 0;

	if (!json_is_array(list))
		return lm_err_new(LM_ERR_INVALID,
		    "%s has no list 'accounts': restore it, or remove it and add users anew", path);
	json_array_foreach(list, i, j)
	{
		struct lm_err *e = read_account(j, &a) ? users_add(u, &a)
						       : lm_err_new(LM_ERR_INVALID,
							     "it is not as 'lm user' writes it");
		if (e != NULL)
			return lm_err_wrap(e, "account %zu in %s", i + 1, path);
	}
	return NULL;
}

static struct lm_err *check_file(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return lm_err_errno(errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return lm_err_new(LM_ERR_INVALID, "%s is not a file", path);
	if ((st.st_mode & 077) != 0)
		return lm_err_new(LM_ERR_INVALID,
		    "others than its owner can read or write %s, who may log in: see who did, then "
		    "'chmod 600' it",
		    path);
	if (st.st_size > FILE_MAX)
		return lm_err_new(LM_ERR_LIMIT, "%s is larger than %d bytes", path, FILE_MAX);
	return NULL;
}

static struct lm_err *read_file(int fd, const char *path, struct users *u)
{
	json_error_t why;

	struct lm_err *e = check_file(fd, path);
	if (e != NULL)
		return e;
	json_t *root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "%s is not JSON: line %d: %s: restore it, or "
		    "remove it and add users anew",
		    path, why.line, why.text);
	e = read_accounts(root, path, u);
	json_decref(root);
	return e;
}

struct lm_err *users_load(const char *state_dir, struct users **out)
{
	char path[PATH_MAX];
	struct users *u = users_new();

	struct lm_err *e = path_of(state_dir, "users.json", path);
	int fd = e == NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	if (fd >= 0) {
		e = read_file(fd, path, u);
		close(fd);
	} else if (e == NULL && errno != ENOENT) {
		e = lm_err_errno(errno, "cannot read who may log in, %s", path);
	}
	if (e != NULL)
		users_free(u);
	else
		*out = u;
	return e;
}

struct users_seen users_look(const char *state_dir)
{
	char path[PATH_MAX];
	struct stat st;

	lm_err_free(path_of(state_dir, "users.json", path));
	if (stat(path, &st) != 0)
		return (struct users_seen){0};
	return (struct users_seen){
	    .inode = st.st_ino,
	    .size = st.st_size,
	    .changed_ns = st.st_ctim.tv_sec * 1000000000LL + st.st_ctim.tv_nsec,
	};
}

/* ---- writing ---------------------------------------------------------------------------------- */

typedef const char *word_name_fn(unsigned i);

static void write_words(struct lm_json *j, const char *key, unsigned bits, word_name_fn *name)
{
	lm_json_open(j, key, '[');
	for (unsigned i = 0; name(i) != NULL; i++)
		if ((bits >> i & 1) != 0)
			lm_json_str(j, NULL, name(i));
	lm_json_close(j, ']');
}

static void write_account(struct lm_json *j, const struct account *a)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", a->name);
	lm_json_str(j, "kind", a->is_client ? "client" : "user");
	write_words(j, "roles", a->roles, role_name);
	if (a->is_client) {
		write_words(j, "grants", a->grants, grant_name);
		lm_json_int(j, "accessTokenValidity", a->access_s);
		lm_json_int(j, "refreshTokenValidity", a->refresh_s);
	}
	if (a->is_suspended)
		lm_json_bool(j, "suspended", true);
	lm_json_str(j, "hash", a->hash);
	lm_json_str(j, "stamp", a->stamp);
	lm_json_close(j, '}');
	lm_buf_puts(j->out, "\n");
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return fsync(fd) == 0;
}

/* A root who adds a user for a manager that runs under another name leaves him able to read it. */
static bool give_to_owner(int folder, int fd)
{
	struct stat st;

	return geteuid() != 0 || (fstat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

static struct lm_err *save_in(int folder, const char *path, const struct lm_buf *text)
{
	unlinkat(folder, "users.json.new", 0);
	int fd = openat(
	    folder, "users.json.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && give_to_owner(folder, fd) && write_all(fd, text->p, text->n);
	int why = errno;

	if (fd >= 0)
		close(fd);
	if (ok &&
	    (renameat(folder, "users.json.new", folder, "users.json") != 0 || fsync(folder) != 0)) {
		why = errno;
		ok = false;
	}
	if (ok)
		return NULL;
	unlinkat(folder, "users.json.new", 0);
	return lm_err_errno(why, "cannot write users.json in %s", path);
}

static struct lm_err *save(int folder, const char *path, const struct users *u)
{
	struct lm_buf text;
	struct lm_err *e = NULL;

	lm_buf_init(&text, FILE_MAX);
	struct lm_json j = lm_json_on(&text);
	lm_json_open(&j, NULL, '{');
	lm_json_open(&j, "accounts", '[');
	for (size_t i = 0; i < u->accounts.n; i++)
		write_account(&j, &u->accounts.v[i]);
	lm_json_close(&j, ']');
	lm_json_close(&j, '}');
	lm_buf_puts(&text, "\n");
	if (text.cut)
		e = lm_err_new(LM_ERR_LIMIT, "users.json would be larger than %d bytes", FILE_MAX);
	else
		e = save_in(folder, path, &text);
	lm_buf_fini(&text);
	return e;
}

/* ---- one change at a time --------------------------------------------------------------------- */

/* The folder itself is what is locked: it is there, and its owner's. */
static struct lm_err *lock(int folder, const char *path, unsigned patience_ms)
{
	const struct timespec pause = {.tv_nsec = TRY_MS * 1000000L};

	for (unsigned waited = 0; flock(folder, LOCK_EX | LOCK_NB) != 0; waited += TRY_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return lm_err_errno(errno, "cannot lock %s", path);
		if (waited >= patience_ms)
			return lm_err_new(LM_ERR_CONFLICT,
			    "somebody else changes users.json in %s just now: try again", path);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static struct lm_err *edit_in(int folder, const char *path, users_edit_fn *fn, void *arg)
{
	struct users *u = NULL;

	struct lm_err *e = users_load(path, &u);
	if (e == NULL)
		e = fn(u, arg);
	if (e == NULL)
		e = save(folder, path, u);
	users_free(u);
	return e;
}

struct lm_err *users_edit(const char *state_dir, unsigned patience_ms, users_edit_fn *fn, void *arg)
{
	int folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return lm_err_errno(
		    errno, "cannot open the state folder %s (--state names another)", state_dir);
	struct lm_err *e = lock(folder, state_dir, patience_ms);
	if (e == NULL)
		e = edit_in(folder, state_dir, fn, arg);
	close(folder);
	return e;
}
