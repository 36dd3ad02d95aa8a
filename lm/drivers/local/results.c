/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/results.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "lm/drivers/local/tag.h"

/* A log of control characters only is six times as long in JSON. */
enum { RESULT_MAX = 1024 * 1024 };

static void path_of(const struct resource *r, const char *step, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/steps/%016" PRIx64, r->dir, lm_hash(step));
}

/* Removes the oldest when there is one too many. */
static void forget_oldest(const char *folder)
{
	char path[PATH_MAX], oldest[PATH_MAX] = "";
	struct timespec when = {0};
	struct stat s;
	unsigned n = 0;
	DIR *dir = opendir(folder);

	for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
		if (d->d_name[0] == '.' || !path_join(folder, d->d_name, path) ||
		    stat(path, &s) != 0)
			continue;
		if (n++ == 0 || s.st_mtim.tv_sec < when.tv_sec ||
		    (s.st_mtim.tv_sec == when.tv_sec && s.st_mtim.tv_nsec < when.tv_nsec)) {
			when = s.st_mtim;
			snprintf(oldest, sizeof oldest, "%s", path);
		}
	}
	if (dir != NULL)
		closedir(dir);
	if (n > RESULTS_KEPT)
		unlink(oldest);
}

struct lm_err *result_save(const struct resource *r, const struct step_result *result)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct lm_buf b;

	snprintf(folder, sizeof folder, "%s/steps", r->dir);
	struct lm_err *e = folder_make(folder, 0700);
	if (e != NULL)
		return e;
	lm_buf_init(&b, RESULT_MAX);
	struct lm_json j = lm_json_on(&b);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "step", result->step);
	lm_json_int(&j, "failure", result->failure);
	lm_json_str(&j, "message", result->message);
	lm_json_str(&j, "log", result->log);
	lm_json_open(&j, "outputs", '{');
	for (size_t i = 0; i < result->outputs.n; i++)
		lm_json_str(&j, result->outputs.v[i].name, result->outputs.v[i].value);
	lm_json_close(&j, '}');
	lm_json_close(&j, '}');
	path_of(r, result->step, path);
	e = b.cut ? lm_err_new(LM_ERR_LIMIT, "the result of step %s is too large", result->step)
		  : file_write(path, b.p);
	lm_buf_fini(&b);
	if (e == NULL)
		forget_oldest(folder);
	return e;
}

static const char *text_of(struct lm_arena *a, const json_t *object, const char *key)
{
	return lm_arena_strdup(a, json_string_value(json_object_get(object, key)));
}

bool result_find(
    const struct resource *r, struct lm_arena *a, const char *step, struct step_result *out)
{
	char path[PATH_MAX];
	const char *name;
	json_t *value;

	path_of(r, step, path);
	char *text = file_read(a, path, RESULT_MAX);
	json_t *j = text == NULL ? NULL : json_loads(text, 0, NULL);
	const char *of = json_string_value(json_object_get(j, "step"));
	if (of == NULL || strcmp(of, step) != 0) {
		json_decref(j);
		return false;
	}
	json_t *outputs = json_object_get(j, "outputs");
	*out = (struct step_result){
	    .step = lm_arena_strdup(a, step),
	    .failure = (enum step_failure)json_integer_value(json_object_get(j, "failure")),
	    .message = text_of(a, j, "message"),
	    .log = text_of(a, j, "log"),
	    .outputs.v = LM_NEW_N(a, struct lm_kv, json_object_size(outputs)),
	};
	json_object_foreach(outputs, name, value)
	{
		struct lm_kv *kv = &out->outputs.v[out->outputs.n++];
		kv->name = lm_arena_strdup(a, name);
		kv->value = lm_arena_strdup(a, json_string_value(value));
	}
	json_decref(j);
	return true;
}
