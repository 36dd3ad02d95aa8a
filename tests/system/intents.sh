#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that may be asked of a running service, on a real kernel: upgrades, a rollback of one that
# failed, a retry, a cancel, others who ask meanwhile, and an adoption after the journal was lost.
# Containers are told apart by their process 1: the same one, or another.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

# ---- what is managed -------------------------------------------------------------------------------------

box() {
	cat <<-END
		name: resource::box::$1
		properties:
		  network: {required: true}
		  word: {default: plain}
		  tune: {default: '1', volatile: true}
		  peer: {default: nobody}
		  address: {read-only: true}
		  tuned: {read-only: true}
		lifecycle: [Install, Start, Reconfigure, Stop, Integrity, Uninstall]
		infrastructure:
		  local:
		    container:
		      image: box
		      networks: {a: {network: '\${network}', address: address}}
	END
}

site() {
	cat <<-END
		name: assembly::site::$1
		properties:
		  word: {default: plain}
		  tune: {default: '1', volatile: true}
		composition:
		  wire: {type: 'resource::wire::1.0'}
		  hub:
		    type: resource::box::1.0
		    properties: {network: {value: '\${wire.networkid}'}}
		  leaf:
		    type: resource::box::1.0
		    properties:
		      network: {value: '\${wire.networkid}'}
		      peer: {value: '\${hub.address}'}
		      word: {value: '\${word}'}
		      tune: {value: '\${tune}'}
	END
}

packages() {
	lifecycle=packages/site/box/lifecycle
	mkdir -p packages/site/wire $lifecycle packages/site/newer
	cat >packages/site/wire/resource.yml <<-'END'
		name: resource::wire::1.0
		properties:
		  networkid: {read-only: true}
		lifecycle: [Install, Uninstall]
		infrastructure: {local: {network: {subnet: 10.77.0.0/24, management: "false"}}}
	END
	box 1.0 >packages/site/box/resource.yml
	site 1.0 >packages/site/site.yml
	{
		site 1.1
		printf '  extra:\n    type: resource::box::1.0\n    properties: {network: {value: "${wire.networkid}"}}\n'
	} >packages/site/newer/site.yml
	# 'wait' waits for the test; 'bad' does not come up, until this script is mended.
	cat >$lifecycle/start.sh <<-'END'
		[ "$word" != bad ] || { echo "cannot be $word"; exit 1; }
		if [ "$word" = wait ]; then
			echo >/package/lifecycle/begun
			read -r _ </package/lifecycle/gate
		fi
		setsid sleep 1000 </dev/null >/dev/null 2>&1 &
		echo $! >"$LM_SERVICES/nap.pid"
		echo "tuned=$tune" >>"$LM_OUTPUT"
	END
	echo 'echo "tuned=$tune" >>"$LM_OUTPUT"' >$lifecycle/reconfigure.sh
	echo 'kill -0 "$(cat "$LM_SERVICES/nap.pid")"' >$lifecycle/integrity.sh
	cat >$lifecycle/stop.sh <<-'END'
		[ -e "$LM_SERVICES/nap.pid" ] || exit 0
		p=$(cat "$LM_SERVICES/nap.pid")
		rm "$LM_SERVICES/nap.pid"
		kill -9 "$p" || :
	END
	mkfifo $lifecycle/begun $lifecycle/gate
	printf 'assemblyName: site\ndescriptorName: assembly::site::1.0\n' >site.yml
}

# ---- what is said of it ------------------------------------------------------------------------------------

# has NAME VALUE: a property of the leaf.
has() {
	ends 0 describe -o json site
	found=$(jq -r --arg name "$1" '.. | objects | select(.name == "site__leaf").properties[] | select(.name == $name).value' out)
	[ "$found" = "$2" ] || fail "the leaf's $1 is '$found', not '$2'"
}

is_active() {
	ends 0 describe -o json site
	[ "$(jq -r '[.. | objects | select(.type == "Component").state] | unique | join(" ")' out)" = Active ] ||
		fail "not everything is Active"
	[ "$(jq '[.. | objects | select(.leaving)] | length' out)" = 0 ] || fail "something is leaving"
}

