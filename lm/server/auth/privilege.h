/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_AUTH_PRIVILEGE_H
#define LM_SERVER_AUTH_PRIVILEGE_H

/* What a caller must be allowed to do; the reference system's names of privileges beside ours. */
enum privilege {
	PRIVILEGE_OPEN,     /* anybody: health, logging in */
	PRIVILEGE_REPORT,   /* a writer's token, which the handler looks at: writer.h */
	PRIVILEGE_READ,     /* whoever is logged in, in whatever role */
	PRIVILEGE_MANAGE,   /* INTENTREQSLMGT: assemblies are created, upgraded, deleted */
	PRIVILEGE_OPERATE,  /* INTENTREQSOPS: states, heals, scales, retries */
	PRIVILEGE_DESIGN,   /* NSDESMGT, RESOURCEPKG: descriptors and packages */
	PRIVILEGE_SITES,    /* DEPLOYLOCMGT, RMDRVR, SLMADMIN: locations, managers, drivers */
	PRIVILEGE_KEYS,     /* RMDRVRKEYS: infrastructure keys */
	PRIVILEGE_SECURITY, /* SECADMIN: users and clients */
};

#endif
