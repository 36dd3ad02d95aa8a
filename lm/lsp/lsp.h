/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_LSP_LSP_H
#define LM_LSP_LSP_H

#include "base/buf.h"
#include "base/map.h"
#include "lm/lsp/rpc.h"
#include "lm/lsp/text.h"
#include "tosca/catalog/catalog.h"

/*
 * What the files of the language server share.  The catalog holds every descriptor below the
 * client's folders as it is on disk, and every open document as it is in the editor.
 */

struct document {
	char *uri;  /* as the client writes it */
	char *file; /* what the catalog calls it */
	struct text text;
};

enum { LSP_ROOTS_MAX = 64 };

struct lsp {
	struct rpc *rpc;
	struct catalog *catalog;
	struct lm_map *documents; /* open ones, by file */
	struct lm_map *shown;     /* struct shown, by file: see publish.c */
	char *roots[LSP_ROOTS_MAX];
	size_t n_roots;
	enum text_unit unit;
	const char *version;
	bool verbose, initialized, shut_down, watches;
	long parent; /* process that we must not outlive; 0: unknown */
};

/* Always a value: what is not UTF-8 becomes '?'. */
json_t *lsp_string(const char *);
/* A member of an object, or of an object in it ("textDocument", "uri"); NULL: no such text. */
const char *lsp_text_at(const json_t *, const char *key, const char *inner);

/* ---- workspace.c ---- */

void workspace_init(struct lsp *);
void workspace_fini(struct lsp *);
/* From the params of initialize: reads what lies below the folders. */
void workspace_load(struct lsp *, const json_t *params);
void workspace_open(struct lsp *, const json_t *params);
void workspace_change(struct lsp *, const json_t *params);
void workspace_close(struct lsp *, const json_t *params);
void workspace_watch(struct lsp *, const json_t *params);
void workspace_folders(struct lsp *, const json_t *params);
/* NULL: not open. */
struct document *workspace_document(const struct lsp *, const char *uri);

/* ---- place.c: positions in the client's form ---- */

/* False: malformed. */
bool place_read(const json_t *, struct text_place *);
/* A range of bytes of a document's own text. */
json_t *place_range(const struct lsp *, const struct document *, size_t begin, size_t end);
/* Where a range stands, in an open document or another file. */
json_t *place_source_range(const struct lsp *, const struct source_range *);
/* {uri, range} */
json_t *place_location(const struct lsp *, const struct source_range *);
/* The client's name of a file; the caller's (free()). */
char *place_uri(const struct lsp *, const char *file);

/* ---- publish.c ---- */

/* Takes note of what is wrong in a file without telling. */
void publish_note(struct lsp *, const char *file);
/* Checks, and does so for every file in which something else may be wrong than when last asked. */
void publish_note_changes(struct lsp *);
/* Checks, and tells about every file in which something else is wrong now than the client knows. */
void publish_changes(struct lsp *);
/* Tells about a file in any case, or that nothing is wrong in it any more. */
void publish_file(struct lsp *, const char *file);
void publish_clear(struct lsp *, const char *file);
void publish_fini(struct lsp *);
/* A diagnostic in the form of the protocol. */
json_t *publish_diagnostic(const struct lsp *, const struct diag *);

/* ---- features.c: the answers; NULL: malformed params ---- */

json_t *feature_definition(struct lsp *, const json_t *params);
json_t *feature_hover(struct lsp *, const json_t *params);
json_t *feature_completion(struct lsp *, const json_t *params);
json_t *feature_actions(struct lsp *, const json_t *params);

/* ---- symbols.c ---- */

/* The answer as text; false: malformed params. */
bool feature_symbols(struct lsp *, const json_t *params, struct lm_buf *out);

#endif
