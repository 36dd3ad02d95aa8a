/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_WATCH_H
#define LM_CORE_WATCH_H

/* What components report, and what policies make of it.  A part of engine_priv.h: include that. */

/* ---- bind.c: which policies there are ------------------------------------------------------------ */

/* The policies of an instance follow its graph: called when the graph, or who is there, has changed. */
void watch_bind(struct engine *, struct instance *);
/* The instance, or the component, goes: no policy looks at it any more. */
void watch_unbind(struct engine *, struct instance *);
void watch_leave(struct engine *, struct component *);
/* "voice__scaleVoipServer", "voice__gateway__kamailio__heal" */
const char *watch_name(const struct watch *, struct lm_arena *);
/* The same as who wishes something: "policy voice__scaleVoipServer" */
const char *watch_by(const struct watch *, struct lm_arena *);
/* What a scale policy is made of, as things are now; it lives in the arena of the facts. */
void watch_describe_scale(struct facts *, const struct watch *, struct policy_scale *out);
void watch_describe_heal(struct facts *, const struct watch *, struct policy_heal *out);

/* ---- sight.c: when they see something -------------------------------------------------------------- */

/* Policies see something only while their component is Active and nothing is about to change. */
void watch_sync(struct engine *, struct instance *, int64_t now_ms);
/* The same, and those that see something begin to count anew. */
void watch_restart(struct engine *, struct instance *, int64_t now_ms);

/* ---- view/scrape.c: what is fetched ----------------------------------------------------------------- */

/* The graph, or who is there, has changed. */
void scrape_bind(struct engine *, struct instance *);
/* Whoever fetches must look again. */
void scrape_tell(struct engine *, const struct instance *);
void scrape_news_free(struct lm_map *);

/* ---- act.c: what becomes of decisions ---------------------------------------------------------------- */

void watch_act(struct engine *, struct policy_decisions *, int64_t now_ms, struct turn *);
/* What broke while a process ran and is still Broken, heals now that the instance is idle. */
void watch_heal_broken(struct engine *, struct instance *, int64_t now_ms, struct turn *);
/* A service of this component has died. */
void watch_died(
    struct engine *, struct component *, const char *what, int64_t now_ms, struct turn *);

/*
 * One more heal of it may begin, and is counted; false: there have been too many lately.  Its record
 * tells of it, which the caller writes: it sets the state.
 */
bool heal_spend(struct engine *, struct component *, int64_t now_ms);
/* After a restart, when the policies are there: what the records tell is counted by them. */
void heals_recall(struct engine *, struct instance *, int64_t now_ms);
/* 'policy' is what the event of it names; 'by' as in struct intent. */
void heal_begin(struct engine *, struct component *, const char *policy, const char *by,
    const char *reason, int64_t now_ms, struct turn *);
/* An operator has looked after it (NULL: after all that are lost): the heals so far do not count. */
void heals_forget(struct engine *, struct instance *, const struct component *, struct turn *);

/* ---- alert.c: what others want ------------------------------------------------------------------------ */

struct lm_err *watch_alert(struct engine *, const struct alert *, int64_t now_ms, struct turn *);

/* ---- alarm.c: what the system gives up ------------------------------------------------------------------ */

#define ALARM_KINDS(X)                 \
	X(LOST, "lost")                \
	X(HEALS_SPENT, "healsSpent")   \
	X(HEAL_FAILED, "healFailed")   \
	X(HELPLESS, "helpless")        \
	X(SCALE_FAILED, "scaleFailed") \
	X(BELOW_MINIMUM, "belowMinimum")

enum alarm_kind {
#define X(name, text) ALARM_##name,
	ALARM_KINDS(X)
#undef X
};
enum severity { SEVERITY_CRITICAL, SEVERITY_MAJOR, SEVERITY_CLEARED };

struct alarm {
	enum alarm_kind kind;
	enum severity severity;
	const struct instance *instance;
	const struct component *component; /* one of them */
	const char *cluster;
	const char *text;
};
void event_alarm(struct engine *, struct turn *, int64_t now_ms, const struct alarm *);
/* Nothing but an operator brings it back from now on; then it is found again. */
void watch_lose(struct engine *, struct component *, enum alarm_kind, const char *text,
    int64_t now_ms, struct turn *);
void watch_found(struct engine *, struct component *, int64_t now_ms, struct turn *);
/* The process that gives a component up has taken it out of service. */
void watch_resigned(struct engine *, struct process *, int64_t now_ms, struct turn *);
/* All attempts are over; 'c' is where the last one failed, or NULL. */
void watch_heal_failed(
    struct engine *, const struct process *, struct component *c, int64_t now_ms, struct turn *);
void watch_scale_failed(struct engine *, const struct process *, int64_t now_ms, struct turn *);

/* ---- refill.c: clusters below their minimum ------------------------------------------------------------- */

/* The instance has come to rest: what it has lost is made up for. */
void watch_refill(struct engine *, struct instance *, int64_t now_ms, struct turn *);

/* ---- wish.c: until they are granted ------------------------------------------------------------------ */

/* It is taken out of service, and left Failed. */
void wish_give_up(struct engine *, const struct component *, const char *by, const char *reason);
/*
 * Noted, and granted when the event is dealt with; 'subject' is a component or a cluster, or NULL, and
 * 'by' as in struct intent; NULL: the manager itself.
 */
void wish(struct engine *, enum intent_kind, const struct instance *, const char *subject,
    const char *by, const char *reason);
void wish_size(struct engine *, enum intent_kind, const struct instance *, const char *cluster,
    unsigned size, const char *by, const char *reason);
void wish_fini(struct wish *);
void wishes_fini(struct engine *);
/* grant.c: each becomes an intent, or is refused. */
void wishes_grant(struct engine *, int64_t now_ms, struct turn *);

/* ---- metric.c: what a component has --------------------------------------------------------------------- */

/* By name; NULL: it has none such. */
struct metric *metric_find(const struct component *, const char *name);
/* The same, made when there is none yet: somebody looks at it. */
struct metric *metric_want(struct engine *, struct component *, const char *name);
/* The same for what is reported; NULL: there are too many that nobody declares. */
struct metric *metric_of(struct engine *, struct component *, const char *name);
void metrics_fini(struct component *);

/* ---- sample.c ------------------------------------------------------------------------------------------ */

/* An enum sample_fate. */
unsigned watch_sample(struct engine *, const struct sample *, int64_t now_ms, struct turn *);

#endif
