/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SERVE_H
#define LM_SERVER_SERVE_H

#include <stdbool.h>
#include <stddef.h>

/* Of the program, and so of the API it serves. */
#define LM_VERSION "0.1.0"

/* The manager as a process: everything opened, the loop run until a signal, everything closed. */
struct serve_conf {
	const char *const *packages; /* folders and archives with descriptors */
	size_t n_packages;
	/* journal.db, lock, users.json, keys, local/, packages/, catalog/, shelf/; made if missing */
	const char *state_dir;
	const char *images_dir; /* NULL: images in state_dir */
	const char *listen;     /* "127.0.0.1:8280"; port 0: any free one */
	const char *callback;   /* "http://HOST:PORT": how drivers reach it; NULL: as it listens */
	unsigned metrics_port;  /* of the webhook on management networks */
	/* History: what is kept of it in the journal; 0: the defaults of manager.h. */
	unsigned keep_events, keep_processes, keep_days;
	bool tls; /* HTTPS, with a certificate made here; tls.crt and tls.key in state_dir */
	const char *tls_cert, *tls_key; /* HTTPS, with this one; NULL: not */
	bool insecure;                  /* nobody is asked who he is; only on loopback */
	bool relay;                     /* samples are taken from anybody, in the relay's form */
	bool no_journal_copy;           /* before one of an older format is brought to today's */
	unsigned steps_per_location, steps_per_driver; /* in flight at once; 0: no limit */
};

/*
 * The exit status: 0 after SIGTERM, SIGINT or SIGHUP, 1 when it could not start or had to give up;
 * the log says why.  What runs outside keeps running.
 */
int serve_run(const struct serve_conf *);

#endif