# Process 1 of a component's container.
init_of() {
	runc --root state/local/runc state "$(container_of "site__$1")" | jq .pid
}

# The steps of the last command, of those that it showed when they ended.
steps() {
	sed -n 's/^  ok  *\([a-z]*\)  *\([A-Z][a-z]*\) .*/\1:\2/p' out | paste -sd ' '
}

# does STEP...: just these, in this order.
does() {
	[ "$(steps)" = "$*" ] || fail "the steps are '$(steps)', not '$*'"
}

# newest STATUS: sets process, the id of the last one, which has this status.
newest() {
	ends 0 get processes site -o json
	process=$(jq -r '.[0].id' out)
	[ "$(jq -r '.[0].status' out)" = "$1" ] || fail "the last process is not $1"
}

# ---- the story -----------------------------------------------------------------------------------------------

applied_again_nothing_changes() {
	ends 0 apply --yes -f site.yml
	note_mark
	ends 0 apply --yes -f site.yml
	says 'UpgradeAssembly Completed after .*: nothing to do'
	does
	is_active
	has tuned 1
}

a_volatile_property_reconfigures() {
	hub=$(init_of hub) leaf=$(init_of leaf)
	ends 0 plan upgrade site -p tune=2
	[ "$(wc -l <out)" = 1 ] || fail "it is more than one step"
	says 'Reconfigure site__leaf.*tune has changed'
	has tuned 1
	ends 0 upgrade site -p tune=2
	does leaf:Reconfigure
	has tuned 2
	[ "$leaf" = "$(init_of leaf)" ] || fail "the leaf is another one"
}

any_other_is_made_anew() {
	ends 0 plan upgrade site -p word=other
	says 'Uninstall site__leaf'
	[ "$leaf" = "$(init_of leaf)" ] || fail "a plan has changed something"
	ends 0 upgrade site -p word=other
	does leaf:Stop leaf:Uninstall leaf:Install leaf:Start leaf:Integrity
	[ "$leaf" != "$(init_of leaf)" ] || fail "the leaf is the same"
	[ "$hub" = "$(init_of hub)" ] || fail "the hub is another one"
	has tuned 2
	has word other
}

another_descriptor_brings_what_is_new() {
	leaf=$(init_of leaf)
	ends 0 upgrade site -d assembly::site::1.1
	does extra:Install extra:Start extra:Integrity
	is_active
	ends 0 upgrade site -d assembly::site::1.0
	does extra:Stop extra:Uninstall
	is_active
	[ "$leaf" = "$(init_of leaf)" ] || fail "the leaf is another one"
}

what_failed_is_rolled_back() {
	ends 1 upgrade site -p word=bad
	says 'UpgradeAssembly Failed'
	grep -q 'cannot be bad' err || fail "it does not show what the script printed"
	newest Failed
	ends 0 describe process -o json "$process"
	jq -e '(.previousInstance.properties | any(.value == "other")) and
		(.desiredInstance.properties | any(.value == "bad"))' out >/dev/null || fail "before and after are not told"
	ends 0 plan rollback "$process"
	says 'Start *site__leaf'
	ends 0 rollback "$process"
	is_active
	has word other
	ends 1 rollback "$process" # it is the past now
}

what_failed_goes_on_when_the_cause_is_mended() {
	ends 1 upgrade site -p word=bad
	newest Failed
	failed=$process
	sed 's/^\[ "$word" != bad.*/:/' $lifecycle/start.sh >mended
	cat mended >$lifecycle/start.sh
	ends 0 retry "$process"
	newest Completed
	[ "$process" = "$failed" ] || fail "it is another process"
	is_active
	has word bad
}

