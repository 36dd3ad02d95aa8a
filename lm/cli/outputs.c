/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/attr.h"
#include "lm/cli/cli.h"

/* What -o may say of each command; json alone where nothing is said here. */
const char *command_outputs(const struct command *c)
{
	static const struct {
		command_fn *run;
		const char *outputs;
	} rows[] = {
	    {plan_run, "json yaml dot"},
	    {apply_run, "json yaml"},
	    {change_run, "json yaml"},
	    {delete_run, "json yaml"},
	    {doctor_run, "json yaml"},
	    {simulate_run, "text json"},
	    {graph_run, GRAPH_OUTPUTS},
	    {get_run, "wide json yaml name archive"},
	    {describe_run, "json yaml name"},
	    {create_run, "json yaml name"},
	    {update_run, "json yaml name"},
	    {status_run, "json yaml"},
	    {events_run, "json yaml"},
	    {logs_run, "json yaml"},
	    {policy_run, "json yaml"},
	    {inventory_run, "wide json yaml"},
	    {whoami_run, "json yaml"},
	    {user_run, "json yaml name"},
	};

	for (size_t i = 0; i < LM_COUNT(rows); i++)
		if (rows[i].run == c->run)
			return rows[i].outputs;
	return "json";
}
