#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Those whose metrics we take, the real ones of Debian: collectd posts, the manager scrapes an exporter
# and what Prometheus has collected, Alertmanager passes on what Prometheus finds. Each by itself drives a
# service to scale and to heal. The components are records without anything behind them: what is
# measured is a figure in a file, which the test writes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
for program in collectd prometheus prometheus-alertmanager perl; do
	command -v $program >/dev/null || {
		echo "$program is missing: tests/depends names the packages"
		exit 77
	}
done
box_enter
tools=$(dirname "$lm")/tests/demo
exporter=127.0.0.1:9100 collector=127.0.0.1:9090 alertmanager=127.0.0.1:9093

# ---- words ---------------------------------------------------------------------------------------------

# shows FILE TEXT: replaces it as a whole, since somebody may be reading it
shows() {
	printf '%s\n' "$2" >"$1.new"
	mv "$1.new" "$1"
}

# chapter NAME DESCRIPTOR [PROPERTY]: an assembly of its own, Active
chapter() {
	echo "$1"
	echo "{assemblyName: $1, descriptorName: '$2', properties: {${3:-}}}" >intent.yml
	ends 0 apply --yes -f intent.yml
	since=$(date +%s%3N)
}

over() {
	ends 0 delete "$1"
}

# started NAME COMMAND...: in the background; it ends with us
started() {
	program=$1
	shift
	"$@" >"$program.log" 2>&1 &
	eval "$program=$!"
}

ended() {
	kill -TERM "$1"
	wait "$1" || :
}

# answers URL: until somebody does
answers() {
	comes curl -sf -o answer --max-time 2 "$1"
}

token() {
	"$lm" token --state state --writer "$1"
}

# grows, heals NAME: the policy's decision, and the intent
grows() {
	await "a decision to scale out $1" "$since" type=PolicyEvent "rootAssemblyName=$1" 'action=scale out'
	await "a scale-out of $1" "$since" type=ProcessStateChangeEvent "assemblyName=$1" intentType=ScaleOutAssembly processState=Completed
}

heals() {
	await "a decision to heal $1" "$since" type=PolicyEvent "rootAssemblyName=$1" action=heal
	await "a heal of $1" "$since" type=ProcessStateChangeEvent "assemblyName=$1" intentType=HealAssembly processState=Completed
}

# ---- what is managed ------------------------------------------------------------------------------------

