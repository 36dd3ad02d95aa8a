/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_LOOK_H
#define LM_CLI_LOOK_H

#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/kinds/kind.h"
#include "lm/cli/render/render.h"

/* In what form a command prints what it has to tell: -o. */
enum form { FORM_TABLE, FORM_WIDE, FORM_JSON, FORM_YAML, FORM_NAME };
enum form form_of(const struct args *);
/* json and yaml: for programs, nothing else may be on standard output. */
bool form_is_data(enum form);
/* A document as json or yaml, with the end of its last line. */
void form_print_data(enum form, const json_t *, struct lm_buf *out);

/*
 * A document of the API, fetched and shown in the form that the command line asks for, with --watch again
 * every second: on a terminal in place of the one before, elsewhere when it has changed.
 */
struct look {
	const struct args *args;
	struct client *client;
	const char *path;
	/*
	 * For people (FORM_TABLE, FORM_WIDE), and FORM_NAME.  Returns what to tell on standard error
	 * when there is nothing; NULL: there was something.
	 */
	const char *(*print)(
	    const struct look *, const struct render *, const json_t *, struct lm_buf *out);
	const void *arg; /* the printer's */
	/* Of the one that is asked for, NULL for lists: what there is when there is none of this name. */
	const struct kind *kind;
	const char *name;
};

/* The exit status. */
int look_run(const struct look *);

#endif
