#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installing: 'make install' below a folder, the Debian package into a tree of its own with the real dpkg, the
# service's unit as systemd reads it, and the word that the service manager waits for.  Nothing outside of a temporary
# folder is touched.
set -uo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
tmp=$(mktemp -d)
passed=0 failed=0
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

ok() { # WHAT COMMAND...: it has to succeed
	local what=$1
	shift
	if "$@" >"$tmp/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		sed 's/^/    /' "$tmp/out" | tail -n 20
	fi
}

files() { # FOLDER: all that is no folder, sorted
	(cd "$1" && find . ! -type d | LC_ALL=C sort)
}

is_empty() { [ -z "$(files "$1")" ] || { files "$1"; return 1; }; }
has() { [ -n "$(find "$1" -path "$1/$2" -print -quit)" ]; }
# The texts that are installed lead to each other; what is only in the source is named by few.
led() { # FOLDER: links of its texts that lead nowhere, but for those to the source
	find "$1" -name '*.md' | while read -r text; do
		grep -oE '\]\([^):# ]+' "$text" | cut -c 3- | while read -r link; do
			case $link in
			*ARCHITECTURE.md | *tests/*/README.md) ;;
			*) [ -e "$(dirname "$text")/$link" ] || echo "$text: $link" ;;
			esac
		done
	done
}
leads() {
	[ -e "$1/docs/install.md" ] || return 1
	[ -z "$(led "$1")" ] || { led "$1"; return 1; }
}
same() { [ "$1" = "$2" ] || { diff <(echo "$1") <(echo "$2"); return 1; }; }

# ---- make install, make uninstall

make_it() { make --no-print-directory -C "$root" DESTDIR="$tmp/tree" "$@"; }

mkdir -p "$tmp/tree/usr/local/bin"
touch "$tmp/tree/usr/local/bin/other"
ok 'make install' make_it install
for f in usr/local/bin/lm usr/local/share/lm/vnfs/ip-pbx/asterisk/lifecycle/start.sh usr/local/share/lm/services/voice-service/assembly.yml \
	usr/local/share/man/man1/lm.1 usr/local/share/man/man1/lm-apply.1 usr/local/share/man/man5/lm-descriptor.5 \
	usr/local/share/bash-completion/completions/lm usr/local/lib/systemd/system/lm.service usr/local/etc/default/lm; do
	ok "it installs $f" has "$tmp/tree" "$f"
done
ok 'the program runs from there' "$tmp/tree/usr/local/bin/lm" version
ok 'the packages that come with it compile from there' "$tmp/tree/usr/local/bin/lm" check -q \
	"$tmp/tree/usr/local/share/lm/vnfs" "$tmp/tree/usr/local/share/lm/services"
ok 'the texts lead to each other' leads "$tmp/tree/usr/local/share/doc/lm"
ok 'nothing is there that others may write' test -z "$(find "$tmp/tree" ! -type l -perm /022 -print)"
once=$(files "$tmp/tree")
ok 'make install again' make_it install
ok 'the same files as before' same "$once" "$(files "$tmp/tree")"
ok 'make uninstall' make_it uninstall
ok 'only what others have put there is left' same ./usr/local/bin/other "$(files "$tmp/tree")"

# ---- the Debian package, with dpkg on a tree of its own

version=$(sed -n 's/^#define LM_VERSION "\(.*\)"/\1/p' "$root/lm/server/serve.h")
deb=$root/build/lm_${version}_$(dpkg --print-architecture).deb
pkg() { dpkg --root="$tmp/deb" --force-depends --force-script-chrootless --log=/dev/null "$@"; }

mkdir -p "$tmp/deb/var/lib/dpkg/info" "$tmp/deb/var/lib/dpkg/updates"
touch "$tmp/deb/var/lib/dpkg/status" "$tmp/deb/var/lib/dpkg/available"
before=$(files "$tmp/deb" | grep -v /var/lib/dpkg/)
ok 'make deb' make_it deb
ok 'it can be installed' pkg -i "$deb"
ok 'it is installed' grep -q '^Status: install ok installed' "$tmp/deb/var/lib/dpkg/status"
ok 'it names what the program is linked with' bash -c "dpkg-deb -f '$deb' Depends | grep -q libmicrohttpd"
ok 'its files are as they were packed' bash -c "cd '$tmp/deb' && md5sum --quiet -c var/lib/dpkg/info/lm.md5sums"
ok 'its state belongs to root alone' test "$(stat -c %a "$tmp/deb/var/lib/lm")" = 700
ok 'its texts lead to each other' leads "$tmp/deb/usr/share/doc/lm"
ok 'its program runs' "$tmp/deb/usr/bin/lm" version
echo 'LM_OPTIONS="--relay"' >"$tmp/deb/etc/default/lm"
ok 'another one takes its place' pkg --force-confold -i "$deb"
ok 'what an operator has set stays' grep -q relay "$tmp/deb/etc/default/lm"
ok 'it can be removed' pkg -r lm
ok 'what an operator has set stays even then' grep -q relay "$tmp/deb/etc/default/lm"
mkdir -p "$tmp/deb/var/lib/lm/local/resources/running"
ok 'it can be purged' pkg -P lm
ok 'but not what tells what is still running' test -d "$tmp/deb/var/lib/lm/local/resources/running"
rmdir "$tmp/deb/var/lib/lm/local/resources/running"
ok 'installed once more' pkg -i "$deb"
mkdir "$tmp/precious" "$tmp/deb/var/lib/lm/images"
touch "$tmp/precious/image"
purge_below_mount() {
	mount --bind "$tmp/precious" "$tmp/deb/var/lib/lm/images" && pkg -P lm
}
export -f purge_below_mount pkg
export tmp
ok 'it can be purged where something is mounted' unshare --mount bash -c purge_below_mount
ok 'which stays' test -e "$tmp/precious/image"
ok 'installed again' pkg -i "$deb"
ok 'and purged' pkg -P lm
ok 'nothing is left of it' same "$before" "$(files "$tmp/deb" | grep -v /var/lib/dpkg/)"
ok 'not even a folder' test ! -e "$tmp/deb/var/lib/lm" -a ! -e "$tmp/deb/usr/share/lm"

# ---- the service

sed -e "s|@PREFIX@|$tmp/unit|g" -e "s|@SYSCONFDIR@|/etc|g" "$root/packaging/lm.service" >"$tmp/lm.service"
mkdir -p "$tmp/unit/bin" && cp "$root/build/release/lm" "$tmp/unit/bin/lm"
if command -v systemd-analyze >/dev/null; then
	ok "systemd understands the unit, to its last line" bash -c \
		"systemd-analyze verify --man=no '$tmp/lm.service' 2>&1 | grep -F lm.service | tee /dev/stderr | { ! grep -q .; }"
fi

cat >"$tmp/told.py" <<'P'
import os, socket, subprocess, sys
folder, *manager = sys.argv[1:]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(folder + "/notify")
s.settimeout(30)
lm = subprocess.Popen(manager, env=dict(os.environ, NOTIFY_SOCKET=folder + "/notify"))
try:
    for word in b"READY=1", b"STOPPING=1":
        got = s.recv(100)
        if got != word:
            sys.exit(f"{got!r} came, and not {word!r}")
        lm.terminate()
finally:
    lm.terminate()
    lm.wait(30)
P
ok 'the manager says when it is ready, and when it stops' python3 "$tmp/told.py" "$tmp" "$root/build/release/lm" \
	serve --insecure --state "$tmp/state" --listen 127.0.0.1:0

echo "package: $passed passed, $failed failed"
[ $failed -eq 0 ]