descriptors() {
	mkdir -p packages
	cat >packages/peers.yml <<END
name: resource::member::1.0
lifecycle: [Install, Start, Stop, Uninstall]
---
name: resource::pushed::1.0
lifecycle: [Install, Start, Integrity, Stop, Uninstall]
metrics:
  h_load: {type: metric::load, publication-period: 1}
  h_integrity: {type: metric::integrity, publication-period: 0}
policies:
  heal: {type: policy::heal, metric: h_integrity, properties: {smoothing: 2}}
---
name: resource::scraped::1.0
lifecycle: [Install, Start, Integrity, Stop, Uninstall]
properties:
  from: {default: http://$exporter/metrics}
  series: {default: 'pool_load{pool="a"}'}
metrics:
  h_load:
    type: metric::load
    publication-period: 1
    scrape: {url: '\${from}', series: '\${series}', full-scale: 1000}
  h_integrity:
    type: metric::integrity
    publication-period: 1
    scrape: {url: '\${from}', series: pool_up}
policies:
  heal: {type: policy::heal, metric: h_integrity, properties: {smoothing: 2}}
END
	assembly pushed
	assembly scraped 'from: {default: '"http://$exporter/metrics}" "from: {value: '\${from}'}"
}

# assembly KIND [PROPERTY OF-THE-RESOURCE]: a resource that is measured, and a pool that follows its load
assembly() {
	cat >>packages/peers.yml <<END
---
name: assembly::$1::1.0
properties: {${2:-}}
composition:
  gw: {type: 'resource::$1::1.0', properties: {${3:-}}}
  pool:
    type: resource::member::1.0
    cluster: {minimum-nodes: 1, maximum-nodes: 3}
policies:
  scale:
    type: policy::scale
    metric: gw.h_load
    target: pool
    properties: {scaleOut_threshold: 60, scaleIn_threshold: 20, smoothing: 2}
END
}

# ---- collectd posts ---------------------------------------------------------------------------------------

collectd_conf() {
	cat >collectd.conf <<END
Hostname "posted__gw"
FQDNLookup false
BaseDir "$PWD"
PIDFile "$PWD/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin logfile
<Plugin logfile>
	LogLevel info
	File STDOUT
</Plugin>
LoadPlugin table
<Plugin table>
	<Table "$PWD/figures">
		Separator " "
		<Result>
			Type gauge
			InstancePrefix "h_load"
			ValuesFrom 0
		</Result>
		<Result>
			Type gauge
			InstancePrefix "h_integrity"
			ValuesFrom 1
		</Result>
	</Table>
</Plugin>
<LoadPlugin write_http>
	FlushInterval 1
</LoadPlugin>
<Plugin write_http>
	<Node "lm">
		URL "$url/api/metrics/collectd"
		Format "JSON"
		Header "Authorization: Bearer $(token collectd)"
		LogHttpError true
	</Node>
</Plugin>
END
	chmod 600 collectd.conf
}

collectd_posts() {
	collectd_conf
	shows figures '45 1'
	started collectd collectd -f -C collectd.conf
	chapter posted assembly::pushed::1.0
	shows figures '80 1'
	grows posted
	shows figures '45 0'
	heals posted
	ended "$collectd"
	over posted
}

# ---- the manager scrapes ------------------------------------------------------------------------------------

# exposes LOAD UP
exposes() {
	shows exporter/metrics "# TYPE pool_load gauge
pool_load{pool=\"a\",node=\"1\"} $1
pool_load{pool=\"a\",node=\"2\"} 0
pool_load{pool=\"b\"} 999999
# TYPE pool_up gauge
pool_up $2"
}

exporter_begins() {
	mkdir -p exporter
	exposes 450 1
	started httpd busybox httpd -f -p $exporter -h exporter
	answers http://$exporter/metrics
}

an_exporter_is_scraped() {
	chapter scraped assembly::scraped::1.0
	exposes 800 1
	grows scraped
	exposes 450 0
	heals scraped
	ends 0 get metrics scraped
	says 'http://127.0.0.1:9100/metrics'
	exposes 450 1
	over scraped
}

# ---- Prometheus collects, and the manager scrapes it ----------------------------------------------------------

prometheus_begins() {
	cat >prometheus.yml <<END
global: {scrape_interval: 500ms, evaluation_interval: 500ms}
rule_files: [rules.yml]
alerting:
  alertmanagers: [static_configs: [{targets: ['$alertmanager']}]]
scrape_configs:
  - job_name: pool
    static_configs: [{targets: ['$exporter']}]
END
	cat >rules.yml <<'END'
groups:
  - name: pool
    rules:
      - alert: PoolDown
        expr: pool_up == 0
        labels: {lm_intent: heal, assembly: alerted, component: gw}
        annotations: {summary: 'the pool says {{ $value }}'}
      - alert: PoolFull
        expr: pool_load{pool="a",node="1"} > 900
        labels: {lm_intent: scaleOut, assembly: alerted, cluster: pool}
      - alert: NobodysBusiness
        expr: vector(1)
END
	started prometheus prometheus --config.file=prometheus.yml --storage.tsdb.path=tsdb --log.level=warn \
		--web.listen-address=$collector
	answers http://$collector/-/ready
}

# What Prometheus adds is there: its own labels, and the time of each figure.
prometheus_is_scraped() {
	chapter federated assembly::scraped::1.0 \
		"from: 'http://$collector/federate?match[]=%7Bjob%3D%22pool%22%7D'"
	exposes 800 1
	grows federated
	exposes 450 0
	heals federated
	exposes 450 1
	over federated
}

# ---- Prometheus finds, Alertmanager passes on --------------------------------------------------------------------

alertmanager_begins() {
	token alertmanager >token
	chmod 600 token
	cat >alertmanager.yml <<END
route: {receiver: lm, group_wait: 0s, group_interval: 1s, group_by: [alertname]}
receivers:
  - name: lm
    webhook_configs:
      - url: $url/api/alerts
        http_config: {authorization: {credentials_file: $PWD/token}}
END
	started alertmanager_pid prometheus-alertmanager --config.file=alertmanager.yml --storage.path=alerts --log.level=warn \
		--cluster.listen-address= --web.listen-address=$alertmanager
	answers http://$alertmanager/-/ready
}

# posts STATUS TEXT BODY [HEADER]: what the manager says of an alert
posts() {
	got=$(curl -s -o answer -w '%{http_code}' -H "${4:-Authorization: Bearer $(cat token)}" -d "$3" "$url/api/alerts")
	[ "$got" = "$1" ] && grep -qF "$2" answer || fail "an alert got $got, not $1 with '$2': $(cat answer)"
}

bad_alerts_are_refused() {
	posts 401 'lm token' '{"alerts":[]}' 'X: y'
	posts 400 'not JSON' '{"alerts":['
	posts 400 'must be an array' '{"alerts":{}}'
	posts 400 'must be heal' '{"alerts":[{"labels":{"lm_intent":"mend","assembly":"posted"}}]}'
	posts 400 'must say what is meant' '{"alerts":[{"labels":{"lm_intent":"heal","assembly":"posted"}}]}'
	posts 200 '"refused":1' '{"alerts":[{"labels":{"lm_intent":"heal","assembly":"nobody","component":"gw"}}]}'
	posts 200 '"accepted":0,"repeated":0,"refused":0' '{"alerts":[{"status":"resolved","labels":{"lm_intent":"mend"}},{},3]}'
	# As many as there may be at once, about names that are long: of each it is said what is wrong.
	jq -n '{alerts: [range(1000) | {labels: {lm_intent: "heal", assembly: ("a" * 300), component: "gw"}}]}' >many
	posts 200 '"refused":1000' @many
	jq -e '.alerts | length == 1000 and all(.message | contains("Cannot find"))' answer >/dev/null ||
		fail 'the answer to many alerts is not whole'
}

alerts_are_passed_on() {
	chapter alerted assembly::pushed::1.0
	exposes 1000 1
	await 'a scale-out that an alert wanted' "$since" type=ProcessStateChangeEvent assemblyName=alerted \
		intentType=ScaleOutAssembly processState=Completed 'reason=alert PoolFull'
	again='{"alerts":[{"status":"firing","startsAt":"2026-01-01T00:00:00Z","labels":{"lm_intent":"heal","assembly":"alerted","component":"gw"}}]}'
	posts 200 '"accepted":1' "$again"
	posts 200 '"accepted":0,"repeated":1' "$again"
	await 'a heal that was asked for twice' "$since" type=ProcessStateChangeEvent assemblyName=alerted \
		intentType=HealAssembly processState=Completed
	exposes 450 0
	await 'a heal that an alert wanted' "$since" type=ProcessStateChangeEvent assemblyName=alerted \
		intentType=HealAssembly processState=Completed 'reason=alert PoolDown: the pool says 0'
	exposes 450 1
	over alerted
}

descriptors
start state
events_begin
collectd_posts
exporter_begins
an_exporter_is_scraped
alertmanager_begins
prometheus_begins
prometheus_is_scraped
bad_alerts_are_refused
alerts_are_passed_on
ended "$alertmanager_pid"
ended "$prometheus"
ended "$httpd"
stop
