#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The compiler at the command line: what goes in, what comes out, how it ends, and that no input, however
# bad, takes long or says more than one thing.  Needs neither root nor a manager.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C
unset LM_SERVER NO_COLOR
cd "$work" || exit 2
failures=0

fail() {
	echo "cli: $*"
	sed 's/^/    out: /' "$work/out" | head -n 20
	sed 's/^/    err: /' "$work/err" | head -n 20
	failures=$((failures + 1))
}

# ends STATUS ARGUMENT...: 'lm ARGUMENT...' ends so, in bounded time; the files out and err hold
# what it said.
ends() {
	want=$1 status=0
	shift
	what="lm $*"
	timeout 30 "$lm" "$@" <"$input" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" = "$want" ] || fail "$what: status $status, not $want"
}
input=/dev/null
says() {
	grep -qF -e "$1" "$work/out" || fail "$what: does not say '$1'"
}
hides() {
	! grep -qF -e "$1" "$work/out" || fail "$what: says '$1'"
}
complains() {
	grep -qF -e "$1" "$work/err" || fail "$what: does not complain '$1'"
}
is_silent_on_stderr() {
	[ ! -s "$work/err" ] || fail "$what: writes to standard error"
}
prints_nothing() {
	[ ! -s "$work/out" ] || fail "$what: writes to standard output"
}
# holds FILTER: jq says that it is true of the whole output.
holds() {
	jq -e -s "$1" "$work/out" >/dev/null 2>"$work/err" || fail "$what: not $1"
}

# ---- check ---------------------------------------------------------------------------------------------

given() {
	mkdir -p good bad
	cat >good/voice.yml <<-'END'
		name: assembly::voice::1.0
		composition:
		  gateway: {type: "resource::server::1.0"}
		  pool:
		    type: resource::server::1.0
		    cluster: {initial-quantity: 2, minimum-nodes: 1, maximum-nodes: 4}
	END
	cat >good/server.yml <<-'END'
		name: resource::server::1.0
		infrastructure: {local: {container: {image: server}}}
		lifecycle: []
	END
	printf 'name: resource::server::1.0\ncolour: red\nproperties:\n  a: {required: perhaps}\n' >bad/server.yml
	printf 'name: assembly::voice::1.0\ncomposition:\n  server: {type: "resource::sever::1.0"}\n' >bad/voice.yml
	printf 'name: resource::server::1.0\ncolour: red\n' >warned.yml
	tar cf good.csar good
	tar czf bad.tar.gz bad
}

inputs() {
	ends 0 check good/server.yml
	says '1 file, 1 descriptor, 0 errors, 0 warnings'
	is_silent_on_stderr
	ends 0 check good
	says '2 files, 2 descriptors, 0 errors, 0 warnings'
	ends 0 check good.csar
	says 'good.csar!/good/server.yml'
	ends 1 check bad.tar.gz
	says 'bad.tar.gz!/bad/voice.yml:3:'
	says "did you mean 'resource::server::1.0'?"
	is_silent_on_stderr
	input=bad/server.yml
	ends 1 check -
	says '<stdin>:4:17-23: error:'
	input=/dev/null
	ends 1 check good bad
	says '[LM0301]'
	ends 1 check good nowhere
	says 'nowhere: error: cannot read it'
	says 'good/voice.yml'
}

formats() {
	ends 1 check --format text bad
	says '[LM'
	says 'for more: lm explain LM'
	ends 1 check -q bad
	hides 'for more'
	hides '2 files'
	ends 0 check -q good
	prints_nothing
	ends 1 check --format json bad
	is_silent_on_stderr
	holds 'length > 1'
	holds 'all(.[]; (.code | test("^LM[0-9]{4}$")) and (.severity == "error" or .severity == "warning") and .message != "")'
	holds 'all(.[]; .file == "bad/server.yml" or .file == "bad/voice.yml")'
	[ "$(jq -c . "$work/out" | wc -l)" = "$(wc -l <"$work/out")" ] || fail "$what: not one object per line"
	ends 0 check --format json good
	prints_nothing
	ends 1 check -o json bad
	holds '.[0].errors == ([.[0].diagnostics[] | select(.severity == "error")] | length)'
	ends 1 check --format sarif bad
	is_silent_on_stderr
	holds 'length == 1 and .[0].version == "2.1.0" and (.[0].runs | length) == 1'
	holds '.[0].runs[0] | .tool.driver.name == "lm" and (.tool.driver.rules | length > 0) and (.results | length > 1)'
	holds '.[0].runs[0] | .tool.driver.rules as $r | all(.results[]; $r[.ruleIndex].id == .ruleId)'
	holds 'all(.[0].runs[0].results[]; .locations[0].physicalLocation | .artifactLocation.uri != "" and .region.startLine >= 1)'
	ends 0 check --format sarif good
	holds '.[0].runs[0].results == []'
}

