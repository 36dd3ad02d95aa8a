/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_PROPOSAL_H
#define LM_CLI_PROPOSAL_H

#include <jansson.h>

#include "lm/cli/render/render.h"

/*
 * What an apply of one document would do, for people who are asked whether it shall:
 *
 *	sipp1: upgrade
 *	  ~ calls: 8 -> 12
 *	  -/+ sipp-server__sipp  Uninstall Install Configure Start Integrity  calls has changed
 *	  1 component made anew: 5 steps
 */
struct proposal {
	const json_t *body;  /* of the intent */
	const json_t *there; /* the assembly as it is; NULL: there is none */
	const json_t *plan;  /* its steps and warnings, as /api/plan answers */
};

/* Returns whether anything would change that can be seen from here. */
bool render_proposal(const struct render *, const struct proposal *, struct lm_buf *out);

#endif
