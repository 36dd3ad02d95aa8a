/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_ENGINE_H
#define LM_CORE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "lm/core/intent.h"
#include "lm/core/lane.h"
#include "lm/core/record.h"
#include "lm/core/step.h"
#include "policies/policy.h"
#include "tosca/catalog/catalog.h"

/*
 * The engine: owns every instance and every process.  A deterministic state machine: events in,
 * records and effects out (struct turn).  No I/O, no clock, no randomness: 'now_ms' (wall clock,
 * never going back) and 'seed' come in with the event.
 *
 * The caller's part of the bargain: one turn may take several events; then commit turn.records, and
 * only then ask turn.steps of the drivers and clear the turn.  Answers to operators wait for the
 * commit, too.
 * When the commit fails, the engine's memory is ahead of the journal: the caller must stop.
 */
struct engine;

struct engine_conf {
	const struct catalog *catalog; /* borrowed; must outlive the engine */
	unsigned queue_max;            /* waiting intents per root assembly before 409; 0: 16 */
	/* Ended processes that are remembered; the journal may keep more of them. */
	unsigned finished_max;     /* 0: 1000 */
	int64_t finished_age_ms;   /* 0: 7 days */
	struct lane_limits limits; /* steps in flight; all zero: as many as there are */
	/* No reports of integrity are expected, so none is missing: for who has no healthy ones sent. */
	bool takes_silence_for_health;
};

struct engine *engine_new(const struct engine_conf *);
void engine_free(struct engine *);

/* ---- events --------------------------------------------------------------------------------- */

/*
 * Accepts or refuses.  Accepted: the process has begun, or waits behind another one on the same
 * root; its id is in 'process'.  Refused: nothing has changed; INVALID, NOT_FOUND, CONFLICT with a
 * text for the operator.
 */
struct lm_err *engine_intent(struct engine *, const struct intent *, int64_t now_ms, uint64_t seed,
    struct turn *, char process[LM_ID_SIZE]) LM_MUST_USE;

/*
 * False: no step in flight has this id; the answer is late, came twice, or is about nothing that was
 * ever asked.  It changes nothing.  An answer with outputs that cannot be taken fails its step.
 */
bool engine_result(struct engine *, const struct step_result *, int64_t now_ms, struct turn *);

/* A driver's word that a service process of a resource is dead. */
void engine_died(
    struct engine *, const char *resource_id, const char *what, int64_t now_ms, struct turn *);

/*
 * An assembly leaves the books, and nothing is done about what stands outside: from then on that is
 * nobody's.  NOT_FOUND; CONFLICT while a process runs or waits on it, or somebody refers to it.
 */
struct lm_err *engine_forget(struct engine *, const char *name_or_id, int64_t now_ms, struct turn *)
    LM_MUST_USE;

/*
 * A receiver of events has been given up, and why.  The engine itself has nothing to do with them, but
 * the journal is its to write.
 */
void engine_note_webhook(
    struct engine *, const char *webhook, const char *why, int64_t now_ms, struct turn *);

struct sample {
	const char *metric_key;  /* id of the resource instance, or its full name */
	const char *metric_name; /* "h_load"; NULL with metric_id */
	const char *metric_id;   /* "<key>.<name>"; NULL with the two above */
	enum { SAMPLE_LOAD, SAMPLE_INTEGRITY, SAMPLE_VALUES } kind;
	double load; /* percent, not capped */
	bool ok;     /* integrity */
	const char
	    *values; /* JSON object of plain figures (or the raw figures of a load); may be NULL */
	int64_t at_ms; /* when it was measured, by the sender's clock; 0: when it comes */
};

/* What became of a sample: one of enum sample_fate, or it has not come so far. */
enum {
	SAMPLE_STRANGER = SAMPLE_FATES, /* of nobody that is known */
	SAMPLE_OF_ANOTHER_KIND, /* a load where the descriptor promises integrity, or the like */
	SAMPLE_ENDS,
};
unsigned engine_sample(struct engine *, const struct sample *, int64_t now_ms, struct turn *);

/* Since the engine began, by what became of them. */
struct sample_counts {
	uint64_t n[SAMPLE_ENDS];
};
struct sample_counts engine_sample_counts(const struct engine *);

/*
 * Somebody outside who watches wants something: the same as if a policy had decided it.  Refused,
 * with a text for people, when it makes no sense: NOT_FOUND; INVALID (at its limit, no such kind of
 * wish); CONFLICT (a scale of what is busy, a heal of what is not Active, or was healed too often).
 * A heal waits behind what runs.
 */
struct alert {
	enum intent_kind kind; /* HEAL, SCALE_OUT or SCALE_IN */
	const char *assembly;  /* name or id of the root */
	const char *component; /* heal: id or name, in full or within the assembly */
	const char *cluster;   /* scale: as in an intent */
	const char *reason;    /* goes into the process and the event; NULL: none is known */
	const char *by;        /* "alert HighLoad"; NULL: "alert" */
};
struct lm_err *engine_alert(struct engine *, const struct alert *, int64_t now_ms, struct turn *,
    char process[LM_ID_SIZE]) LM_MUST_USE;

/* Lets timers run.  Returns when it next wants to be called; INT64_MAX: not at all. */
int64_t engine_tick(struct engine *, int64_t now_ms, struct turn *);
/*
 * For 'by_ms' until now nothing that the engine wanted could be done: deadlines move by as much, and
 * policies begin to count anew.
 */
void engine_postpone(struct engine *, int64_t by_ms, int64_t now_ms);

