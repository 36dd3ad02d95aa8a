/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/auth/limiter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/heap.h"
#include "base/map.h"

enum { WAYS = 8, SETS = 512, KEY_MAX = 192 };
enum count_kind { BY_BOTH, BY_ADDRESS, BY_NAME, KINDS };

/* So many attempts are free; one of them comes back every 'leak_ms'; a pause is at most so long. */
static const struct {
	unsigned free;
	int64_t leak_ms, pause_max_ms;
} rules[KINDS] = {
    [BY_BOTH] = {5, 30000, 60000},
    [BY_ADDRESS] = {20, 10000, 30000},
    [BY_NAME] = {50, 2000, 1000},
};

enum { PAUSE_MS = 1000 };

struct count {
	uint64_t who; /* 0: nobody */
	unsigned n;
	int64_t since_ms; /* since then nothing has leaked */
	int64_t until_ms; /* a pause */
};

/* Each kind has a table of its own, so that many names do not push the addresses out. */
struct limiter {
	struct count counts[KINDS][SETS][WAYS];
};

struct limiter *limiter_new(void)
{
	struct limiter *l = lm_alloc(sizeof *l);

	return l;
}

void limiter_free(struct limiter *l)
{
	free(l);
}

static void leak(struct count *c, enum count_kind kind, int64_t now_ms)
{
	int64_t drops = (now_ms - c->since_ms) / rules[kind].leak_ms;

	if (drops <= 0)
		return;
	c->n = drops >= c->n ? 0 : c->n - (unsigned)drops;
	c->since_ms += drops * rules[kind].leak_ms;
}

/*
 * Of an IPv6 address the network counts: whoever has one has all of its addresses.  It is numeric and
 * as inet_ntop() writes it, so what stands before the fourth colon is at least of that network.
 */
static int network_of(const char *address)
{
	int colons = 0, n = 0;

	if (strchr(address, '.') != NULL)
		return (int)strlen(address);
	while (address[n] != '\0' && (address[n] != ':' || ++colons < 4))
		n++;
	return n;
}

static uint64_t hash_of(enum count_kind kind, const char *address, const char *name)
{
	char key[KEY_MAX];

	if (kind == BY_NAME)
		snprintf(key, sizeof key, "%s", name);
	else
		snprintf(key, sizeof key, "%.*s %s", network_of(address), address,
		    kind == BY_BOTH ? name : "");
	return lm_hash(key) | 1;
}

static struct count *find(
    struct limiter *l, enum count_kind kind, uint64_t who, int64_t now_ms, bool may_make)
{
	struct count *set = l->counts[kind][who / 2 % SETS], *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		struct count *c = &set[i];

		if (c->who == who) {
			leak(c, kind, now_ms);
			return c;
		}
		if (c->who == 0 || (least->who != 0 && c->n < least->n))
			least = c;
	}
	if (!may_make)
		return NULL;
	*least = (struct count){.who = who, .since_ms = now_ms};
	return least;
}

static void charge(struct count *c, enum count_kind kind, int64_t now_ms)
{
	if (c->n == 0)
		c->since_ms = now_ms;
	c->n++;
	if (c->n < rules[kind].free)
		return;
	unsigned doubled = c->n - rules[kind].free;
	int64_t pause = doubled < 16 ? (int64_t)PAUSE_MS << doubled : rules[kind].pause_max_ms;
	if (pause > rules[kind].pause_max_ms)
		pause = rules[kind].pause_max_ms;
	c->until_ms = now_ms + pause;
}

int64_t limiter_wait_ms(struct limiter *l, const char *address, const char *name, int64_t now_ms)
{
	int64_t wait = 0;

	for (enum count_kind k = 0; k < KINDS; k++) {
		const struct count *c = find(l, k, hash_of(k, address, name), now_ms, false);

		if (c != NULL && c->until_ms - now_ms > wait)
			wait = c->until_ms - now_ms;
	}
	return wait;
}

void limiter_failed(struct limiter *l, const char *address, const char *name, int64_t now_ms)
{
	for (enum count_kind k = 0; k < KINDS; k++)
		charge(find(l, k, hash_of(k, address, name), now_ms, true), k, now_ms);
}

void limiter_passed(struct limiter *l, const char *address, const char *name, int64_t now_ms)
{
	struct count *c = find(l, BY_BOTH, hash_of(BY_BOTH, address, name), now_ms, false);

	if (c != NULL)
		*c = (struct count){0};
}
