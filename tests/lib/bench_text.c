/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bench_text.h"

#include <stdint.h>

/* ---- one level --------------------------------------------------------------------------------- */

static const char unit_text[] = "name: resource::unit::1.0\n"
				"properties:\n"
				"  address:\n"
				"    type: string\n"
				"  network:\n"
				"    type: string\n"
				"  peer:\n"
				"    type: string\n"
				"  endpoint:\n"
				"    read-only: true\n"
				"capabilities:\n"
				"  serving:\n"
				"    type: sip\n"
				"requirements:\n"
				"  served:\n"
				"    type: sip\n"
				"lifecycle: [Install, Configure, Start, Stop, Uninstall]\n"
				"operations:\n"
				"  Attach:\n"
				"    properties:\n"
				"      other:\n"
				"        type: string\n"
				"  Detach: {}\n"
				"---\n";

/* The same numbers on every machine (xorshift). */
static size_t random_below(uint64_t *seed, size_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (size_t)(*seed % n);
}

/* Each has three properties: a text, one of the assembly's, one of a component before it. */
static void write_component(struct lm_buf *out, size_t i, uint64_t *seed)
{
	lm_buf_printf(out,
	    "  c%zu:\n"
	    "    type: resource::unit::1.0\n"
	    "    properties:\n"
	    "      address:\n"
	    "        value: 10.%zu.%zu.%zu\n"
	    "      network:\n"
	    "        value: ${network}\n",
	    i, i >> 16 & 255, i >> 8 & 255, i & 255);
	if (i > 0)
		lm_buf_printf(out,
		    "      peer:\n"
		    "        value: ${c%zu.address}\n",
		    random_below(seed, i));
}

static void write_relationship(struct lm_buf *out, size_t i, uint64_t *seed)
{
	lm_buf_printf(out,
	    "  r%zu:\n"
	    "    source-capabilities:\n"
	    "    - c%zu.serving\n"
	    "    target-requirements:\n"
	    "    - c%zu.served\n"
	    "    source-state: Active\n"
	    "    target-state: Inactive\n"
	    "    lifecycle:\n"
	    "      Create:\n"
	    "      - source.Attach\n"
	    "      Cease:\n"
	    "      - source.Detach\n",
	    i, i, random_below(seed, i));
}

void bench_text_flat(struct lm_buf *out, size_t n)
{
	uint64_t seed = 0x9e3779b97f4a7c15u;

	lm_buf_init(out, (size_t)1 << 31);
	lm_buf_puts(out, unit_text);
	lm_buf_puts(out, "name: assembly::bench::1.0\n"
			 "properties:\n"
			 "  network:\n"
			 "    default: net0\n"
			 "composition:\n");
	for (size_t i = 0; i < n; i++)
		write_component(out, i, &seed);
	lm_buf_puts(out, "relationships:\n");
	for (size_t i = 1; i < n; i += 2)
		write_relationship(out, i, &seed);
}

/* ---- an office ------------------------------------------------------------------------------- */

/* Reports of integrity are due once an hour: nobody makes any here, and silence is no illness yet. */
static const char office_resources[] =
    "name: resource::segment::1.0\n"
    "properties:\n"
    "  subnet: {default: 10.0.0.0/24}\n"
    "  deploymentLocation: {required: true}\n"
    "  address: {read-only: true}\n"
    "  machine: {read-only: true}\n"
    "lifecycle: [Install, Uninstall]\n"
    "infrastructure:\n"
    "  local: {network: {subnet: '${subnet}'}}\n"
    "---\n"
    "name: resource::balancer::1.0\n"
    "properties:\n"
    "  deploymentLocation: {required: true}\n"
    "  network: {required: true}\n"
    "  capacity: {default: '15'}\n"
    "  patience_ms: {default: '2000'}\n"
    "  address: {read-only: true}\n"
    "  machine: {read-only: true}\n"
    "requirements: {poolController: {type: sipServer}}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "operations:\n"
    "  addServer: {properties: {ipaddr: {required: true}, port: {default: '5060'}}}\n"
    "  removeServer: {properties: {ipaddr: {required: true}, port: {default: '5060'}}}\n"
    "metrics:\n"
    "  h_load: {type: 'metric::load', publication-period: 60}\n"
    "  h_integrity: {type: 'metric::integrity', publication-period: 3600}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: h_integrity, properties: {smoothing: {value: 5}}}\n"
    "infrastructure:\n"
    "  local: {container: {image: gateway, networks: {internal: {network: '${network}', address: "
    "address}}}}\n"
    "---\n"
    "name: resource::server::1.0\n"
    "properties:\n"
    "  deploymentLocation: {required: true}\n"
    "  network: {required: true}\n"
    "  gw_address: {required: true}\n"
    "  drain_seconds: {default: '30'}\n"
    "  volume: {}\n"
    "  address: {read-only: true}\n"
    "  machine: {read-only: true}\n"
    "capabilities: {poolNode: {type: sipServer}}\n"
    "lifecycle: [Install, Configure, Start, Integrity, Stop, Uninstall]\n"
    "metrics:\n"
    "  h_integrity: {type: 'metric::integrity', publication-period: 3600}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: h_integrity, properties: {smoothing: {value: 5}}}\n"
    "infrastructure:\n"
    "  local: {container: {image: server, networks: {internal: {network: '${network}', address: "
    "address}}}}\n"
    "---\n"
    "name: resource::part::1.0\n"
    "properties:\n"
    "  deploymentLocation: {required: true}\n"
    "  size: {default: 10G}\n"
    "  network: {}\n"
    "  address: {read-only: true}\n"
    "  machine: {read-only: true}\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "---\n";

