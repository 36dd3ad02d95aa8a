/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/link_waits.h"

/*
 * Tarjan's strongly connected components, without recursion, on what is left of the graph when
 * everything that nobody in a cycle waits for has been taken away: nothing at all, as a rule.
 */
struct visit {
	uint32_t vertex;
	size_t next;
};

struct finder {
	const struct edges *from;
	size_t n;
	struct lm_arena *scratch;
	void (*found)(void *arg, const uint32_t *path, size_t n);
	void *arg;
	uint32_t *number; /* order of discovery, from 1; 0: not yet */
	uint32_t *low;    /* the earliest vertex known to be reachable */
	uint32_t *knot;   /* which set a vertex belongs to, from 1; 0: none yet */
	uint32_t *before; /* on the way of the last search */
	uint32_t n_knots, count;
	LM_VEC(uint32_t) open; /* discovered, and not yet in a set */
	LM_VEC(struct visit) stack;
};

/* Marks with number UINT32_MAX all that cannot be part of a cycle; how many remain. */
static size_t peel(struct finder *f)
{
	uint32_t *waiting = LM_NEW_N(f->scratch, uint32_t, f->n);
	uint32_t *free = LM_NEW_N(f->scratch, uint32_t, f->n);
	size_t n = 0, done = 0;

	for (size_t v = 0; v < f->n; v++)
		for (size_t i = 0; i < f->from[v].n; i++)
			waiting[f->from[v].v[i]]++;
	for (size_t v = 0; v < f->n; v++)
		if (waiting[v] == 0)
			free[n++] = (uint32_t)v;
	for (; done < n; done++) {
		const struct edges *e = &f->from[free[done]];

		f->number[free[done]] = UINT32_MAX;
		for (size_t i = 0; i < e->n; i++)
			if (--waiting[e->v[i]] == 0)
				free[n++] = e->v[i];
	}
	return f->n - n;
}

/* A shortest way from 'start' back to itself, inside of its set. */
static void report(struct finder *f, uint32_t start, size_t size)
{
	uint32_t *queue = LM_NEW_N(f->scratch, uint32_t, size);
	uint32_t *path = LM_NEW_N(f->scratch, uint32_t, size);
	size_t n = 1, done = 0, length = 0;
	uint32_t last = start;
	bool closed = false;

	queue[0] = start;
	for (; done < n && !closed; done++) {
		uint32_t v = queue[done];

		for (size_t i = 0; i < f->from[v].n && !closed; i++) {
			uint32_t to = f->from[v].v[i];

			if (to == start) {
				closed = true;
				last = v;
			} else if (f->knot[to] == f->knot[start] && f->before[to] == UINT32_MAX) {
				f->before[to] = v;
				queue[n++] = to;
			}
		}
	}
	for (uint32_t v = last; closed && v != start; v = f->before[v])
		path[length++] = v;
	path[length++] = start;
	for (size_t i = 0; i < length / 2; i++) {
		uint32_t v = path[i];

		path[i] = path[length - 1 - i];
		path[length - 1 - i] = v;
	}
	if (closed)
		f->found(f->arg, path, length);
}

/* Takes the set whose first vertex is 'v' off the open ones. */
static void close_knot(struct finder *f, uint32_t v)
{
	uint32_t first = v, top;
	size_t size = 0;

	f->n_knots++;
	do {
		top = f->open.v[--f->open.n];
		f->knot[top] = f->n_knots;
		f->before[top] = UINT32_MAX;
		first = top < first ? top : first;
		size++;
	} while (top != v);
	bool loops = false;
	for (size_t i = 0; size == 1 && i < f->from[v].n; i++)
		loops = loops || f->from[v].v[i] == v;
	if (size > 1 || loops)
		report(f, first, size);
}

static void discover(struct finder *f, uint32_t v)
{
	f->number[v] = f->low[v] = ++f->count;
	*LM_PUSH(f->scratch, &f->open) = v;
	*LM_PUSH(f->scratch, &f->stack) = (struct visit){v, 0};
}

static void step(struct finder *f)
{
	struct visit *top = &f->stack.v[f->stack.n - 1];
	uint32_t v = top->vertex;

	if (top->next < f->from[v].n) {
		uint32_t to = f->from[v].v[top->next++];

		if (f->number[to] == 0)
			discover(f, to);
		else if (f->knot[to] == 0 && f->number[to] < f->low[v])
			f->low[v] = f->number[to];
		return;
	}
	f->stack.n--;
	if (f->low[v] == f->number[v])
		close_knot(f, v);
	if (f->stack.n > 0) {
		uint32_t parent = f->stack.v[f->stack.n - 1].vertex;

		if (f->knot[v] == 0 && f->low[v] < f->low[parent])
			f->low[parent] = f->low[v];
	}
}

void cycles_find(const struct edges *from, size_t n, struct lm_arena *scratch,
    void (*found)(void *arg, const uint32_t *path, size_t n), void *arg)
{
	struct finder f = {.from = from, .n = n, .scratch = scratch, .found = found, .arg = arg};

	f.number = LM_NEW_N(scratch, uint32_t, n);
	if (peel(&f) == 0)
		return;
	f.low = LM_NEW_N(scratch, uint32_t, n);
	f.knot = LM_NEW_N(scratch, uint32_t, n);
	f.before = LM_NEW_N(scratch, uint32_t, n);
	for (size_t v = 0; v < n; v++) {
		if (f.number[v] != 0)
			continue;
		discover(&f, (uint32_t)v);
		while (f.stack.n > 0)
			step(&f);
	}
}