options() {
	ends 0 check warned.yml
	says 'warning'
	ends 1 check --strict warned.yml
	says '(strict: warnings are errors)'
	says '0 warnings'
	ends 0 check --strict good
	ends 1 check bad
	hides "$(printf '\033')"
	ends 1 check --colour always bad
	says "$(printf '\033[')"
	ends 1 check --color=never bad
	hides "$(printf '\033')"
	ends 2 check --colour sometimes bad
	complains 'always, never or auto'
	ends 2 check --format xml bad
	complains 'there is text, json and sarif'
	ends 2 check -o yaml bad
	ends 2 check
	complains 'lm check'
	ends 2 check --frobnicate bad
	prints_nothing
	ends 0 check --help
	says '--strict'
}

# ---- explain -------------------------------------------------------------------------------------------

explanations() {
	ends 0 explain
	says 'LM0302'
	awk '$1 !~ /^LM[0-9][0-9][0-9][0-9]$/ || ($2 != "error" && $2 != "warning")' "$work/out" | grep -q . &&
		fail "$what: a line that is no code"
	ends 0 explain LM0302
	cp out asked
	for form in lm0302 Lm0302 0302 302; do
		ends 0 explain $form
		cmp -s asked out || fail "$what: not what 'lm explain LM0302' says"
	done
	ends 0 explain LM0101 LM0302
	says 'LM0101:'
	says 'LM0302:'
	ends 1 explain LM0300
	complains "there is no code 'LM0300': the nearest is LM0301"
	prints_nothing
	ends 1 explain elephant
	complains "'lm explain' lists them"
	ends 1 explain LM0302 LM9999
	says 'LM0302:'
	# every code that a format names can be explained
	ends 1 check --format json bad
	for code in $(jq -r .code out | sort -u); do
		ends 0 explain "$code"
	done
}

# ---- graph ---------------------------------------------------------------------------------------------

is_svg() {
	if command -v xmllint >/dev/null; then
		xmllint --noout "$work/out" 2>"$work/err" || fail "$what: no XML"
	else
		rsvg-convert "$work/out" >"$work/picture" 2>"$work/err" || fail "$what: nobody can read it"
	fi
	says '<svg'
}

graphs() {
	ends 0 graph good/voice.yml
	cp out asked
	says 'digraph'
	ends 0 graph -o dot good/voice.yml
	cmp -s asked out || fail "$what: not the default"
	dot -Tplain out >/dev/null 2>err || fail "$what: graphviz cannot read it"
	ends 0 graph -o mermaid good/voice.yml
	head -n 1 out | grep -q '^flowchart' || fail "$what: no Mermaid"
	ends 0 graph -o json good/voice.yml
	holds 'length == 1 and (.[0] | type) == "object"'
	ends 0 graph -o svg good/voice.yml
	is_svg
	for output in text dot json svg; do
		ends 0 graph --order -o $output good/voice.yml
		is_silent_on_stderr
	done
	is_svg
	ends 0 graph --order good/voice.yml
	says 'voice__gateway'
	ends 0 graph assembly::voice::1.0 --packages good.csar -n other
	says 'other'
	ends 2 graph -o png good/voice.yml
	complains "there is dot mermaid svg json"
	ends 2 graph --order -o mermaid good/voice.yml
	ends 1 graph assembly::vice::1.0 --packages good
	complains "neither a file nor a descriptor 'assembly::vice::1.0'"
	ends 1 graph bad/voice.yml
	complains '[LM0502]'
	prints_nothing
	ends 1 graph good/server.yml
	complains 'holds no assembly'
}

# ---- bad input -----------------------------------------------------------------------------------------

deep() {
	head -c 100000 /dev/zero | tr '\0' "$1"
}

