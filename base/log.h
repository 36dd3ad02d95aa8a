/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_LOG_H
#define LM_BASE_LOG_H

#include "base/attr.h"

/*
 * One line on standard error per event: time, level, event name, fields.
 * ERROR: somebody must act.  WARN: we coped, and the text says how.  INFO: something changed.
 * Only handlers log (see base/err.h); pure rooms never do.  Secrets are never logged.
 *
 * As text, for people:
 *	2026-11-20T22:42:59.123Z warn  step.failed step=p/3 failure=timeout no answer in time
 * As JSON, for programs:
 *	{"time":"2026-11-20T22:42:59.123Z","level":"warn","event":"step.failed",
 *	 "message":"step=p/3 failure=timeout no answer in time",
 *	 "fields":{"step":"p/3","failure":"timeout"}}
 * Fields are what 'fmt' names as such, so nothing that a value holds can pass for one.
 */
enum lm_log_level { LM_LOG_DEBUG, LM_LOG_INFO, LM_LOG_WARN, LM_LOG_ERROR };
enum lm_log_form { LM_LOG_TEXT, LM_LOG_JSON };

/* Both are set once, by main(). */
void lm_log_set_level(enum lm_log_level);
void lm_log_set_form(enum lm_log_form);
/* 'event' is a stable dotted name ("step.failed"); 'fmt' gives the fields: key=value key="two words" */
void lm_log(enum lm_log_level, const char *event, const char *fmt, ...) LM_PRINTF(3, 4);

#endif
