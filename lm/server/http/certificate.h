/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_HTTP_CERTIFICATE_H
#define LM_SERVER_HTTP_CERTIFICATE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * With what the server shows who it is: a certificate chain and its key, PEM, in two files.  They are
 * looked at again while the server runs, so that a renewed one is taken without a restart; what cannot
 * be read then is logged, and the one before it stays.
 *
 * One of our own is made when there is none, when it ends within a month, and when it is for another
 * address: for "localhost", the name of this machine, the loopback and the address that is listened on.
 */
struct certificate;

struct certificate_conf {
	const char *cert_file,
	    *key_file;       /* absolute; others than the owner's group may not read the key */
	bool is_own;         /* made here */
	const char *address; /* is_own: the numeric one that is listened on */
};

struct lm_err *certificate_open(const struct certificate_conf *, struct certificate **out)
    LM_MUST_USE;
void certificate_free(struct certificate *); /* NULL is fine */

#endif
