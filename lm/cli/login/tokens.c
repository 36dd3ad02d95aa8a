/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/cli/login/tokens.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/disk/disk.h"

#define FILE_NAME "tokens"

enum { FILE_MAX = 1 << 20, MANAGERS_MAX = 1000, PATIENCE_MS = 5000 };

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

/* ---- all of them ------------------------------------------------------------------------------ */

/* What is not there, or no good, is empty; the next login makes it anew. */
static json_t *load(const struct disk_folder *folder)
{
	static const struct disk_demands demands = {.max = FILE_MAX, .forbidden = 077};
	struct disk_bytes b;
	json_t *all = NULL;

	struct lm_err *e = disk_read(folder, FILE_NAME, &demands, &b);
	if (e == NULL)
		all = json_loadb(b.p, b.n, 0, NULL);
	else if (lm_err_kind(e) != LM_ERR_NOT_FOUND)
		fprintf(stderr, "lm: not used: %s, or log in again\n", lm_err_text(e));
	lm_err_free(e);
	disk_bytes_fini(&b);
	if (json_is_object(all))
		return all;
	json_decref(all);
	return json_object();
}

static struct lm_err *save(const struct disk_folder *folder, const json_t *all)
{
	char *text = json_dumps(all, JSON_INDENT(1));

	if (text == NULL)
		abort();
	const struct disk_text t = {.p = text, .n = strlen(text)};
	struct lm_err *e = disk_write(folder, FILE_NAME, &t, NULL);
	free(text);
	return e;
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
	struct disk_folder folder;
	char path[PATH_MAX];

	out->token[0] = '\0';
	struct lm_err *e = folder_of(path);
	if (e == NULL)
		e = disk_open(&folder, path);
	if (e != NULL) {
		lm_err_free(e);
		return false;
	}
	json_t *all = load(&folder);
	const json_t *mine = json_object_get(all, server);
	copy(mine, "token", out->token);
	copy(mine, "refresh", out->refresh);
	copy(mine, "cacert", out->cacert);
	out->until_s = json_integer_value(json_object_get(mine, "until"));
	json_decref(all);
	disk_close(&folder);
	return out->token[0] != '\0';
}

static struct lm_err *change_in(
    const struct disk_folder *folder, const char *server, json_t *mine, bool *was_there)
{
	struct lm_err *e = disk_lock(folder, PATIENCE_MS);

	if (e != NULL)
		return e;
	json_t *all = load(folder);
	*was_there = json_object_del(all, server) == 0;
	if (json_object_size(all) >= MANAGERS_MAX)
		json_object_clear(all);
	if (mine != NULL)
		json_object_set(all, server, mine);
	if (mine != NULL || *was_there)
		e = save(folder, all);
	json_decref(all);
	return e;
}

/* Two who log in at the same time, to different managers, both keep what they got. */
static struct lm_err *change(const char *server, json_t *mine, bool *was_there)
{
	struct disk_folder folder = {0};
	char path[PATH_MAX];

	*was_there = false;
	struct lm_err *e = folder_of(path);
	if (e == NULL)
		e = mine != NULL ? disk_make(&folder, path) : disk_open(&folder, path);
	if (e == NULL)
		e = change_in(&folder, server, mine, was_there);
	else if (mine == NULL && lm_err_kind(e) == LM_ERR_NOT_FOUND)
		lm_err_free(LM_STEAL(e));
	disk_close(&folder);
	json_decref(mine);
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
