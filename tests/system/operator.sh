#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An operator's command line before a manager: lists in every form, things of all kinds, what an apply
# shows and asks, exit statuses, what shells complete, and the manual.  Needs what the local driver needs to open.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
case $lm in /*) ;; *) lm=$PWD/$lm ;; esac
work=$(mktemp -d) || exit 2
pid='' other=''
clean() {
	for p in $pid $other; do kill "$p" 2>/dev/null || :; done
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM
export LC_ALL=C.UTF-8
unset NO_COLOR LM_TOKEN LM_CACERT
export XDG_CONFIG_HOME=$work/config
cd "$work" || exit 2
: >out >err

fail() {
	echo "operator: $*"
	sed 's/^/    out: /' out | head -n 30
	sed 's/^/    err: /' err | head -n 20
	exit 1
}

# ends STATUS ARGUMENT...: 'lm ARGUMENT...' ends so; the files out and err hold what it said.
ends() {
	local want=$1 status=0
	shift
	what="lm $*"
	timeout 60 "$lm" "$@" </dev/null >out 2>err || status=$?
	[ "$status" = "$want" ] || fail "$what: status $status, not $want"
}
says() {
	grep -q -e "$1" out || fail "$what: does not say '$1'"
}
hides() {
	! grep -q -e "$1" out || fail "$what: says '$1'"
}
complains() {
	grep -qF -e "$1" err || fail "$what: does not complain '$1'"
}

given_a_manager() {
	mkdir packages
	cat >packages/all.yml <<-'END'
		name: resource::part::1.0
		properties: {word: {}}
		---
		name: assembly::inside::1.0
		composition: {part: {type: "resource::part::1.0"}}
		---
		name: assembly::good::1.0
		description: what is good
		properties: {word: {default: a}}
		composition:
		  part: {type: "resource::part::1.0", properties: {word: {value: "${word}"}}}
		  inside: {type: "assembly::inside::1.0"}
		  pool:
		    type: resource::part::1.0
		    cluster: {initial-quantity: 2, minimum-nodes: 1, maximum-nodes: 4}
	END
	printf 'assemblyName: one\ndescriptorName: assembly::good::1.0\nproperties: {word: b}\n' >one.yml
	printf 'assemblyName: one\ndescriptorName: assembly::good::1.0\nproperties: {word: c}\n---\n' >both.yml
	printf 'assemblyName: two\ndescriptorName: assembly::good::1.0\n' >>both.yml
	printf 'assemblyName: lost\ndescriptorName: assembly::good::1.0\n' >lost.yml
	mkfifo pipe
	"$lm" serve --packages packages --state state --insecure --listen 127.0.0.1:0 2>pipe &
	pid=$!
	url=
	exec 3<pipe
	while [ -z "$url" ] && read -r line <&3; do
		echo "$line" >>log
		case $line in
		*' manager.ready address='*) url=http://${line##*address=} ;;
		esac
	done
	cat <&3 >>log &
	exec 3<&-
	[ -n "$url" ] || fail "the manager does not start: $(cat log)"
	export LM_SERVER=$url
}

# ---- an apply ------------------------------------------------------------------------------------------

# on_a_terminal ANSWER ARGUMENT...: the same with a terminal, on which somebody answers.
on_a_terminal() {
	local answer=$1 want=$2 status=0
	shift 2
	what="lm $*"
	# The answer waits in the terminal until it is asked for.
	printf '%s\n' "$answer" | timeout 60 script -qec "$lm $*" /dev/null >out 2>err || status=$?
	[ "$status" = "$want" ] || fail "$what, answered '$answer': status $status, not $want"
}

an_apply_shows_what_it_would_do_and_asks() {
	ends 2 apply -f one.yml
	says '^one: create from assembly::good::1.0, Active$'
	says '^  + word: b$'
	complains 'add --yes'
	ends 0 get assemblies
	complains 'There are no assemblies'
	on_a_terminal n 1 apply -f one.yml
	says 'Nothing was done'
	ends 0 get assemblies -o name
	hides one
	on_a_terminal y 0 apply -f one.yml
	says 'Do this?'
	ends 0 get assemblies -o name
	says '^one$'
	ends 0 apply -f one.yml # there is nothing to ask about
	says '^one: nothing to do$'
	ends 0 apply --yes -f both.yml
	says '^one: upgrade$'
	says '^  ~ word: b -> c$'
	says '^two: create'
}

# ---- lists ---------------------------------------------------------------------------------------------

lists_have_every_form() {
	ends 0 get assemblies
	[ "$(sed -n 's/^\([a-zA-Z]*\) .*/\1/p' out | paste -sd ' ')" = 'NAME one two' ] || fail "$what: not in order"
	ends 0 get asm -o wide
	says 'ID$'
	ends 0 get assemblies -o json
	jq -e 'length == 2' out >/dev/null || fail "$what: no JSON"
	cp out json
	ends 0 get assemblies -o yaml
	says '^- id: '
	ends 0 get assembly one
	says '^one  *Active'
	ends 0 get processes one -o name
	[ "$(wc -l <out)" = 3 ] || fail "$what: not three processes"
	newest=$(head -n 1 out)
	ends 0 get process "$newest"
	says UpgradeAssembly
	ends 0 describe process "${newest%%-*}"
	says '^one: UpgradeAssembly Completed'
	ends 1 retry "${newest%%-*}"
	complains "$newest"
	ends 0 get descriptors
	says 'what is good'
	ends 0 get descriptor assembly::good::1.0 -o json
	jq -e '.composition.pool.cluster["maximum-nodes"] == 4' out >/dev/null || fail "$what: not the descriptor"
	ends 0 describe assembly one -o yaml
	says '^name: one$'
	ends 0 status -o yaml
	says '^idle: true$'
}

