/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/server/http/certificate.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/heap.h"
#include "base/log.h"
#include "lm/disk/disk.h"
#include "lm/server/http/priv.h"

/* Of all files, this one knows how certificates are made. */
enum {
	CHAIN_MAX = 8,
	FILE_MAX = 256 * 1024,
	DAY_S = 24 * 3600,
	VALID_S = 397 * DAY_S, /* browsers believe none that is valid for longer */
	RENEW_S = 30 * DAY_S,  /* so long before it ends */
	SLACK_S = 3600,        /* clocks of others may be behind ours */
	LOOK_S = 10,           /* between two looks at the files */
	KEPT_S = 120,          /* a handshake may use what was there when it began */
	SERIAL_BYTES = 16,
	PEM_MAX = 16 * 1024,
};

/* What is shown: as the library of the handshake wants it. */
struct chain {
	gnutls_pcert_st certs[CHAIN_MAX];
	unsigned n;
	gnutls_privkey_t key;
	time_t ends;
	bool suits; /* the address that is listened on */
};

struct certificate {
	char cert_file[PATH_MAX], key_file[PATH_MAX], address[64];
	bool is_own;
	struct chain chain, before;
	struct timespec cert_time, key_time; /* of the files, when they were read */
	time_t looked, loaded;
};

static struct lm_err *said(int status, const char *what)
{
	return lm_err_new(LM_ERR_INVALID, "%s: %s", what, gnutls_strerror(status));
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void chain_fini(struct chain *c)
{
	for (unsigned i = 0; i < c->n; i++)
		gnutls_pcert_deinit(&c->certs[i]);
	if (c->key != NULL)
		gnutls_privkey_deinit(c->key);
	*c = (struct chain){0};
}

/* They may be links: who renews certificates turns those.  A key's group may read it. */
static struct lm_err *read_file(const char *path, bool is_secret, struct disk_bytes *out)
{
	const struct disk_demands demands = {
	    .max = FILE_MAX, .forbidden = is_secret ? 027 : 0, .may_be_link = true};
	struct disk_folder folder;
	const char *name;

	*out = (struct disk_bytes){0};
	struct lm_err *e = disk_open_above(&folder, path, &name);
	if (e == NULL)
		e = disk_read(&folder, name, &demands, out);
	disk_close(&folder);
	return e;
}

static gnutls_datum_t datum(const struct disk_bytes *b)
{
	return (gnutls_datum_t){.data = (unsigned char *)b->p, .size = (unsigned)b->n};
}

static bool is_for(gnutls_x509_crt_t crt, const char *address)
{
	unsigned char raw[16];
	size_t n = inet_pton(AF_INET, address, raw) == 1    ? 4
		   : inet_pton(AF_INET6, address, raw) == 1 ? 16
							    : 0;

	return n == 0 || gnutls_x509_crt_check_ip(crt, raw, (unsigned)n, 0) != 0;
}

static struct lm_err *read_certs(struct certificate *c, struct chain *out)
{
	gnutls_x509_crt_t crts[CHAIN_MAX];
	struct disk_bytes b;
	unsigned n = CHAIN_MAX;

	struct lm_err *e = read_file(c->cert_file, false, &b);
	if (e != NULL)
		return e;
	const gnutls_datum_t pem = datum(&b);
	int status = gnutls_x509_crt_list_import(crts, &n, &pem, GNUTLS_X509_FMT_PEM,
	    GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED | GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
	c->cert_time = b.changed;
	disk_bytes_fini(&b);
	if (status < 0)
		return lm_err_wrap(
		    said(status, "is no chain of certificates in PEM"), "%s", c->cert_file);
	out->ends = gnutls_x509_crt_get_expiration_time(crts[0]);
	out->suits = !c->is_own || is_for(crts[0], c->address);
	for (unsigned i = 0; i < n; i++) {
		if (status >= 0)
			status = gnutls_pcert_import_x509(&out->certs[i], crts[i], 0);
		out->n += status >= 0;
		gnutls_x509_crt_deinit(crts[i]);
	}
	return status < 0 ? said(status, c->cert_file) : NULL;
}

static struct lm_err *read_key(struct certificate *c, struct chain *out)
{
	struct disk_bytes b;

