/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_PAGE_H
#define LM_CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The short texts of lm/cli/pages, which are compiled into the program (pages.awk), and how they are
 * shown: on a terminal, and as manual pages.  Their language is a little Markdown:
 *
 *	## HEADING
 *	a paragraph, with `code` in it
 *	* an item of a list
 *	term
 *	:   what it means, on one or more lines that are indented
 *	    code, indented by four blanks
 */
struct page {
	const char *name; /* of the file: "lm-apply" */
	const char *text;
};

/* Sorted by name. */
const struct page *pages_all(size_t *n);
const struct page *page_find(const char *name); /* NULL: there is none */

/* For a terminal; 'bold': headings and code stand out. */
void page_print_text(const char *markdown, bool bold, struct lm_buf *out);
/* In the macros of man(7). */
void page_print_man(const char *markdown, struct lm_buf *out);

/* What the Makefile has made; for page.c. */
extern const struct page page_table[];
extern const size_t page_table_n;

#endif
