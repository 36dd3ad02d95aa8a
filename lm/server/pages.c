/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/vec.h"
#include "lm/server/http.h"

enum { PAGES_MAX = 64, PAGE_MAX = 1024 * 1024, TOGETHER_MAX = 8 * 1024 * 1024 };

struct kept {
	char *key;
	struct http_page *page;
};

struct pages {
	uint64_t revision;
	struct lm_map *by_key;
	LM_VEC(struct kept *) all;
	size_t bytes;
};

struct pages *pages_new(void)
{
	struct pages *p = lm_alloc(sizeof *p);

	p->by_key = lm_map_new();
	return p;
}

static void forget_all(struct pages *p)
{
	for (size_t i = 0; i < p->all.n; i++) {
		struct kept *k = p->all.v[i];

		lm_map_remove(p->by_key, k->key);
		http_page_free(k->page);
		free(k->key);
		free(k);
	}
	p->all.n = 0;
	p->bytes = 0;
}

void pages_free(struct pages *p)
{
	if (p == NULL)
		return;
	forget_all(p);
	lm_vec_free(&p->all);
	lm_map_free(p->by_key);
	free(p);
}

bool pages_answer(struct pages *p, const char *key, uint64_t revision, struct http_request *r)
{
	const struct kept *k =
	    revision == 0 || p->revision != revision ? NULL : lm_map_find(p->by_key, key);

	if (k != NULL)
		http_answer_page(r, k->page);
	return k != NULL;
}

static bool has_room(const struct pages *p, const char *key, size_t n)
{
	return p->all.n < PAGES_MAX && n <= PAGE_MAX && p->bytes + n <= TOGETHER_MAX &&
	       lm_map_find(p->by_key, key) == NULL;
}

void pages_keep(struct pages *p, const char *key, uint64_t revision, struct http_request *r,
    struct lm_buf *body)
{
	size_t n = body->n;

	if (p->revision != revision)
		forget_all(p);
	p->revision = revision;
	if (revision == 0 || !has_room(p, key, n)) {
		http_answer(r, &(struct http_answer){.status = 200}, body);
		return;
	}
	struct kept *k = lm_alloc(sizeof *k);

	k->key = lm_strdup(key);
	k->page = http_page_new(NULL, body);
	lm_map_put(p->by_key, k->key, k);
	*LM_PUSH(NULL, &p->all) = k;
	p->bytes += n;
	http_answer_page(r, k->page);
}
