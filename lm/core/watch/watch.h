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
/* Of the engine, which goes: the policies and series go by themselves. */
void watches_free(struct instance *);
/* "voice__scaleVoipServer", "voice__gateway__kamailio__heal" */
const char *watch_name(const struct watch *, struct lm_arena *);
/* What a scale policy is made of, as things are now; it lives in the arena of the facts. */
void watch_describe_scale(struct facts *, const struct watch *, struct policy_scale *out);

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

/* ---- wish.c: until they are granted ------------------------------------------------------------------ */

/* Noted, and granted when the event is dealt with; 'subject' is a component or a cluster, or NULL. */
void wish(struct engine *, enum intent_kind, const struct instance *, const char *subject,
    const char *reason);
void wish_size(struct engine *, enum intent_kind, const struct instance *, const char *cluster,
    unsigned size, const char *reason);
void wishes_grant(struct engine *, int64_t now_ms, struct turn *);
void wishes_fini(struct engine *);

/* ---- metric.c: samples ---------------------------------------------------------------------------------- */

/* False: nobody knows this metric. */
unsigned watch_sample(struct engine *, const struct sample *, int64_t now_ms, struct turn *);
/* By name; NULL: it has none such. */
struct metric *metric_find(const struct component *, const char *name);
/* The same, made when there is none yet: somebody looks at it. */
struct metric *metric_want(struct engine *, struct component *, const char *name);
void metrics_fini(struct component *);

#endif
