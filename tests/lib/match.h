/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_MATCH_H
#define TESTS_LIB_MATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Conditions on one event, as people write them on a command line:
 *	key=a|b   the member is one of these texts (null: absent or null)
 *	key~part  the member's text contains this
 *	key>3     the member is a number above this; key<3 below
 * A dot in the key goes one object deeper: "values.failed calls>0".  Numbers and booleans compare
 * by their JSON text.
 */

/* False: the text is not a condition (no key or no operator). */
bool match_is_valid(const char *condition);
/* All conditions hold.  Every condition must be valid. */
bool match_all(const json_t *event, const char *const *conditions, size_t n);

#endif
