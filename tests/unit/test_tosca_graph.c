/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tosca/graph/graph.h"

/*
 * A voice service in small: a gateway (gate), servers (pool, a cluster of assemblies with one
 * resource each) that know the gateway's address, and a network they are all in.
 */
static const char voice[] =
    "name: assembly::voice::1.0\n"
    "properties:\n"
    "  size: {default: 2}\n"
    "  spares: {default: 0}\n"
    "  label: {value: '${instance.name}/${instance.index}'}\n"
    "  address: {read-only: true, value: '${gate.address}'}\n"
    "  pool: {read-only: true, value: '${server.address}'}\n"
    "  greeting: {value: 'at ${gate.address}!'}\n"
    "  motto: {required: true, default: hello}\n"
    "composition:\n"
    "  net: {type: 'resource::net::1.0'}\n"
    "  gate: {type: 'resource::gate::1.0', properties: {net: {value: '${net.id}'}}}\n"
    "  server:\n"
    "    type: assembly::pbx::1.0\n"
    "    cluster: {initial-quantity: '${size}', maximum-nodes: 4, scaling-increment: 2,\n"
    "      spares: '${spares}', spares-state: Installed}\n"
    "    properties: {net: {value: '${net.id}'}, gw: {value: '${gate.address}'}}\n"
    "relationships:\n"
    "  dispatch:\n"
    "    source-capabilities: [server]\n"
    "    target-requirements: [gate]\n"
    "    source-state: Active\n"
    "    target-state: Inactive\n"
    "    target-state-modifier: post\n"
    "    properties: {ipaddr: '${source.address}', who: '${source.name}', to: '${target.id}'}\n"
    "    lifecycle: {Create: [target.add, source.hello], Cease: [gate.remove]}\n"
    "policies:\n"
    "  scale: {type: 'policy::scale', metric: server.load, target: server,\n"
    "    properties: {scaleOut_threshold: 60, scaleIn_threshold: 10}}\n"
    "---\n"
    "name: assembly::pbx::1.0\n"
    "properties:\n"
    "  net: {}\n"
    "  gw: {default: nowhere}\n"
    "  number: {value: '${instance.index}'}\n"
    "  address: {read-only: true, value: '${asterisk.address}'}\n"
    "composition:\n"
    "  asterisk:\n"
    "    type: resource::asterisk::1.0\n"
    "    properties:\n"
    "      net: {value: '${net}'}\n"
    "      gw: {value: '${gw}'}\n"
    "      number: {value: '${number}'}\n"
    "      fixed: {value: mapped}\n"
    "      deploymentLocation: {value: here}\n"
    "operations: {hello: {source-operation: asterisk.hello}}\n"
    "metrics: {load: {source-metric: asterisk.load}}\n"
    "---\n"
    "name: resource::asterisk::1.0\n"
    "properties:\n"
    "  net: {}\n"
    "  gw: {default: none}\n"
    "  number: {}\n"
    "  fixed: {value: always}\n"
    "  address: {read-only: true}\n"
    "lifecycle: {Install: {timeout: 90}, Start: {}, Stop: }\n"
    "operations: {hello: {timeout: 7, properties: {to: {value: '${address}'}}}}\n"
    "metrics: {load: {type: 'metric::load'}, alive: {type: 'metric::integrity', "
    "publication-period: 10}}\n"
    "policies: {heal: {type: 'policy::heal', metric: alive, properties: {smoothing: 3}}}\n"
    "infrastructure: {local: {container: {image: pbx, networks: {eth0: {network: '${net}'}}}}}\n"
    "---\n"
    "name: resource::gate::1.0\n"
    "properties: {net: {}, address: {read-only: true}}\n"
    "operations: {add: {}, remove: {}}\n"
    "---\n"
    "name: resource::net::1.0\n"
    "properties: {id: {read-only: true}}\n";

