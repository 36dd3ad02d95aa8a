/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness FILE [NETNS]
 *
 * Looks at every frame that enters an interface of this network namespace (or of NETNS, a path)
 * and appends what it sees of calls to FILE, one line per SIP message:
 *	{"type":"Sip","at_ms":..,"call":..,"method":"INVITE","code":200,"from":..,"to":..}
 * Messages of a bridge are seen once, where they come in.  So the figures of the report do not
 * rest on what the parties say of themselves.  The time is the kernel's, of the frame's arrival, so
 * that it is right however late we look.  Of what is no UDP from or to port 5060 the kernel tells us
 * nothing: the sound of calls would bury them.  Ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdalign.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "tests/lib/sip.h"

enum { RECEIVE_BUFFER = 4 << 20, SIP_PORT = 5060, ALL = 0xffff };

/* clang-format off */
enum { TYPE_AT = 12, IP_AT = 14, FRAGMENT_AT = 20, PROTOCOL_AT = 23, OFFSET_BITS = 0x1fff };
static const struct sock_filter sip_only[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE_AT),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 10),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL_AT),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 8),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FRAGMENT_AT),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, OFFSET_BITS, 6, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP_AT),       /* the length of the IP header */
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, IP_AT),        /* the port it comes from */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIP_PORT, 2, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, IP_AT + 2),    /* the port it goes to */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIP_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, ALL),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
/* clang-format on */

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
	struct sock_fprog program = {
	    sizeof sip_only / sizeof *sip_only, (struct sock_filter *)sip_only};
	int size = RECEIVE_BUFFER, yes = 1;
	/* All protocols: a bridge takes its ports' frames before those who ask for one alone. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0)
		return fd;
	close(fd);
	return -1;
}

/* When the kernel saw it, on the wall's clock. */
static int64_t arrival_ms(struct msghdr *m)
{
	struct timespec t = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&t, CMSG_DATA(c), sizeof t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_of_a_call(const struct sip_sight *s)
{
	static const char *const methods[] = {"INVITE", "BYE", "CANCEL"};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(s->method, methods[i]) == 0)
			return true;
	return false;
}

static void note(FILE *out, int64_t at_ms, const struct sip_sight *s, struct lm_buf *line)
{
	struct lm_json j = lm_json_on(line);

	lm_buf_clear(line);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "type", "Sip");
	lm_json_int(&j, "at_ms", at_ms);
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
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec into = {frame, sizeof frame};
	struct sockaddr_ll from;
	struct lm_buf line;
	struct sip_sight s;

	lm_buf_init(&line, 4096);
	for (;;) {
		struct msghdr m = {.msg_name = &from,
		    .msg_namelen = sizeof from,
		    .msg_iov = &into,
		    .msg_iovlen = 1,
		    .msg_control = control,
		    .msg_controllen = sizeof control};
		ssize_t n = recvmsg(wire, &m, 0);

		if (n < 0 && errno != EINTR)
			return complain("cannot receive");
		if (n <= 0 || from.sll_pkttype == PACKET_OUTGOING ||
		    !sip_parse(frame, (size_t)n, &s))
			continue;
		if (is_of_a_call(&s))
			note(out, arrival_ms(&m), &s, &line);
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