things_of_all_kinds_come_change_and_go() {
	ends 0 create location edge -p infrastructureType=openstack -p infrastructureSpecificProperties.url=http://x
	says '^location edge: created$'
	ends 0 update location edge -p description='in the cellar'
	ends 0 get locations
	says '^edge  *openstack .* in the cellar$'
	ends 0 describe location edge
	says '^  url: http://x$'
	ends 1 create manager other -p url=http://127.0.0.1:1/api
	complains 'nothing has changed, because it cannot be asked what it can do: http://127.0.0.1:1/api/configuration: '
	mkdir other
	python3 "$root/tests/lib/simulated_manager.py" other &
	other=$!
	for _ in $(seq 500); do [ -s other/url ] || sleep 0.02; done
	mkdir -p other/types
	echo 'name: resource::far::1.0' >other/types/far.yml
	echo 'name: resource::part::1.0' >other/types/part.yml
	echo 'there Openstack' >other/locations
	ends 0 create manager other -p url="$(cat other/url)"
	says '^manager other: created$'
	says '^location there: created$'
	says '^descriptor resource::far::1.0: created$'
	complains 'warning: descriptor resource::part::1.0 is left out: there is a descriptor resource::part::1.0 already'
	ends 0 update manager other -p url="$(cat other/url)"
	! grep 'there' out || fail 'it tells again what it has told'
	kill "$other"
	wait "$other"
	other=''
	ends 0 create driver -p type=http -p baseUri=http://127.0.0.1:1 -o name
	driver=$(cat out)
	ends 0 get drivers
	says "^$driver  http "
	echo a-very-secret-secret >secret
	ends 0 create key mine -p publicKey=abc -p privateKey=@secret
	ends 0 get key mine -o yaml
	says '^publicKey: abc$'
	hides secret
	ends 0 create webhook pager -p url=http://127.0.0.1:1/x -p secret=@secret
	ends 0 get webhooks
	says '^pager '
	printf 'name: assembly::new::1.0\ndescription: it is new\ncomposition: {part: {type: "resource::part::1.0"}}\n' >new.yml
	ends 0 create descriptor -f new.yml
	says '^descriptor assembly::new::1.0: created$'
	ends 0 update descriptor -f new.yml
	ends 0 get descriptors
	says '^assembly::new::1.0  *it is new$'
	mkdir -p new/Definitions/lm
	echo 'name: resource::new::1.0' >new/Definitions/lm/resource.yaml
	(cd new && tar cf ../new.tar Definitions)
	ends 0 create package -f new.tar
	ends 0 get packages -o name
	says '^resource::new::1.0$'
	ends 0 get package resource::new::1.0 -o archive
	cmp -s out new.tar || fail "$what: not what was pushed"
	ends 1 get package resource::now::1.0 -o archive
	complains "did you mean 'resource::new::1.0'?"
	ends 2 get location edge -o archive
	ends 0 delete package resource::new::1.0
	ends 0 delete descriptor assembly::new::1.0
	ends 0 delete webhook pager
	ends 0 delete key mine
	ends 0 delete driver "$driver"
	ends 1 delete manager other
	complains "1 deployment location belongs to 'other': delete it first"
	ends 0 delete location there
	ends 0 delete descriptor resource::far::1.0
	ends 0 delete manager other
	ends 1 delete location edge nowhere
	says '^location edge: deleted$'
	complains "location nowhere: "
}