others_wait_or_are_refused_and_a_cancel_ends_it() {
	timeout 60 "$lm" upgrade site -p word=wait >upgrade.out 2>&1 &
	upgrade=$!
	read -r _ <$lifecycle/begun
	ends 1 upgrade site -p tune=3
	grep -q "'site' is busy: process .* (UpgradeAssembly) runs" err || fail "it does not say who runs"
	newest 'In Progress'
	running=$process
	ends 0 upgrade site -p tune=3 --queue --no-wait
	newest Pending
	ends 0 cancel "$process"
	ends 0 cancel "$running" --no-wait
	echo >$lifecycle/gate
	status=0
	wait $upgrade || status=$?
	[ "$status" = 1 ] || fail "a cancelled upgrade ends with status $status"
	ends 0 describe process "$running"
	says 'UpgradeAssembly Cancelled'
	ends 0 retry "$running"
	is_active
	has word wait
	has tuned 2
}

who_waits_comes_after_it() {
	ends 0 upgrade site -p word=plain
	timeout 60 "$lm" upgrade site -p word=wait >upgrade.out 2>&1 &
	upgrade=$!
	read -r _ <$lifecycle/begun
	ends 0 upgrade site -p tune=3 --queue --no-wait
	echo >$lifecycle/gate
	wait $upgrade || fail "the upgrade failed: $(cat upgrade.out)"
	ends 0 state site Active --queue
	has word wait
	has tuned 3
	is_active
	is_healthy
}

# What 'lm describe' had said, with the ids that are found outside.
as_adopted() {
	jq --slurpfile outside things '{assemblyName: .name, descriptorName, intendedState,
		properties: {word: "wait", tune: "3"},
		resources: [.children[] | . as $c | {key: .name, value: {
			id: [$outside[0][] | select(.resourceName == $c.name).resourceId][0],
			outputs: ([.properties[] | select(.name | IN("networkid", "address", "tuned"))] | from_entries)}}] |
			from_entries}' described
}

what_the_journal_lost_is_adopted() {
	hub=$(init_of hub) leaf=$(init_of leaf)
	"$lm" describe -o json site >described
	stop
	rm state/journal.db*
	start state
	ends 1 doctor
	says 'orphan *site__leaf'
	"$lm" inventory -o json >things
	as_adopted >adopted.json
	ends 0 plan adopt -f adopted.json
	ends 0 adopt -f adopted.json
	[ "$(steps | tr ' ' '\n' | sort | paste -sd ' ')" = 'hub:Integrity leaf:Integrity' ] ||
		fail "more than a look was taken: $(steps)" # in whatever order
	is_active
	has word wait
	[ "$hub $leaf" = "$(init_of hub) $(init_of leaf)" ] || fail "they are others"
	is_healthy
	ends 0 upgrade site -p tune=4
	does leaf:Reconfigure
	has tuned 4
}

what_scripts_print_is_followed() {
	"$lm" logs site leaf --follow -o json >followed 2>&1 &
	follower=$!
	ends 0 upgrade site -p tune=5
	newest Completed
	n=0
	until jq -e --arg p "$process" 'select(.process == $p and .action == "Reconfigure")' followed >/dev/null 2>&1; do
		[ $((n += 1)) -lt 200 ] || fail "lm logs --follow does not tell of the step: $(cat followed)"
		"$lm" status >/dev/null # it takes a moment
	done
	kill "$follower"
	wait "$follower" 2>/dev/null || :
	[ "$(jq -r .id followed | sort | uniq -d | wc -l)" = 0 ] || fail "a step was told twice"
}

all_of_it_goes() {
	ends 0 delete site
	is_healthy
	says '0 components in the journal, 0 resources outside'
	ends 0 inventory -o json
	[ "$(cat out)" = '[]' ] || fail "something is left"
}

packages
start state
applied_again_nothing_changes
a_volatile_property_reconfigures
any_other_is_made_anew
another_descriptor_brings_what_is_new
what_failed_is_rolled_back
what_failed_goes_on_when_the_cause_is_mended
others_wait_or_are_refused_and_a_cancel_ends_it
who_waits_comes_after_it
what_the_journal_lost_is_adopted
what_scripts_print_is_followed
all_of_it_goes
stop
echo "what is asked of a running service is done, and undone"
