/* SPDX-License-Identifier: Apache-2.0 */
/* lm push: a package, from a folder or an archive, to the manager. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/heap.h"
#include "lm/cli/cli.h"
#include "lm/cli/client.h"
#include "lm/cli/render/render.h"
#include "lm/packages/packages.h"

enum { DIAGS_MAX = 50, PRINT_MAX = 1 << 20, ANSWER_MAX = 16 * 1024 * 1024, PATH_BYTES = 8192 };

#define PACKAGES "/api/resource-manager/resource-packages"

/* ---- what it is ------------------------------------------------------------------------------- */

/* What is wrong with it in itself is told in the names of the operator's own files. */
static struct lm_err *subject_of(const char *where, char **out)
{
	LM_AUTO(catalog) c = catalog_new();
	LM_AUTO(diags) d = diags_new(DIAGS_MAX);
	struct packages_conf conf = {.file_max = PACKAGES_MANAGED_MAX};
	const struct descriptor *subject = NULL;
	struct lm_buf b;

	(void)packages_load(where, c, &conf); /* what cannot be read is reported */
	catalog_report(c, NULL, d);
	diags_sort(d);
	lm_buf_init(&b, PRINT_MAX);
	if (diags_errors(d) > 0)
		diags_print(d, &b, isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == NULL);
	fputs(b.p, stderr);
	lm_buf_fini(&b);
	if (diags_errors(d) > 0)
		return lm_err_new(LM_ERR_INVALID, "%s: %zu error%s, nothing was sent", where,
		    diags_errors(d), diags_errors(d) == 1 ? "" : "s");
	struct lm_err *e = packages_subject(c, &subject);
	if (e != NULL)
		return lm_err_wrap(e, "%s", where);
	*out = lm_strdup(descriptor_name(subject));
	return NULL;
}

/* ---- the archive ------------------------------------------------------------------------------ */

/* A folder of its own, so that the archive can be called as its folder is. */
struct parcel {
	char folder[64];
	char *file; /* NULL: there is none of ours */
};

static void parcel_fini(struct parcel *p)
{
	if (p->file != NULL)
		unlink(p->file);
	if (p->folder[0] != '\0')
		rmdir(p->folder);
	free(p->file);
}

static struct lm_err *write_archive(const char *path, const struct lm_buf *b)
{
	FILE *f = fopen(path, "wxe");

	if (f == NULL)
		return lm_err_errno(errno, "cannot write %s", path);
	bool good = fwrite(b->p, 1, b->n, f) == b->n;
	good = fclose(f) == 0 && good;
	return good ? NULL : lm_err_errno(errno, "cannot write %s", path);
}

static struct lm_err *make_folder(struct parcel *p)
{
	snprintf(p->folder, sizeof p->folder, "/tmp/lm-push-XXXXXX");
	if (mkdtemp(p->folder) != NULL)
		return NULL;
	p->folder[0] = '\0';
	return lm_err_errno(errno, "cannot make a folder in /tmp");
}

static struct lm_err *pack_folder(const char *where, struct parcel *out)
{
	char *real = realpath(where, NULL);
	const char *slash = real == NULL ? NULL : strrchr(real, '/');
	struct lm_buf b;

	struct lm_err *e = packages_pack(where, &b);
	if (e == NULL)
		e = make_folder(out);
	if (e == NULL) {
		out->file = lm_strprintf("%s/%s.zip", out->folder,
		    slash != NULL && slash[1] != '\0' ? slash + 1 : "package");
		e = write_archive(out->file, &b);
	}
	lm_buf_fini(&b);
	free(real);
	return e;
}

/* ---- sending ---------------------------------------------------------------------------------- */

/* A descriptor of that name is there, whoever brought it. */
static struct lm_err *is_there(struct client *c, const char *name, bool *out)
{
	struct lm_buf path, answer;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&answer, ANSWER_MAX);
	client_path(c, &path, "/api/catalog/descriptors/%", name, NULL);
	struct lm_err *e = client_get(c, path.p, &answer);
	*out = e == NULL;
	if (e != NULL && lm_err_kind(e) == LM_ERR_NOT_FOUND) {
		lm_err_free(e);
		e = NULL;
	}
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e;
}

static void print_warnings(const struct lm_buf *answer)
{
	json_t *o = json_loadb(answer->p, answer->n, 0, NULL);
	const json_t *all = json_object_get(o, "validationWarnings");

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *d = json_array_get(all, i);
		long line = (long)json_integer_value(json_object_get(d, "line"));

		fprintf(stderr, "%s", render_text(d, "file"));
		if (line > 0)
			fprintf(stderr, ":%ld", line);
		fprintf(stderr, ": %s: %s", render_text(d, "severity"), render_text(d, "message"));
		fprintf(stderr, " [%s]\n", render_text(d, "code"));
	}
	json_decref(o);
}

static struct lm_err *send(struct client *c, const char *name, const char *archive)
{
	struct client_message m = {.upload = archive};
	struct lm_buf path, answer;
	bool update = false;

	lm_buf_init(&path, PATH_BYTES);
	lm_buf_init(&answer, ANSWER_MAX);
	struct lm_err *e = is_there(c, name, &update);
	m.method = update ? "PUT" : "POST";
	lm_buf_puts(&path, PACKAGES);
	if (update)
		client_path(c, &path, "/%", name, NULL);
	if (e == NULL)
		e = client_send(c, path.p, &m, &answer);
	if (e == NULL) {
		printf("package %s: %s\n", name, update ? "updated" : "created");
		fflush(stdout);
		print_warnings(&answer);
	}
	lm_buf_fini(&path);
	lm_buf_fini(&answer);
	return e;
}

static struct lm_err *push(struct client *c, const char *where)
{
	struct parcel parcel = {0};
	char *name = NULL;
	struct stat st;

	if (stat(where, &st) != 0)
		return lm_err_errno(errno, "cannot find %s", where);
	struct lm_err *e = subject_of(where, &name);
	if (e == NULL && S_ISDIR(st.st_mode))
		e = pack_folder(where, &parcel);
	if (e == NULL)
		e = send(c, name, parcel.file != NULL ? parcel.file : where);
	parcel_fini(&parcel);
	free(name);
	return e;
}

int push_run(const struct args *a)
{
	LM_AUTO(client) c = client_new(a->server);
	int status = CLI_OK;

	for (size_t i = 0; i < a->n_words && status != CLI_UNREACHABLE; i++) {
		struct lm_err *e = push(c, a->words[i]);

		if (e != NULL)
			status = cli_fail(e);
	}
	return status;
}
