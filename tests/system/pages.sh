#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What README.md and the pages of docs/ show is so: each page is played by tests/lib/page.py on the real images, in
# namespaces of its own, with the manager and the services that it takes for granted.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
for image in voip-gateway asterisk sipp; do
	[ -d "$root/build/images/$image" ] || { echo "the image $image is missing: make images"; exit 77; }
done

# Every page in a box of its own: the script calls itself once for each.
[ -n "${PAGE:-}" ] || {
	failed=0
	said=$(mktemp)
	trap 'rm -f "$said"' EXIT
	trap 'exit 130' INT TERM
	for page in README.md $(cd "$root" && grep -lE '^```(console|sh)$' docs/*.md); do
		if PAGE=$page "$0" >"$said" 2>&1; then
			echo "ok: $page"
		else
			echo "FAILED: $page"
			tail -n 60 "$said"
			failed=1
		fi
	done
	exit $failed
}

export PAGE
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
box_enter
mkdir -p /var/lib/lm home build state
mount --bind state /var/lib/lm
for room in vnfs services policies; do
	ln -s "$root/$room" $room
done
ln -s "$root/build/images" build/images
ln -s "${lm%/lm}" build/release
HOME=$PWD/home PATH=$root/build/release:$PATH BASH_ENV=$PWD/rc
export HOME PATH BASH_ENV root
unset LM_SERVER LM_CACERT LM_TOKEN NO_COLOR || :

# The reader: waits until the manager is there, says yes, has a password, has seen enough of what never ends, and has
# made the images.  What it makes is marked as of a manager in this folder, not in /var/lib/lm.
cat >rc <<'END'
. "$root/tests/lib/box.sh"
lm() {
	case " $* " in
	*" apply "* | *" login "* | *" doctor "* | *" get "*) until is_there; do sleep 0.05; done ;;
	esac
	case " $* " in
	*" serve "*) exec lm "$@" --state "$BOX_FOLDER/volatile/state" ;;
	*" user add "* | *" login "*) command lm "$@" <<<'correct horse battery' ;;
	*" apply "*) command lm "$@" --yes && note_mark ;;
	*" --repair "*) command lm "$@" --yes ;;
	*" --follow "* | *" --watch "*)
		timeout --preserve-status --signal=INT 1 lm "$@"
		[ $? = 130 ]
		;;
	*) command lm "$@" ;;
	esac
}
is_there() {
	[ -e "${LM_CACERT:-/dev/null}" ] || return
	command lm status >/dev/null 2>&1
	[ $? != 3 ]
}
make() { [ "$*" = images ]; }
END

# What a page takes for granted.
cat >given <<'END'
given_manager() {
	lm serve --insecure --packages vnfs --packages services --images build/images 2>>log &
}
given_base() {
	given_manager
	lm apply -f services/examples/base.yml
}
given_voice() {
	given_base
	lm apply -f services/examples/voice.yml
	lm apply -f services/examples/sipp1.yml
}
# A bridge that somebody deleted, and a network of which only the manager's record was.
given_damage() {
	given_base
	printf 'assemblyName: old\ndescriptorName: assembly::tenant-network::1.0\nproperties: {subnet: 10.9.0.0/24}\n' >old.yml
	lm apply -f old.yml
	curl -sf -X DELETE "http://127.0.0.1:8280/api/topology/assemblies/$(lm get assemblies old -o json | jq -r .id)"
	ip link delete "$(lm inventory -o json |
		jq -r 'map(select(.kind == "link" and .resourceName == "base__voice_network__network"))[0].name')"
}
# What is told of services that have been through all this has the shapes of the OpenAPI document.
given_shapes() {
	printf 'assemblyName: lost\ndescriptorName: assembly::tenant-network::1.0\nproperties: {subnet: 10.9.0.0/24}\n' >lost.yml
	lm apply -f lost.yml
	curl -sf -X DELETE "http://127.0.0.1:8280/api/topology/assemblies/$(lm get assemblies lost -o json | jq -r .id)"
	"$root/tests/lib/openapi.py" http://127.0.0.1:8280 /api/inventory /api/doctor /api/logs/sipp1 /api/logs/voice \
		/api/processes $(lm get processes -o name | sed 's|^|/api/processes/|') \
		/api/topology/assemblies '/api/topology/assemblies?name=voice' /api/metrics/voice /api/policies /api/status
	process=$(lm get processes sipp1 -o name | tail -n 1)
	lm logs sipp1 --process "$process" >logs
	grep -q 'sipp Install  Completed' logs
	! grep -q many logs || { echo 'logs of one process tell of another' && cat logs && false; }
}
given_keys() {
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ansible -keyout ops -out ansible.pem
	openssl rsa -in ops -pubout -out ops.pub
}
END
given() {
	case $PAGE in
	docs/changes.md) echo given_voice ;;
	docs/doctor.md) echo given_damage ;;
	docs/metrics.md) echo given_voice ;;
	docs/events.md) echo 'given_manager; echo a word that nobody knows >secret.txt' ;;
	docs/sites.md) echo 'given_manager; given_keys' ;;
	*) echo : ;;
	esac
}

bash -euc ". ./given; $(given)" >given.log 2>&1 || { cat given.log && exit 1; }
status=0
timeout 60 "$root/tests/lib/page.py" "$root/$PAGE" || status=$?
[ "$PAGE" != docs/changes.md ] || bash -euc '. ./given; given_shapes' || status=$?
[ "$status" = 0 ] || tail -n 20 log lm.log 2>/dev/null || :
exit "$status"
