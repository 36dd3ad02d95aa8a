/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_IPAM_H
#define LM_DRIVERS_LOCAL_IPAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Which address goes to whom in an IPv4 subnet.  Pure; addresses are in host byte order.
 *
 * The first usable address is the router's, the last usable one this machine's; containers get the
 * lowest free one from .10 upward, then those below .10.
 */
struct subnet {
	uint32_t base;
	unsigned prefix;
};

enum { IPV4_TEXT = 16 };

/* "10.1.0.0/24"; prefix /8 to /29 and no host bits.  INVALID with what is wrong and what was meant. */
struct lm_err *subnet_parse(const char *text, struct subnet *out) LM_MUST_USE;
bool ipv4_parse(const char *text, uint32_t *out);
void ipv4_text(uint32_t address, char out[IPV4_TEXT]);

uint32_t subnet_first(const struct subnet *);
uint32_t subnet_last(const struct subnet *);
/* The address for the next container, or 0 when the subnet is full. */
uint32_t subnet_pick(const struct subnet *, const uint32_t *taken, size_t n);
bool subnet_overlaps(const struct subnet *, const struct subnet *);

#endif
