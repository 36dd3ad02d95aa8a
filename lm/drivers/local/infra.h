/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_INFRA_H
#define LM_DRIVERS_LOCAL_INFRA_H

#include "lm/drivers/local/job.h"
#include "lm/drivers/local/tag.h"

/* What the three kinds have in common: links, namespaces, the folder; and the kinds' phases. */

extern const struct phase network_install[], network_uninstall[];
extern const struct phase router_install[], router_uninstall[];
extern const struct phase container_install[], container_uninstall[];
extern const struct phase script_only[];
extern const struct phase find_phases[];     /* looks through what is installed */
extern const struct phase leftover_remove[]; /* of any kind, whatever is left of it */

/* Phases.  Each removal succeeds when there is nothing to remove. */
enum phase_end infra_check_new(struct job *);     /* RESOURCE_ALREADY_EXISTS when it is installed */
enum phase_end infra_remove_links(struct job *);  /* all links that have the resource's name */
enum phase_end infra_remove_folder(struct job *); /* with the namespace and what is mounted in it */
enum phase_end infra_remove_trash(struct job *);
enum phase_end script_run_optional(struct job *); /* the step's own, if it is there */
enum phase_end script_read_outputs(struct job *);

enum phase_end network_withdraw(struct job *); /* this machine's address in it goes away */
enum phase_end router_remove_masquerade(struct job *);
enum phase_end container_end_all(struct job *); /* kills its first process, and all with it */
enum phase_end container_delete(struct job *);  /* what runc knows of it */

/* Makes the file on which the namespace will be bound, and /run/netns/<prefix><8> that leads to it. */
struct lm_err *netns_prepare(const struct resource *, const char *prefix) LM_MUST_USE;
char *netns_path(struct lm_arena *, const struct resource *);

/* Runs a batch of ip commands, in the resource's namespace or outside. */
enum phase_end infra_ip(struct job *, const struct child_spec *where, const char *batch);

/* The installed network with that networkid or subnetid, or NULL. */
struct resource *network_find(const struct driver *, const char *id);
/* The subnet of an installed network. */
struct subnet network_subnet(const struct resource *);
/* Whether a router has an interface in the network with that networkid. */
bool network_has_router(const struct driver *, const char *networkid);
/* The address of this machine that containers of 'r' reach, or NULL. */
const char *network_host_address(const struct driver *, const struct resource *r);
/* Tells the listener of the machine's addresses that are there. */
void networks_announce(struct driver *);

/* What a container's first process is at the moment; no descriptor when it has ended. */
void container_find_init(struct resource *);

#endif