an_assembly_within_is_looked_at_by_itself() {
	ends 0 describe one__inside
	says '^one__inside  *Active .*assembly::inside::1.0'
	says '^└─ part '
	ends 0 get assembly one__inside -o json
	cp out named
	ends 0 get assembly "$(jq -r .id named)" -o json
	cmp -s named out || fail "$what: not what it is by its name"
}

a_record_is_forgotten_when_somebody_agrees() {
	ends 0 create -f lost.yml
	ends 2 forget lost
	says '^lost: assembly::good::1.0, 4 components stay as they are$'
	complains 'add --yes'
	on_a_terminal n 1 forget lost
	says 'Nothing was done'
	ends 1 forget --yes lost lots
	complains "did you mean 'lost'?"
	ends 0 get assembly lost -o name
	ends 0 forget --yes lost
	says '^lost: forgotten$'
	complains "'lm doctor --repair'"
	ends 1 get assembly lost
}

mistakes_are_told_with_what_to_do() {
	ends 2 get assembles
	complains "did you mean 'assemblies'?"
	ends 2 get events
	complains "'lm events' shows that"
	ends 2 get policies
	complains "'lm policy' shows that"
	ends 1 describe process one
	complains "'lm get processes one'"
	ends 0 get processes nobody
	complains 'of this name'
	for wrong in 'get descriptor assembly::god::1.0' 'delete descriptor assembly::goood::1.0'; do
		# shellcheck disable=SC2086 # words
		ends 1 $wrong
		complains "did you mean 'assembly::good::1.0'?"
	done
	ends 1 get location locl
	complains "did you mean 'local'?"
	ends 1 update location locl -p description=x
	complains "did you mean 'local'?"
	ends 2 aply -f one.yml
	complains "did you mean 'apply'?"
	ends 2 get assemblies --wach
	complains 'did you mean --watch?'
	ends 2 get assemblies -o xml
	complains 'wide json yaml name archive'
	ends 1 describe nobody
	ends 1 describe oen
	complains "did you mean 'one'?"
	ends 2 update assembly one
	complains "'lm upgrade'"
	ends 2 create location
	complains '-f FILE'
	LM_SERVER=http://127.0.0.1:9 ends 3 get assemblies
	complains "'lm serve'"
}

a_delete_asks_whoever_can_be_asked() {
	ends 0 create -f lost.yml
	on_a_terminal n 1 delete lost
	says "Delete 'lost' and everything in it?"
	ends 0 get assembly lost -o name
	on_a_terminal y 0 delete assembly lost
	ends 1 get assembly lost
	ends 0 create -f lost.yml
	ends 0 delete --yes lost
}

