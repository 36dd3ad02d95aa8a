/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_CATALOG_H
#define LM_TOSCA_CATALOG_H

#include <stddef.h>

#include "base/attr.h"
#include "tosca/diag.h"

/*
 * All descriptors the compiler knows.  Texts are handed in with the name of their file; the
 * catalog does no I/O.  What it holds lives as long as the catalog.
 *
 * Descriptor names are type::name::version (assembly or resource).  Versions compare numerically,
 * part by part, missing parts counting as 0.
 */
struct catalog;
struct descriptor; /* tosca/descriptor.h: the typed model */

struct catalog *catalog_new(void);
void catalog_free(struct catalog *);

/*
 * Reads one YAML (or JSON) text of 'n' bytes with one or more documents.  'file' is what
 * diagnostics call it and where its package begins: the folder of 'file' is package_dir of the
 * resources in it.  Both are copied.  Returns the number of descriptors added; problems go to
 * 'diags'.  A descriptor with errors is kept, marked, so that references to it are not reported
 * as missing.  An intent (assemblyName, no name) is passed over in silence.
 */
size_t catalog_add(struct catalog *, const char *file, const char *text, size_t n, struct diags *);

/* Checks every descriptor against the others (types, properties, operations, metrics, cycles). */
void catalog_check(struct catalog *, struct diags *);

size_t catalog_count(const struct catalog *);
/* In order of addition. */
const struct descriptor *catalog_at(const struct catalog *, size_t i);
/* By full name, versions compared as numbers: "assembly::base::1" finds 1.0.  NULL: unknown. */
const struct descriptor *catalog_find(const struct catalog *, const char *full_name);
const char *descriptor_name(const struct descriptor *);        /* "assembly::voice-service::1.0" */
const char *descriptor_description(const struct descriptor *); /* NULL: none */
const char *descriptor_file(const struct descriptor *);
/* The document's own text, for whoever wants to show it; not NUL-terminated. */
const char *descriptor_text(const struct descriptor *, size_t *n);

/*
 * "assembly::storage_cluster::^1.0" against a descriptor's name.  Ranges: exact, ^ ~ * x >=
 * with npm's meaning; for references only.
 */
bool descriptor_name_matches(const char *pattern, const char *name);

LM_DEFINE_AUTO(catalog, catalog_free);

#endif
