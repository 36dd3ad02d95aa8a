/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness FILE [NETNS]
 *
 * Looks at every frame that enters an interface of this network namespace (or of NETNS, a path)
 * and appends what it sees of calls to FILE, one line per SIP message:
 *	{"type":"Sip","at_ms":..,"call":..,"method":"INVITE","code":200,"from":..,"to":..}
 * Messages of a bridge are seen once, where they come in.  So the figures of the report do not
 * rest on what the parties say of themselves.  Ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "tests/lib/sip.h"

enum { RECEIVE_BUFFER = 4 << 20 };

static int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int complain(const char *what)
{
	fprintf(stderr, "witness: %s: %s\n", what, strerror(errno));
	return 1;
}

static int netns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);

	if (fd >= 0)
		close(fd);
	return rc;
}

static int wire_open(void)
{
	int size = RECEIVE_BUFFER;
	/* All protocols: a bridge takes its ports' frames before those who ask for one alone. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return fd;
}

static bool is_of_a_call(const struct sip_sight *s)
{
	static const char *const methods[] = {"INVITE", "BYE", "CANCEL"};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(s->method, methods[i]) == 0)
			return true;
	return false;
}

static void note(FILE *out, const struct sip_sight *s, struct lm_buf *line)
{
	struct lm_json j = lm_json_on(line);

	lm_buf_clear(line);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "type", "Sip");
	lm_json_int(&j, "at_ms", wall_ms());
	lm_json_str(&j, "call", s->call);
	lm_json_str(&j, "method", s->method);
	lm_json_int(&j, "code", s->code);
	lm_json_str(&j, "from", s->from);
	lm_json_str(&j, "to", s->to);
	lm_json_close(&j, '}');
	fprintf(out, "%s\n", line->p);
}

static int watch(int wire, FILE *out)
{
	static unsigned char frame[65536];
	struct sockaddr_ll from;
	struct lm_buf line;
	struct sip_sight s;

	lm_buf_init(&line, 4096);
	for (;;) {
		socklen_t size = sizeof from;
		ssize_t n = recvfrom(wire, frame, sizeof frame, 0, (struct sockaddr *)&from, &size);

		if (n < 0 && errno != EINTR)
			return complain("cannot receive");
		if (n <= 0 || from.sll_pkttype == PACKET_OUTGOING ||
		    !sip_parse(frame, (size_t)n, &s))
			continue;
		if (is_of_a_call(&s))
			note(out, &s, &line);
	}
}

int main(int argc, char **argv)
{
	FILE *out;
	int wire;

	if (argc < 2 || argc > 3) {
		fputs("usage: witness FILE [NETNS]\n", stderr);
		return 2;
	}
	out = fopen(argv[1], "ae");
	if (out == NULL)
		return complain(argv[1]);
	setvbuf(out, NULL, _IOLBF, 0);
	if (argc == 3 && netns_enter(argv[2]) != 0)
		return complain(argv[2]);
	wire = wire_open();
	if (wire < 0)
		return complain("cannot look at the wire (root is needed)");
	return watch(wire, out);
}
