/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/house.h"

#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"

struct world w;
char process[LM_ID_SIZE];

#define FULL "[Install, Configure, Start, Integrity, Stop, Uninstall]\n"
#define HEAL                                                                         \
	"metrics: {integrity: {type: 'metric::integrity', publication-period: 0}}\n" \
	"policies:\n"                                                                \
	"  heal: {type: 'policy::heal', metric: integrity, properties: {smoothing: {value: 2}}}\n"

static const char parts[] =
    "name: resource::wire::1.0\n"
    "properties: {color: {}, id: {read-only: true, default: wire-1}}\n"
    "lifecycle: [Install, Uninstall]\n"
    "---\n"
    "name: resource::lamp::1.0\n"
    "properties:\n"
    "  color: {}\n"
    "  tone: {volatile: true}\n"
    "  deploymentLocation: {}\n"
    "  address: {read-only: true}\n"
    "lifecycle: [Install, Configure, Start, Reconfigure, Integrity, Stop, Uninstall]\n"
    "requirements: {plugs: {type: plug}}\n"
    "operations: {add: {properties: {who: {required: true}, note: {}}}, remove: {}}\n" HEAL "---\n"
    "name: resource::lamp::2.0\n"
    "properties:\n"
    "  color: {}\n"
    "  tone: {volatile: true}\n"
    "  deploymentLocation: {}\n"
    "  address: {read-only: true}\n"
    "lifecycle: [Install, Configure, Start, Reconfigure, Integrity, Stop, Uninstall]\n"
    "requirements: {plugs: {type: plug}}\n"
    "operations: {add: {properties: {who: {required: true}, note: {}}}, remove: {}}\n" HEAL "---\n"
    "name: resource::bell::1.0\n"
    "properties: {color: {}, tone: {volatile: true}, address: {read-only: true}}\n"
    "lifecycle: " FULL HEAL "---\n"
    "name: resource::box::1.0\n"
    "properties: {net: {}}\n"
    "lifecycle: " FULL
    "infrastructure: {local: {container: {image: x, networks: {eth0: {network: '${net}'}}}}}\n"
    "---\n"
    "name: resource::peer::1.0\n"
    "properties: {address: {read-only: true}}\n"
    "capabilities: {node: {type: plug}}\n"
    "lifecycle: " FULL HEAL;

#define HOUSE(version, lamp, extra)                                                        \
	"name: assembly::house::" version "\n"                                             \
	"properties:\n"                                                                    \
	"  color: {default: red}\n"                                                        \
	"  tone: {default: low}\n"                                                         \
	"  hue: {default: grey}\n"                                                         \
	"  gauge: {default: thin}\n"                                                       \
	"  where: {default: north}\n"                                                      \
	"  size: {default: '1'}\n"                                                         \
	"  spares: {default: '0'}\n"                                                       \
	"composition:\n"                                                                   \
	"  wire: {type: 'resource::wire::1.0', properties: {color: '${gauge}'}}\n"         \
	"  lamp: {type: 'resource::lamp::" lamp "', properties: {color: '${color}',\n"     \
	"    tone: '${tone}', deploymentLocation: '${where}'}}\n" extra                    \
	"  box: {type: 'resource::box::1.0', properties: {net: '${wire.id}'}}\n"           \
	"  pool:\n"                                                                        \
	"    type: resource::peer::1.0\n"                                                  \
	"    cluster: {initial-quantity: '${size}', minimum-nodes: 1, maximum-nodes: 4,\n" \
	"      spares: '${spares}'}\n"                                                     \
	"relationships:\n"                                                                 \
	"  lit:\n"                                                                         \
	"    source-capabilities: [pool.node]\n"                                           \
	"    target-requirements: [lamp.plugs]\n"                                          \
	"    source-state: Active\n"                                                       \
	"    target-state: Active\n"                                                       \
	"    source-state-modifier: post\n"                                                \
	"    target-state-modifier: post\n"                                                \
	"    properties: {who: '${source.address}', ipaddr: '${source.address}', note: "   \
	"'${hue}'}\n"                                                                      \
	"    lifecycle: {Create: [target.add], Cease: [target.remove]}\n"

static const char houses[] = HOUSE("1.0", "1.0",
    "  bell: {type: 'resource::bell::1.0', properties: {tone: '${tone}'}}\n") "---\n" HOUSE("2.0",
    "2.0", "  horn: {type: 'resource::bell::1.0', properties: {tone: '${tone}'}}\n");

