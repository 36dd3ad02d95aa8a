/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/log.h"
#include "lm/disk/disk.h"
#include "lm/server/auth/tokens.h"

#define FILE_NAME "refresh.json"
enum { FILE_MAX = 4 * 1024 * 1024 };

struct renewal {
	struct slow_task task; /* first, see renewal_of() */
	struct auth *auth;
	struct http_request *request;
	char *state_dir; /* for the thread, which may outlast 'auth' */
	struct jwt shown;
	char peer[HTTP_PEER_SIZE];
	enum rotation_verdict verdict;
	unsigned next;
	struct lm_buf text; /* of the file, as it shall be */
	struct lm_err *e;
};

static struct renewal *renewal_of(struct slow_task *t)
{
	return (struct renewal *)(void *)t;
}

static void end(struct renewal *n)
{
	lm_buf_fini(&n->text);
	lm_err_free(n->e);
	free(n->state_dir);
	free(n);
}

static void refuse(struct http_request *r, const char *why)
{
	tokens_answer_error(r, 400, "invalid_grant", why);
}

/* ---- the file ------------------------------------------------------------------------------------- */

static struct lm_err *write_file(const char *state_dir, const struct lm_buf *text)
{
	struct disk_folder folder;

	struct lm_err *e = disk_open(&folder, state_dir);
	if (e == NULL)
		e = disk_write(
		    &folder, FILE_NAME, &(struct disk_text){.p = text->p, .n = text->n}, NULL);
	disk_close(&folder);
	return e;
}

static struct lm_err *read_file(const char *state_dir, struct disk_bytes *out)
{
	static const struct disk_demands demands = {.max = FILE_MAX, .forbidden = 077};
	struct disk_folder folder;

	struct lm_err *e = disk_open(&folder, state_dir);
	if (e == NULL)
		e = disk_read(&folder, FILE_NAME, &demands, out);
	disk_close(&folder);
	return e;
}

struct lm_err *refresh_open(struct auth *a)
{
	struct disk_bytes b = {0};

	a->rotation = rotation_new();
	struct lm_err *e = read_file(a->state_dir, &b);
	if (e != NULL && lm_err_kind(e) == LM_ERR_NOT_FOUND) {
		lm_err_free(e);
		return NULL;
	}
	if (e != NULL)
		return lm_err_wrap(e, "which refresh tokens are void");
	e = rotation_read(a->rotation, b.p, b.n, auth_now_s());
	if (e != NULL)
		lm_log(LM_LOG_ERROR, "auth.refresh", FILE_NAME ": %s", lm_err_text(e));
	lm_err_free(e);
	disk_bytes_fini(&b);
	return NULL;
}

/* ---- the outcome ---------------------------------------------------------------------------------- */

static struct turn_of_line place_of(const struct jwt *t)
{
	struct turn_of_line at = {
	    .turn = t->turn, .begun_s = t->begun_s, .expires_s = t->expires_s};

	memcpy(at.line, t->line, sizeof at.line);
	return at;
}

/* His account, and that of the client he comes by, may have changed since he asked. */
static void give(struct renewal *n)
{
	struct auth *a = n->auth;
	struct turn_of_line place = place_of(&n->shown);
	const struct account *who = auth_account(a, &n->shown);
	const struct account *client =
	    n->shown.client[0] != '\0' ? users_find(a->users, n->shown.client) : NULL;

	if (who == NULL) {
		refuse(n->request, "this token has been taken back: log in again");
		return;
	}
	place.turn = n->next;
	lm_log(LM_LOG_INFO, "auth.renewed", "name=%s client=%s from=%s", who->name,
	    client != NULL ? client->name : "-", n->peer);
	tokens_answer(a, n->request,
	    &(struct grant_of){.who = who, .client = client, .may_refresh = true, .place = &place});
}

static void refuse_reused(struct renewal *n)
{
	lm_log(LM_LOG_WARN, "auth.reused", "name=%s from=%s line=%s", n->shown.subject, n->peer,
	    n->shown.line);
	refuse(n->request, "this refresh token was used before: it, and those that came of it, are "
			   "void now; log in "
			   "again");
}

/* ---- in the line ---------------------------------------------------------------------------------- */

/* False: it was answered, and nothing is to be written. */
static bool take(struct renewal *n)
{
	struct turn_of_line place = place_of(&n->shown);

	n->verdict = rotation_take(n->auth->rotation, &place, auth_now_s(), &n->next);
	switch (n->verdict) {
	case ROTATION_NEXT:
	case ROTATION_REUSED:
		rotation_print(n->auth->rotation, &n->text);
		return true;
	case ROTATION_AGAIN:
		give(n);
		return false;
	case ROTATION_VOID:
		refuse(n->request, "this refresh token is void: log in again");
		return false;
	case ROTATION_FULL:
		http_answer_error(n->request, 503,
		    "there are %d sessions that renew their tokens, which is the most: log in "
		    "again",
		    ROTATION_LINES_MAX);
		return false;
	}
	return false;
}

static bool on_begin(struct slow_task *t)
{
	struct renewal *n = renewal_of(t);
	bool goes_on = take(n);

	if (!goes_on)
		end(n);
	return goes_on;
}

static void on_work(struct slow_task *t)
{
	struct renewal *n = renewal_of(t);

	n->e = write_file(n->state_dir, &n->text);
}

static void on_done(struct slow_task *t)
{
	struct renewal *n = renewal_of(t);
	struct turn_of_line place = place_of(&n->shown);

	if (n->e != NULL)
		lm_log(LM_LOG_ERROR, "auth.refresh", "%s", lm_err_text(n->e));
	if (n->verdict == ROTATION_REUSED) {
		refuse_reused(n);
	} else if (n->e != NULL) {
		rotation_give_back(n->auth->rotation, &place);
		http_answer_error(n->request, 500, "%s", lm_err_text(n->e));
	} else {
		give(n);
	}
	end(n);
}

static void on_drop(struct slow_task *t)
{
	end(renewal_of(t));
}

static const struct slow_ops renewal_ops = {on_begin, on_work, on_done, on_drop};

void refresh_begin(
    struct auth *a, struct http_request *r, const char *token, const char *client, const char *peer)
{
	const char *why = NULL;
	struct jwt t;

	if (auth_holder(a, token, true, &t, &why) == NULL) {
		refuse(r, why);
		return;
	}
	if (strcmp(t.client, client) != 0) {
		refuse(r, "this refresh token was given to another client");
		return;
	}
	struct renewal *n = lm_alloc(sizeof *n);
	n->task.ops = &renewal_ops;
	n->auth = a;
	n->state_dir = lm_strdup(a->state_dir);
	n->request = r;
	n->shown = t;
	snprintf(n->peer, sizeof n->peer, "%s", peer);
	lm_buf_init(&n->text, FILE_MAX);
	if (slow_join(a->slow, &n->task))
		return;
	http_answer_busy(r);
	end(n);
}
