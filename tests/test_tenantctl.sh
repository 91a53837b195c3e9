#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tenantctl from outside: the reference network is set up, every kind of
# mistake is refused with its one sentence and leaves the database as it was,
# JSON is JSON, and the plan of every node is what its kernel and daemons get.
#
# $TENANTCTL is the program (default: the one built here).  The database needs
# a file system that can map memory: $TMPDIR, else /tmp.

tenantctl=${TENANTCTL:-./tenantctl}
dir=$(mktemp -d "${TMPDIR:-/tmp}/tenantctl.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
export TENANT_DB=$dir/db/tenants.db
checks=0 failures=0

fail()
{
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$@" >&2
}

check() # WHAT EXPECTED GOT
{
	checks=$((checks + 1))
	[[ $2 == "$3" ]] || fail "$1" "expected: $2" "got:      $3"
}

run() { out=$("$tenantctl" "$@" 2>"$dir/err"); code=$?; err=$(<"$dir/err"); }

done_() # ARGS...: done, without a word
{
	run "$@"
	check "tenantctl $*" "0 ||" "$code |$out|$err"
}

shows() # TEXT ARGS...: the output has a line like TEXT
{
	local text=$1
	shift
	run "$@"
	checks=$((checks + 1))
	[[ $code == 0 && $'\n'$out$'\n' == *$'\n'$text$'\n'* ]] ||
		fail "tenantctl $* ($code)" "no line: $text" "$out" "$err"
}

refused() # SENTENCE ARGS...
{
	local text=$1
	shift
	run "$@"
	check "tenantctl $*" "1 || tenantctl: $text" "$code |$out| $err"
}

usage() # SENTENCE ARGS...
{
	local text=$1
	shift
	run "$@"
	check "tenantctl $*" "2 || tenantctl: $text" "$code |$out| $err"
}

is_json() # ARGS...
{
	run --json "$@"
	checks=$((checks + 1))
	python3 -m json.tool <<<"$out" >"$dir/json" 2>&1 || fail "tenantctl --json $*" "$(<"$dir/json")"
}

# The lines of one target in a plan.
part() # TARGET
{
	awk -v want="# $1" '/^# / { on = $0 == want; next } on' <<<"$out"
}

plan() # NODE TARGET EXPECTED
{
	run plan --node "$1"
	check "plan of $1, $2" "$3" "$(part "$2")"
}

plan_has() # NODE TARGET LINE...
{
	local node=$1 target=$2 text line
	shift 2
	run plan --node "$node"
	text=$(part "$target")
	for line; do
		checks=$((checks + 1))
		[[ $'\n'$text$'\n' == *$'\n'$line$'\n'* ]] || fail "plan of $node, $target: no line" "$line"
	done
}

revision() { "$tenantctl" --json show provider | sed -n 's/.*"revision":\([0-9]*\).*/\1/p'; }

names="use at most 63 letters, digits, '-', '_' and '.', beginning with a letter or digit"

# ---- the reference network ----

refused "there is no database $TENANT_DB; make one with \"tenantctl --db $TENANT_DB init\"" show tenant
done_ init
check "mode of the folder and the file" "2770 660" "$(stat -c %a "$dir/db" "$TENANT_DB" | xargs)"
refused "$TENANT_DB exists already and stays as it is; choose another path with --db, or move it away" init
shows "there is no tenant" show tenant
done_ add site dc1
done_ add node dlr --site dc1 --router-id 10.255.0.11 --roles dlr --vtep 10.255.0.11
done_ add node esg --site dc1 --router-id 10.255.0.12 --roles edge
done_ add node pe1 --site dc1 --router-id 10.255.0.1 --roles pe
done_ add site branch
done_ add node pe2 --site branch --router-id 10.255.0.2 --roles pe
done_ add wire transit-dc1 --kind transit --site dc1 --ports esg:t0,dlr:t0
done_ add wire uplink-dc1 --kind uplink --site dc1 --ports pe1:u0,esg:u0
done_ add tenant acme --nodes dlr,esg,pe1,pe2 --aggregates 10.1.0.0/16,172.16.0.0/16
done_ add switch acme web 10.1.1.0/24
done_ add subnet acme web 10.1.2.0/24 --gateway 10.1.2.254
done_ add link acme paris --node pe2 --interface x0 --address 192.168.201.1/30 --protocol ospf
shows "1 tenants, no findings" check

plan dlr kernel "sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv4.igmp_max_memberships=4096
ip rule add pref 32765 table local
ip rule del pref 0
ip -6 rule add pref 32765 table local
ip -6 rule del pref 0
ip link add acme type vrf table 1001
ip link set acme up
ip route add unreachable default metric 4278198272 table 1001
ip -6 route add unreachable default metric 4278198272 table 1001
ip link add link t0 name t0.101 mtu 1600 type vlan id 101
ip link set t0.101 master acme up
ip addr add 100.64.0.3/29 dev t0.101
ip link add ls1 address 02:46:00:00:00:01 mtu 1500 type bridge
ip link set ls1 master acme up
ip link add vx100001 mtu 1500 type vxlan id 100001 local 10.255.0.11 dstport 4789
ip link set vx100001 master ls1 up
ip addr add 10.1.1.1/24 dev ls1
ip addr add 10.1.2.254/24 dev ls1"
plan_has dlr ospfd "router ospf vrf acme" "area 51 nssa" "interface t0.101" "network 100.64.0.3/32 area 51" \
	"ip prefix-list TN-acme-ADV seq 4000000000 permit 10.1.0.0/16 le 32"
plan dlr bgpd ""
run plan --node esg --tenant acme
check "plan of esg, kernel" "ip link add acme type vrf table 1001
ip link set acme up
ip route add unreachable default metric 4278198272 table 1001
ip -6 route add unreachable default metric 4278198272 table 1001
ip link add link t0 name t0.101 mtu 1600 type vlan id 101
ip link set t0.101 master acme up
ip link add link u0 name u0.101 mtu 1600 type vlan id 101
ip link set u0.101 master acme up
ip addr add 100.64.0.1/29 dev t0.101
ip addr add 100.96.0.6/30 dev u0.101" "$(part kernel)"
plan_has esg ospfd "area 51 nssa translate-always" "interface u0.101" \
	"ip ospf network point-to-point" "network 100.96.0.6/32 area 0"
plan_has pe1 kernel "sysctl -w net.mpls.platform_labels=100000" "ip addr add 100.96.0.5/30 dev u0.101"
plan_has pe1 bgpd "router bgp 65000 vrf acme" "rd vpn export 10.255.0.1:1" "rt vpn export 65000:1" \
	"export vpn" "import vpn"
plan_has pe1 mgmtd "vrf acme" "ip protocol ospf route-map TENANT-VPN-TAG"
plan_has pe2 kernel "ip link set x0 master acme up" "ip addr add 192.168.201.1/30 dev x0"
plan_has pe2 bgpd "rd vpn export 10.255.0.2:1"
plan_has pe2 ospfd "interface x0" "redistribute bgp route-map TN-acme-TAG"

# ---- another tenant, and what every show command says ----

done_ add tenant shared --sites dc1,branch --aggregates 10.9.0.0/16
done_ add switch shared dns 10.9.0.0/24
done_ add leak shared acme 10.9.0.10/32
shows "acme    1   acme    1001   65000:1  10.255.0.1:1,10.255.0.2:1  1000        10.1.0.0/16,172.16.0.0/16  local   -            -              dlr:dlr,esg:edge,pe1:pe,pe2:pe  ok" show tenant
shows "shared  uplink-dc1   uplink   102   100.96.0.132/30  ospf     yes     yes      pe1=100.96.0.133,esg=100.96.0.134" show circuit
shows "acme    web   1   ls1     100001  1500  -     active  -         production  local  10.1.1.0/24,10.1.2.0/24  -" show switch acme
shows "shared  acme  10.9.0.10/32" show leak
shows "dlr   -         -       -        -       never" show status
for what in "show site" "show node" "show wire" "show tenant" "show tenant acme" "show switch" \
	"show subnet" "show host" "show map" "show link" "show leak" "show circuit" "show provider" "show reserved" \
	"show status" check "plan --node dlr" "plan --node esg" "plan --node pe1" "plan --node pe2" \
	"add site json" "del site json"; do
	# shellcheck disable=SC2086
	is_json $what
done

# ---- a LAN that two PEs share ----

lan="--address 10.9.7.2/24 --protocol static --virtual-address 10.9.7.1"
done_ add link shared lan1 --node pe1 --interface y0 $lan --priority 150
done_ add link shared lan2 --node pe2 --interface y0 ${lan/7.2/7.3}
shows "shared  lan1  pe1   y0         0     10.9.7.2/24  static    -     -        1000        -       10.9.7.1         1     150" show link shared
shows "shared  lan2  pe2   y0         0     10.9.7.3/24  static    -     -        1000        -       10.9.7.1         1     100" show link shared
plan_has pe1 kernel "ip link set vr2 up" "ip addr add 10.9.7.1/24 dev vr2 noprefixroute"
refused 'tenant shared: links lan1 and lan2 are both in 10.9.7.0/24 and do not share a virtual address; give both the same, or one another network' set link shared lan2 --virtual-address 10.9.7.9
refused 'tenant shared: links lan1 and lan2 share the virtual address 10.9.7.1 and have the VRIDs 1 and 9; give both the same' set link shared lan2 --vrid 9
refused '--priority belongs to a virtual address, which link lan1 would not have; give --virtual-address ADDRESS, or --priority auto as well' set link shared lan1 --virtual-address auto --peer 10.9.7.4
done_ set provider --vrrp-interval 300
done_ del link shared lan2
done_ set link shared lan1 --virtual-address auto --priority auto --peer 10.9.7.4
done_ del link shared lan1

# ---- bundles: networks that are sold together ----

shows "there is no bundle" show bundle
done_ add bundle gold
done_ add network gold web
done_ add network gold db --mtu 9000
done_ add bundle dr
done_ add network dr production
done_ add network dr test --purpose test
done_ add network dr replication --purpose replication
done_ subscribe shared gold
done_ subscribe shared dr --site dc1
shows "gold  web,db    shared" show bundle gold
run --json show bundle dr
check "a bundle as JSON" "[{'name': 'dr', 'networks': ['production', 'test', 'replication'], 'subscribers': ['shared']}]" \
	"$(python3 -c 'import json,sys; print(json.load(sys.stdin))' <<<"$out")"
shows "shared  gold-db  4   ls4     100004  9000  -     active  -         production  local  -        -" show switch shared gold-db
shows "shared  dr-test         6   ls6     100006  1500  dc1   active  -         test         local  -            -" show switch shared
# S3-03: plans of 2 and 3 networks are 5 networks, and 6 interfaces with the way to the edge
done_ del switch shared dns
run plan --node dlr --tenant shared
check "interfaces of the gateway" "ls3 ls4 ls5 ls6 ls7 t0.102" \
	"$(sed -n 's/^ip link set \(.*\) master shared up/\1/p' <<<"$out" | sort | tr '\n' ' ' | sed 's/ $//')"
done_ add network gold cache
shows "shared  gold-cache      8   ls8     100008  1500  -     active  -         production   local  -        -" show switch shared
done_ add subnet shared gold-web 10.9.1.0/24
done_ add subnet shared gold-cache 10.9.2.0/24

before=$(revision)
refused 'bundle gold exists already; "tenantctl add network gold NAME" adds to it' add bundle gold
refused "\"a b\" cannot be the name of a bundle; ${names/63/31}" add bundle "a b"
refused "\"${names:0:4}$(printf 'x%.0s' {1..29})\" cannot be the name of a network; ${names/63/31}" add network gold "${names:0:4}$(printf 'x%.0s' {1..29})"
refused 'bundle tin does not exist; "tenantctl show bundle" lists them' show bundle tin
refused 'bundle tin does not exist; "tenantctl show bundle" lists them' add network tin web
refused 'bundle gold has a network web already' add network gold web
refused '--purpose fun is not known; it is production, test or replication' add network gold fun --purpose fun
refused 'bundle gold has no network fun; "tenantctl show bundle gold" lists them' del network gold fun
refused 'switch gold-web of tenant shared has the subnet 10.9.1.0/24; delete its subnets first, or all of them with --force' del network gold web
refused 'bundle gold is still used by the subscription of tenant shared: delete that first' del bundle gold
refused 'tenant shared subscribes to bundle gold already' subscribe shared gold
refused 'tenant nobody does not exist; "tenantctl show tenant" lists them' subscribe nobody gold
refused 'bundle tin does not exist; "tenantctl show bundle" lists them' subscribe acme tin
refused 'site dc9 does not exist; "tenantctl show site" lists them' subscribe acme gold --site dc9
refused 'switch gold-db of tenant shared is part of bundle gold; end that with "tenantctl unsubscribe shared gold"' del switch shared gold-db
refused 'tenant acme does not subscribe to bundle gold; "tenantctl show bundle gold" says who does' unsubscribe acme gold
refused 'switch gold-web of tenant shared has the subnet 10.9.1.0/24; delete its subnets first, or all of them with --force' unsubscribe shared gold
check "what is refused changes nothing" "$before" "$(revision)"
done_ add switch acme gold-db
refused "tenant acme has a switch gold-db already, and the bundle's would have that name; delete it first, or name the network otherwise" subscribe acme gold
done_ add switch shared dr-more
refused "tenant shared has a switch dr-more already, and the bundle's would have that name; delete it first, or name the network otherwise" add network dr more
done_ del switch shared dr-more
done_ del switch acme gold-db

# in a draft
run change begin
number=$out
export TENANT_CHANGE=$number
shows "kept as edit 1 of change $number" subscribe acme gold
shows "acme    gold-web *" show switch acme
shows "1 * subscribe acme gold" change show "$number"
unset TENANT_CHANGE
shows "change $number is aborted; nothing was changed" change abort "$number"

# taken back, switches and subnets and all
before=$(revision)
everything() { "$tenantctl" --json show switch; "$tenantctl" --json show subnet; "$tenantctl" --json show bundle; }
was=$(everything)
done_ del network gold cache --force
done_ subscribe acme gold
done_ unsubscribe shared gold --force
done_ unsubscribe shared dr
run change rollback "$before"
number=$out
run change plan "$number"
run change apply "$number"
check "the rollback" 0 "$code"
check "all is as it was" "$was" "$(everything)"
done_ unsubscribe shared gold --force
done_ unsubscribe shared dr
shows "there is no switch" show switch shared
done_ add site spare
done_ subscribe acme dr --site spare
done_ del network dr production
done_ del network dr test
done_ del network dr replication
refused 'site spare is still used by the subscription of tenant acme to bundle dr: delete that first' del site spare
done_ unsubscribe acme dr
done_ del site spare
done_ del bundle dr
done_ del bundle gold
done_ add switch shared dns 10.9.0.0/24

# ---- a customer of a recovery service (S0-04) ----

done_ add tenant careful --nodes dlr,esg,pe1 --dr
done_ add subnet careful failover-production 10.7.1.0/24
done_ add subnet careful failover-test 10.7.2.0/24
shows "careful  failover-production  10.7.1.0/24  10.7.1.1  yes        yes" show subnet careful
shows "careful  failover-test        10.7.2.0/24  10.7.2.1  yes        no" show subnet careful
plan_has dlr ospfd "ip prefix-list TN-careful-ADV seq * deny 10.7.2.0/24 le 32"
done_ del tenant careful

# ---- switch domains: VLANs of a core switch ----

shows "there is no domain" show domain
done_ add domain core1 --site dc1 --ports dlr:c0
done_ add domain core2 --site branch --vlan-first 100 --vlan-last 104
shows "core1  dc1     2           4094       0     4093  818             ok     dlr:c0" show domain
done_ add switch shared log --domain core1
done_ set switch acme web --domain core1,core2:101
shows "acme    web   1   ls1     100001  1500  -     active  -         production  local  10.1.1.0/24,10.1.2.0/24  core1:3,core2:101" show switch acme
plan_has dlr kernel "ip link add link c0 name c0.3 mtu 1500 type vlan id 3" "ip link set c0.3 master ls1 up"
done_ set switch acme web --domain +core1:25
plan_has dlr kernel "ip link set c0.25 master ls1 up"
run check
check "a VLAN that leads nowhere" "advice: switch web of tenant acme has VLAN 101 of switch domain core2, and no DLR of the tenant leads there; give one a port with \"tenantctl set domain core2 --ports +NODE:INTERFACE\"" \
	"$(grep 'leads there' <<<"$out")"
done_ add bundle pair
done_ add network pair a
done_ add network pair b
done_ subscribe shared pair --domain core2
shows "core2  branch  100         104        3     2     0               ok     -" show domain core2
before=$(revision)
refused 'domain core1 exists already; change it with "tenantctl set domain core1"' add domain core1 --site dc1
refused 'domain core9 does not exist; "tenantctl show domain" lists them' show domain core9
refused 'domain core9 does not exist; "tenantctl show domain" lists them' add switch acme x --domain core9
refused 'domain core9 does not exist; "tenantctl show domain" lists them' subscribe acme pair --domain core9
refused 'VLANs from 200 to 100 are none; give --vlan-first the smaller number' add domain core3 --site dc1 --vlan-first 200 --vlan-last 100
refused '--vlan-last 4095 is not a number from 1 to 4094' add domain core3 --site dc1 --vlan-last 4095
refused 'VLAN 25 is used by switch web of tenant acme, so domain core1 must keep it' set domain core1 --vlan-last 20
refused 'node pe1 is no DLR at the site of domain core1, and cannot lead there' set domain core1 --ports +pe1:c0
refused 'node dlr is no DLR at the site of domain core2, and cannot lead there' set domain core2 --ports dlr:c1
refused "\"c0.1\" of node dlr cannot be a trunk; write NODE:INTERFACE, the interface of at most 10 letters, digits, '-' and '_'" set domain core1 --ports dlr:c0.1
refused "\"\" of node dlr cannot be a trunk; write NODE:INTERFACE, the interface of at most 10 letters, digits, '-' and '_'" set domain core1 --ports dlr
refused 'node esg has no port in domain core1' set domain core1 --ports -esg
refused 'domain core1 is still used by switch log of tenant shared: delete that first' del domain core1
refused 'site branch is still used by node pe2: delete that first' del site branch
refused 'VLAN 1 is none of domain core1; "tenantctl show domain core1" says which are' set switch acme web --domain core1:1
refused 'VLAN x is none of domain core1; "tenantctl show domain core1" says which are' set switch acme web --domain core1:x
refused 'VLAN 25 of domain core1 is used by switch web of tenant acme; choose another one, or leave it out for the smallest that is free' set switch shared log --domain core1:25
refused 'switch log has no VLAN in domain core2' set switch shared log --domain -core2
check "what is refused changes nothing" "$before" "$(revision)"
done_ add switch acme c --domain core2
done_ add switch acme d --domain core2:104
shows "core2  branch  100         104        5     0     0               full   -" show domain core2
refused 'domain core2 has 0 VLANs left, and 1 is needed; use VXLAN only: leave --domain out' add switch acme e --domain core2
refused 'domain core2 has 0 VLANs left, and 2 are needed; use VXLAN only: leave --domain out' subscribe acme pair --domain core2
refused 'domain core2 has 0 VLANs left, and 1 is needed; use VXLAN only: leave --domain out' add network pair c
done_ subscribe acme pair
run check
check "a domain that is full" "advice: switch domain core2 has 5 of its 5 VLANs in use, and room for 0 more customers; make a second domain, or give new switches VXLAN only" \
	"$(grep 'in use' <<<"$out")"
done_ set switch acme d --domain ""
shows "core2  branch  100         104        4     1     0               scarce  -" show domain core2
is_json show domain
done_ unsubscribe acme pair
done_ unsubscribe shared pair
done_ del bundle pair
done_ del switch acme c
done_ del switch acme d
done_ set switch acme web --domain -core1,-core2
done_ del switch shared log
done_ del domain core1
done_ del domain core2

# ---- the OSPF key of a wire is never shown ----

printf 'Sesame.2026\n' >"$dir/key"
printf 'no blanks, please' >"$dir/badkey"
done_ set wire uplink-dc1 --ospf-key-file "$dir/key" --bfd
run --json show wire uplink-dc1
check 'whether there is a key, and no more' '1 1 0' \
	"$(grep -c '"ospf-key": *true' <<<"$out") $(grep -c '"bfd": *true' <<<"$out") $(grep -c Sesame <<<"$out")"
run plan --node esg --tenant acme
check 'no key in a plan' '0 1' "$(grep -c Sesame <<<"$out") $(grep -c 'md5 \*\*\*\*' <<<"$out")"
run --json plan --node esg --tenant acme
check 'no key in the JSON of a plan' '0 1' "$(grep -c Sesame <<<"$out") $(grep -c 'md5 \*\*\*\*' <<<"$out")"
refused "the OSPF key in $dir/badkey cannot be used; its first line must be 8 to 16 letters, digits, '-', '_' and '.', the first a letter or digit" set wire uplink-dc1 --ospf-key-file "$dir/badkey"
refused "cannot read the OSPF key from $dir/nokey: No such file or directory" set wire uplink-dc1 --ospf-key-file "$dir/nokey"
done_ set wire uplink-dc1 --ospf-key-file none --no-bfd
run plan --node esg --tenant acme
check 'the key is gone' 0 "$(grep -c md5 <<<"$out")"

# ---- what is refused: nothing of it may leave a trace ----

before=$(revision)

refused 'site dc1 exists already; change it with "tenantctl set site dc1"' add site dc1
refused "\"dc 1\" cannot be the name of a site; $names" add site "dc 1"
refused "\"-dc\" cannot be the name of a site; $names" add site -- -dc
refused "\"\" cannot be the name of a tenant; $names" add tenant ""
long=$(printf 'x%.0s' {1..64})
refused "\"$long\" cannot be the name of a site; $names" add site "$long"
refused "\"a?b\" cannot be the name of a switch; $names" add switch acme $'a\nb'
refused 'site dc1 is still used by node dlr: delete that first' del site dc1
refused 'site dc9 does not exist; "tenantctl show site" lists them' del site dc9

node="add node x --site dc1 --roles pe --router-id"
refused 'site dc9 does not exist; "tenantctl show site" lists them' add node x --site dc9 --router-id 10.0.0.1 --roles pe
refused '--router-id 10.255.0.1 is already used by node pe1; choose another one' $node 10.255.0.1
refused '--router-id 10.255.0 is not an address; write it like 10.1.1.1' $node 10.255.0
refused '--router-id 2001:db8::1 is not an IPv4 address; a router id has that form' $node 2001:db8::1
refused '--vtep 10.255.0.11 is already used by node dlr; choose another one' $node 10.0.0.1 --vtep 10.255.0.11
refused 'boss is not a role; a node is dlr, edge or pe, or several of them' add node x --site dc1 --router-id 10.0.0.1 --roles boss
refused 'node pe2 is still used by link paris of tenant acme: delete that first' del node pe2
refused 'node esg still serves tenant acme: take it away first with "tenantctl set tenant acme --nodes -esg"' del node esg
refused 'node esg still serves tenant acme as edge: take it away first with "tenantctl set tenant acme --nodes -esg:edge"' set node esg --roles pe

uplink="add wire w --kind uplink --site dc1"
refused '--kind star is not known; it is transit or uplink' add wire w --kind star --site dc1
refused '--ports esg cannot be read; write NODE:INTERFACE or NODE:INTERFACE:SLOT' $uplink --ports esg
refused "interface \"t0.5\" of node esg cannot be a trunk; use at most 10 letters, digits, '-' and '_'" $uplink --ports esg:t0.5
refused 'node pe1 is neither edge nor dlr and has no place on transit w; give it the role with "tenantctl set node"' add wire w --kind transit --site dc1 --ports pe1:t0
refused 'uplink w joins one pe and one edge, and node pe1 has the place that node pe2 would take; make a second uplink' $uplink --ports pe1:t0,pe2:t0
refused 'slot 1 of wire w is already used by node pe1; choose another one' $uplink --ports pe1:t0:1,esg:t0:1
refused 'slot 0 of node pe1 is not a number from 1 to 254' $uplink --ports pe1:t0:0
refused 'node pe9 does not exist; "tenantctl show node" lists them' $uplink --ports pe9:t0
refused '--ports mixes two forms: either the whole list (a,b) or changes only (+a,-b)' $uplink --ports +pe1:u1,esg:u1
refused '--ports has an empty or overlong part; write it like a,b,c' $uplink --ports pe1:u1,
refused '--vlan-base 5000 is not a number from 0 to 4093' $uplink --vlan-base 5000
refused 'wires transit-dc1 and w both use interface t0 VLAN 101 of node esg for tenant acme; set circuit.vlan on one of them, or give one another wire.vlan_base' add wire w --kind transit --site dc1 --ports esg:t0,dlr:t1

refused 'tenant acme exists already; change it with "tenantctl set tenant acme"' add tenant acme
refused 'node pe9 does not exist; "tenantctl show node" lists them' add tenant t3 --nodes pe9
refused 'node pe1 does not have the role dlr; its roles are set with "tenantctl set node pe1 --roles"' add tenant t3 --nodes pe1:dlr
refused '10.1.0.0 is not a prefix; write it like 10.1.1.0/24' add tenant t3 --aggregates 10.1.0.0
refused '10.1.0.1/16 has host bits set; the network is 10.1.0.0/16' add tenant t3 --aggregates 10.1.0.1/16
refused 'tenant t3: aggregate 100.64.1.0/24 overlaps 100.64.0.0/10, which is reserved for the provider' add tenant t3 --aggregates 100.64.1.0/24
refused "--vrf default cannot be the name of a VRF; use at most 15 letters, digits, '-', '_' and '.', and none of the words FRR keeps (default, all, ...)" add tenant t3 --vrf default
refused 'VRF name acme is used by tenant acme and by tenant t3; choose another one for one of them' add tenant t3 --vrf acme
refused 'kernel table 1001 is used by tenant acme and by tenant t3; choose another one for one of them' add tenant t3 --table-id 1001
refused '--max-routes 12x is not a number from 1 to 10000000' add tenant t3 --max-routes 12x
refused 'tenant name averyveryverylongname is longer than 15 characters, too long for a VRF; give a shorter one with --vrf' add tenant averyveryverylongname
refused 'link paris is at node pe2, which does not serve tenant acme as a PE; attach it first' set tenant acme --nodes -pe2
refused '10.1.1.0/24 of switch web lies outside the address space of tenant acme; add an aggregate that holds it' set tenant acme --aggregates -10.1.0.0/16
refused 'tenant nobody does not exist; "tenantctl show tenant" lists them' del tenant nobody

db="add switch acme db"
refused 'switch web of tenant acme exists already; change it with "tenantctl set switch acme web"' add switch acme web
refused 'tenant nobody does not exist; "tenantctl show tenant" lists them' add switch nobody web
refused '10.1.1.128/25 (switch db) overlaps 10.1.1.0/24 (switch web) in tenant acme; one of them must change' $db 10.1.1.128/25
refused '10.1.3.1/24 has host bits set; the network is 10.1.3.0/24' $db 10.1.3.1/24
refused '10.1.3.0 is not a prefix; write it like 10.1.1.0/24' $db 10.1.3.0
refused 'tenant acme: gateway 10.1.4.1 is outside subnet 10.1.3.0/24 of switch db' $db 10.1.3.0/24 --gateway 10.1.4.1
refused 'tenant acme: gateway 10.1.3.255 is not a host address of subnet 10.1.3.0/24 (switch db)' $db 10.1.3.0/24 --gateway 10.1.3.255
refused 'tenant acme: gateway 10.1.3.0 is not a host address of subnet 10.1.3.0/24 (switch db)' $db 10.1.3.0/24 --gateway 10.1.3.0
refused '--gateway 10.1.3 is not an address; write it like 10.1.1.1' $db 10.1.3.0/24 --gateway 10.1.3
refused '10.2.3.0/24 of switch db lies outside the address space of tenant acme; add an aggregate that holds it' $db 10.2.3.0/24
refused 'subnet 10.1.3.1/32 has no address for a gateway; use a larger one' $db 10.1.3.1/32
refused 'tenant acme: switch db cannot be a default route (0.0.0.0/0)' $db 0.0.0.0/0
refused '--vni 16777216 is not a number from 1 to 16777215' $db --vni 16777216
refused '--vni 0 is not a number from 1 to 16777215' $db --vni 0
refused 'VNI 100001 is used by switch web and by switch db of tenant acme; choose another one for one of them' $db --vni 100001
refused '--mtu 9001 is not a number from 1280 to 9000' $db --mtu 9001
refused "--gateway and --no-advertise belong to a subnet; give its prefix after the switch's name" $db --gateway 10.1.3.1
refused 'switch web of tenant acme has the subnet 10.1.1.0/24 already' add subnet acme web 10.1.1.0/24
refused 'tenant acme has no switch db; "tenantctl show switch acme" lists them' add subnet acme db 10.1.3.0/24
refused 'switch web of tenant acme has no subnet 10.1.9.0/24; "tenantctl show subnet acme web" lists them' del subnet acme web 10.1.9.0/24
refused '--no-advertise contradicts an option before it; give one of them' set subnet acme web 10.1.1.0/24 --advertise --no-advertise

lyon="add link acme lyon --node pe2 --interface x1"
refused 'link paris of tenant acme exists already; change it with "tenantctl set link acme paris"' add link acme paris --node pe2 --interface x1 --address 192.168.9.1/30 --protocol ospf
refused 'interface x0 is already used by link paris of tenant acme; choose another one, or a VLAN, for link lyon' add link acme lyon --node pe2 --interface x0 --address 192.168.9.1/30 --protocol ospf
refused 'link lyon is at node esg, which does not serve tenant acme as a PE; attach it first' add link acme lyon --node esg --interface x1 --address 192.168.9.1/30 --protocol ospf
refused '--vlan 4095 is not a number from 0 to 4094' $lyon --vlan 4095 --address 192.168.9.1/30 --protocol ospf
refused '--address 192.168.9.1 is not an address with its length; write it like 192.168.1.1/30' $lyon --address 192.168.9.1 --protocol ospf
refused "tenant acme: link lyon has the address 192.168.9.0/30, which is the network itself or its broadcast; write the PE's own address in it" $lyon --address 192.168.9.0/30 --protocol ospf
refused '--protocol rip is not known; it is ospf, static or bgp' $lyon --address 192.168.9.1/30 --protocol rip
refused 'link lyon with bgp needs the customer router; give --peer ADDRESS' $lyon --address 192.168.9.1/30 --protocol bgp
refused "link lyon with bgp needs the customer's AS number; give --peer-as N" $lyon --address 192.168.9.1/30 --protocol bgp --peer 192.168.9.2
refused 'tenant acme: the peer of link lyon, 192.168.9.9, must be another address in 192.168.9.1/30' $lyon --address 192.168.9.1/30 --protocol static --peer 192.168.9.9
refused 'link lyon learns its routes by ospf; --routes is for a static link only' $lyon --address 192.168.9.1/30 --protocol ospf --routes 172.16.1.0/24
refused "interface \"x 1\" cannot be used; it has at most 15 letters, digits, '-', '_' and '.'" add link acme lyon --node pe2 --interface "x 1" --address 192.168.9.1/30 --protocol ospf
refused '10.1.1.0/30 (link lyon) overlaps 10.1.1.0/24 (switch web) in tenant acme; one of them must change' $lyon --address 10.1.1.1/30 --protocol ospf
trunk="add link acme lyon --node pe1 --interface u0 --address 192.168.9.1/30 --protocol ospf"
refused "link lyon of tenant acme uses interface u0 VLAN 101 of node pe1, which is the tenant's VLAN on wire uplink-dc1; choose another one" $trunk --vlan 101
refused 'port u0 VLAN 102 on node pe1 is used by tenant acme and by tenant shared; choose another one for one of them' $trunk --vlan 102
refused 'link lyon of tenant acme takes the whole interface u0, which is the trunk of wire uplink-dc1; give the link a VLAN or another interface' $trunk
refused 'tenant acme has no link lyon; "tenantctl show link acme" lists them' del link acme lyon
refused 'link paris with bgp needs the customer router; give --peer ADDRESS' set link acme paris --protocol bgp
lan="$lyon --address 192.168.9.2/24 --protocol static"
refused 'link lyon with static needs the customer router; give --peer ADDRESS' $lan
refused 'tenant acme: the virtual address 192.168.8.1 of link lyon must be a host address in 192.168.9.0/24' $lan --virtual-address 192.168.8.1
refused '--virtual-address 192.168.9 is not an address; write it like 10.1.1.1' $lan --virtual-address 192.168.9
refused '--vrid 256 is not a number from 1 to 255' $lan --virtual-address 192.168.9.1 --vrid 256
refused '--priority 255 is not a number from 1 to 254' $lan --virtual-address 192.168.9.1 --priority 255
refused '--priority belongs to a virtual address, which link lyon would not have; give --virtual-address ADDRESS, or --priority auto as well' $lan --peer 192.168.9.9 --priority 7
refused 'tenant acme: link lyon has routes behind it and no peer; set link.peer to the customer router' $lan --virtual-address 192.168.9.1 --routes 172.16.1.0/24
refused '--vrrp-interval 15 is not a multiple of 10' set provider --vrrp-interval 15

refused 'the leak of 10.9.0.10/32 from tenant shared to tenant acme exists already' add leak shared acme 10.9.0.10/32
refused 'a leak goes from one tenant to another; both are acme' add leak acme acme 10.9.0.10/32
refused '10.8.0.10/32 of leak to acme lies outside the address space of tenant shared; add an aggregate that holds it' add leak shared acme 10.8.0.10/32
refused 'there is no leak of 10.9.0.99/32 from tenant shared to tenant acme; "tenantctl show leak" lists them' del leak shared acme 10.9.0.99/32

refused 'tenant acme: transit transit-dc1 with OSPF needs three addresses (edge, DLR and a second edge), 100.64.0.0/30 has too few; set circuit.prefix to a /29, or circuit.routing to static' set circuit acme transit-dc1 --prefix 100.64.0.0/30
refused 'tenant acme: uplink uplink-dc1 is point-to-point and takes a /30 (or /31), 100.96.0.0/29 is larger; set circuit.prefix to a /30' add circuit acme uplink-dc1 --prefix 100.96.0.0/29
refused '--vlan 4095 is not a number from 1 to 4094' set circuit acme transit-dc1 --vlan 4095
refused 'VLAN 102 on wire transit-dc1 is used by tenant acme and by tenant shared; choose another one for one of them' set circuit acme transit-dc1 --vlan 102
refused '--routing bgp is not known; it is ospf or static' set circuit acme uplink-dc1 --routing bgp
refused 'wire nowire does not exist; "tenantctl show wire" lists them' set circuit acme nowire --routing static
refused 'tenant acme has nothing set on wire transit-dc1; all of it is derived' del circuit acme transit-dc1

refused '--asn 0 is not a number from 1 to 4294967295' set provider --asn 0
refused 'tenant acme: the route target for leaks, 4200000000:1000001, does not fit; set provider.leak_base lower' set provider --asn 4200000000
refused 'the transit pool 100.64.0.0/28 cannot be used: it must be a network, and its parts longer than itself' set pool transit --prefix 100.64.0.0/28 --length 27
refused 'there is no pool star; the pools are transit and uplink' set pool star --length 27
refused 'tenant acme: aggregate 10.1.0.0/16 overlaps 10.1.1.0/24, which is reserved for the provider' add reserved 10.1.1.0/24
refused '100.64.0.0/10 is reserved already' add reserved 100.64.0.0/10
refused '10.7.0.0/16 is not reserved; "tenantctl show reserved" lists what is' del reserved 10.7.0.0/16
refused 'tenant acme has the aggregate 10.1.0.0/16 already' add aggregate acme 10.1.0.0/16
refused 'tenant acme has no aggregate 10.7.0.0/16; "tenantctl show tenant acme" lists them' del aggregate acme 10.7.0.0/16

check "a refusal leaves no trace" "$before" "$(revision)"

# a link's network need not be in an aggregate, but its static routes do
refused '172.31.9.0/24 of link lyon lies outside the address space of tenant shared; add an aggregate that holds it' add link shared lyon --node pe2 --interface x1 --address 192.168.9.1/30 --protocol static --peer 192.168.9.2 --routes 172.31.9.0/24

# ---- usage ----

usage 'what shall be done? see "tenantctl --help"'
usage 'frob is no verb of tenantctl; see "tenantctl --help"' frob
usage 'add what? see "tenantctl add --help"' add
usage 'add frob is not possible; see "tenantctl add --help"' add frob
usage 'the form is "tenantctl add switch TENANT NAME [PREFIX]"; see "tenantctl add switch --help"' add switch
usage 'there is no option --color here; see "tenantctl add switch --help"' add switch acme db --color red
usage '--mtu needs a value after it' add switch acme db --mtu
usage '--mtu is given twice' add switch acme db --mtu 1500 --mtu 1500
usage 'nothing to set is given; see "tenantctl set switch --help"' set switch acme web
usage '--node NODE is missing; see "tenantctl plan --help"' plan

# ---- changes ----

done_ set switch acme web --mtu 9000
shows "acme    web   1   ls1     100001  9000  -     active  -         production  local  10.1.1.0/24,10.1.2.0/24  -" show switch acme web
done_ set tenant acme --max-routes 5000 --aggregates +192.168.0.0/16
refused 'tenant acme would announce 2 prefixes, and may have 1; set tenant.max_routes higher or announce fewer' set tenant acme --max-routes 1
done_ add circuit acme transit-dc1 --vlan 900 --prefix 100.64.9.0/29
shows "acme    transit-dc1  transit  900   100.64.9.0/29  ospf     yes     no       esg=100.64.9.1,dlr=100.64.9.3" show circuit acme
done_ set circuit acme transit-dc1 --vlan auto --prefix auto
done_ del circuit acme transit-dc1
done_ set link acme paris --protocol static --peer 192.168.201.2 --routes 172.16.8.0/24
plan_has pe2 kernel "ip route add 172.16.8.0/24 via 192.168.201.2 vrf acme"
done_ set link acme paris --protocol bgp --peer-as 65101 --routes ""
done_ set node pe1 --roles +edge
done_ set subnet acme web 10.1.2.0/24 --no-advertise --gateway 10.1.2.1
shows "acme    web     10.1.2.0/24  10.1.2.1  no         no" show subnet acme

# A tenant that plain SQL has broken is held, blocks nobody, and can be mended.
if command -v sqlite3 >/dev/null; then
	sqlite3 "$TENANT_DB" "UPDATE subnet SET gateway = '1.2.3.4' WHERE prefix = '10.9.0.0/24'"
	run check
	check "check" "1 tenantctl: 1 finding in 1 tenant; a tenant with findings is held until they are mended" "$code $err"
	shows "# tenant shared is held: gateway 1.2.3.4 is outside subnet 10.9.0.0/24 of switch dns" plan --node dlr
	done_ add switch acme other 10.1.77.0/24
	done_ add switch shared other 10.9.77.0/24
	refused '10.9.77.0/25 (switch more) overlaps 10.9.77.0/24 (switch other) in tenant shared; one of them must change' add switch shared more 10.9.77.0/25
	done_ set subnet shared dns 10.9.0.0/24 --gateway 10.9.0.1
	sqlite3 "$TENANT_DB" "UPDATE tenant SET max_routes = 1 WHERE name = 'shared'"
	run check
	check "check of plans" "1 tenantctl: 1 finding in 1 tenant; a tenant with findings is held until they are mended" "$code $err"
	done_ set tenant shared --max-routes 1000
	shows "2 tenants, no findings" check
fi

done_ del leak shared acme 10.9.0.10/32
done_ del switch acme web
done_ del link acme paris
done_ del tenant acme
done_ del tenant shared
done_ del wire uplink-dc1
done_ del node pe2
done_ del site branch
plan dlr kernel "sysctl -w net.ipv4.ip_forward=1
sysctl -w net.ipv4.igmp_max_memberships=4096
ip rule add pref 32765 table local
ip rule del pref 0
ip -6 rule add pref 32765 table local
ip -6 rule del pref 0"

# ---- trace: what the nodes have told, joined ----

done_ add tenant tracy --nodes dlr
done_ add switch tracy web 10.9.1.0/24
refused "no node has told of tracy yet; a node tells about a second after a subnet came, and nothing of subnets older than its tenantd" \
	trace tracy
refused "tenant nobody does not exist; \"tenantctl show tenant\" lists them" trace nobody
sqlite3 "$TENANT_DB" "INSERT INTO subnet_trace SELECT 'dlr', id, 1795232701396000, '{\"connected\": 5200, \"type-7\": 31000, \"noticed\": 900}' FROM subnet WHERE prefix = '10.9.1.0/24'"
shows "10.9.1.0/24, written 2026-11-21 03:45:01.396 UTC; milliseconds from then on:
  dlr          noticed 0.9, connected 5.2, type-7 31.0" trace tracy 10.9.1.0/24
done_ del tenant tracy
check "traces go with their subnet" 0 "$(sqlite3 "$TENANT_DB" "SELECT count(*) FROM subnet_trace")"

# ---- sites: where hosts are, and where switches are recovered ----

done_ add site dc2
done_ add node dlr2 --site dc2 --router-id 10.255.0.21 --roles dlr --vtep 10.255.0.21
refused '--egress active needs --active-site SITE, by which all traffic leaves' add tenant sam --nodes dlr --egress active
refused '--active-site belongs to --egress active; give both, or none of them' add tenant sam --nodes dlr --active-site dc1
refused '--egress both is not known; it is local or active' add tenant sam --nodes dlr --egress both
refused 'the recovery site of tenant sam is dc2, where no DLR serves it; attach one of that site'"'"'s first' \
	add tenant sam --nodes dlr --recovery-site dc2
done_ add tenant sam --nodes dlr,dlr2 --egress active --active-site dc1
refused 'egress of a tenant is chosen once; make another tenant for the other way' set tenant sam --egress local
done_ set tenant sam --active-site dc2
shows "egress             active
active-site        dc2
recovery-site      -" show tenant sam
done_ add switch sam web 10.7.1.0/24 --site dc1
done_ add switch sam web-dc2 10.7.2.0/24 --site dc2
done_ add switch sam all 10.7.3.0/24 --scope universal
shows "there is no host" show host
shows "there is no map" show map
refused 'switch web of tenant sam has no host 10.7.1.50; "tenantctl show host sam web" lists them' set host sam web 10.7.1.50 --advertise
refused 'host 10.7.2.50 is in no subnet of switch web of tenant sam; "tenantctl show subnet sam web" lists them' add host sam web 10.7.2.50
refused '10.7.1.500 is not an address; write it like 10.1.1.1' add host sam web 10.7.1.500
refused 'tenant sam has no host 10.7.1.50; make it known with "tenantctl add host sam SWITCH 10.7.1.50"' move host sam 10.7.1.50 --to dc2
done_ add host sam web 10.7.1.50 --site dc1
refused 'switch web of tenant sam has the host 10.7.1.50 already' add host sam web 10.7.1.50
shows "sam     web     10.7.1.50  dc1   no         -" show host sam
usage '--to SITE is missing; see "tenantctl move host --help"' move host sam 10.7.1.50
refused 'site dc9 does not exist; "tenantctl show site" lists them' move host sam 10.7.1.50 --to dc9
refused 'switch web of tenant sam is not at dc2; keep it ready there with "tenantctl add map sam web dc2" first' move host sam 10.7.1.50 --to dc2
refused 'switch web of tenant sam is at dc1 itself; map it to another site' add map sam web dc1
refused 'switch all of tenant sam is at all its sites and needs no map; say where it is by its --site' add map sam all dc2
refused 'tenant sam has no switch app; "tenantctl show switch sam" lists them' add map sam web dc2 --as app
refused 'switch web of tenant sam is mapped to switch all, which is not at that site; say where all is by its --site' add map sam web dc2 --as all
refused 'switch web of tenant sam is not mapped to dc2; "tenantctl show map sam" lists them' del map sam web dc2
done_ add map sam web dc2 --as web-dc2
shows "sam     web     dc2   web-dc2" show map sam web
refused 'switch web of tenant sam is mapped to dc2 already; "tenantctl del map sam web dc2" first' add map sam web dc2
done_ del map sam web dc2
done_ add map sam web dc2
shows "sam     web   * active  dc2 *" show switch sam web
done_ move host sam 10.7.1.50 --to dc2
shows "sam     web     10.7.1.50  dc2   yes        -" show host sam 10.7.1.50
plan_has dlr2 kernel "ip route add 10.7.1.50/32 dev ls$("$tenantctl" --json show switch sam web | sed -n 's/.*"id":\([0-9]*\),/\1/p') *"
done_ move host sam 10.7.1.50 --to dc1
shows "sam     web     10.7.1.50  dc1   no         -" show host sam 10.7.1.50
shows "there is no public" show public
refused 'tenant sam does not publish 203.0.113.5; "tenantctl show public sam" lists what it does' set public sam 203.0.113.5 --to 10.7.1.50
refused '203.0.113.500 is not an address; write it like 203.0.113.5' add public sam 203.0.113.500 --to 10.7.1.50
usage '--to ADDRESS is missing; see "tenantctl add public --help"' add public sam 203.0.113.5
refused '--to-port belongs to a port; give that after the address, or leave --to-port out: all of 203.0.113.5 is published' \
	add public sam 203.0.113.5 --to 10.7.1.50 --to-port 80
refused 'https is not a port; write it like tcp/443' add public sam 203.0.113.5 https --to 10.7.1.50
refused 'tcp/22 of public address 203.0.113.5 of tenant sam is reserved for the provider; publish another port' \
	add public sam 203.0.113.5 tcp/22 --to 10.7.1.50
done_ add public sam 203.0.113.5 --to 10.7.1.50
refused '203.0.113.5 is published already, by tenant sam' add public sam 203.0.113.5 --to 10.7.1.52
done_ add public sam 203.0.113.6 tcp/443 --to 10.7.1.51 --to-port 8443 --recovered 10.7.2.50
shows "sam     203.0.113.5  -        10.7.1.50  -        -          dc1" show public sam
shows "sam     203.0.113.6  tcp/443  10.7.1.51  8443     10.7.2.50  dc1" show public sam 203.0.113.6
done_ set public sam 203.0.113.6 tcp/443 --to-port auto --recovered auto
shows "sam     203.0.113.6  tcp/443  10.7.1.51  443      -          dc1" show public sam 203.0.113.6
plan_has dlr kernel "ip route add unreachable 203.0.113.5/32 table *" "ip route add unreachable 203.0.113.6/32 table *"
refused 'host 10.7.1.50 of public address 203.0.113.5 is on switch web of tenant sam, whose addresses are never translated (--no-nat)' \
	set switch sam web --no-nat
done_ set switch sam all --no-nat
refused 'host 10.7.3.5 of public address 203.0.113.5 is on switch all of tenant sam, whose addresses are never translated (--no-nat)' \
	set public sam 203.0.113.5 --to 10.7.3.5
done_ set switch sam all --nat
shows "tcp/22  management" show reserved-port
done_ add reserved-port udp/161 --what monitoring
refused 'udp/161 is reserved already' add reserved-port udp/161
refused 'udp/70000 is not a port; write it like tcp/443' add reserved-port udp/70000
refused 'tcp/443 of public address 203.0.113.6 of tenant sam is reserved for the provider; publish another port' \
	add reserved-port tcp/443
done_ del reserved-port udp/161
refused 'udp/161 is not reserved; "tenantctl show reserved-port" lists what is' del reserved-port udp/161
is_json show public
is_json show reserved-port
done_ del public sam 203.0.113.6 tcp/443
done_ del public sam 203.0.113.5
done_ set host sam web 10.7.1.50 --site auto
shows "sam     web     10.7.1.50  -     no         -" show host sam 10.7.1.50
refused 'tenant sam has no host 10.7.1.51; "tenantctl show host sam" lists them' show host sam 10.7.1.51
done_ del host sam web 10.7.1.50
done_ del tenant sam
done_ del node dlr2
done_ del site dc2

# ---- the brake: much at once is asked for twice ----

done_ add tenant brake --nodes dlr
done_ add switch brake web 10.8.0.0/24
sqlite3 "$TENANT_DB" "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 14)
	INSERT INTO subnet (switch_id, prefix, gateway)
	SELECT s.id, '10.8.' || i || '.0/24', '10.8.' || i || '.1' FROM n JOIN logical_switch s ON s.tenant_id =
	(SELECT id FROM tenant WHERE name = 'brake')"
refused "tenant brake would lose 15 of its 15 prefixes at once; add --meant if it should" del switch brake web
refused "tenant brake would lose 15 of its 15 prefixes at once; add --meant if it should" set switch brake web --purpose test
refused "tenant brake would go with all of its 15 prefixes; add --meant if it should" del tenant brake
done_ del subnet brake web 10.8.14.0/24
meant() { sqlite3 "$TENANT_DB" "SELECT ifnull(max(meant.seq) = (SELECT max(seq) FROM change_log), 'no row') FROM meant"; }
check "nothing is said to be meant" "no row" "$(meant)"
done_ --meant del tenant brake
check "the nodes are told that it is meant, up to this change" 1 "$(meant)"
done_ add tenant after --nodes dlr
check "and not what comes later" 0 "$(meant)"
done_ release
check "unless it is released" 1 "$(meant)"
run --json release
check "tenantctl --json release" "0 release" "$code $(sed -n 's/.*"done":"\(.*\)",/\1/p' <<<"$out")"
done_ del tenant after

# ---- changes (the rest in tests/test_change.py) ----

shows "there is no draft; \"tenantctl change begin\" makes one" change show
run change begin "one more"
number=$out
export TENANT_CHANGE=$number
shows "kept as edit 1 of change $number" add reserved 203.0.113.0/24
run change plan "$number"
shows "nodes concerned: *" change plan
shows "change $number is applied and will be taken back in 60 s, *" change apply --confirm 60
shows "change $number is confirmed and stays" change confirm
unset TENANT_CHANGE
shows "* confirmed  one more *" change history 3
shows "$((number + 1))" change rollback "$(($(revision) - 1))"
shows "change $((number + 1)) is aborted; nothing was changed" change abort $((number + 1))
done_ del reserved 203.0.113.0/24
is_json change history
is_json change show "$number"

# ---- operations on sites (the rest in tests/test_operations.py) ----

shows "there is no operation" operation show
done_ add tenant goes --nodes dlr
refused 'tenant goes has nothing at another site that could go to dc1' failover goes --to dc1 --planned
refused 'tenant goes has not failed over; there is no way back to go' failback goes --disaster
refused 'tenant goes has not failed over; there is no way back to go' reprotect goes
refused 'there is no operation 1; "tenantctl operation show" lists them' operation resume 1
refused 'there is no operation 1; "tenantctl operation show" lists them' operation undo 1
refused 'site dc9 does not exist; "tenantctl show site" lists them' bubble start goes --at dc9
refused 'tenant goes has no test bubble; "tenantctl bubble start goes" makes one' bubble stop goes
refused 'site dc9 does not exist; "tenantctl show site" lists them' edge evacuate dc9
refused 'site dc1 is not evacuated; its edges are in use' edge restore dc1
printf 'Prefix,Tenant,VLAN\n10.1.77.0/24,goes,listed (77)\n' >"$dir/list.csv"    # the rest is in tests/test_prefixes.py
run add prefixes "$dir/list.csv"
check "tenantctl add prefixes" "0|new: 1 switches, 1 subnets; there already: 0 subnets|" "$code|$out|$err"
done_ del tenant goes

# ---- export and import (the rest in tests/test_export.py) ----

done_ export "$dir/all.json"
before=$(revision)
done_ import "$dir/all.json"
check "what is there already is left" "$before" "$(revision)"
refused "$dir/none.json cannot be read: No such file or directory" import "$dir/none.json"

# ---- help: every command has a page with an example ----

while read -r verb object _; do
	case $verb in
	init | plan | check | release | trace | graph | subscribe | unsubscribe | failover | failback | reprotect | export | import)
		words=$verb ;;
	*) words="$verb $object" ;;
	esac
	# shellcheck disable=SC2086
	run $words --help
	checks=$((checks + 1))
	[[ $code == 0 && $out == "tenantctl $words"*$'\nExample:\n  tenantctl '* ]] ||
		fail "tenantctl $words --help" "$out$err"
done < <("$tenantctl" --help | grep -E '^  (init|add|set|del|move|show|subscribe|unsubscribe|plan|check|release|trace|graph|change|failover|failback|reprotect|operation|bubble|edge|export|import) ')
run --version
check "tenantctl --version" 0 "$code"

echo "$(((checks - failures) * 100 / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[[ $failures == 0 ]]
