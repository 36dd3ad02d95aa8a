/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "lm/disk/disk.h"
#include "lm/server/feed/hook.h"

/*
 * Where the hooks stand, on disk.  It is written often, and not forced: a loss of power can bring an
 * older one back, and then some events are sent again.
 */
enum { SAVE_MS = 100 };

static json_t *places_object(const struct hooks *hs)
{
	json_t *all = json_object();
	const struct hook *h;

	for (size_t i = 0; (h = lm_map_next(hs->by_name, &i)) != NULL;)
		json_object_set_new(all, h->spec.name,
		    json_pack("{s:I, s:I, s:b}", "at", (json_int_t)h->place.at, "failingSince",
			(json_int_t)h->place.failing_ms, "stopped", h->place.stopped));
	return all;
}

void places_save(struct hooks *hs)
{
	json_t *all = places_object(hs);
	char *text = json_dumps(all, JSON_COMPACT);

	if (text == NULL)
		abort();
	const struct disk_text t = {.p = text, .n = strlen(text), .is_light = true};
	struct lm_err *e = disk_write_path(hs->places_path, &t);
	free(text);
	json_decref(all);
	hs->is_dirty = e != NULL;
	if (e == NULL)
		return;
	lm_log(LM_LOG_WARN, "webhooks.place", "after a restart some events would be sent again: %s",
	    lm_err_text(e));
	lm_err_free(e);
}

static void on_save(uv_timer_t *t)
{
	struct hooks *hs = t->data;

	hs->is_saving = false;
	if (hs->is_dirty)
		places_save(hs);
}

void places_changed(struct hooks *hs)
{
	hs->is_dirty = true;
	if (hs->is_saving)
		return;
	hs->is_saving = true;
	uv_timer_start(&hs->saving, on_save, SAVE_MS, 0);
}

json_t *places_load(const char *path)
{
	json_error_t why;
	json_t *all = json_load_file(path, 0, &why);

	if (all == NULL && access(path, F_OK) == 0)
		lm_log(LM_LOG_WARN, "webhooks.place",
		    "%s cannot be read, and some events are sent again: %s", path, why.text);
	return all;
}
