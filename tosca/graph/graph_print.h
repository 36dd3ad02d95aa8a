/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_PRINT_H
#define LM_TOSCA_GRAPH_PRINT_H

#include "base/buf.h"

struct graph;

/*
 * For Graphviz: 'lm graph ... | dot -Tsvg'.  Boxes are assemblies, a dashed box is a cluster;
 * round shapes are networks, hexagons routers; red arrows are relationships, blue lines plug into
 * networks, thin grey arrows say who needs a value of whom; a legend explains what is used.  Of a
 * large cluster the first members are drawn.
 */
void graph_print_dot(const struct graph *, struct lm_buf *out);
/* The same for Mermaid, which code hosts and wikis draw by themselves. */
void graph_print_mermaid(const struct graph *, struct lm_buf *out);
/*
 * One object; expressions are texts as they would stand in a descriptor, with full names
 * ("${voice__gateway.internal_address}"), null when unset.
 *
 *	nodes: [{name, component, descriptor, parent, cluster, index, spare,
 *	    properties: [{name, type, required, readOnly, private, volatile, candidates: [expr]}],
 *	    resource: {packageDir, transitions: [{name, timeout, drivers}], operations: [{name,
 *	        timeout, properties: [...], drivers}],
 *	        infrastructure: [{type, kind, attributes: {name: expr}}],
 *	        locations: [{type, template: {file, type}, discover: {file, type}}],
 *	        defaultDrivers: drivers, queries: drivers}}]
 *	    drivers: [{type, infrastructure: [type], template: {file, type},
 *	        properties: {name: expr}}]
 *	clusters: [{name, component, owner, minimum, maximum, initial, increment, members: [name],
 *	    spares, sparesState, spareMembers: [name]}]
 *	references: [{component, owner, type, external, name: expr, location: expr,
 *	    manager: expr}]
 *	relationships: [{name, descriptor, owner,
 *	    source: {node | reference, state, modifier}, target: {...},
 *	    properties: {name: expr}, create: [{node | reference, operation}], cease: [...]}]
 *	metrics: [{node, name, type, period: expr, scrape: {url: expr, series: expr, fullScale: expr}}]
 *	heals: [{name, node, metric, smoothing, maximum, window: expr}]
 *	scales: [{name, owner, cluster, metrics: [{node, name}],
 *	    out, in, smoothingOut, smoothingIn, step, target, tolerance, cooldownOut, cooldownIn,
 *	    stabilization, guard, predict, predictWindow, schedule, scheduleOffset: expr}]
 *	dependencies: [{consumer, provider, property}]
 *
 * Nodes, clusters and references are named by their full names; parent, cluster and resource are
 * left out where there is none, and so are times that are the driver's default, false, empty
 * lists, and what a policy does not say beyond smoothing.  maximum null: unbounded.
 */
void graph_print_json(const struct graph *, struct lm_buf *out);

#endif
