# shellcheck shell=bash disable=SC2154,SC2034
# Shared by lab/demo and lab/bench: is this machine fit, are the programs built, and run a command in the lab.
#
#   . "$(dirname "$0")/common.sh"; . "$(dirname "$0")/ready.sh"
#
# $FRR_TENANT_BIN=DIR takes tenantd and tenantctl from DIR, as a guest sees it (/build/asan), and builds nothing.

programs=${FRR_TENANT_BIN:-/build}

need_mb() {	# MB MB-there what
	[ "$2" -ge "$1" ] || die "there are $2 MB of $3, and it takes $1."
}

free_disk() {
	local dir=$cache
	while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
	df -Pm "$dir" | awk 'NR == 2 { print $4 }'
}

free_memory() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }

# What the lab cannot bring with it.
machine_is_fit() {
	[ "$(id -u)" = 0 ] || die "must be root, for mounts and namespaces: run it with sudo."
	! native || return 0
	[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
		die "needs x86-64 Linux, as Debian's user-mode-linux kernel does; this is $(uname -s) on $(uname -m)."
	command -v apt-get dpkg-query >/dev/null ||
		die "there is no apt-get here: the lab is made of Debian packages, so run it on Debian or a relative."
	unshare --mount --pid --fork true 2>/dev/null ||
		die "may not make namespaces here: in a container, start that with --privileged."
	ls "$cache"/rootfs-*/usr/bin/linux.uml >/dev/null 2>&1 || need_mb 2500 "$(free_disk)" "disk free for $cache"
	need_mb 1000 "$(free_memory)" "memory available"
}

# Directory for the logs of this run; those of runs that failed more than a week ago go.
make_logs() {
	mkdir -p "$cache/logs" "$cache/run"
	find "$cache/logs" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf --one-file-system {} +
	logs=$(mktemp -d "$cache/logs/$(basename "$0")-XXXXXX")
	export FRR_TENANT_LOGS=$logs
}

build_programs() {
	[ -z "${FRR_TENANT_BIN:-}" ] || return 0
	# First the root file system, which says what it does while it is made.
	native || "$tree/lab/rootfs" >/dev/null || die "there is no root file system to run in; lab/rootfs says above why."
	mkdir -p "$build_dir"
	exec 8>"$build_dir/.lock"
	flock 8
	if ! "$tree/lab/guest" build -- lab/build >"$logs/build.log" 2>&1 8>&-; then
		tail -n 15 "$logs/build.log" >&2
		die "the build failed; all it said is in $logs/build.log."
	fi
	exec 8>&-
}

# Runs a command in the lab; being told to end, ends it and waits for that. Its exit status is in $status.
# $inside is the mode of lab/guest: run, or build where the command needs no kernel.
inside=run
run_inside() {
	setpriv --pdeathsig TERM "$tree/lab/guest" "$inside" --out "$logs" "$@" <&0 &
	local child=$!
	interrupted=
	trap 'interrupted=yes; kill -TERM "$child" 2>/dev/null' INT TERM HUP
	while :; do
		wait "$child" && status=0 || status=$?
		kill -0 "$child" 2>/dev/null || break
	done
	trap - INT TERM HUP
}
