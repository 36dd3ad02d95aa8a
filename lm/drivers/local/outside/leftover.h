/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_OUTSIDE_LEFTOVER_H
#define LM_DRIVERS_LOCAL_OUTSIDE_LEFTOVER_H

#include "lm/drivers/local/infra.h"

/* Removing whatever is left of a resource id, as the inventory tells it. */

/* An id, or "@" and the eight digits of a name that nothing explains. */
bool leftover_id_is_good(const char *id);
/* What is known of it, or a resource with nothing but names; the driver's. */
struct resource *leftover_find(struct driver *, const char *id);

#endif
