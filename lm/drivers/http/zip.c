/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/http/zip.h"

#include <stdint.h>
#include <string.h>

enum { LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50 };
enum { VERSION = 20, BY_UNIX = 3 << 8 | VERSION, UTF8 = 0x0800, FIRST_DAY = 1 << 5 | 1 };

static uint32_t checksum(const char *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xedb88320 & (0u - (crc & 1)));
	}
	return ~crc;
}

static void put16(struct lm_buf *b, unsigned v)
{
	const char bytes[] = {(char)(v & 0xff), (char)(v >> 8 & 0xff)};

	lm_buf_add(b, bytes, sizeof bytes);
}

static void put32(struct lm_buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

void zip_open(struct zip *z, struct lm_buf *out, size_t max)
{
	*z = (struct zip){.out = out};
	lm_buf_init(&z->index, max);
}

/* What both headers of an entry say. */
static void put_entry(struct lm_buf *b, uint32_t crc, size_t n, size_t name)
{
	put16(b, VERSION);
	put16(b, UTF8);
	put16(b, 0); /* stored */
	put16(b, 0); /* midnight */
	put16(b, FIRST_DAY);
	put32(b, crc);
	put32(b, (uint32_t)n);
	put32(b, (uint32_t)n);
	put16(b, (unsigned)name);
	put16(b, 0); /* no extra field */
}

void zip_add(struct zip *z, const char *name, unsigned mode, const char *p, size_t n)
{
	uint32_t crc = checksum(p, n), at = (uint32_t)z->out->n;
	size_t length = strlen(name);

	put32(z->out, LOCAL);
	put_entry(z->out, crc, n, length);
	lm_buf_add(z->out, name, length);
	lm_buf_add(z->out, p, n);

	put32(&z->index, CENTRAL);
	put16(&z->index, BY_UNIX);
	put_entry(&z->index, crc, n, length);
	put16(&z->index, 0); /* no comment */
	put16(&z->index, 0); /* first disk */
	put16(&z->index, 0); /* no attributes */
	put32(&z->index, (uint32_t)mode << 16);
	put32(&z->index, at);
	lm_buf_add(&z->index, name, length);
	z->entries++;
}

bool zip_close(struct zip *z)
{
	uint32_t at = (uint32_t)z->out->n, n = (uint32_t)z->index.n;

	lm_buf_add(z->out, z->index.p, z->index.n);
	put32(z->out, END);
	put16(z->out, 0);
	put16(z->out, 0);
	put16(z->out, z->entries);
	put16(z->out, z->entries);
	put32(z->out, n);
	put32(z->out, at);
	put16(z->out, 0);
	bool fits = !z->out->cut && !z->index.cut;
	lm_buf_fini(&z->index);
	return fits;
}
