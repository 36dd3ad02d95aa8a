/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/model/front_end.h"

#include <string.h>

#include "base/vec.h"
#include "tosca/model/read.h"

/* ---- documents of others ------------------------------------------------------------------- */

/* By the key that only they have. */
static const struct foreign {
	const char *key, *what;
} foreigners[] = {
    {"tosca_definitions_version", "a TOSCA service template"},
    {"heat_template_version", "a template for OpenStack Heat"},
    {"apiVersion", "an object of Kubernetes"},
};

static const struct foreign *find_foreign(const struct document *doc)
{
	for (size_t i = 0; i < LM_COUNT(foreigners); i++)
		if (node_find(doc->root, foreigners[i].key) != NULL)
			return &foreigners[i];
	return NULL;
}

static bool foreign_claims(const struct document *doc)
{
	const char *name = node_text(node_find(doc->root, "name"));

	return (name == NULL || strstr(name, "::") == NULL) && find_foreign(doc) != NULL;
}

static void foreign_read(const struct front_end_job *job)
{
	const struct foreign *f = find_foreign(job->document);
	struct source_range pos = node_range(job->source, node_find(job->document->root, f->key));
	struct diag *d = diag_add(job->diags, CODE_LANGUAGE, &pos,
	    "this is %s, not a descriptor of an assembly or a resource", f->what);

	diag_help(
	    job->diags, d, "describe it as 'name: resource::<name>::<version>', or keep it apart");
}

/* ---- ours ---------------------------------------------------------------------------------- */

static bool ours_claims(const struct document *doc)
{
	(void)doc;
	return true;
}

static void ours_read(const struct front_end_job *job)
{
	struct descriptor *d = read_document(job->arena, job->source, job->document, job->diags);

	if (d != NULL)
		*LM_PUSH(job->arena, job->out) = d;
}

/* ---- all of them --------------------------------------------------------------------------- */

static const struct front_end front_ends[] = {
    {"other languages", foreign_claims, foreign_read},
    {"descriptors", ours_claims, ours_read},
};

const struct front_end *front_end_of(const struct document *doc)
{
	size_t i = 0;

	while (!front_ends[i].claims(doc))
		i++;
	return &front_ends[i];
}

void front_end_read(const struct front_end_job *job)
{
	front_end_of(job->document)->read(job);
}
