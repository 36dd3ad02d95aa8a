# SPDX-License-Identifier: Apache-2.0
# A voice service without the manager: networks, containers and the packages' own scripts, by hand.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for those who include this

# In namespaces of our own: a manager that runs on this machine uses the same addresses, and whatever ends this script,
# even SIGKILL, ends all its processes, mounts and networks.
[ "$(id -u)" = 0 ] || { echo 'this needs root' >&2; exit 1; }
# Only control groups are everybody's: they are called after the containers, and these after this number.
[ -n "${LMFLOOR-}" ] || LMFLOOR=${LMFLOOR_NUMBER:-$RANDOM$RANDOM} exec unshare --net --mount --pid --fork --mount-proc --kill-child -- bash "$0" "$@"
mount -t tmpfs tmpfs /run
ip link set lo up

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
images=${LM_IMAGES:-$root/build/images}
work=/run/lmfloor
containers=()

now_ms() {
	now=$((${EPOCHREALTIME/./} / 1000))
}

# The bridges have addresses of their own: else they take one from a port, and another one as ports come, and all their
# neighbours have to learn it anew.
networks() {
	ip -batch - <<END
link add name lmfloor-mgmt address 02:62:00:00:00:01 type bridge
addr add 10.20.1.254/24 dev lmfloor-mgmt
link set lmfloor-mgmt up
link add name lmfloor-ext address 02:62:00:00:00:02 type bridge
link set lmfloor-ext up
link add name lmfloor-int address 02:62:00:00:00:03 type bridge
link set lmfloor-int up
END
}

# container NAME IMAGE PACKAGE INTERFACE=BRIDGE=ADDRESS...: ready to run scripts in
container() {
	local name=$1 image=$2 package=$3 dir=$work/$1 plug interface bridge address n=0 links='' inner='link set lo up'
	shift 3
	containers+=("$name")
	mkdir -p "$dir/upper" "$dir/work" "$dir/rootfs"
	mount -t overlay overlay -o "lowerdir=$images/$image,upperdir=$dir/upper,workdir=$dir/work,volatile" "$dir/rootfs"
	ip netns add "lmfloor-$name"
	for plug; do
		IFS='=' read -r interface bridge address <<<"$plug"
		links+="link add lmf-$name-$n type veth peer name $interface netns lmfloor-$name"$'\n'
		links+="link set lmf-$name-$n master lmfloor-$bridge up"$'\n'
		inner+=$'\n'"addr add $address/24 dev $interface"$'\n'"link set $interface up"
		n=$((n + 1))
	done
	ip -batch - <<<"$links"
	ip -netns "lmfloor-$name" -batch - <<<"$inner"
	config "$name" "$package" >"$dir/config.json"
	runc --root $work/runc run --detach --bundle "$dir" "lmfloor-$LMFLOOR-$name" </dev/null >"$dir/log" 2>&1 ||
		{ cat "$dir/log" >&2; return 1; }
}

config() {
	cat <<END
{
 "ociVersion": "1.0.2",
 "hostname": "$1",
 "root": {"path": "rootfs"},
 "process": {
  "user": {"uid": 0, "gid": 0}, "cwd": "/", "noNewPrivileges": true,
  "args": ["/usr/bin/tini", "--", "sleep", "infinity"],
  "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
  "capabilities": {"bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"]}
 },
 "mounts": [
  {"destination": "/proc", "type": "proc", "source": "proc"},
  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
  {"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=755"]},
  {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]},
  {"destination": "/package", "type": "bind", "source": "$root/vnfs/$2", "options": ["bind", "ro"]}
 ],
 "linux": {
  "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
   {"type": "network", "path": "/run/netns/lmfloor-$1"}]
 }
}
END
}

# script NAME SCRIPT VARIABLE=VALUE...: run one of the package's scripts
script() {
	local name=$1 script=$2 variable env=()
	shift 2
	for variable; do
		env+=(--env "$variable")
	done
	runc --root $work/runc exec --env LM_SERVICES=/run/lm/services --env LM_OUTPUT=/run/lm/output \
		--env "LM_METRIC_KEY=$name" --env "LM_METRICS_URL=http://10.20.1.254:8290/metrics" \
		--env "LM_METRICS_TOKEN=$name.token" \
		"${env[@]}" "lmfloor-$LMFLOOR-$name" /bin/sh -eu "/package/lifecycle/$script.sh"
}

# inside NAME COMMAND...
inside() {
	local name=$1
	shift
	runc --root $work/runc exec "lmfloor-$LMFLOOR-$name" "$@"
}

remove_container() {
	local name=$1 n
	runc --root $work/runc delete --force "lmfloor-$LMFLOOR-$name" 2>/dev/null
	for n in 0 1 2; do
		ip link delete "lmf-$name-$n" 2>/dev/null
	done
	ip netns delete "lmfloor-$name" 2>/dev/null
	umount "$work/$name/rootfs" 2>/dev/null
	rm -rf "${work:?}/$name"
}

teardown() {
	local name bridge
	set +e
	trap - EXIT
	for name in "${containers[@]}"; do
		remove_container "$name"
	done
	for bridge in mgmt ext int; do
		ip link delete "lmfloor-$bridge" 2>/dev/null
	done
	rm -rf "$work"
}

setup() {
	for image in voip-gateway asterisk sipp; do
		[ -d "$images/$image" ] || { echo "there is no image '$image' in $images: make images" >&2; exit 1; }
	done
	mkdir -p $work
	trap teardown EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

gateway=(mgmt_address=10.20.1.1 external_address=10.20.20.1 internal_address=10.0.0.1 capacity=15 publication_period=1)
make_gateway() {
	container gw voip-gateway voip-gateway/kamailio mgmt=mgmt=10.20.1.1 external=ext=10.20.20.1 internal=int=10.0.0.1
}

# make_server N: server N has the address 10.0.0.(10 + N)
make_server() {
	container "pbx$1" asterisk ip-pbx/asterisk "mgmt=mgmt=10.20.1.$((10 + $1))" "data=int=10.0.0.$((10 + $1))"
}

server() {
	local n=$1 step=$2
	shift 2
	script "pbx$n" "$step" "data_address=10.0.0.$((10 + n))" gw_address=10.0.0.1 publication_period=1 "$@"
}
