/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SIP_H
#define TESTS_LIB_SIP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What an Ethernet frame says about a call.  Just enough of SIP (RFC 3261) to follow calls from
 * outside: start line, Call-ID and CSeq.
 */
struct sip_sight {
	char from[16], to[16]; /* IPv4 addresses */
	char method[16];       /* "INVITE"; of the request that is answered when code is set */
	int code;              /* 0: a request */
	char call[128];        /* Call-ID */
};

/* False: not IPv4, not UDP, not SIP, cut short, or without a Call-ID or CSeq. */
bool sip_parse(const unsigned char *frame, size_t n, struct sip_sight *out);

#endif
