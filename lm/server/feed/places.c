/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "lm/server/feed/hook.h"

/*
 * Where the hooks stand, on disk.  Written beside the old file and put in its place, not synced: a
 * loss of power can bring an older one back, and then some events are sent again.
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

static struct lm_err *write_file(const char *path, const char *text)
{
	char fresh[4096];
	size_t n = strlen(text);

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return lm_err_new(LM_ERR_INVALID, "the name %s is too long", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return lm_err_errno(errno, "cannot make %s", fresh);
	ssize_t done = write(fd, text, n);
	int saved = done < 0 ? errno : ENOSPC;
	close(fd);
	if (done != (ssize_t)n)
		return lm_err_errno(saved, "cannot write %s", fresh);
	if (rename(fresh, path) != 0)
		return lm_err_errno(errno, "cannot write %s", path);
	return NULL;
}

void places_save(struct hooks *hs)
{
	json_t *all = places_object(hs);
	char *text = json_dumps(all, JSON_COMPACT);

	if (text == NULL)
		abort();
	struct lm_err *e = write_file(hs->places_path, text);
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
