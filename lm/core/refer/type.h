/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_REFER_TYPE_H
#define LM_CORE_REFER_TYPE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "lm/core/step.h"
#include "tosca/catalog/catalog.h"

/* What the catalog knows of the type of a reference, which may hold a version range. */

/* Full name of the highest version that fits; borrowed from the catalog; NULL: there is none. */
const char *type_descriptor(const struct catalog *, const char *type);
/* Its property is for the driver alone.  False as well for what is not known. */
bool type_keeps_private(const struct catalog *, const char *type, const char *property);
bool type_has_operation(const struct catalog *, const char *type, const char *operation);
/* Which drivers find such a thing, and the folder of its package. */
void type_tell_drivers(
    const struct catalog *, const char *type, struct lm_arena *, struct step_request *);

/* That nothing of a descriptor uses a property, and which was meant; NULL: it is declared. */
struct lm_err *type_undeclared(const struct catalog *, const char *descriptor, const char *property)
    LM_MUST_USE;

#endif
