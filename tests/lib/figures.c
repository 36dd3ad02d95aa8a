/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/figures.h"

#include <assert.h>

struct kill {
	size_t at;               /* index of its mark */
	const char *server;      /* address of the server that was killed */
	int64_t at_ms, until_ms; /* of the heal: restored, plus a second for what was under way */
};

struct tale {
	const struct storylog *log;
	const struct calls *calls;
	struct kill kills[2]; /* of servers */
	size_t n_kills;
};

/* A figure in milliseconds; what was never seen is null. */
static json_t *ms(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static size_t process_find(const struct storylog *log, size_t from, const char *intent,
    const char *assembly, const char *state)
{
	char type[64], name[96], states[64];

	snprintf(type, sizeof type, "intentType=%s", intent);
	snprintf(name, sizeof name, "assemblyName=%s", assembly);
	snprintf(states, sizeof states, "processState=%s", state);
	return storylog_find(log, from, "type=ProcessStateChangeEvent", type, name, states, NULL);
}

static size_t mark_find(const struct storylog *log, const char *mark)
{
	char name[64];

	snprintf(name, sizeof name, "name=%s", mark);
	return storylog_find(log, 0, "type=Mark", name, NULL);
}

#define ACCEPTED "Pending|In Progress"

static int64_t create_ms(const struct storylog *log, const char *assembly)
{
	size_t from = process_find(log, 0, "CreateAssembly", assembly, ACCEPTED);

	return storylog_between(
	    log, from, process_find(log, from, "CreateAssembly", assembly, "Completed"));
}

static int64_t first_call_ms(const struct tale *t)
{
	const struct storylog *log = t->log;
	const struct calls *calls = t->calls;
	size_t from = process_find(log, 0, "CreateAssembly", "sipp1", ACCEPTED);

	for (size_t i = 0; from != STORYLOG_NONE && i < calls->all.n; i++)
		if (calls->all.v[i].answered_ms >= log->events.v[from].at_ms)
			return calls->all.v[i].answered_ms - log->events.v[from].at_ms;
	return -1;
}

/* ---- kills ------------------------------------------------------------------------------------ */

static bool kill_find(const struct storylog *log, const char *mark, struct kill *out)
{
	size_t restored;

	out->at = mark_find(log, mark);
	if (out->at == STORYLOG_NONE)
		return false;
	out->server = storylog_text(log, out->at, "address");
	out->at_ms = log->events.v[out->at].at_ms;
	restored = process_find(log, out->at, "HealAssembly", "voice", "Completed|Failed");
	out->until_ms =
	    restored == STORYLOG_NONE ? INT64_MAX : log->events.v[restored].at_ms + 1000;
	return true;
}

/* Was in progress on the server at the moment when that was killed, and failed. */
static bool is_lost_by(const struct kill *k, const struct call *call)
{
	return call_is_failed(call) && call_is_in_progress(call, k->at_ms) &&
	       strcmp(call->server, k->server) == 0;
}

static const char *const server_kills[] = {"kill-asterisk-of-two", "kill-asterisk"};

static void kills_collect(struct tale *t)
{
	for (size_t i = 0; i < LM_COUNT(server_kills); i++)
		if (kill_find(t->log, server_kills[i], &t->kills[t->n_kills]))
			t->n_kills++;
}

static bool is_lost_by_a_kill(const struct tale *t, const struct call *call)
{
	for (size_t i = 0; i < t->n_kills; i++)
		if (is_lost_by(&t->kills[i], call))
			return true;
	return false;
}

static json_t *heal(const struct tale *t, const char *mark)
{
	const struct storylog *log = t->log;
	const struct calls *calls = t->calls;
	struct kill k;
	json_int_t lost = 0, begun = 0, failed = 0;
	size_t detected, drained, restored;

	if (!kill_find(log, mark, &k))
		return json_null();
	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];
		bool is_new = c->begun_ms >= k.at_ms && c->begun_ms < k.until_ms;

		lost += is_lost_by(&k, c);
		begun += is_new;
		failed += is_new && call_is_failed(c);
	}
	detected = storylog_find(log, k.at, "type=DeathEvent", NULL);
	drained = storylog_find(
	    log, k.at, "type=StepEvent", "action=deleteFromDispatchList", "state=Completed", NULL);
	restored = storylog_find(log, k.at, "type=RelationshipEvent", "newState=Created", NULL);
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I}", "detected_ms",
	    ms(storylog_between(log, k.at, detected)), "drained_ms",
	    ms(storylog_between(log, k.at, drained)), "restored_ms",
	    ms(storylog_between(log, k.at, restored)), "calls_lost", lost, "new_calls", begun,
	    "new_calls_failed", failed);
}

