/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/timeline.h"

#include "tests/lib/match.h"

/* Which events are told, and how: the texts around two members.  The first row that fits. */
struct telling {
	const char *conditions[4];
	const char *before, *first, *between, *second;
};

static const struct telling tellings[] = {
    {{"type=ProcessStateChangeEvent", "processState=In Progress"}, "", "intentType", " begins on ",
	"assemblyName"},
    {{"type=ProcessStateChangeEvent", "processState=Completed"}, "", "intentType", " complete on ",
	"assemblyName"},
    {{"type=ProcessStateChangeEvent", "processState=Failed"}, "FAILED ", "intentType", ": ",
	"processStateReason"},
    {{"type=PolicyEvent"}, "policy: ", "action", ", ", "reason"},
    {{"type=DeathEvent"}, "death seen: ", "resourceName", ", ", "what"},
    {{"type=ComponentStateChangeEvent", "newState=Active|Broken|Failed", "resourceName~__"}, "",
	"resourceName", " is ", "newState"},
    {{"type=StepEvent", "action=deleteFromDispatchList", "state=Completed"},
	"out of the dispatch list: ", "subject", "", NULL},
    {{"type=RelationshipEvent", "newState=Created"}, "in the dispatch list: ", "relationship", "",
	NULL},
    {{"type=StepEvent", "state=Failed"}, "step FAILED: ", "step", ": ", "message"},
    {{"type=Mark", "text~ "}, "", "text", "", NULL},
    {{"type=Residue"}, "LEFT BEHIND: ", "what", "", NULL},
};

static const struct telling *telling_find(const json_t *event)
{
	for (size_t i = 0; i < LM_COUNT(tellings); i++) {
		size_t n = 0;

		while (n < LM_COUNT(tellings[i].conditions) && tellings[i].conditions[n] != NULL)
			n++;
		if (match_all(event, tellings[i].conditions, n))
			return &tellings[i];
	}
	return NULL;
}

struct teller {
	FILE *out;
	const struct storylog *log;
	int64_t began_ms, chapter_ms;
};

static void time_print(const struct teller *t, int64_t at_ms)
{
	fprintf(t->out, "  %8.3f %+8.3f  ", (double)(at_ms - t->began_ms) / 1000,
	    (double)(at_ms - t->chapter_ms) / 1000);
}

static void chapter_print(struct teller *t, size_t i)
{
	int64_t at_ms = t->log->events.v[i].at_ms;
	const char *state = storylog_text(t->log, i, "state");

	if (strcmp(state, "begun") == 0) {
		t->chapter_ms = at_ms;
		fprintf(t->out, "\n%s\n", storylog_text(t->log, i, "title"));
		return;
	}
	time_print(t, at_ms);
	fprintf(t->out, "%s%s\n",
	    strcmp(state, "done") == 0 ? "ok: " : "FAILED: ", storylog_text(t->log, i, "why"));
}

static void event_print(struct teller *t, size_t i)
{
	const struct telling *how = telling_find(t->log->events.v[i].json);

	if (how == NULL)
		return;
	time_print(t, t->log->events.v[i].at_ms);
	fprintf(t->out, "%s%s%s%s\n", how->before, storylog_text(t->log, i, how->first),
	    how->between, how->second != NULL ? storylog_text(t->log, i, how->second) : "");
}

static void failures_print(struct teller *t, const struct calls *calls)
{
	size_t n = 0;

	for (size_t i = 0; i < calls->all.n; i++)
		n += call_is_failed(&calls->all.v[i]);
	fprintf(t->out, "\nCalls: %zu begun, %zu failed\n", calls->all.n, n);
	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];

		if (!call_is_failed(c))
			continue;
		t->chapter_ms = c->begun_ms;
		time_print(t, c->failed_ms);
		fprintf(t->out, "%s: %s", c->id, call_fate_text(c->fate));
		if (c->code != 0)
			fprintf(t->out, " with %d", c->code);
		fprintf(t->out, ", on %s, begun at %.3f\n",
		    c->server[0] != '\0' ? c->server : "no server",
		    (double)(c->begun_ms - t->began_ms) / 1000);
	}
}

void timeline_print(FILE *out, const struct storylog *log, const struct calls *calls)
{
	struct teller t = {.out = out, .log = log};
	size_t first = storylog_find(log, 0, "type=Chapter", NULL);

	if (first == STORYLOG_NONE)
		return;
	t.began_ms = log->events.v[first].at_ms;
	fprintf(out, "\n  %8s %8s\n", "time s", "chapter");
	for (size_t i = first; i < log->events.n; i++) {
		if (strcmp(storylog_text(log, i, "type"), "Chapter") == 0)
			chapter_print(&t, i);
		else
			event_print(&t, i);
	}
	failures_print(&t, calls);
}