a_list_is_watched_until_somebody_ends_it() {
	local watcher n=0
	"$lm" get assemblies --watch -o name >watched 2>&1 &
	watcher=$!
	until grep -q two watched || [ $((n += 1)) -gt 100 ]; do read -rt 0.1 <> <(:) || :; done
	ends 0 delete two
	until [ "$(tail -n 1 watched)" = one ] || [ $((n += 1)) -gt 100 ]; do read -rt 0.1 <> <(:) || :; done
	kill "$watcher"
	wait "$watcher" 2>/dev/null || :
	[ "$(paste -sd ' ' watched)" = 'one two one' ] || fail "--watch tells '$(paste -sd ' ' watched)'"
}

# ---- what shells complete ----------------------------------------------------------------------------------

# bash itself is asked, with its own idea of words.
completes() {
	local line=$1 want=$2 got
	got=$(bash -c '
		PATH=$1:$PATH
		. <(lm completion bash) || exit
		COMP_LINE=$2 COMP_POINT=${#2}
		# What bash makes of it: words end at blanks, and at : and =, which are words as well.
		mapfile -t COMP_WORDS < <(sed "s/\([:=]\{1,\}\)/\n\1\n/g; s/ /\n/g" <<<"$2" | sed "/^$/d")
		case $2 in *" "|*:|*=) COMP_WORDS+=("") ;; esac
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_lm
		printf "%s\n" "${COMPREPLY[@]}"' - "${lm%/lm}" "$line" 2>err | paste -sd ' ')
	[ "$got" = "$want" ] || fail "bash completes '$line' with '$got', not '$want'"
}

shells_complete() {
	completes 'lm ap' apply
	completes 'lm get assemblies o' one
	completes 'lm describe ' "$("$lm" get assemblies -o name | paste -sd ' ') assembly process descriptor package location manager driver key webhook"
	completes 'lm scale one ' pool
	completes 'lm heal one pa' part
	completes 'lm get descriptor assembly::g' 'good::1.0'
	completes 'lm upgrade one --state=In' 'Installed Inactive'
	completes 'lm nothing ' ''
	# with no manager to ask
	LM_SERVER=http://127.0.0.1:9 completes 'lm describe o' ''
	ends 2 completion csh
	ends 0 completion zsh
	zsh -n out || fail "zsh does not understand it"
	ends 0 completion fish
	fish -n out || fail "fish does not understand it"
	HOME=$work PATH=${lm%/lm}:$PATH fish -c 'source out; complete -C "lm get assemblies o"' >answers 2>err
	grep -q '^one' answers || fail "fish completes with '$(cat answers)'"
}

# ---- the manual --------------------------------------------------------------------------------------------

the_manual_is_in_order() {
	mkdir -p man/man1 man/man5 man/man7
	ends 0 __man
	for page in $(cat out); do
		"$lm" __man "$page" >"man/man${page##*.}/$page" || fail "no page $page"
		mandoc -T lint "man/man${page##*.}/$page" >lint || fail "$page: $(cat lint)"
		MANROFFSEQ='' man --warnings -E UTF-8 -l "man/man${page##*.}/$page" 2>&1 >/dev/null | grep . && fail "$page: man warns"
	done
	MANPATH=$work/man man lm-apply 2>err | col -b >out
	what='man lm-apply'
	says 'EXIT STATUS'
	says '\-\-yes'
	ends 0 help apply
	says '\-\-yes'
	ends 0 help descriptor
	says 'initial-quantity'
}

given_a_manager
an_apply_shows_what_it_would_do_and_asks
lists_have_every_form
things_of_all_kinds_come_change_and_go
an_assembly_within_is_looked_at_by_itself
a_record_is_forgotten_when_somebody_agrees
mistakes_are_told_with_what_to_do
a_delete_asks_whoever_can_be_asked
shells_complete
a_list_is_watched_until_somebody_ends_it
the_manual_is_in_order
kill -TERM "$pid"
wait "$pid" || fail "the manager ended with status $?"
pid=
echo "operator: ok"
