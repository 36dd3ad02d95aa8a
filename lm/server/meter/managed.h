/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METER_MANAGED_H
#define LM_SERVER_METER_MANAGED_H

#include "base/buf.h"
#include "lm/core/engine.h"

/*
 * What is managed: the latest of every metric, and how large the clusters are.  At most
 * MANAGED_SERIES_MAX series of metrics, and as many of clusters, so that a fetch costs some
 * milliseconds however much there is; lm_series_cut says when that was too few.
 */
enum { MANAGED_SERIES_MAX = 10000 };

void managed_print(const struct engine *, struct lm_buf *);

#endif