static struct diags *diags;
static struct lm_arena *arena;
static struct lm_kv intent[8];
static struct graph_request request;
static struct graph *g;

static void setup(void)
{
	diags = diags_new(50);
	arena = lm_arena_new();
	request = (struct graph_request){
	    .descriptor = "assembly::voice::1.0", .instance = "v", .properties = {intent, 0}};
	g = NULL;
}

static void teardown(void)
{
	graph_free(g);
	diags_free(diags);
	lm_arena_free(arena);
}

static void given(const char *name, const char *value)
{
	intent[request.properties.n++] = (struct lm_kv){name, value};
}

/* The catalog is gone when this returns: a graph stands by itself. */
static void build_of(const char *text)
{
	LM_AUTO(catalog) c = catalog_new();

	catalog_put(c, "pkg/voice.yml", text, strlen(text));
	catalog_report(c, NULL, diags);
	g = graph_build(c, &request, diags);
}

static void build(void)
{
	build_of(voice);
	ck_assert_uint_eq(diags_errors(diags), 0);
	ck_assert_ptr_nonnull(g);
}

static void refuse(const char *text, const char *code)
{
	build_of(text);
	ck_assert_ptr_null(g);
	ck_assert_uint_ge(diags_count(diags), 1);
	for (size_t i = 0; i < diags_count(diags); i++)
		if (strcmp(diags_at(diags, i)->code, code) == 0)
			return;
	ck_abort_msg("%s: %s", diags_at(diags, 0)->code, diags_at(diags, 0)->message);
}

/* ---- facts of a running service ------------------------------------------------------------- */

static const char *output(void *arg, int node, const char *property)
{
	static char text[64];

	(void)arg;
	if (g->nodes[node].resource == NULL || strcmp(property, "address") != 0)
		return NULL;
	snprintf(text, sizeof text, "10.0.0.%d", node);
	return text;
}

static const char *id_of(void *arg, int node)
{
	static char text[64];

	(void)arg;
	snprintf(text, sizeof text, "id-%d", node);
	return text;
}

static const char *from_reference(void *arg, int reference, const char *property)
{
	(void)arg, (void)reference;
	return strcmp(property, "unknown") == 0 ? NULL : property;
}

static const struct graph_facts running = {output, id_of, from_reference, NULL};

static const char *value(const char *node, const char *property, const struct graph_facts *facts)
{
	int i = graph_find_node(g, node);

	ck_assert_int_ge(i, 0);
	return graph_property_value(g, i, property, facts, arena);
}

/* ---- nodes --------------------------------------------------------------------------------- */

START_TEST(nodes_are_named_after_their_way_down_from_the_root)
{
	static const char *const names[] = {"v", "v__net", "v__gate", "v__server__1",
	    "v__server__1__asterisk", "v__server__2", "v__server__2__asterisk"};

	build();
	ck_assert_uint_eq(g->n_nodes, LM_COUNT(names));
	for (size_t i = 0; i < g->n_nodes; i++) {
		ck_assert_str_eq(g->nodes[i].name, names[i]);
		ck_assert_int_eq(graph_find_node(g, names[i]), (int)i);
		ck_assert_int_lt(g->nodes[i].parent, (int)i);
	}
	graph_forget_names(g); /* and are found again */
	for (size_t i = 0; i < LM_COUNT(names); i++)
		ck_assert_int_eq(graph_find_node(g, names[i]), (int)i);
	ck_assert_int_eq(graph_find_node(g, "v__server"), -1);
}
END_TEST

START_TEST(a_cluster_begins_with_its_initial_quantity)
{
	given("size", "3");
	build();
	const struct graph_cluster *k = &g->clusters[graph_find_cluster(g, "v__server")];
	ck_assert_uint_eq(k->n_members, 3);
	ck_assert_uint_eq(k->min, 1);
	ck_assert_uint_eq(k->max, 4);
	ck_assert_uint_eq(k->increment, 2);
	ck_assert_int_eq(g->nodes[k->members[2]].index, 3);
}
END_TEST