	struct lm_err *e = read_file(c->key_file, true, &b);
	if (e != NULL)
		return e;
	const gnutls_datum_t pem = datum(&b);
	int status = gnutls_privkey_init(&out->key);
	if (status >= 0)
		status =
		    gnutls_privkey_import_x509_raw(out->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	c->key_time = b.changed;
	disk_bytes_fini(&b);
	return status < 0 ? lm_err_wrap(said(status, "is no key in PEM without a password"), "%s",
				c->key_file)
			  : NULL;
}

static struct lm_err *are_a_pair(const struct certificate *c, const struct chain *chain)
{
	unsigned char of_cert[64], of_key[64];
	size_t n_cert = sizeof of_cert, n_key = sizeof of_key;
	gnutls_pubkey_t public = NULL;

	int status = gnutls_pubkey_init(&public);
	if (status >= 0)
		status = gnutls_pubkey_import_privkey(public, chain->key, 0, 0);
	if (status >= 0)
		status = gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &n_key);
	if (status >= 0)
		status = gnutls_pubkey_get_key_id(
		    chain->certs[0].pubkey, GNUTLS_KEYID_USE_SHA256, of_cert, &n_cert);
	gnutls_pubkey_deinit(public);
	if (status < 0)
		return said(status, c->key_file);
	if (n_cert != n_key || memcmp(of_cert, of_key, n_key) != 0)
		return lm_err_new(LM_ERR_INVALID, "%s is not the key of the certificate in %s",
		    c->key_file, c->cert_file);
	return NULL;
}

/* What was there before stays when this fails. */
static struct lm_err *load(struct certificate *c)
{
	struct chain fresh = {0};

	struct lm_err *e = read_certs(c, &fresh);
	if (e == NULL)
		e = read_key(c, &fresh);
	if (e == NULL)
		e = are_a_pair(c, &fresh);
	if (e != NULL) {
		chain_fini(&fresh);
		return e;
	}
	chain_fini(&c->before);
	c->before = c->chain;
	c->chain = fresh;
	c->loaded = time(NULL);
	return NULL;
}

/* ---- making ----------------------------------------------------------------------------------- */

static int add_address(gnutls_x509_crt_t crt, const char *address)
{
	unsigned char raw[16];

	if (inet_pton(AF_INET, address, raw) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_IPADDRESS, raw, 4, GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, address, raw) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_IPADDRESS, raw, 16, GNUTLS_FSAN_APPEND);
	return 0;
}

static int add_names(gnutls_x509_crt_t crt, const char *address)
{
	static const char *const loopback[] = {"127.0.0.1", "::1"};
	char host[HOST_NAME_MAX + 1] = "localhost";

	if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
		snprintf(host, sizeof host, "localhost");
	int status = gnutls_x509_crt_set_dn_by_oid(
	    crt, GNUTLS_OID_X520_COMMON_NAME, 0, "lm", (unsigned)strlen("lm"));
	if (status >= 0)
		status = gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
	if (status >= 0 && strcmp(host, "localhost") != 0)
		status = gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
	for (size_t i = 0; status >= 0 && i < LM_COUNT(loopback); i++)
		status = add_address(crt, loopback[i]);
	if (status >= 0 && strcmp(address, "127.0.0.1") != 0 && strcmp(address, "::1") != 0)
		status = add_address(crt, address);
	return status;
}

static int describe(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *address)
{
	unsigned char serial[SERIAL_BYTES];
	time_t now = time(NULL);

	int status = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
	serial[0] = (unsigned char)(serial[0] & 0x7f); /* it is a positive number */
	if (status >= 0)
		status = gnutls_x509_crt_set_version(crt, 3);
	if (status >= 0)
		status = gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
	if (status >= 0)
		status = gnutls_x509_crt_set_activation_time(crt, now - SLACK_S);
	if (status >= 0)
		status = gnutls_x509_crt_set_expiration_time(crt, now - SLACK_S + VALID_S);
	if (status >= 0)
		status = gnutls_x509_crt_set_key(crt, key);
	if (status >= 0)
		status = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (status >= 0)
		status = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (status >= 0)
		status = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	return status < 0 ? status : add_names(crt, address);
}

static struct lm_err *write_pair(
    const struct certificate *c, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	unsigned char text[PEM_MAX];
	size_t n = sizeof text;

	int status = gnutls_x509_privkey_export_pkcs8(
	    key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, text, &n);
	if (status < 0)
		return said(status, "cannot write a key");
	struct lm_err *e = disk_write_path(c->key_file, &(struct disk_text){.p = text, .n = n});
	gnutls_memset(text, 0, sizeof text);
	n = sizeof text;
	if (e == NULL && (status = gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, text, &n)) < 0)
		e = said(status, "cannot write a certificate");
	return e != NULL ? e
			 : disk_write_path(c->cert_file,
			       &(struct disk_text){.p = text, .n = n, .is_public = true});
}

