#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The YANG module is valid, for libyang (which FRR uses), for yangdump, and for pyang where that is installed (Debian
# forky has none), and its revision is the one the programs say.
set -u

module=${srcdir:-.}/yang/frr-tenant.yang
types=${FRR_YANG:-/usr/share/yang}
failed=0

# judge NAME COMMAND...: valid, and without a word about it.
judge() {
	name=$1
	shift
	said=$("$@" 2>&1) && [ -z "$said" ] && return
	echo "$name does not like $module:"
	echo "$said"
	failed=1
}

# One of the module's lines taken away must be noticed, or this test proves nothing.
control() {
	broken=$(mktemp -d)
	sed 's/require-instance false;/require-instance maybe;/' "$module" >"$broken/frr-tenant.yang"
	if yanglint -p "$types" "$broken/frr-tenant.yang" >/dev/null 2>&1; then
		echo "a broken module is taken for a valid one"
		failed=1
	fi
	if command -v yangdump >/dev/null && judge_yangdump "$broken/frr-tenant.yang"; then
		echo "yangdump takes a broken module for a valid one"
		failed=1
	fi
	rm -r "$broken"
}

# yangdump, by people who have nothing to do with libyang: no error. It counts one warning, and does not tell which.
judge_yangdump() {
	yangdump "modpath=/usr/share/yuma/modules" "$1" 2>&1 | grep -q '^\*\*\* 0 Errors'
}

judge yanglint yanglint -p "$types" "$module"
if ! command -v yangdump >/dev/null; then
	echo "yangdump is not installed"
elif ! judge_yangdump "$module"; then
	echo "yangdump does not like $module:"
	yangdump "modpath=/usr/share/yuma/modules" "$module" 2>&1
	failed=1
fi
if command -v pyang >/dev/null; then
	judge pyang pyang --strict --canonical -p "$types" "$module"
else
	echo "pyang is not installed: the module is judged by the others alone"
fi
control

# takes TEXT...: those that the type of a tenant's aggregates takes.
takes() {
	for text; do
		printf '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><tenants><tenant><name>a</name>' >"$instance"
		printf '<aggregate>%s</aggregate></tenant></tenants></tenant-network>' "$text" >>"$instance"
		yanglint -p "$types" -t config "$module" "$instance" >/dev/null 2>&1 && echo "$text"
	done
}
instance=$(mktemp --suffix=.xml)
good='0.0.0.0/0 10.1.1.0/24 255.255.255.255/32 ::/0 2001:db8::/64 2001:db8:0:1:2:3:4:5/128 ::1/128 fe80::/10'
bad='10.1.1.0 10.1.1.0/33 10.1.1.256/24 10.1.1/24 10.01.1.0/24 2001:DB8::/64 2001:db8::/129 1::2::/64 1:2:3/64 ::1 x/24'
# shellcheck disable=SC2086
taken=$(takes $good $bad | tr '\n' ' ')
rm "$instance"
if [ "$taken" != "$good " ]; then
	echo "the type network takes $taken and should take $good"
	failed=1
fi
if sed -n '/container tenants {/,/container state {/p' "$module" | grep -n 'type inet:ip-\|type union'; then
	echo "a union within tenants: libyang matches each value of one anew at every commit"
	failed=1
fi
revision=$(sed -n 's/^ *revision \([0-9-]*\) {/\1/p' "$module" | head -n 1)
if ! grep -q "FRR_TENANT_YANG_REVISION \"$revision\"" "${srcdir:-.}/yang/yang_text.h"; then
	echo "yang/yang_text.h names another revision than $revision"
	failed=1
fi
exit $failed