START_TEST(the_members_of_a_request_stand_for_the_initial_ones)
{
	const int indices[] = {2, 7};
	const struct graph_members members[] = {
	    {"v__server", indices, 2, NULL, 0}, {"v__gone", indices, 2, NULL, 0}};

	request.members = members;
	request.n_members = 2;
	build();
	ck_assert_int_ge(graph_find_node(g, "v__server__7__asterisk"), 0);
	ck_assert_int_eq(graph_find_node(g, "v__server__1"), -1);
	ck_assert_str_eq(value("v__server__7__asterisk", "number", NULL), "7");
	ck_assert_int_ge(graph_find_relationship(g, "v__dispatch__7"), 0);
}
END_TEST

START_TEST(members_that_cannot_be_are_refused)
{
	static const struct {
		int indices[5];
		size_t n;
		int spares[2];
		size_t n_spares;
	} rows[] = {{{0, 1}, 2, {0}, 0}, {{2, 2}, 2, {0}, 0}, {{3, 1}, 2, {0}, 0}, {{0}, 0, {0}, 0},
	    {{1}, 1, {3, 2}, 2}, {{1, 3}, 2, {2, 3}, 2}, {{0}, 0, {1}, 1}};
	const struct graph_members members = {
	    "v__server", rows[_i].indices, rows[_i].n, rows[_i].spares, rows[_i].n_spares};

	request.members = &members;
	request.n_members = 1;
	refuse(voice, "LM0509");
}
END_TEST

START_TEST(members_beyond_the_maximum_may_be_there_without_being_in_service)
{
	const int indices[] = {1, 2, 3, 4, 5};
	const struct graph_members members = {"v__server", indices, 5, NULL, 0};

	request.members = &members;
	request.n_members = 1;
	build();
	ck_assert_int_ge(graph_find_node(g, "v__server__5__asterisk"), 0);
}
END_TEST

/* ---- spares -------------------------------------------------------------------------------- */

START_TEST(spares_stand_behind_the_initial_members_and_do_not_count_for_the_limits)
{
	given("size", "4");
	given("spares", "2");
	build();
	const struct graph_cluster *k = &g->clusters[graph_find_cluster(g, "v__server")];
	ck_assert_uint_eq(k->n_members, 4);
	ck_assert_uint_eq(k->spares, 2);
	ck_assert_int_eq(k->spares_state, END_INSTALLED);
	ck_assert_uint_eq(k->n_spare_members, 2);
	ck_assert_int_eq(k->spare_members[0], graph_find_node(g, "v__server__5"));
	ck_assert_int_eq(k->spare_members[1], graph_find_node(g, "v__server__6"));
}
END_TEST

START_TEST(what_is_in_a_spare_is_one_too)
{
	given("spares", "1");
	build();
	for (size_t i = 0; i < g->n_nodes; i++)
		ck_assert_int_eq(
		    g->nodes[i].spare, strncmp(g->nodes[i].name, "v__server__3", 12) == 0);
	ck_assert_int_ge(graph_find_node(g, "v__server__3__asterisk"), 0);
	ck_assert_str_eq(value("v__server__3__asterisk", "number", NULL), "3");
}
END_TEST

START_TEST(a_spare_is_healed_but_neither_connected_nor_listed_nor_asked_for_its_load)
{
	given("spares", "1");
	build();
	ck_assert_uint_eq(g->n_relationships, 2);
	ck_assert_int_eq(graph_find_relationship(g, "v__dispatch__3"), -1);
	ck_assert_str_eq(value("v", "pool", &running), "[\"10.0.0.4\",\"10.0.0.6\"]");
	ck_assert_uint_eq(g->scales[0].n_metrics, 2);
	ck_assert_uint_eq(g->n_heals, 3);
	ck_assert_int_eq(g->heals[2].node, graph_find_node(g, "v__server__3__asterisk"));
	ck_assert_str_eq(g->metrics[g->heals[2].metric].name, "alive");
}
END_TEST