# make KIND FILE
make() {
	case $1 in
	empty) : >"$2" ;;
	comments) echo '# nothing' >"$2" ;;
	binary) head -c 4096 "$lm" >"$2" ;;
	utf16) printf '\377\376n\0a\0m\0e\0:\0 \0a\0' >"$2" ;;
	tabs) printf 'name: resource::a::1.0\nproperties:\n\ta: {}\n' >"$2" ;;
	sparse) truncate -s 1G "$2" ;;
	zeros) truncate -s 10M "$2" ;;
	lists) { printf 'name: ' && deep '['; } >"$2" ;;
	braces) { printf 'name: ' && deep x | sed 's/x/{a: /g'; } >"$2" ;;
	dashes) { printf 'name:\n' && deep x | sed 's/x/- /g'; } >"$2" ;;
	indents) awk 'BEGIN { print "name:"
		for (i = 1; i < 3000; i++) printf "%*sa:\n", i, "" }' >"$2" ;;
	bomb) awk 'BEGIN { print "name: resource::a::1.0"; print "infrastructure:"; print "  local:"
		print "    a0: &a0 [x, x, x, x, x, x, x, x, x]"
		for (i = 1; i < 40; i++) { printf "    a%d: &a%d [", i, i
			for (k = 0; k < 9; k++) printf "%s*a%d", k ? ", " : "", i - 1; print "]" } }' >"$2" ;;
	twice) printf 'name: resource::a::1.0\ndescription: a\ndescription: b\n' >"$2" ;;
	cycle) printf 'name: resource::a::1.0\nproperties: &p\n  a: *p\n' >"$2" ;;
	nul) printf 'name: resource::a::1.0\ndescription: "a\0b"\n' >"$2" ;;
	escaped) printf 'name: resource::a::1.0\ndescription: "a\\0b"\n' >"$2" ;;
	below) : >plain && rm -f "$2" ;;
	broken) ln -s nowhere "$2" ;;
	loop) ln -s "$2" "$2" ;;
	pipe) mkfifo "$2" ;;
	device) ln -s /dev/zero "$2" ;;
	folder) mkdir "$2" ;;
	secret) echo 'name: resource::a::1.0' >"$2" && chmod 000 "$2" ;;
	esac
}

# refuses KIND CODE [PATH]: one diagnostic, with this code and an explanation; nothing on standard error.
refuses() {
	kind=$1 code=$2 file=${3:-case.yml}
	rm -rf case.yml case.json
	make "$kind" "$file"
	ends 1 check --format json "$file"
	what="$what ($kind)"
	is_silent_on_stderr
	holds "length == 1 and .[0].code == \"$code\""
	ends 1 check -q "$file"
	what="$what ($kind)"
	is_silent_on_stderr
	[ "$(grep -c '^[^ ].*: error: .*\[LM[0-9]*\]$' out)" = 1 ] || fail "$what: not one diagnostic"
	[ "$(wc -c <out)" -lt 4000 ] || fail "$what: $(wc -c <out) bytes for one diagnostic"
}

bad_input() {
	refuses empty LM0102
	refuses comments LM0102
	refuses binary LM0103
	refuses utf16 LM0112
	refuses tabs LM0104
	refuses sparse LM0604
	refuses zeros LM0103
	refuses lists LM0115
	refuses braces LM0115
	refuses lists LM0115 case.json
	refuses dashes LM0115
	refuses indents LM0115
	refuses bomb LM0117
	refuses twice LM0108
	refuses cycle LM0118
	refuses nul LM0103
	refuses escaped LM0119
	refuses below LM0601 plain/case.yml
	refuses broken LM0601
	refuses loop LM0601
	refuses pipe LM0602
	refuses device LM0602
	refuses none LM0602 /dev/zero
	refuses folder LM0606
	if [ "$(id -u)" != 0 ]; then
		refuses secret LM0601
	fi
	rm -rf packed && mkdir -p packed/case.yml
	ends 1 check --format json packed
	holds 'length == 1 and .[0].code == "LM0602"'
}

# The same with a release build, which must not need more memory than this for any of them.
MEMORY_KB=400000
memory() {
	release=$root/build/release/lm
	[ -x "$release" ] || return 0
	for kind in binary sparse zeros lists braces dashes bomb cycle device; do
		rm -rf case.yml && make $kind case.yml
		what="lm check ($kind) in $MEMORY_KB KiB" status=0
		(ulimit -v $MEMORY_KB && exec timeout 30 "$release" check -q case.yml >out 2>err) || status=$?
		[ "$status" = 1 ] || fail "$what: status $status, not 1"
		is_silent_on_stderr
	done
}

given
inputs
formats
options
explanations
graphs
bad_input
memory
[ "$failures" = 0 ] || exit 1
echo "the compiler answers as it should"
