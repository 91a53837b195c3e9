# Shared by the lab's shell scripts: where things are, and whether this machine needs the lab at all.
#
#   . "$(dirname "$0")/common.sh"
#
# Sets $tree (the checkout), $cache, $build_dir; gives say, die and native. $FRR_TENANT_LAB=uml|native decides
# where the guess of native() is not wanted.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${FRR_TENANT_CACHE:-/var/cache/frr-tenant}
build_dir=$cache/build/$(echo -n "$tree" | sha256sum | cut -c1-12)
me=lab/$(basename "$0")

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 125; }

kernel_has_vrf_and_mpls() {
	unshare --net sh -c 'ip link add lab-probe type vrf table 10' 2>/dev/null || return 1
	modprobe -q mpls_router 2>/dev/null || true
	[ -e /proc/sys/net/mpls ]
}

frr_is_new_enough() {
	local version
	version=$(dpkg-query -W -f '${Version}' frr 2>/dev/null) || return 1
	dpkg --compare-versions "$version" ge 10.7 && dpkg-query -W frr-dev >/dev/null 2>&1
}

# True where FRR, its headers, the build tools and the kernel are all here, as they are inside a guest.
native() {
	case ${FRR_TENANT_LAB:-} in
	uml) return 1 ;;
	native) return 0 ;;
	"") ;;
	*) die "FRR_TENANT_LAB is '$FRR_TENANT_LAB': set it to uml or native, or unset it." ;;
	esac
	frr_is_new_enough && command -v gcc autoreconf make pkg-config python3 >/dev/null &&
		kernel_has_vrf_and_mpls
}
