/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_PRIVILEGE_H
#define LM_SERVER_AUTH_PRIVILEGE_H

#include <stdbool.h>

struct lm_json;

/*
 * What a caller must be allowed to do, and the roles that allow it; the reference system's names of
 * privileges stand beside ours.  A set of privileges or roles is an unsigned of bits: 1u << PRIVILEGE_x.
 */
enum privilege {
	PRIVILEGE_OPEN,   /* anybody: health, logging in */
	PRIVILEGE_REPORT, /* a writer's token, which the handler looks at: writer.h */
	PRIVILEGE_KNOWN,  /* whoever is logged in, in whatever role or none */
	PRIVILEGE_READ,   /* everything that is not secret */
	PRIVILEGE_CREATE, /* INTENTREQSLMGT, the part of it that a portal has: assemblies are created */
	PRIVILEGE_MANAGE,   /* INTENTREQSLMGT: assemblies are upgraded, adopted, deleted */
	PRIVILEGE_OPERATE,  /* INTENTREQSOPS: states, heals, scales, retries */
	PRIVILEGE_DESIGN,   /* NSDESMGT, RESOURCEPKG: descriptors and packages */
	PRIVILEGE_SITES,    /* DEPLOYLOCMGT, RMDRVR, SLMADMIN: locations, managers, drivers */
	PRIVILEGE_KEYS,     /* RMDRVRKEYS: infrastructure keys */
	PRIVILEGE_SECURITY, /* SECADMIN: users and clients */
	PRIVILEGES
};

const char *privilege_name(enum privilege); /* "read", "manage" */

/* 'bits' gets the role's added; false: there is no such role. */
bool role_parse(const char *name, unsigned *bits);
const char *role_name(unsigned i); /* NULL: there are no more */
const char *role_names(void);      /* all of them, for texts: "SLMAdmin, Portal" */
/* What a set of roles allows, as bits of privileges; PRIVILEGE_KNOWN always. */
unsigned roles_grants(unsigned roles);
/* A list of the words of a set: of roles with role_name(), of grants with grant_name(). */
void words_print(struct lm_json *, const char *key, unsigned bits, const char *(*word)(unsigned));
/* The roles that allow it, for texts; "nobody" when none does. */
const char *roles_with(enum privilege);

#endif
