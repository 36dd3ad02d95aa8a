/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_YAML_PRIV_H
#define LM_TOSCA_YAML_PRIV_H

#include <yaml.h>

#include "base/map.h"
#include "tosca/text/tree_build.h"
#include "tosca/text/yaml.h"

/*
 * A text is read in pieces: the first is all of it.  After an error the next piece begins at the
 * next line that looks like an entry of a collection that was open (or like a new document), and
 * its entries are added to that collection.  A piece of a nested collection ends where the
 * indentation does.
 */
enum piece_kind {
	PIECE_DOCUMENTS, /* new documents */
	PIECE_ROOT,      /* the document goes on; nothing of it could be read yet */
	PIECE_ENTRIES,   /* more entries of an open collection */
	PIECE_NONE,      /* nothing more can be read */
};

struct piece {
	enum piece_kind kind;
	uint32_t begin, end; /* bytes */
	size_t level;        /* PIECE_ENTRIES: of the collection */
};

/* A scalar in quotes that goes over several lines: where a quote was forgotten, perhaps. */
struct long_quote {
	uint32_t begin, end; /* bytes; end 0: none */
};

struct composer {
	struct tree_builder tree;
	yaml_parser_t parser;
	yaml_event_t event;     /* the one being looked at */
	struct lm_map *anchors; /* name to node, of the present document */
	struct document document;
	LM_VEC(struct document) documents;
	struct piece piece;
	size_t cursor_index, cursor; /* this character of the piece begins at this byte */
	size_t aliased;
	struct long_quote quote;
	bool whole; /* the last piece was read to its end */
	bool first; /* the event that begins the present piece's collection is still to come */
	bool in_document;
	bool stopped; /* reported: nothing more is read */
};

/* The byte of a mark, which counts characters from the beginning of the piece. */
uint32_t yaml_byte_of(struct composer *, const yaml_mark_t *);

/* Reports what the parser stumbled over.  Returns the byte up to which the text is lost. */
uint32_t yaml_report(struct composer *);

/*
 * Where to go on, from the line behind the one in which a byte stands, or from its own line.
 * Collections that have ended there are closed.
 */
struct piece yaml_resume(struct composer *, uint32_t line);

#endif
