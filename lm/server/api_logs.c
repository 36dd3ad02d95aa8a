/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/logs/{assembly}: what the steps of an assembly did, and what their scripts printed. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "lm/core/view/scrape.h"
#include "lm/server/api.h"

enum { LOGS_MAX = 64 * 1024 * 1024 };

struct wanted {
	const char *component; /* full name, the name without the root, or a part between "__" */
	const char *process;
	struct lm_json j;
	size_t found; /* steps of the assembly, wanted or not */
};

/* voice__pbx__1__asterisk is meant by itself, pbx__1__asterisk, pbx, 1__asterisk, ... */
static bool is_meant(const char *subject, const char *component)
{
	size_t n = strlen(component);

	for (const char *p = strstr(subject, component); n > 0 && p != NULL;
	     p = strstr(p + 1, component)) {
		bool begins = p == subject || (p >= subject + 2 && memcmp(p - 2, "__", 2) == 0);
		bool ends = p[n] == '\0' || strncmp(p + n, "__", 2) == 0;

		if (begins && ends)
			return true;
	}
	return false;
}

static const char *text_of(const json_t *step, const char *name)
{
	return json_string_value(json_object_get(step, name));
}

/* Of the key of a step's record, which is "<process>/<number>". */
static void process_of(const struct record *r, char out[LM_ID_SIZE])
{
	snprintf(out, LM_ID_SIZE, "%.*s", (int)strcspn(r->key, "/"), r->key);
}

static bool is_wanted(const struct wanted *w, const char *process, const json_t *step)
{
	const char *subject = text_of(step, "subject");

	if (w->component != NULL && (subject == NULL || !is_meant(subject, w->component)))
		return false;
	return w->process == NULL || strcmp(process, w->process) == 0;
}

static void add_time(struct lm_json *j, const json_t *step, const char *name)
{
	int64_t ms = json_integer_value(json_object_get(step, name));
	char text[LM_TIME_SIZE];

	lm_time_text(ms, text);
	lm_json_str(j, name, ms == 0 ? NULL : text);
}

/* What goes without saying is not in the record: who it is, and that it is the first attempt. */
static struct lm_err *add_step(void *arg, const struct record *r)
{
	static const char *const texts[] = {"subject", "action", "state", "message", "log"};
	struct wanted *w = arg;
	char process[LM_ID_SIZE];

	w->found++;
	process_of(r, process);
	json_t *step = json_loads(r->body, 0, NULL);
	if (step != NULL && is_wanted(w, process, step)) {
		const json_t *attempt = json_object_get(step, "attempt");

		lm_json_open(&w->j, NULL, '{');
		lm_json_str(&w->j, "id", r->key);
		lm_json_str(&w->j, "process", process);
		for (size_t i = 0; i < LM_COUNT(texts); i++)
			lm_json_str(&w->j, texts[i], text_of(step, texts[i]));
		lm_json_int(&w->j, "attempt", attempt == NULL ? 1 : json_integer_value(attempt));
		add_time(&w->j, step, "startedAt");
		add_time(&w->j, step, "endedAt");
		lm_json_close(&w->j, '}');
	}
	json_decref(step);
	return w->j.out->cut
		   ? lm_err_new(LM_ERR_LIMIT,
			 "these logs are larger than %d bytes: ask with ?component= or ?process=",
			 LOGS_MAX)
		   : NULL;
}

/* A deleted assembly's steps are still there under its name: the engine need not know it. */
void api_get_logs(struct api *api, struct http_request *r, const char *assembly)
{
	struct store_query q = {.table = RECORD_STEP, .root = assembly};
	const struct engine *engine = manager_engine(api->manager);
	struct lm_buf b;

	lm_buf_init(&b, LOGS_MAX);
	struct wanted w = {http_query(r, "component"), http_query(r, "process"), lm_json_on(&b), 0};
	lm_json_open(&w.j, NULL, '[');
	struct lm_err *e = api->store->ops->load(api->store, &q, add_step, &w);
	lm_json_close(&w.j, ']');
	if (e != NULL)
		api_answer_err(r, 0, e);
	else if (w.found == 0 && engine_root_name(engine, assembly) == NULL)
		api_answer_err(r, 0, engine_no_assembly(engine, "name", assembly));
	else
		api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}
