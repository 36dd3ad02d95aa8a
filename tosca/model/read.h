/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_READ_H
#define LM_TOSCA_READ_H

#include "tosca/model/descriptor.h"
#include "tosca/text/codes.h"

/*
 * The front end for descriptors in YAML: what its files share.  Each reader of a section takes the
 * section's node and fills in its part of the descriptor; what cannot be used is reported and left
 * out.
 */
struct reader {
	struct lm_arena *arena;
	struct diags *diags;
	struct descriptor *d;
	const struct source *source;
	struct lm_map *names; /* of types, by what is written: few of them, over and over */
};

/* Reports something about a node, as diag_add() does. */
struct diag *read_report(struct reader *, enum diag_code, const struct node *, const char *fmt, ...)
    LM_PRINTF(4, 5);
/* As name_parse(), but equal names share their texts. */
const char *read_full_name(struct reader *, const char *text, struct name *out);
/* The key of an entry as a name. */
struct spot read_named(const struct reader *, const struct node *key);

/*
 * A section has as many entries as the text may have nodes.  What is searched from its beginning or
 * compared with another list of its kind (mapped properties, ends, operations to call, attributes)
 * has at most this many.
 */
enum { READ_FEW_MAX = 4096 };

/* ---- shapes ---- */

/* The node when it is a mapping; NULL when it is null, or something else, which is reported. */
const struct node *read_mapping(struct reader *, const struct node *, const char *what);
/* The same: how many entries it has. */
size_t read_entries(struct reader *, const struct node *, const char *what);
/* At most READ_FEW_MAX: more are cut off and reported. */
size_t read_few(struct reader *, const struct node *, const char *what);
/* The text of a scalar with its place; text NULL for a null, or anything else, reported. */
struct spot read_spot(struct reader *, const struct node *, const char *what);
struct expr read_value(struct reader *, const struct node *, const char *what);
bool read_bool(struct reader *, const struct node *, const char *what);
/* Seconds, 1 to a day; 0 for a null, or anything else, reported. */
unsigned read_seconds(struct reader *, const struct node *, const char *what);
/* "a.b" split at the first dot; 'bare' says which half a text without a dot is. */
enum read_bare { READ_BARE_SCOPE, READ_BARE_NAME, READ_BARE_WRONG };
struct path read_path(struct reader *, const struct node *, enum read_bare, const char *what);
/* A list of paths, or a single one. */
struct path *read_paths(
    struct reader *, const struct node *, enum read_bare, const char *what, size_t *out_n);

/* ---- keys ---- */

/*
 * The keys that have a meaning somewhere, in an array ended by NULL.  The index of the key in it;
 * -1 when it is not there (reported as a warning, with a suggestion).  Variants in spelling
 * (read_only, readOnly for read-only) are found, with a warning.
 */
int read_key(struct reader *, const struct node *key, const char *const *known, const char *where);

/* ---- sections that more than one file needs ---- */

struct property *read_properties(
    struct reader *, const struct node *, const char *what, size_t *out_n);
/* What stands below a key, flattened: {a: {b: x}} becomes a.b. */
struct mapping *read_attrs(struct reader *, const struct node_pair *, size_t *out_n);
/* Where a metric is fetched; NULL: nothing that could be used. */
struct scrape *read_scrape(struct reader *, const struct node_pair *, const struct metric *);
void read_template(struct reader *, const struct node *, struct template_file *);
void read_drivers(struct reader *, const struct node *, struct drivers *);
struct mapping *read_mappings(struct reader *, const struct node *, bool short_form, size_t *out_n);

/* ---- sections ---- */

/*
 * A whole document.  NULL when not even a name could be found (reported), or when it is an intent,
 * which is none of our business.
 */
struct descriptor *read_document(
    struct lm_arena *, const struct source *, const struct document *, struct diags *) LM_MUST_USE;

void read_own_properties(struct reader *, const struct node *);
void read_private_properties(struct reader *, const struct node *);
/* What can only be said of properties when it is known which are private. */
void read_check_properties(struct reader *);
void read_composition(struct reader *, const struct node *);
void read_references(struct reader *, const struct node *);
void read_relationships(struct reader *, const struct node *);
void read_operations(struct reader *, const struct node *);
void read_metrics(struct reader *, const struct node *);
void read_policies(struct reader *, const struct node *);
void read_lifecycle(struct reader *, const struct node *);
void read_infrastructure(struct reader *, const struct node *);
void read_default_driver(struct reader *, const struct node *);
void read_queries(struct reader *, const struct node *);

#endif