START_TEST(a_request_says_who_is_a_spare)
{
	const int members[] = {2, 7}, spares[] = {1, 3, 9};
	const struct graph_members list = {"v__server", members, 2, spares, 3};

	request.members = &list;
	request.n_members = 1;
	given("spares", "1"); /* how many are wanted is another matter */
	build();
	const struct graph_cluster *k = &g->clusters[graph_find_cluster(g, "v__server")];
	ck_assert_uint_eq(k->spares, 1);
	ck_assert_uint_eq(k->n_members, 2);
	ck_assert_uint_eq(k->n_spare_members, 3);
	ck_assert_int_eq(g->nodes[k->spare_members[2]].index, 9);
	ck_assert(g->nodes[graph_find_node(g, "v__server__1__asterisk")].spare);
	ck_assert(!g->nodes[graph_find_node(g, "v__server__7__asterisk")].spare);
}
END_TEST

/* ---- resources and values ------------------------------------------------------------------ */

START_TEST(a_resource_says_what_it_can_do)
{
	build();
	const struct graph_node *n = &g->nodes[graph_find_node(g, "v__server__1__asterisk")];
	const struct graph_resource *r = n->resource;

	ck_assert_str_eq(r->package_dir, "pkg");
	ck_assert_uint_eq(
	    r->declared, 1u << TRANSITION_INSTALL | 1u << TRANSITION_START | 1u << TRANSITION_STOP);
	ck_assert_uint_eq(r->timeout_s[TRANSITION_INSTALL], 90);
	ck_assert_uint_eq(graph_find_operation(n, "hello")->timeout_s, 7);
	ck_assert_ptr_null(graph_find_operation(n, "bye"));
	ck_assert_ptr_null(graph_find_operation(&g->nodes[0], "hello"));
	ck_assert_str_eq(r->infra[0].type, "local");
	ck_assert_str_eq(r->infra[0].kind, "container");
	ck_assert_str_eq(r->infra[0].attrs[1].name, "networks.eth0.network");
}
END_TEST

/* ---- values -------------------------------------------------------------------------------- */

START_TEST(a_value_follows_the_mappings_to_where_it_is_made)
{
	build();
	ck_assert_str_eq(value("v__server__2__asterisk", "gw", &running), "10.0.0.2");
	ck_assert_str_eq(value("v", "address", &running), "10.0.0.2");
	ck_assert_str_eq(value("v__server__2", "address", &running), "10.0.0.6");
}
END_TEST

START_TEST(a_mapping_that_leads_to_nothing_yet_leaves_the_default)
{
	build();
	ck_assert_str_eq(value("v__server__1", "gw", NULL), "nowhere");
	ck_assert_str_eq(value("v__server__1__asterisk", "gw", NULL), "nowhere");
	ck_assert_ptr_null(value("v", "address", NULL));
}
END_TEST

START_TEST(an_unset_part_of_a_longer_text_is_empty)
{
	build();
	ck_assert_str_eq(value("v", "greeting", NULL), "at !");
	ck_assert_str_eq(value("v", "greeting", &running), "at 10.0.0.2!");
}
END_TEST

START_TEST(instance_in_a_property_is_the_node_itself)
{
	build();
	ck_assert_str_eq(value("v", "label", NULL), "v/1");
	ck_assert_str_eq(value("v__server__2", "number", NULL), "2");
	ck_assert_str_eq(value("v__server__2__asterisk", "number", NULL), "2");
}
END_TEST

START_TEST(a_property_of_a_cluster_is_a_list_in_json)
{
	build();
	ck_assert_str_eq(value("v", "pool", &running), "[\"10.0.0.4\",\"10.0.0.6\"]");
	ck_assert_str_eq(value("v", "pool", NULL), "[null,null]");
}
END_TEST

