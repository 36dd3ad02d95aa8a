/* SPDX-License-Identifier: Apache-2.0 */
/*
 * healed VARIANT LOG...
 *
 * Reads what was seen of the death of one server (tests/bench/lib/healed.h) and prints its figures, an
 * object of JSON in a line.  Ends with 0, or with 2 when nothing can be said.
 */
#include <jansson.h>

#include "tests/bench/lib/healed.h"

static int complain(const char *why)
{
	fprintf(stderr, "healed: %s\n", why);
	return 2;
}

static int tell(const char *variant, const struct storylog *log)
{
	struct calls calls;
	struct healed h;
	bool killed;

	calls_init(&calls, log);
	killed = healed_judge(log, &calls, &h);
	calls_fini(&calls);
	if (!killed)
		return complain("nothing was killed");
	json_t *line = json_pack("{s:s, s:I, s:o, s:I, s:i, s:i, s:i, s:i}", "variant", variant,
	    "last_ms", (json_int_t)h.last_ms, "back_ms",
	    h.back_ms < 0 ? json_null() : json_integer(h.back_ms), "slowest_ms",
	    (json_int_t)h.slowest_ms, "sent", (int)h.sent, "begun", (int)h.begun, "failed",
	    (int)h.failed, "lost", (int)h.lost);
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
	return 0;
}

int main(int argc, char **argv)
{
	struct storylog log;
	int rc = 0;

	if (argc < 3)
		return complain("usage: healed VARIANT LOG...");
	storylog_init(&log);
	for (int i = 2; i < argc && rc == 0; i++) {
		LM_AUTO(lm_err) err = storylog_read(&log, argv[i]);

		if (err != NULL)
			rc = complain(lm_err_text(err));
	}
	storylog_sort(&log);
	if (rc == 0)
		rc = tell(argv[1], &log);
	storylog_fini(&log);
	return rc;
}
