/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_CATALOG_H
#define LM_TOSCA_CATALOG_H

#include <stddef.h>

#include "base/attr.h"
#include "tosca/text/diag.h"

/*
 * All descriptors the compiler knows.  Texts are handed in with the name of their file; the
 * catalog does no I/O, and catalog_check() (tosca/link/check.h) holds them against each other.  What it holds lives until its file is put again or removed, or the catalog
 * is freed; so do the texts of diagnostics.
 *
 * Descriptor names are type::name::version (assembly or resource).  Versions compare numerically,
 * part by part, missing parts counting as 0.
 */
struct catalog;
struct descriptor; /* tosca/model/descriptor.h: the typed model */

struct catalog *catalog_new(void);
void catalog_free(struct catalog *);
/*
 * Texts of more bytes, or trees of more nodes, are refused from now on; 0: the most there is, see
 * tosca/text/tree.h.
 */
void catalog_limit(struct catalog *, size_t text_max, size_t nodes_max);

/*
 * Files stand in the order in which they first came: one that is put again keeps its place, one
 * that was removed has lost it.  Of several descriptors of one name the first in that order counts;
 * when it goes, the next takes over.  What is known after any number of changes and a check is what
 * a new catalog would know that gets the same texts in the same order.
 *
 * A change costs what its file is and what uses it, not what the catalog holds: others are checked
 * again only when what a descriptor shows to them has changed.
 *
 * Reads one text of 'n' bytes with one or more documents; whatever came from that file before is
 * forgotten.  'file' is what diagnostics call it and where its package begins: the folder of
 * 'file' is package_dir of the resources in it.  Both are copied.  Returns the number of
 * descriptors in it.  A descriptor with errors is kept, marked, so that references to it are not
 * reported as missing; of two of one name the later is an error in its file.  An intent
 * (assemblyName, no name) is passed over in silence.
 */
size_t catalog_put(struct catalog *, const char *file, const char *text, size_t n);
/*
 * For whoever reads files: what is wrong with a file besides its text (it cannot be read, its
 * package lacks something).  A file that was never put is known from now on, without descriptors.
 * What is added to 'diags' is reported with the rest of the file, and forgotten when the file is
 * put again; the arena and the source live as long.
 */
struct remarks {
	struct diags *diags;
	struct lm_arena *arena;
	struct source_range whole; /* the file as a whole */
};
struct remarks catalog_remarks(struct catalog *, const char *file);
/*
 * The resources of a file find their package below another folder than the file's own: it was read
 * out of an archive.  Copied; false: there is no such file.
 */
bool catalog_set_package_dir(struct catalog *, const char *file, const char *folder);
/* False: there is no such file. */
bool catalog_remove(struct catalog *, const char *file);
/*
 * Files that come first from now on stand in this layer, 0 until somebody says otherwise.  All of a higher
 * layer come before all of a lower one, and a descriptor of a higher layer replaces what a lower one
 * has by its name: that is no error there.
 */
enum { CATALOG_LAYERS = 8 };
void catalog_layer(struct catalog *, unsigned layer);
unsigned catalog_layer_of(const struct catalog *, const char *file); /* 0: no such file */

/*
 * A trial: whatever is put and removed after catalog_begin() stays, and what was there before is
 * forgotten, with catalog_keep(), or all is as it was with catalog_undo(); a check is due after
 * either.  Both ways cost what was changed.  Trials do not nest.  A remark, or a package's folder, of a
 * file that was there before is not taken back.
 */
void catalog_begin(struct catalog *);
void catalog_keep(struct catalog *);
void catalog_undo(struct catalog *);

/*
 * Adds what is wrong in a file (NULL: in all files, in the order in which they came) to 'out', as
 * of the last check.
 */
void catalog_report(const struct catalog *, const char *file, struct diags *out);

/* Only what whoever read the files has remarked, of all of them. */
void catalog_report_remarks(const struct catalog *, struct diags *out);

/*
 * Names every file of which catalog_report() may say something else than when this was last asked,
 * in the order in which they came; returns their number.  A file that says the same may be among
 * them, but only when it was put, got a remark, or was checked again; one that was removed is not.
 * Costs what has changed.  The catalog must not be changed meanwhile.
 */
size_t catalog_take_changed(struct catalog *, void (*each)(void *arg, const char *file), void *arg);

size_t catalog_file_count(const struct catalog *);
const char *catalog_file_at(const struct catalog *, size_t i);

/* Descriptors, in the order in which their files came; of several of one name only the first. */
size_t catalog_count(const struct catalog *);
const struct descriptor *catalog_at(const struct catalog *, size_t i);
/* By full name, versions compared as numbers: "assembly::base::1" finds 1.0.  NULL: unknown. */
const struct descriptor *catalog_find(const struct catalog *, const char *full_name);
/*
 * The full name that was probably meant by one that is unknown: of the nearest plain name the
 * highest version, of the same kind when there is one.  NULL: none comes near.
 */
const char *catalog_suggest(const struct catalog *, const char *full);
const char *descriptor_name(const struct descriptor *);        /* "assembly::voice-service::1.0" */
const char *descriptor_description(const struct descriptor *); /* NULL: none */
const char *descriptor_file(const struct descriptor *);
const char *descriptor_package_dir(const struct descriptor *);
/* The document's own text, for whoever wants to show it; not NUL-terminated. */
const char *descriptor_text(const struct descriptor *, size_t *n);

/*
 * The descriptor and everything that it is made of or refers to, at any depth; each once, in an
 * order that depends on their texts alone.
 */
void catalog_closure(const struct catalog *, const char *full_name,
    void (*each)(void *arg, const struct descriptor *), void *arg);

LM_DEFINE_AUTO(catalog, catalog_free);

#endif