static struct lm_err *make(const struct certificate *c)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	struct lm_err *e = NULL;

	int status = gnutls_x509_privkey_init(&key);
	if (status >= 0)
		status = gnutls_x509_crt_init(&crt);
	if (status >= 0)
		status = gnutls_x509_privkey_generate(
		    key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (status >= 0)
		status = describe(crt, key, c->address);
	if (status >= 0)
		status = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	e = status < 0 ? said(status, "cannot make a certificate") : write_pair(c, crt, key);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	if (e == NULL)
		lm_log(LM_LOG_INFO, "tls.made", "clients believe the server with --cacert %s",
		    c->cert_file);
	return e;
}

static bool is_stale(const struct certificate *c)
{
	return c->chain.n == 0 || !c->chain.suits || c->chain.ends - time(NULL) < RENEW_S;
}

/* ---- while the server runs -------------------------------------------------------------------- */

static bool has_changed(const char *path, const struct timespec *then)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	       (st.st_mtim.tv_sec != then->tv_sec || st.st_mtim.tv_nsec != then->tv_nsec);
}

static void look_again(struct certificate *c)
{
	time_t now = time(NULL);
	struct lm_err *e = NULL;

	bool is_in_use = c->before.n > 0 && now - c->loaded < KEPT_S;
	if (now >= c->looked && (is_in_use || now - c->looked < LOOK_S))
		return;
	c->looked = now;
	if (c->is_own && is_stale(c))
		e = make(c);
	if (e == NULL &&
	    (has_changed(c->cert_file, &c->cert_time) || has_changed(c->key_file, &c->key_time)))
		e = load(c);
	if (e != NULL)
		lm_log(LM_LOG_ERROR, "tls.stale", "the certificate stays as it was: %s",
		    lm_err_text(e));
	lm_err_free(e);
}

/* The session's pointer is the HTTP library's connection. */
static int retrieve(gnutls_session_t session, const gnutls_datum_t *names, int n_names,
    const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **certs,
    unsigned *n_certs, gnutls_privkey_t *key)
{
	struct certificate *c = http_certificate_of(gnutls_session_get_ptr(session));
	(void)names;
	(void)n_names;
	(void)algorithms;
	(void)n_algorithms;

	look_again(c);
	*certs = c->chain.certs;
	*n_certs = c->chain.n;
	*key = c->chain.key;
	return 0;
}

void *certificate_retriever(void)
{
	return (void *)retrieve;
}

/* ---- life ------------------------------------------------------------------------------------- */

struct lm_err *certificate_open(const struct certificate_conf *conf, struct certificate **out)
{
	struct certificate *c = lm_alloc(sizeof *c);

	snprintf(c->cert_file, sizeof c->cert_file, "%s", conf->cert_file);
	snprintf(c->key_file, sizeof c->key_file, "%s", conf->key_file);
	snprintf(c->address, sizeof c->address, "%s", conf->is_own ? conf->address : "");
	c->is_own = conf->is_own;
	c->looked = time(NULL);
	struct lm_err *e = load(c);
	if (c->is_own && (e != NULL || is_stale(c))) {
		lm_err_free(e);
		e = make(c);
		if (e == NULL)
			e = load(c);
	}
	if (e != NULL)
		certificate_free(c);
	else
		*out = c;
	if (e == NULL && c->chain.ends < time(NULL))
		lm_log(LM_LOG_WARN, "tls.expired", "the certificate in %s has ended: renew it",
		    c->cert_file);
	return e;
}

void certificate_free(struct certificate *c)
{
	if (c == NULL)
		return;
	chain_fini(&c->chain);
	chain_fini(&c->before);
	free(c);
}
