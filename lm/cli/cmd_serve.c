/* SPDX-License-Identifier: Apache-2.0 */
/* lm serve: the command line of the manager. */
#include <string.h>

#include "base/log.h"
#include "lm/cli/cli.h"
#include "lm/server/serve.h"

enum { STEPS_MAX = 1000000, KEEP_MAX = 100000000, DAYS_MAX = 36500 };

static bool is_count(long n, long max)
{
	return n >= 1 && n <= max;
}

static bool set_log_level(const char *name)
{
	static const struct {
		const char *name;
		enum lm_log_level level;
	} levels[] = {
	    {"debug", LM_LOG_DEBUG},
	    {"info", LM_LOG_INFO},
	    {"warn", LM_LOG_WARN},
	    {"error", LM_LOG_ERROR},
	};

	for (size_t i = 0; name != NULL && i < LM_COUNT(levels); i++) {
		if (strcmp(levels[i].name, name) != 0)
			continue;
		lm_log_set_level(levels[i].level);
		return true;
	}
	return name == NULL;
}

static bool set_log_format(const char *name)
{
	bool json = name != NULL && strcmp(name, "json") == 0;

	lm_log_set_form(json ? LM_LOG_JSON : LM_LOG_TEXT);
	return name == NULL || json || strcmp(name, "text") == 0;
}

int serve_command_run(const struct args *a)
{
	if (!set_log_level(a->log_level))
		return cli_usage(
		    a, "the log level '%s' is not known: debug, info, warn or error", a->log_level);
	if (!set_log_format(a->log_format))
		return cli_usage(
		    a, "the log format '%s' is not known: text or json", a->log_format);
	if (a->metrics_port < 1 || a->metrics_port > 65535)
		return cli_usage(a, "--metrics-port must be from 1 to 65535");
	if (a->steps_per_location > STEPS_MAX || a->steps_per_driver > STEPS_MAX)
		return cli_usage(a,
		    "--steps-per-location and --steps-per-driver must be from 1 to %d, or 0 for no "
		    "limit",
		    STEPS_MAX);
	if (!is_count(a->keep_events, KEEP_MAX) || !is_count(a->keep_processes, KEEP_MAX) ||
	    !is_count(a->keep_days, DAYS_MAX))
		return cli_usage(a,
		    "--keep-events and --keep-processes must be from 1 to %d, --keep-days from 1 "
		    "to "
		    "%d",
		    KEEP_MAX, DAYS_MAX);
	if ((a->tls_cert == NULL) != (a->tls_key == NULL) || (a->tls && a->tls_cert != NULL))
		return cli_usage(
		    a, "either --tls alone, or --tls-cert and --tls-key, both of them");
	struct serve_conf conf = {
	    .packages = a->packages.v,
	    .n_packages = a->packages.n,
	    .state_dir = a->state_dir,
	    .images_dir = a->images_dir,
	    .listen = a->listen,
	    .callback = a->callback,
	    .metrics_port = (unsigned)a->metrics_port,
	    .steps_per_location = (unsigned)a->steps_per_location,
	    .steps_per_driver = (unsigned)a->steps_per_driver,
	    .keep_events = (unsigned)a->keep_events,
	    .keep_processes = (unsigned)a->keep_processes,
	    .keep_days = (unsigned)a->keep_days,
	    .relay = a->relay,
	    .insecure = a->insecure,
	    .tls = a->tls,
	    .tls_cert = a->tls_cert,
	    .tls_key = a->tls_key,
	    .no_journal_copy = a->no_journal_copy,
	};
	return serve_run(&conf);
}
