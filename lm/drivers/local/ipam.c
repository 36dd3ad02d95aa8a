/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/ipam.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_MIN = 8, PREFIX_MAX = 29, CONTAINERS_FROM = 10 };

static uint32_t mask(unsigned prefix)
{
	return prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
}

bool ipv4_parse(const char *text, uint32_t *out)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		return false;
	*out = ntohl(a.s_addr);
	return true;
}

void ipv4_text(uint32_t address, char out[IPV4_TEXT])
{
	struct in_addr a = {.s_addr = htonl(address)};

	inet_ntop(AF_INET, &a, out, IPV4_TEXT);
}

struct lm_err *subnet_parse(const char *text, struct subnet *out)
{
	const char *slash = strchr(text, '/');
	char address[IPV4_TEXT];
	char *end = NULL;
	uint32_t base;

	if (slash == NULL || (size_t)(slash - text) >= sizeof address)
		return lm_err_new(
		    LM_ERR_INVALID, "subnet '%s' is not of the form 10.1.0.0/24", text);
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	unsigned long prefix = strtoul(slash + 1, &end, 10);
	if (!ipv4_parse(address, &base) || slash[1] < '0' || slash[1] > '9' || *end != '\0')
		return lm_err_new(
		    LM_ERR_INVALID, "subnet '%s' is not of the form 10.1.0.0/24", text);
	if (prefix < PREFIX_MIN || prefix > PREFIX_MAX)
		return lm_err_new(LM_ERR_INVALID, "subnet '%s': the prefix must be /%d to /%d",
		    text, PREFIX_MIN, PREFIX_MAX);
	if ((base & ~mask((unsigned)prefix)) != 0) {
		ipv4_text(base & mask((unsigned)prefix), address);
		return lm_err_new(LM_ERR_INVALID, "subnet '%s' has host bits set; write %s/%lu",
		    text, address, prefix);
	}
	*out = (struct subnet){base, (unsigned)prefix};
	return NULL;
}

uint32_t subnet_first(const struct subnet *s)
{
	return s->base + 1;
}

uint32_t subnet_last(const struct subnet *s)
{
	return (s->base | ~mask(s->prefix)) - 1;
}

static bool is_taken(uint32_t address, const uint32_t *taken, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (taken[i] == address)
			return true;
	return false;
}

uint32_t subnet_pick(const struct subnet *s, const uint32_t *taken, size_t n)
{
	uint32_t from = s->base + CONTAINERS_FROM, last = subnet_last(s);

	for (uint32_t a = from; a < last; a++)
		if (!is_taken(a, taken, n))
			return a;
	for (uint32_t a = subnet_first(s) + 1; a < from && a < last; a++)
		if (!is_taken(a, taken, n))
			return a;
	return 0;
}

bool subnet_overlaps(const struct subnet *a, const struct subnet *b)
{
	uint32_t m = mask(a->prefix < b->prefix ? a->prefix : b->prefix);

	return (a->base & m) == (b->base & m);
}