static json_t *gateway_heal(const struct tale *t)
{
	const struct storylog *log = t->log;
	const struct calls *calls = t->calls;
	struct kill k;
	json_int_t begun = 0, failed = 0;
	size_t detected, restored;

	if (!kill_find(log, "kill-kamailio", &k))
		return json_null();
	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];
		bool is_new = c->begun_ms >= k.at_ms && c->begun_ms < k.until_ms;

		begun += is_new;
		failed += is_new && call_is_failed(c);
	}
	detected = storylog_find(log, k.at, "type=DeathEvent", NULL);
	restored = process_find(log, k.at, "HealAssembly", "voice", "Completed");
	return json_pack("{s:o, s:o, s:I, s:I}", "detected_ms",
	    ms(storylog_between(log, k.at, detected)), "restored_ms",
	    ms(storylog_between(log, k.at, restored)), "new_calls", begun, "new_calls_failed",
	    failed);
}

/* ---- calls ------------------------------------------------------------------------------------ */

static json_t *calls_by_server(const struct calls *calls)
{
	json_t *servers = json_object();

	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];

		if (c->answered_ms != 0)
			json_object_set_new(servers, c->server,
			    json_integer(
				json_integer_value(json_object_get(servers, c->server)) + 1));
	}
	return servers;
}

/* A sample names its resource, or only its id; the id's name is in the journal. */
static const char *generator_name(const struct storylog *log, size_t sample)
{
	const char *name = storylog_text(log, sample, "resourceName");
	const char *key = storylog_text(log, sample, "metricKey");
	char id[96];
	size_t i;

	if (name[0] != '\0')
		return name;
	snprintf(id, sizeof id, "resourceId=%s", key);
	i = storylog_find(log, 0, "type=ComponentStateChangeEvent", id, NULL);
	return i == STORYLOG_NONE ? key : storylog_text(log, i, "resourceName");
}

/* The generators' own last words, to be held against what the witness saw. */
static json_t *calls_by_generator(const struct storylog *log)
{
	static const char *const names[] = {
	    "total calls created", "total successful calls", "total failed calls"};
	json_t *by_id = json_object(), *all = json_array(), *one;
	const char *id;

	for (size_t i = 0; (i = storylog_find(log, i, "type=MetricSample",
				"values.total calls created>0", NULL)) != STORYLOG_NONE;
	     i++) {
		const json_t *values = json_object_get(log->events.v[i].json, "values");

		one = json_pack("{s:s}", "name", generator_name(log, i));
		for (size_t k = 0; k < LM_COUNT(names); k++)
			json_object_set(one, names[k], json_object_get(values, names[k]));
		json_object_set_new(by_id, storylog_text(log, i, "metricKey"), one);
	}
	json_object_foreach(by_id, id, one) json_array_append(all, one);
	json_decref(by_id);
	return all;
}

static json_t *calls_total(const struct tale *t)
{
	const struct storylog *log = t->log;
	const struct calls *calls = t->calls;
	json_int_t answered = 0, failed = 0, lost = 0, abandoned = 0;

	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];

		answered += c->answered_ms != 0;
		failed += call_is_failed(c);
		abandoned += c->fate == CALL_ABANDONED;
		lost += is_lost_by_a_kill(t, c);
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "attempted",
	    (json_int_t)calls->all.n, "answered", answered, "failed", failed,
	    "lost_on_killed_server", lost, "abandoned_by_caller", abandoned, "answered_by_server",
	    calls_by_server(calls), "as_the_generators_say", calls_by_generator(log));
}

/* ---- scaling ---------------------------------------------------------------------------------- */

static json_t *scale_out(const struct storylog *log)
{
	size_t from = process_find(log, 0, "CreateAssembly", "sipp2", ACCEPTED);
	size_t traffic = process_find(log, from, "CreateAssembly", "sipp2", "Completed");
	size_t over =
	    storylog_find(log, from, "type=MetricSample", "metricName=h_load", "load>58", NULL);
	size_t decided = storylog_find(log, from, "type=PolicyEvent", "action=scale out", NULL);
	size_t active = process_find(log, decided, "ScaleOutAssembly", "voice", "Completed");
	json_t *load = json_null();

	for (size_t i = 0; decided != STORYLOG_NONE; i++) {
		i = storylog_find(log, i, "type=MetricSample", "metricName=h_load", NULL);
		if (i > decided)
			break;
		load = json_object_get(log->events.v[i].json, "load");
	}
	return json_pack("{s:O, s:o, s:o, s:o}", "load", load, "reaction_ms",
	    ms(storylog_between(log, over, decided)), "since_traffic_ms",
	    ms(storylog_between(log, traffic, decided)), "active_ms",
	    ms(storylog_between(log, decided, active)));
}

