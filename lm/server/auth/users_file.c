/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/users_file.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/json.h"
#include "lm/disk/disk.h"
#include "lm/server/auth/privilege.h"
#include "lm/server/auth/users_priv.h"
#include "lm/server/document/document.h"

#define FILE_NAME "users.json"

enum { FILE_MAX = 16 * 1024 * 1024 };

/* ---- reading ---------------------------------------------------------------------------------- */

static bool read_words(
    const json_t *list, bool (*parse)(const char *name, unsigned *bits), unsigned *bits)
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

static struct lm_err *read_accounts(const json_t *root, const char *folder, struct users *u)
{
	const json_t *list = json_object_get(root, "accounts"), *j = NULL;
	struct account a;
	size_t i = 0;

	if (!json_is_array(list))
		return lm_err_new(LM_ERR_INVALID,
		    "%s/" FILE_NAME
		    " has no list 'accounts': restore it, or remove it and add users anew",
		    folder);
	json_array_foreach(list, i, j)
	{
		struct lm_err *e = read_account(j, &a) ? users_add(u, &a)
						       : lm_err_new(LM_ERR_INVALID,
							     "it is not as 'lm user' writes it");
		if (e != NULL)
			return lm_err_wrap(e, "account %zu in %s/" FILE_NAME, i + 1, folder);
	}
	return NULL;
}

static struct lm_err *parse(const struct disk_bytes *b, const char *folder, struct users *u)
{
	json_error_t why;

	json_t *root = json_loadb(b->p, b->n, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "%s/" FILE_NAME " is not JSON: line %d: %s: restore it, or remove it and add "
		    "users anew",
		    folder, why.line, document_complaint(&why));
	struct lm_err *e = read_accounts(root, folder, u);
	json_decref(root);
	return e;
}

static struct lm_err *load_in(const struct disk_folder *folder, struct users **out)
{
	static const struct disk_demands demands = {.max = FILE_MAX, .forbidden = 077};
	LM_AUTO(users) u = users_new();
	struct disk_bytes b;

	struct lm_err *e = disk_read(folder, FILE_NAME, &demands, &b);
	if (e == NULL)
		e = parse(&b, folder->path, u);
	else if (lm_err_kind(e) == LM_ERR_NOT_FOUND)
		lm_err_free(LM_STEAL(e));
	disk_bytes_fini(&b);
	if (e == NULL)
		*out = LM_STEAL(u);
	return e;
}

static struct lm_err *open_state(struct disk_folder *out, const char *state_dir)
{
	struct lm_err *e = disk_open(out, state_dir);

	return e == NULL ? NULL : lm_err_wrap(e, "the state (--state names another folder)");
}

struct lm_err *users_load(const char *state_dir, struct users **out)
{
	struct disk_folder folder;

	struct lm_err *e = open_state(&folder, state_dir);
	if (e == NULL)
		e = load_in(&folder, out);
	disk_close(&folder);
	return e;
}

struct users_seen users_look(const char *state_dir)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s/" FILE_NAME, state_dir) >= (int)sizeof path ||
	    stat(path, &st) != 0)
		return (struct users_seen){0};
	return (struct users_seen){
	    .inode = st.st_ino,
	    .size = st.st_size,
	    .changed_ns = st.st_ctim.tv_sec * 1000000000LL + st.st_ctim.tv_nsec,
	};
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void write_account(struct lm_json *j, const struct account *a)
{
	lm_json_open(j, NULL, '{');
	lm_json_str(j, "name", a->name);
	lm_json_str(j, "kind", a->is_client ? "client" : "user");
	words_print(j, "roles", a->roles, role_name);
	if (a->is_client) {
		words_print(j, "grants", a->grants, grant_name);
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

static struct lm_err *save(const struct disk_folder *folder, const struct users *u)
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
		e = lm_err_new(LM_ERR_LIMIT, FILE_NAME " would be larger than %d bytes", FILE_MAX);
	else
		e = disk_write(
		    folder, FILE_NAME, &(struct disk_text){.p = text.p, .n = text.n}, NULL);
	lm_buf_fini(&text);
	return e;
}

/* ---- one change at a time --------------------------------------------------------------------- */

static struct lm_err *edit_in(const struct disk_folder *folder, users_edit_fn *fn, void *arg)
{
	LM_AUTO(users) u = NULL;

	struct lm_err *e = load_in(folder, &u);
	if (e == NULL)
		e = fn(u, arg);
	return e != NULL ? e : save(folder, u);
}

struct lm_err *users_edit(const char *state_dir, unsigned patience_ms, users_edit_fn *fn, void *arg)
{
	struct disk_folder folder;

	struct lm_err *e = open_state(&folder, state_dir);
	if (e == NULL)
		e = disk_lock(&folder, patience_ms);
	if (e == NULL)
		e = edit_in(&folder, fn, arg);
	disk_close(&folder);
	return e;
}
