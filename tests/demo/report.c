/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report [-j REPORT.json] [-s TIMELINE.svg] [-t] LOG...
 *
 * Reads what was seen of a story (see tests/lib/storylog.h) and writes its figures, its chart and,
 * with -t, its timeline to the terminal.  Ends with 0 when the story came out as it should, with 1
 * when it did not, with 2 when nothing can be said.
 */
#include <errno.h>
#include <unistd.h>

#include "tests/lib/chart.h"
#include "tests/lib/figures.h"
#include "tests/lib/timeline.h"

struct wanted {
	const char *json, *svg;
	bool timeline;
};

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "report: %s: %s\n", what, why);
	return 2;
}

static int logs_read(struct storylog *log, char **paths, int n)
{
	for (int i = 0; i < n; i++) {
		LM_AUTO(lm_err) err = storylog_read(log, paths[i]);

		if (err != NULL)
			return complain("nothing to report", lm_err_text(err));
	}
	storylog_sort(log);
	return log->events.n > 0 ? 0 : complain("nothing to report", "the log holds no event");
}

static int chart_save(const char *path, const struct storylog *log, const struct calls *calls)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return complain(path, strerror(errno));
	chart_write(f, log, calls);
	return fclose(f) == 0 ? 0 : complain(path, strerror(errno));
}

static int tell(const struct wanted *w, const struct storylog *log)
{
	struct calls calls;
	json_t *figures;
	int rc = 0;

	calls_init(&calls, log);
	figures = figures_of(log, &calls);
	if (w->json != NULL &&
	    json_dump_file(figures, w->json, JSON_INDENT(2) | JSON_REAL_PRECISION(4)) != 0)
		rc = complain(w->json, "cannot be written");
	if (w->svg != NULL && rc == 0)
		rc = chart_save(w->svg, log, &calls);
	if (w->timeline)
		timeline_print(stdout, log, &calls);
	if (rc == 0 && !json_is_true(json_object_get(figures, "ok")))
		rc = 1;
	json_decref(figures);
	calls_fini(&calls);
	return rc;
}

int main(int argc, char **argv)
{
	struct wanted wanted = {0};
	struct storylog log;
	int c, rc;

	while ((c = getopt(argc, argv, "j:s:t")) != -1) {
		if (c == 'j')
			wanted.json = optarg;
		else if (c == 's')
			wanted.svg = optarg;
		else if (c == 't')
			wanted.timeline = true;
		else
			return complain("usage", "report [-j JSON] [-s SVG] [-t] LOG...");
	}
	storylog_init(&log);
	rc = logs_read(&log, argv + optind, argc - optind);
	if (rc == 0)
		rc = tell(&wanted, &log);
	storylog_fini(&log);
	return rc;
}