START_TEST(a_fixed_value_wins_over_mapping_and_intent)
{
	given("label", "mine");
	build();
	ck_assert_str_eq(value("v__server__1__asterisk", "fixed", NULL), "always");
	ck_assert_str_eq(value("v", "label", NULL), "mine");
}
END_TEST

START_TEST(what_the_instance_reports_wins_over_everything)
{
	build_of("name: assembly::voice::1.0\ncomposition: {r: {type: 'resource::r::1'}}\n---\n"
		 "name: resource::r::1\nproperties: {address: {value: fixed}}\n");
	ck_assert_str_eq(value("v__r", "address", &running), "10.0.0.1");
}
END_TEST

START_TEST(special_properties_reach_a_component_that_does_not_declare_them)
{
	given("deploymentLocation", "there");
	build();
	ck_assert_str_eq(value("v__server__1__asterisk", "deploymentLocation", NULL), "here");
	ck_assert_str_eq(value("v", "deploymentLocation", NULL), "there");
}
END_TEST

START_TEST(all_set_properties_of_a_node_are_listed)
{
	build();
	struct lm_kvs kvs =
	    graph_node_values(g, graph_find_node(g, "v__server__1__asterisk"), &running, arena);
	ck_assert_uint_eq(kvs.n, 5);
	ck_assert_str_eq(lm_kvs_find(&kvs, "address"), "10.0.0.4");
	ck_assert_ptr_null(lm_kvs_find(&kvs, "net"));
}
END_TEST

START_TEST(a_reference_answers_for_its_properties)
{
	build_of(
	    "name: assembly::voice::1.0\n"
	    "properties: {x: {value: '${base.net}'}, y: {value: '${base.unknown}', default: d}}\n"
	    "references: {base: {type: 'assembly::base::^1', properties: {name: {value: b}}}}\n");
	ck_assert_str_eq(g->references[0].type, "assembly::base::^1");
	ck_assert_str_eq(graph_expr_value(g, &g->references[0].name, NULL, arena), "b");
	ck_assert_str_eq(value("v", "x", &running), "net");
	ck_assert_str_eq(value("v", "y", &running), "d");
	ck_assert_ptr_null(value("v", "x", NULL));
}
END_TEST

/* ---- what stands between nodes -------------------------------------------------------------- */

START_TEST(every_member_has_a_relationship_of_its_own)
{
	build();
	ck_assert_uint_eq(g->n_relationships, 2);
	const struct graph_relationship *r =
	    &g->relationships[graph_find_relationship(g, "v__dispatch__2")];
	ck_assert_str_eq(r->descriptor, "dispatch");
	ck_assert_int_eq(r->source.node, graph_find_node(g, "v__server__2"));
	ck_assert_int_eq(r->source.state, END_ACTIVE);
	ck_assert(!r->source.pre);
	ck_assert_int_eq(r->target.state, END_INACTIVE);
	ck_assert(!r->target.pre);
	ck_assert_str_eq(graph_expr_value(g, &r->properties[0].value, &running, arena), "10.0.0.6");
	ck_assert_str_eq(graph_expr_value(g, &r->properties[1].value, NULL, arena), "v__server__2");
	ck_assert_str_eq(graph_expr_value(g, &r->properties[2].value, &running, arena), "id-2");
}
END_TEST

START_TEST(a_promoted_operation_ends_at_the_resource)
{
	build();
	const struct graph_relationship *r =
	    &g->relationships[graph_find_relationship(g, "v__dispatch__1")];

	ck_assert_uint_eq(r->n_create, 2);
	ck_assert_int_eq(r->create[0].node, graph_find_node(g, "v__gate"));
	ck_assert_str_eq(r->create[0].operation, "add");
	ck_assert_int_eq(r->create[1].node, graph_find_node(g, "v__server__1__asterisk"));
	ck_assert_str_eq(r->create[1].operation, "hello");
	ck_assert_uint_eq(r->n_cease, 1);
}
END_TEST