/*
 * After a restart: every record of the journal but events, tables in the order of
 * enum record_table; then engine_resume() once: what was in flight is asked again under the
 * same step ids.  'next_event': one above the highest sequence number in the journal.
 */
struct lm_err *engine_restore(struct engine *, const struct record *) LM_MUST_USE;
void engine_resume(struct engine *, int64_t now_ms, int64_t next_event, struct turn *);

/* ---- questions: nothing changes ------------------------------------------------------------- */

enum plan_form { PLAN_AS_TEXT, PLAN_AS_JSON, PLAN_AS_DOT };

/*
 * What an intent would do: one line per step, JSON, or a picture for Graphviz.  What it gives and
 * nothing uses is said behind the lines, and in the JSON's "warnings".
 */
struct lm_err *engine_plan(
    struct engine *, const struct intent *, enum plan_form, struct lm_buf *out) LM_MUST_USE;

/* The same of an intent that is accepted, as the member "warnings"; false: there is none. */
bool engine_warn(const struct engine *, const struct intent *, struct lm_json *);

/* Documents of the reference API (topology, processes).  False: no such thing; nothing is written. */
bool engine_print_assembly(const struct engine *, const char *name_or_id, struct lm_buf *out);
bool engine_print_named(const struct engine *, const char *name, struct lm_buf *out);
/* That there is none with this "name" or "id", and which one was probably meant. */
struct lm_err *engine_no_assembly(const struct engine *, const char *by, const char *word)
    LM_MUST_USE;
/*
 * A JSON array of summaries, the one that has changed last first; 'name_contains' NULL: all.  False:
 * there are more than 'max' (0: no limit), and those beyond are left out.
 */
bool engine_print_assemblies(
    const struct engine *, const char *name_contains, size_t max, struct lm_buf *out);

/*
 * A process with its plan: the steps that were asked of drivers come from the journal, which has
 * what they printed; those that are still to come from the engine.
 */
struct process_steps {
	const struct record *v; /* of table STEP, in the journal's order */
	size_t n;
};
/* 'steps' NULL: shallow, without the plan and the instance before and after. */
bool engine_print_process(
    const struct engine *, const char *id, const struct process_steps *steps, struct lm_buf *out);

struct process_filter {
	const char *assembly_id, *assembly_name;   /* in the name '*' is any text; NULL: any */
	const char *assembly_type;                 /* a descriptor's name; NULL: any */
	const char *statuses, *intent_types;       /* comma lists; NULL: any */
	int64_t started_after_ms, ended_before_ms; /* 0: any */
	unsigned limit;                            /* 0: 50 */
};
/* INVALID: there is no such status, or type of intent. */
struct lm_err *process_filter_check(const struct process_filter *) LM_MUST_USE;
/* Elements of a JSON array, shallow, newest first; returns how many. */
size_t engine_print_processes(
    const struct engine *, const struct process_filter *, struct lm_buf *out);

/*
 * Older ones are in the journal alone: true when there may be any.  A record of one is printed in
 * the same way; false: it does not pass the filter (NULL: all do), or cannot be read.
 */
bool engine_has_forgotten(const struct engine *);
bool engine_knows_process(const struct engine *, const char *id);
bool process_print_record(const struct record *process, const struct process_filter *,
    const struct process_steps *steps, struct lm_buf *out);

/* The latest samples of every metric of a root assembly, with what the policies make of them. */
bool engine_print_metrics(const struct engine *, const char *name_or_id, struct lm_buf *out);

/*
 * The policies of a root assembly (NULL: of all): what each acts on, what it has seen (policies_print()
 * as "window"), and as "blind" why it sees nothing, or null.
 */
bool engine_print_policies(
    const struct engine *, const char *name_or_id, int64_t now_ms, struct lm_buf *out);

/* Full name of the resource instance that a metric key (its id, or its name) means; NULL: none. */
const char *engine_resource_name(const struct engine *, const char *metric_key);

/*
 * Whether what this component reports about that one is to be believed: it is itself, or they are
 * related as things are wanted now.  By id or full name.
 */
bool engine_may_report(const struct engine *, const char *writer, const char *metric_key);

/* What the descriptor says of a metric of a component (its id or full name). */
enum metric_kind { METRIC_KIND_NONE, METRIC_KIND_LOAD, METRIC_KIND_INTEGRITY };
enum metric_kind engine_metric_kind(
    const struct engine *, const char *metric_key, const char *metric_name);

/* The location that a step in flight was asked at ("": the default one); NULL: it is not in flight. */
const char *engine_step_location(const struct engine *, const char *step);
/* What who asked calls all that comes of it; NULL: nobody said, or it is not in flight. */
const char *engine_step_trace(const struct engine *, const char *step);

/*
 * Whether something exists at a deployment location, shall exist there, or is found there by a
 * reference.  Looks at every component.
 */
bool engine_uses_location(const struct engine *, const char *location);

/* Since the engine began. */
struct engine_counts {
	uint64_t asked, answered;
	uint64_t failed;           /* of those that were answered */
	uint64_t timed_out;        /* given up because nobody answered */
	uint64_t stale;            /* answers that were late or came twice */
	uint64_t unknown;          /* answers about what was never asked */
	uint64_t faulty;           /* answers that could not be taken */
	size_t in_flight, waiting; /* now: asked; for a busy component or a full location */
};
struct engine_counts engine_counts(const struct engine *);

/* True when no process runs or waits and no step is in flight. */
bool engine_is_idle(const struct engine *);

/*
 * Each folder of a package with scripts of what is there, or may be gone back to; some more than
 * once.
 */
void engine_each_package(
    const struct engine *, void (*each)(void *arg, const char *folder), void *arg);

#endif
