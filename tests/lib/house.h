/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_HOUSE_H
#define TESTS_LIB_HOUSE_H

#include "tests/lib/world.h"

/*
 * What the tests of intents speak of, and short words for it.  All of it is in "h", of the type
 *
 *	assembly::house::1.0   wire (network); lamp (color, tone, at 'where'); bell (tone);
 *	box (in the network of wire); a pool of 'size' servers and 'spares'; relationship 'lit': pool ->
 *	lamp, Active after both, lamp.add / lamp.remove with the server's address and the house's color;
 *	a change of tone is volatile: lamp declares Reconfigure, bell does not
 *	assembly::house::2.0   has a horn in place of the bell, and a lamp of another version
 *	assembly::web::1.0     the address of hub goes to knot (plain), lamp (volatile), bell (volatile,
 *	but no Reconfigure), and to a relationship of others: peer -> lamp
 *	assembly::late::1.0    a taker of what "early" brings at its Configure or Start
 *	assembly::chain::1.0   first -> left, right -> last: each takes the address of those before
 */
extern struct world w;
extern char process[LM_ID_SIZE]; /* of the last intent that was accepted */

void given_an_empty_world(void);
void given_a_house(void);
void given_a_chain(void);
void given_a_web(void);
/* Checks the invariants, ends the world. */
void the_end(void);

/* A list as in "color=blue,size=3". */
struct lm_kvs listed(const char *text);

/* Accepted, or the test fails. */
void ask(const struct intent *);
/* The refusal as "conflict: text". */
const char *refused(const struct intent *);

/* These come to rest before they return. */
void build(const char *descriptor, const char *properties);
void upgrade(const char *properties);
void scale(bool out);
void destroy(void); /* deletes h */
void change_state(const char *state);
/* A retry, rollback or cancel of the process of the last intent. */
void about_it(enum intent_kind);

/* With what the process of the last intent has ended. */
const char *outcome(void);
/* What was asked of one component since the last forget(); NULL: of all. */
const char *asked_of(const char *component);
void forget(void);
const char *states(void);
const char *links(void);
/* Who serves, and who is a spare, by index: "1 2 + 3"; "?" behind one that is not where it shall be. */
const char *pool(void);

#endif
