/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_CHECK_H
#define LM_TOSCA_CHECK_H

#include "tosca/catalog/catalog.h"

/*
 * Brings what is known about descriptors against each other (types, properties, operations,
 * metrics, cycles) up to date after any number of changes: makes every check that is due.
 */
void catalog_check(struct catalog *);
/* The same for those who only look: what is there stays as it is. */
void catalog_refresh(const struct catalog *);

#endif