START_TEST(what_the_root_offers_ends_at_every_resource_that_has_it)
{
	static const char text[] =
	    "name: assembly::voice::1.0\n"
	    "composition: {pool: {type: 'assembly::pbx::1.0', cluster: {initial-quantity: 2}}}\n"
	    "operations: {greet: {source-operation: pool.hello}}\n"
	    "---\n"
	    "name: assembly::pbx::1.0\n"
	    "composition: {one: {type: 'resource::asterisk::1.0'}}\n"
	    "operations: {hello: {source-operation: one.hi}}\n"
	    "---\n"
	    "name: resource::asterisk::1.0\n"
	    "operations: {hi: {}}\n";

	build_of(text);
	ck_assert_ptr_nonnull(g);
	const struct graph_offer *o = graph_find_offer(g, "greet");
	ck_assert_ptr_nonnull(o);
	ck_assert_uint_eq(o->n_calls, 2);
	for (size_t i = 0; i < o->n_calls; i++) {
		const char *name = i == 0 ? "v__pool__1__one" : "v__pool__2__one";

		ck_assert_int_eq(o->calls[i].node, graph_find_node(g, name));
		ck_assert_str_eq(o->calls[i].operation, "hi");
	}
	ck_assert_ptr_null(graph_find_offer(g, "hi"));
}
END_TEST

START_TEST(a_resource_is_a_root_only_for_who_asks_for_one)
{
	request.descriptor = "resource::gate::1.0";
	request.takes_resource = true;
	build_of(voice);
	ck_assert_ptr_nonnull(g);
	ck_assert_uint_eq(g->n_nodes, 1);
	ck_assert_ptr_nonnull(graph_find_operation(&g->nodes[0], "add"));
	ck_assert_ptr_nonnull(graph_find_offer(g, "remove"));
}
END_TEST

START_TEST(policies_know_their_metrics_and_what_they_act_on)
{
	build();
	ck_assert_uint_eq(g->n_metrics, 4);
	ck_assert_uint_eq(g->n_heals, 2);
	ck_assert_str_eq(g->metrics[g->heals[0].metric].name, "alive");
	ck_assert_int_eq(g->metrics[g->heals[0].metric].node, g->heals[0].node);
	ck_assert_uint_eq(g->n_scales, 1);
	ck_assert_int_eq(g->scales[0].cluster, graph_find_cluster(g, "v__server"));
	ck_assert_uint_eq(g->scales[0].n_metrics, 2);
	ck_assert_str_eq(g->metrics[g->scales[0].metrics[1]].name, "load");
	ck_assert_str_eq(graph_expr_value(g, &g->scales[0].out, NULL, arena), "60");
	ck_assert_ptr_null(graph_expr_value(g, &g->scales[0].smoothing_out, NULL, arena));
}
END_TEST

START_TEST(a_resource_waits_for_those_whose_values_it_reads)
{
	static const char *const deps[] = {"v__gate<v__net by net",
	    "v__server__1__asterisk<v__net by net", "v__server__1__asterisk<v__gate by gw",
	    "v__server__2__asterisk<v__net by net", "v__server__2__asterisk<v__gate by gw"};

	build();
	ck_assert_uint_eq(g->n_deps, LM_COUNT(deps));
	for (size_t i = 0; i < g->n_deps; i++) {
		const char *text =
		    lm_arena_printf(arena, "%s<%s by %s", g->nodes[g->deps[i].consumer].name,
			g->nodes[g->deps[i].provider].name, g->deps[i].property);

		ck_assert_str_eq(text, deps[i]);
	}
}
END_TEST

