/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/lib/bench.h"
#include "tests/lib/hammer.h"

enum { BODY_MAX = 1 << 20, PAUSE_US = 1000 };

static long status_of(int fd)
{
	char text[1024];
	ssize_t n = read(fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 12 ? strtol(text + strlen("HTTP/1.1 "), NULL, 10) : 0;
}

/* The status of the answer, and when the request was said. */
static long ask(unsigned port, const char *text, size_t n, double *said_s)
{
	int fd = hammer_connect(port);

	if (write(fd, text, n) != (ssize_t)n)
		abort();
	*said_s = bench_wall_s();
	long status = status_of(fd);
	close(fd);
	return status;
}

static double must(unsigned port, const char *text, size_t n, long want)
{
	double began = bench_wall_s(), said = 0;
	long status = ask(port, text, n, &said);

	if (status != want) {
		fprintf(stderr, "an operator is answered with %ld, not %ld\n", status, want);
		exit(1);
	}
	return bench_wall_s() - began;
}

double operator_question(const struct bench_lm *lm)
{
	static const char text[] = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";

	return must(lm->port, text, sizeof text - 1, 200);
}

double operator_intent(const struct bench_lm *lm, unsigned meter)
{
	char body[200];
	size_t n = 0;

	snprintf(body, sizeof body,
	    "{\"assemblyName\":\"m%u\",\"brokenComponentName\":\"%s\",\"queue\":true}",
	    meter / LM_METERS, lm->meters[meter].name);
	char *text = hammer_post("/api/intent/healAssembly", NULL, body, &n);
	double took = must(lm->port, text, n, 201);
	free(text);
	return took;
}

/* When it was said last, and taken. */
static double report_breach(const struct bench_lm *lm, unsigned meter, unsigned *refused)
{
	char body[256];
	size_t n = 0;
	double said = 0;
	long status;

	snprintf(body, sizeof body,
	    "{\"metricKey\":\"%s\",\"metricName\":\"h_integrity\",\"integrity\":\"BROKEN\"}",
	    lm->meters[meter].key);
	char *text = hammer_post("/api/metrics", lm->token, body, &n);
	while ((status = ask(lm->port, text, n, &said)) == 503) {
		(*refused)++;
		usleep(PAUSE_US);
	}
	free(text);
	if (status != 200) {
		fprintf(stderr, "a breach is answered with %ld\n", status);
		exit(1);
	}
	return said;
}

double operator_breach(
    const struct bench_lm *lm, struct follow *f, unsigned meter, unsigned *refused)
{
	char name[64];

	snprintf(name, sizeof name, "\"assemblyName\":\"m%u\"", meter / LM_METERS);
	double said = report_breach(lm, meter, refused);
	follow_await(f, name, "\"reason\":\"integrity BROKEN", "\"processState\":\"In Progress\"");
	double took = bench_wall_s() - said;
	follow_await(f, name, "\"reason\":\"integrity BROKEN", "\"processState\":\"Completed\"");
	return took;
}

char *operator_report(const struct bench_lm *lm, unsigned n, size_t *size)
{
	struct lm_buf body;

	lm_buf_init(&body, BODY_MAX);
	lm_buf_puts(&body, n > 1 ? "[" : "");
	for (unsigned i = 0; i < n; i++) {
		lm_buf_printf(&body,
		    "%s{\"metricKey\":\"%s\",\"metricName\":\"h_load\",\"load\":%u.%u}",
		    i > 0 ? "," : "", lm->meters[i % lm->n_meters].key, 20 + i % 40, i % 10);
	}
	lm_buf_puts(&body, n > 1 ? "]" : "");
	char *text = hammer_post("/api/metrics", lm->token, body.p, size);
	lm_buf_fini(&body);
	return text;
}
