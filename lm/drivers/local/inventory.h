/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_INVENTORY_H
#define LM_DRIVERS_LOCAL_INVENTORY_H

#include "base/buf.h"
#include "lm/drivers/local/priv.h"

/* All that this driver has on the machine, from the machine and not from memory.  Blocks. */
struct lm_err *inventory_write(const struct driver *, struct lm_buf *out) LM_MUST_USE;

#endif