static const char chain[] =
    "name: resource::knot::1.0\n"
    "properties: {color: {}, address: {read-only: true}, key: {read-only: true}}\n"
    "lifecycle: " FULL HEAL "---\n"
    "name: assembly::chain::1.0\n"
    "properties: {color: {default: red}, tail: {default: red}}\n"
    "composition:\n"
    "  first: {type: 'resource::knot::1.0', properties: {color: '${color}'}}\n"
    "  left: {type: 'resource::knot::1.0', properties: {color: '${first.address}'}}\n"
    "  right: {type: 'resource::knot::1.0', properties: {color: '${first.key}'}}\n"
    "  last: {type: 'resource::knot::1.0',\n"
    "    properties: {color: '${left.address}+${right.address}+${tail}'}}\n"
    "---\n"
    "name: assembly::late::1.0\n"
    "composition:\n"
    "  taker: {type: 'resource::knot::1.0', properties: {color: '${early.key}'}}\n"
    "  early: {type: 'resource::knot::1.0'}\n"
    "---\n"
    "name: assembly::web::1.0\n"
    "composition:\n"
    "  hub: {type: 'resource::knot::1.0'}\n"
    "  lamp: {type: 'resource::lamp::1.0', properties: {tone: '${hub.address}'}}\n"
    "  bell: {type: 'resource::bell::1.0', properties: {tone: '${hub.address}'}}\n"
    "  knot: {type: 'resource::knot::1.0', properties: {color: '${hub.address}'}}\n"
    "  peer: {type: 'resource::peer::1.0'}\n"
    "relationships:\n"
    "  told: {source-capabilities: [peer.node], target-requirements: [lamp.plugs],\n"
    "    source-state: Active, target-state: Active, source-state-modifier: post,\n"
    "    target-state-modifier: post,\n"
    "    properties: {who: '${source.address}', note: '${hub.address}'},\n"
    "    lifecycle: {Create: [target.add], Cease: [target.remove]}}\n";

void given_an_empty_world(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 10, .max_ms = 10});
	world_teach(&w, parts);
	world_teach(&w, houses);
	world_teach(&w, chain);
	world_report(&w, "h__first", "Install", "key", "always");
}

void given_a_house(void)
{
	given_an_empty_world();
	build("assembly::house::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	forget();
}

void given_a_chain(void)
{
	given_an_empty_world();
	build("assembly::chain::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	forget();
}

void given_a_web(void)
{
	given_an_empty_world();
	build("assembly::web::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	forget();
}

void the_end(void)
{
	world_difference(&w);
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

struct lm_kvs listed(const char *text)
{
	struct lm_kvs all = {LM_NEW_N(w.arena, struct lm_kv, strlen(text) + 1), 0};

	for (const char *at = text; *at != '\0';) {
		size_t n = strcspn(at, ","), name = strcspn(at, "=");

		all.v[all.n++] = (struct lm_kv){lm_arena_strndup(w.arena, at, name),
		    lm_arena_strndup(w.arena, at + name + 1, n - name - 1)};
		at += at[n] == ',' ? n + 1 : n;
	}
	return all;
}

void ask(const struct intent *i)
{
	struct lm_err *err = world_intent(&w, i, process);

	ck_assert_msg(err == NULL, "%s", err == NULL ? "" : lm_err_text(err));
}

const char *refused(const struct intent *i)
{
	char nobody[LM_ID_SIZE];
	struct lm_err *err = world_intent(&w, i, nobody);

	if (err == NULL)
		return "accepted";
	const char *text = lm_arena_printf(
	    w.arena, "%s: %s", lm_err_kind_text(lm_err_kind(err)), lm_err_text(err));
	lm_err_free(err);
	return text;
}

void build(const char *descriptor, const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_CREATE,
	    .assembly_name = "h",
	    .descriptor = descriptor,
	    .intended_state = "Active",
	    .properties = listed(properties),
	});
	world_settle(&w);
}

void upgrade(const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed(properties),
	});
	world_settle(&w);
}

void scale(bool out)
{
	ask(&(struct intent){
	    .kind = out ? INTENT_SCALE_OUT : INTENT_SCALE_IN,
	    .assembly_name = "h",
	    .cluster = "pool",
	});
	world_settle(&w);
}

void destroy(void)
{
	ask(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "h"});
	world_settle(&w);
}

void change_state(const char *state)
{
	ask(&(struct intent){
	    .kind = INTENT_CHANGE_STATE,
	    .assembly_name = "h",
	    .intended_state = state,
	});
	world_settle(&w);
}

void about_it(enum intent_kind kind)
{
	char subject[LM_ID_SIZE];

	snprintf(subject, sizeof subject, "%s", process);
	ask(&(struct intent){.kind = kind, .process = subject});
	world_settle(&w);
}

const char *outcome(void)
{
	return world_process(&w, process);
}

const char *asked_of(const char *component)
{
	return world_asked(
	    &w, component == NULL ? NULL : lm_arena_printf(w.arena, "h__%s", component));
}

void forget(void)
{
	world_forget_asked(&w);
}

const char *states(void)
{
	return world_states(&w, "h");
}

const char *links(void)
{
	return world_links(&w, "h");
}

static void put_members(struct lm_buf *out, const int *nodes, size_t n)
{
	const struct instance *in = engine_find_instance(w.engine, "h");
	const struct graph *g = in->tree->graph;
	const bool *ready = instance_ready(w.engine, in, w.arena);

	for (size_t i = 0; i < n; i++)
		lm_buf_printf(out, "%s%d%s", i > 0 ? " " : "", g->nodes[nodes[i]].index,
		    ready[nodes[i]] ? "" : "?");
}

const char *pool(void)
{
	const struct graph *g = engine_find_instance(w.engine, "h")->tree->graph;
	const struct graph_cluster *k = &g->clusters[graph_find_cluster(g, "h__pool")];
	struct lm_buf out;

	lm_buf_init(&out, 1000);
	put_members(&out, k->members, k->n_members);
	lm_buf_puts(&out, " + ");
	put_members(&out, k->spare_members, k->n_spare_members);
	const char *text = lm_arena_strdup(w.arena, out.p);
	lm_buf_fini(&out);
	return text;
}
