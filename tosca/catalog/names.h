/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_NAMES_H
#define LM_TOSCA_NAMES_H

#include "base/vec.h"
#include "tosca/catalog/changed.h"
#include "tosca/catalog/lookup.h"
#include "tosca/catalog/versions.h"
#include "tosca/catalog/waits.h"

/*
 * What makes the catalog incremental: every name that a descriptor has or that a check has asked
 * for, who asked, and what came out of the check.  A check notes what it asks the catalog for
 * (names_read()); when one of the answers changes, and only then, it is made again.
 *
 * Two kinds of change travel.  What a descriptor shows to others (its surface) is known when it is read; what its outputs wait for is known after its check, and concerns only those
 * that are made of it.  So checks go level by level, children first, each at most once.
 */

struct known;

/* Something that a check may ask for.  It lives as long as anybody asks. */
struct topic {
	enum { TOPIC_NAME, TOPIC_PLAIN, TOPIC_WORD, TOPIC_ALL } kind;
	char *key;           /* canonical name, plain name, misspelt word */
	struct use *readers; /* who asked, in a list */
	size_t asked;        /* number of the last check that did */
};

struct use {
	struct topic *of;
	struct known *by;
	struct use *prev, *next; /* among the readers */
};

/* One component type of an assembly: both are kept even while the child is unknown. */
struct edge {
	struct known *parent, *child;
	size_t component;
	struct edge *prev, *next; /* among the parents of the child */
};

/* A cycle of composition, told at the component that closes it. */
struct loop {
	size_t component;
	char *text;
	struct loop *next;
};

/* Who has a name; the files in their order, see catalog.h. */
struct holder {
	struct descriptor *d;
	struct catalog_file *file;
	struct diags *twice; /* it is not the first */
};

/* One canonical name, whether anybody has it or not. */
struct known {
	struct topic topic;
	size_t id; /* descriptor->index */
	LM_VEC(struct holder) holders;
	struct descriptor *first; /* the one that counts; NULL: unknown */
	uint64_t surface;         /* of it; 0: unknown */
	struct edge *edges, *parents;
	size_t n_edges;
	unsigned level; /* 1: made of nothing */
	size_t circle;  /* number of the cycle of composition that it is part of; 0: none */
	struct loop *loops;
	/* What the last check asked for and what it found. */
	struct use *uses;
	size_t n_uses;
	struct waits *waits;
	struct diags *diags; /* NULL: nothing wrong */
	/* Until the next check. */
	bool unsettled, due, moved;
	struct known *next_due;
	/* While cycles are searched. */
	size_t at; /* place, from 1; 0: not part of it */
	unsigned char tour;
};

struct names {
	struct lm_map *by_name, *by_plain, *by_word;
	struct topic all; /* readers of the whole catalog */
	struct versions *versions;
	LM_VEC(struct known *) by_id; /* NULL: free */
	LM_VEC(size_t) free_ids;
	size_t n_descriptors;
	/* The check that is being made. */
	struct known *reader;
	size_t n_checks;
	LM_VEC(struct topic *) reads;
	struct diags *empty; /* for the next check; NULL: to be made */
	/* Since the last check. */
	LM_VEC(struct known *) unsettled;
	LM_VEC(struct known *) due;   /* to be checked */
	LM_VEC(struct known *) moved; /* made of something else now */
	/* Since somebody asked. */
	struct changed changed;
	size_t n_circles;
};

struct names *names_new(void);
void names_free(struct names *);

/* ---- descriptors come and go: leave and enter, then settle ---------------------------------- */

/* The file is borrowed until the descriptor leaves. */
void names_enter(struct names *, struct descriptor *, struct catalog_file *);
/*
 * The descriptor may be freed afterwards: nothing points to it or to the text of its file any
 * more, except what names_settle() puts right.
 */
void names_leave(struct names *, struct descriptor *);
/* Finds out what the changes mean to others. */
void names_settle(struct names *);

struct known *names_of(const struct names *, const struct descriptor *);
/* That another has its name already; NULL: it is the first. */
const struct diags *names_twice(const struct names *, const struct descriptor *);

/* ---- asking; the check that is being made is noted as a reader ------------------------------ */

/* Never NULL while a check is being made. */
struct known *names_read(struct names *, const char *canonical);
void names_read_plain(struct names *, const char *plain);
void names_read_word(struct names *, const char *word);
void names_read_all(struct names *);

/* ---- checking ------------------------------------------------------------------------------ */

/* Makes all checks that are due. */
void names_check(struct names *, const struct catalog *, descriptor_check_fn *);
/* The first half of it: levels and cycles of whatever is made of something that moved. */
void names_order(struct names *);
void names_due(struct names *, struct known *);
/* Something else is wrong with the descriptor that counts. */
void names_changed(struct names *, const struct known *);
/* Takes over what the check that is being made has asked for. */
void names_reads_keep(struct names *, struct known *);
/* The name is forgotten when nobody has it and nobody asks for it. */
void names_sweep(struct names *, struct known *);
void loops_free(struct known *);

/* What it shows to the checks of others, as a number; never 0. */
uint64_t descriptor_surface(const struct descriptor *);

#endif
