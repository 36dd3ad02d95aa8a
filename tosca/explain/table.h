/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EXPLAIN_TABLE_H
#define LM_TOSCA_EXPLAIN_TABLE_H

#include "tosca/explain/explain.h"

/* Sorted by code; the Makefile has it made from LM*.md. */
extern const struct explanation explain_table[];
extern const size_t explain_table_n;

#endif