START_TEST(one_provider_is_waited_for_once_however_many_values_it_gives)
{
	build_of("name: assembly::voice::1.0\ncomposition:\n"
		 "  a: {type: 'resource::r::1'}\n"
		 "  b: {type: 'resource::r::1', properties: {x: {value: '${a.x}${a.y}'}, "
		 "y: {value: '${a.y}'}}}\n---\n"
		 "name: resource::r::1\nproperties: {x: {}, y: {}}\n");
	ck_assert_uint_eq(g->n_deps, 1);
}
END_TEST

START_TEST(a_mapping_orders_even_when_the_value_is_known)
{
	build_of("name: assembly::voice::1.0\ncomposition:\n"
		 "  a: {type: 'resource::r::1', properties: {deploymentLocation: {value: x}}}\n"
		 "  b: {type: 'resource::r::1', properties: {deploymentLocation: "
		 "{value: '${a.deploymentLocation}'}}}\n---\n"
		 "name: resource::r::1\n");
	ck_assert_uint_eq(g->n_deps, 1);
	ck_assert_str_eq(value("v__b", "deploymentLocation", NULL), "x");
}
END_TEST

/* ---- what is refused ----------------------------------------------------------------------- */

START_TEST(a_required_property_of_the_root_needs_a_value)
{
	given("motto", NULL);
	build();
	graph_free(g);
	request.properties.n = 0;
	refuse("name: assembly::voice::1.0\nproperties: {motto: {required: true}}\n", "LM0505");
}
END_TEST

START_TEST(a_required_property_further_down_is_not_checked)
{
	build_of("name: assembly::voice::1.0\ncomposition: {r: {type: 'resource::r::1'}}\n---\n"
		 "name: resource::r::1\nproperties: {x: {required: true}}\n");
	ck_assert_ptr_nonnull(g);
}
END_TEST

START_TEST(numbers_of_the_intent_are_held_against_the_limits)
{
	static const char *const sizes[] = {"0", "5", "-1", "many", ""};

	given("size", sizes[_i]);
	refuse(voice, "LM0508");
}
END_TEST

START_TEST(nothing_is_built_of_a_descriptor_with_errors)
{
	refuse("name: assembly::voice::1.0\ncomposition: {r: {type: 'resource::r::1'}}\n---\n"
	       "name: resource::r::1\nproperties: []\n",
	    "LM0502");
}
END_TEST

START_TEST(a_catalog_that_nobody_has_checked_is_checked_now)
{
	refuse(
	    "name: assembly::voice::1.0\ncomposition: {r: {type: 'resource::r::1'}}\n", "LM0302");
}
END_TEST

START_TEST(an_unknown_assembly_a_resource_and_a_bad_name_are_refused)
{
	static const struct {
		const char *descriptor, *instance, *code;
	} rows[] = {{"assembly::viece::1.0", "v", "LM0501"}, {"nonsense", "v", "LM0501"},
	    {"resource::gate::1.0", "v", "LM0510"}, {"assembly::voice::1", "a b", "LM0503"}};

	request.descriptor = rows[_i].descriptor;
	request.instance = rows[_i].instance;
	refuse(voice, rows[_i].code);
}
END_TEST

START_TEST(values_that_double_at_every_step_are_refused)
{
	struct lm_buf text;

	lm_buf_init(&text, 100000);
	lm_buf_puts(&text, "name: assembly::voice::1.0\nproperties:\n  p0: {default: x}\n");
	for (int i = 1; i < 64; i++)
		lm_buf_printf(&text, "  p%d: {value: '${p%d}${p%d}'}\n", i, i - 1, i - 1);
	refuse(text.p, "LM0504");
	lm_buf_fini(&text);
}
END_TEST

START_TEST(what_is_printed_is_complete)
{
	struct lm_buf out;

	build();
	lm_buf_init(&out, 1 << 20);
	graph_print_json(g, &out);
	ck_assert(!out.cut);
	ck_assert_ptr_nonnull(strstr(out.p, "\"v__server__2__asterisk\""));
	lm_buf_clear(&out);
	graph_print_dot(g, &out);
	ck_assert_ptr_nonnull(strstr(out.p, "1 to 4"));
	ck_assert_str_eq(out.p + out.n - 2, "}\n");
	lm_buf_fini(&out);
}
END_TEST

