/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/sip.h"

#include <arpa/inet.h>
#include <strings.h>

enum { ETHERNET = 14, ETHERTYPE_IPV4 = 0x0800, UDP = 17, UDP_HEADER = 8, IP_MIN = 20 };

/* The UDP payload; NULL when the frame is something else. */
static const char *udp_payload(
    const unsigned char *f, size_t n, struct sip_sight *out, size_t *out_n)
{
	const unsigned char *ip = f + ETHERNET;
	size_t ip_header;

	if (n < ETHERNET + IP_MIN + UDP_HEADER || f[12] << 8 != ETHERTYPE_IPV4 || f[13] != 0)
		return NULL;
	ip_header = (size_t)(ip[0] & 15) * 4;
	if (ip[0] >> 4 != 4 || ip_header < IP_MIN || ip[9] != UDP ||
	    n < ETHERNET + ip_header + UDP_HEADER)
		return NULL;
	inet_ntop(AF_INET, ip + 12, out->from, sizeof out->from);
	inet_ntop(AF_INET, ip + 16, out->to, sizeof out->to);
	*out_n = n - ETHERNET - ip_header - UDP_HEADER;
	return (const char *)ip + ip_header + UDP_HEADER;
}

/* Copies the value of a header line "name: value"; 'text' is NUL-terminated. */
static bool header_find(const char *text, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	for (const char *p = strchr(text, '\n'); p != NULL; p = strchr(p, '\n')) {
		p++;
		if (strncasecmp(p, name, len) != 0 || p[len] != ':')
			continue;
		p += len + 1;
		p += strspn(p, " \t");
		snprintf(out, size, "%.*s", (int)strcspn(p, "\r\n"), p);
		return out[0] != '\0';
	}
	return false;
}

static bool start_line(const char *text, struct sip_sight *out)
{
	size_t word = strcspn(text, " \r\n");

	if (strncmp(text, "SIP/2.0 ", 8) == 0) {
		out->code = (int)strtol(text + 8, NULL, 10);
		return out->code >= 100 && out->code < 700;
	}
	out->code = 0;
	return word > 2 && word < sizeof out->method && strncasecmp(text + word, " sip:", 5) == 0;
}

bool sip_parse(const unsigned char *frame, size_t n, struct sip_sight *out)
{
	char text[2048], cseq[64];
	size_t len = 0;
	const char *payload = udp_payload(frame, n, out, &len);
	const char *method;

	if (payload == NULL)
		return false;
	snprintf(
	    text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), payload);
	if (!start_line(text, out) || !header_find(text, "CSeq", cseq, sizeof cseq) ||
	    !(header_find(text, "Call-ID", out->call, sizeof out->call) ||
		header_find(text, "i", out->call, sizeof out->call)))
		return false;
	method = cseq + strcspn(cseq, " ");
	method += strspn(method, " ");
	snprintf(out->method, sizeof out->method, "%.15s", method);
	return true;
}