static json_t *scale_in(const struct tale *t)
{
	const struct storylog *log = t->log;
	const struct calls *calls = t->calls;
	size_t from = mark_find(log, "delete-sipp2");
	size_t decided = storylog_find(log, from, "type=PolicyEvent", "action=scale in", NULL);
	size_t done = process_find(log, decided, "ScaleInAssembly", "voice", "Completed");
	json_int_t failed = 0;

	if (done == STORYLOG_NONE)
		return json_null();
	for (size_t i = 0; i < calls->all.n; i++) {
		const struct call *c = &calls->all.v[i];

		failed += call_is_failed(c) && c->begun_ms <= log->events.v[done].at_ms &&
			  c->failed_ms >= log->events.v[from].at_ms && !is_lost_by_a_kill(t, c);
	}
	return json_pack("{s:I, s:o, s:o}", "failed_calls", failed, "decided_ms",
	    ms(storylog_between(log, from, decided)), "took_ms",
	    ms(storylog_between(log, decided, done)));
}

/* ---- the manager ------------------------------------------------------------------------------ */

/* The process that was under way when the manager was killed must be the one that completes. */
static json_t *crash(const struct storylog *log)
{
	size_t at = mark_find(log, "kill-manager"), back = mark_find(log, "manager-back");
	size_t done = STORYLOG_NONE;
	char id[96];

	for (size_t i = 0; at != STORYLOG_NONE; i++) {
		i = process_find(log, i, "ScaleOutAssembly", "voice", "In Progress");
		if (i > at)
			break;
		snprintf(id, sizeof id, "processId=%s", storylog_text(log, i, "processId"));
		done = storylog_find(
		    log, i, "type=ProcessStateChangeEvent", id, "processState=Completed", NULL);
	}
	if (done < at) /* it was complete before: nothing was recovered */
		done = STORYLOG_NONE;
	return json_pack("{s:b, s:o, s:o}", "recovered", done != STORYLOG_NONE, "recovery_ms",
	    ms(storylog_between(log, at, done)), "answers_again_ms",
	    ms(storylog_between(log, at, back)));
}

/* The highest memory of all its lives, the processor time of all of them together. */
static json_t *manager(const struct storylog *log)
{
	double rss_kb = 0, cpu_ms = 0;
	json_int_t lives = 0;

	for (size_t i = 0;
	     (i = storylog_find(log, i, "type=Mark", "name=manager-used", NULL)) != STORYLOG_NONE;
	     i++) {
		double kb = storylog_number(log, i, "rss_kb");

		rss_kb = kb > rss_kb ? kb : rss_kb;
		cpu_ms += storylog_number(log, i, "cpu_ms");
		lives++;
	}
	return json_pack("{s:I, s:f, s:I}", "rss_kb", (json_int_t)rss_kb, "cpu_s", cpu_ms / 1000,
	    "lives", lives);
}

/* ---- the story -------------------------------------------------------------------------------- */

static json_t *chapters(const struct storylog *log, bool *ok)
{
	json_t *all = json_array();

	for (size_t i = 0;
	     (i = storylog_find(log, i, "type=Chapter", "state=begun", NULL)) != STORYLOG_NONE;
	     i++) {
		char name[96];
		size_t end;
		bool good;

		snprintf(name, sizeof name, "name=%s", storylog_text(log, i, "name"));
		end = storylog_find(log, i, "type=Chapter", name, "state=done|failed", NULL);
		good =
		    end != STORYLOG_NONE && strcmp(storylog_text(log, end, "state"), "done") == 0;
		*ok = *ok && good;
		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:b, s:o, s:s}", "name", storylog_text(log, i, "name"),
			"title", storylog_text(log, i, "title"), "ok", good, "took_ms",
			ms(storylog_between(log, i, end)), "why",
			end == STORYLOG_NONE ? "never ended" : storylog_text(log, end, "why")));
	}
	return all;
}

static json_t *residue(const struct storylog *log)
{
	json_t *all = json_array();

	for (size_t i = 0; (i = storylog_find(log, i, "type=Residue", NULL)) != STORYLOG_NONE; i++)
		json_array_append_new(all, json_string(storylog_text(log, i, "what")));
	return all;
}

json_t *figures_of(const struct storylog *log, const struct calls *calls)
{
	struct tale t = {.log = log, .calls = calls};
	bool ok = mark_find(log, "the-end") != STORYLOG_NONE &&
		  mark_find(log, "residue-searched") != STORYLOG_NONE;
	json_t *story = chapters(log, &ok), *left = residue(log);
	json_t *report;

	kills_collect(&t);
	ok = ok && json_array_size(left) == 0;
	report = json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "ok", ok, "create_ms", ms(create_ms(log, "voice")), "first_call_ms",
	    ms(first_call_ms(&t)), "calls", calls_total(&t), "scale_out", scale_out(log),
	    "scale_in", scale_in(&t), "heal", heal(&t, "kill-asterisk"), "heal_of_two",
	    heal(&t, "kill-asterisk-of-two"), "gateway_heal", gateway_heal(&t), "crash", crash(log),
	    "residue", left, "manager", manager(log), "story", story);
	assert(report != NULL);
	return report;
}