START_TEST(a_transition_is_read_back_from_its_text)
{
	enum transition t;

	ck_assert(transition_parse(transition_text((enum transition)_i), &t));
	ck_assert_int_eq((int)t, _i);
	ck_assert(!transition_parse("start", &t));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tosca/graph");
	TCase *tc = tcase_create("a voice service");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nodes_are_named_after_their_way_down_from_the_root);
	tcase_add_test(tc, a_cluster_begins_with_its_initial_quantity);
	tcase_add_test(tc, the_members_of_a_request_stand_for_the_initial_ones);
	tcase_add_loop_test(tc, members_that_cannot_be_are_refused, 0, 7);
	tcase_add_test(tc, members_beyond_the_maximum_may_be_there_without_being_in_service);
	tcase_add_test(tc, spares_stand_behind_the_initial_members_and_do_not_count_for_the_limits);
	tcase_add_test(tc, what_is_in_a_spare_is_one_too);
	tcase_add_test(
	    tc, a_spare_is_healed_but_neither_connected_nor_listed_nor_asked_for_its_load);
	tcase_add_test(tc, a_request_says_who_is_a_spare);
	tcase_add_test(tc, a_resource_says_what_it_can_do);
	tcase_add_test(tc, a_value_follows_the_mappings_to_where_it_is_made);
	tcase_add_test(tc, a_mapping_that_leads_to_nothing_yet_leaves_the_default);
	tcase_add_test(tc, an_unset_part_of_a_longer_text_is_empty);
	tcase_add_test(tc, instance_in_a_property_is_the_node_itself);
	tcase_add_test(tc, a_property_of_a_cluster_is_a_list_in_json);
	tcase_add_test(tc, a_fixed_value_wins_over_mapping_and_intent);
	tcase_add_test(tc, what_the_instance_reports_wins_over_everything);
	tcase_add_test(tc, special_properties_reach_a_component_that_does_not_declare_them);
	tcase_add_test(tc, all_set_properties_of_a_node_are_listed);
	tcase_add_test(tc, a_reference_answers_for_its_properties);
	tcase_add_test(tc, every_member_has_a_relationship_of_its_own);
	tcase_add_test(tc, a_promoted_operation_ends_at_the_resource);
	tcase_add_test(tc, what_the_root_offers_ends_at_every_resource_that_has_it);
	tcase_add_test(tc, a_resource_is_a_root_only_for_who_asks_for_one);
	tcase_add_test(tc, policies_know_their_metrics_and_what_they_act_on);
	tcase_add_test(tc, a_resource_waits_for_those_whose_values_it_reads);
	tcase_add_test(tc, one_provider_is_waited_for_once_however_many_values_it_gives);
	tcase_add_test(tc, a_mapping_orders_even_when_the_value_is_known);
	tcase_add_test(tc, a_required_property_of_the_root_needs_a_value);
	tcase_add_test(tc, a_required_property_further_down_is_not_checked);
	tcase_add_loop_test(tc, numbers_of_the_intent_are_held_against_the_limits, 0, 5);
	tcase_add_test(tc, nothing_is_built_of_a_descriptor_with_errors);
	tcase_add_test(tc, a_catalog_that_nobody_has_checked_is_checked_now);
	tcase_add_loop_test(tc, an_unknown_assembly_a_resource_and_a_bad_name_are_refused, 0, 4);
	tcase_add_test(tc, values_that_double_at_every_step_are_refused);
	tcase_add_test(tc, what_is_printed_is_complete);
	tcase_add_loop_test(tc, a_transition_is_read_back_from_its_text, 0, TRANSITION_N);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
