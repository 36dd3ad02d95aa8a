/* SPDX-License-Identifier: Apache-2.0 */
/* Assemblies: one, some of them, and one that is to be forgotten. */
#include "base/log.h"
#include "lm/server/api.h"

/* As many as clients expect of a search at most. */
enum { DOCUMENT_MAX = 128 * 1024 * 1024, SEARCH_MAX = 50 };

void api_get_assembly(struct api *api, struct http_request *r, const char *id)
{
	uint64_t revision = manager_revision(api->manager);
	struct lm_buf b;

	if (pages_answer(api->pages, r->path, revision, r))
		return;
	lm_buf_init(&b, DOCUMENT_MAX);
	if (engine_print_assembly(manager_engine(api->manager), id, &b) && !b.cut)
		pages_keep(api->pages, r->path, revision, r, &b);
	else if (b.cut)
		api_answer_text(r, NULL, &b);
	else
		api_answer_err(r, 0, engine_no_assembly(manager_engine(api->manager), "id", id));
	lm_buf_fini(&b);
}

/*
 * ?name= answers an array of at most one document, ?nameContains= an object with summaries, and
 * without either there is an array of summaries: three shapes that existing clients rely on.
 */
void api_get_assemblies(struct api *api, struct http_request *r, const char *param)
{
	const char *name = http_query(r, "name"), *part = http_query(r, "nameContains");
	const struct engine *engine = manager_engine(api->manager);
	struct lm_buf b;
	(void)param;

	lm_buf_init(&b, DOCUMENT_MAX);
	if (name != NULL) {
		lm_buf_puts(&b, "[");
		engine_print_named(engine, name, &b);
		lm_buf_puts(&b, "]");
	} else if (part != NULL) {
		lm_buf_puts(&b, "{\"assemblies\":");
		bool is_all = engine_print_assemblies(engine, part, SEARCH_MAX, &b);
		lm_buf_printf(&b, ",\"partial\":%s}", is_all ? "false" : "true");
	} else {
		engine_print_assemblies(engine, NULL, 0, &b);
	}
	api_answer_text(r, NULL, &b);
	lm_buf_fini(&b);
}

/* The record goes; what it made outside stays, and is found by the doctor. */
void api_forget_assembly(struct api *api, struct http_request *r, const char *id)
{
	struct lm_err *e = manager_forget(api->manager, id);

	if (e != NULL) {
		api_answer_err(r, 0, e);
		return;
	}
	lm_log(LM_LOG_WARN, "assembly.forgotten", "assembly=%s by=%s trace=%s", id,
	    r->who[0] != '\0' ? r->who : "-", r->trace);
	api_begun(api, r, "", NULL);
}