static const char office_assemblies[] =
    "name: assembly::office-gateway::1.0\n"
    "properties:\n"
    "  deploymentLocation: {required: true}\n"
    "  network: {required: true}\n"
    "  internal_address: {read-only: true, value: '${balancer.address}'}\n"
    "requirements: {poolController: {type: sipServer}}\n"
    "composition:\n"
    "  balancer:\n"
    "    type: resource::balancer::1.0\n"
    "    properties:\n"
    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
    "      network: {value: '${network}'}\n"
    "  relay:\n"
    "    type: resource::part::1.0\n"
    "    properties:\n"
    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
    "      network: {value: '${network}'}\n"
    "operations:\n"
    "  addServer: {source-operation: balancer.addServer}\n"
    "  removeServer: {source-operation: balancer.removeServer}\n"
    "metrics: {h_load: {type: 'metric::load', source-metric: balancer.h_load}}\n"
    "---\n"
    "name: assembly::office-server::1.0\n"
    "properties:\n"
    "  deploymentLocation: {required: true}\n"
    "  network: {required: true}\n"
    "  gw_address: {required: true}\n"
    "  data_address: {read-only: true, value: '${server.address}'}\n"
    "capabilities: {poolNode: {type: sipServer}}\n"
    "composition:\n"
    "  volume:\n"
    "    type: resource::part::1.0\n"
    "    properties: {deploymentLocation: {value: '${deploymentLocation}'}}\n"
    "  server:\n"
    "    type: resource::server::1.0\n"
    "    properties:\n"
    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
    "      network: {value: '${network}'}\n"
    "      gw_address: {value: '${gw_address}'}\n"
    "      volume: {value: '${volume.machine}'}\n"
    "  recorder:\n"
    "    type: resource::part::1.0\n"
    "    properties:\n"
    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
    "      network: {value: '${network}'}\n"
    "---\n";

void bench_text_office(struct lm_buf *out)
{
	lm_buf_init(out, 1 << 20);
	lm_buf_puts(out, office_resources);
	lm_buf_puts(out, office_assemblies);
	lm_buf_printf(out,
	    "name: assembly::office::1.0\n"
	    "properties:\n"
	    "  deploymentLocation: {required: true, default: sim}\n"
	    "  subnet: {default: 10.0.0.0/24}\n"
	    "  address: {read-only: true, value: '${gateway.internal_address}'}\n"
	    "composition:\n"
	    "  internal:\n"
	    "    type: resource::segment::1.0\n"
	    "    properties:\n"
	    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
	    "      subnet: {value: '${subnet}'}\n"
	    "  router:\n"
	    "    type: resource::part::1.0\n"
	    "    properties:\n"
	    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
	    "      network: {value: '${internal.machine}'}\n"
	    "  gateway:\n"
	    "    type: assembly::office-gateway::1.0\n"
	    "    properties:\n"
	    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
	    "      network: {value: '${internal.machine}'}\n"
	    "  server:\n"
	    "    type: assembly::office-server::1.0\n"
	    "    cluster: {initial-quantity: %d, minimum-nodes: 1, maximum-nodes: 64, "
	    "scaling-increment: 1}\n"
	    "    properties:\n"
	    "      deploymentLocation: {value: '${deploymentLocation}'}\n"
	    "      network: {value: '${internal.machine}'}\n"
	    "      gw_address: {value: '${gateway.internal_address}'}\n"
	    "relationships:\n"
	    "  dispatch:\n"
	    "    source-capabilities: [server.poolNode]\n"
	    "    target-requirements: [gateway.poolController]\n"
	    "    source-state: Active\n"
	    "    target-state: Active\n"
	    "    properties:\n"
	    "      ipaddr: {value: '${source.data_address}'}\n"
	    "      port: {value: '5060'}\n"
	    "    lifecycle: {Create: [target.addServer], Cease: [target.removeServer]}\n"
	    "policies:\n"
	    "  scale:\n"
	    "    type: policy::scale\n"
	    "    metric: gateway.h_load\n"
	    "    target: server\n"
	    "    properties:\n"
	    "      scaleOut_threshold: {value: 58}\n"
	    "      scaleIn_threshold: {value: 25}\n"
	    "      smoothing: {value: 3}\n",
	    (int)BENCH_SERVERS);
}
