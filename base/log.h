/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_LOG_H
#define LM_BASE_LOG_H

#include "base/attr.h"

/*
 * One line on standard error per event: time, level, event name, fields.
 * ERROR: somebody must act.  WARN: we coped, and the text says how.  INFO: something changed.
 * Only handlers log (see base/err.h); pure rooms never do.  Secrets are never logged.
 */
enum lm_log_level { LM_LOG_DEBUG, LM_LOG_INFO, LM_LOG_WARN, LM_LOG_ERROR };

void lm_log_set_level(enum lm_log_level);
/* 'event' is a stable dotted name ("step.failed"); 'fmt' gives the fields: key=value ... */
void lm_log(enum lm_log_level, const char *event, const char *fmt, ...) LM_PRINTF(3, 4);

#endif
