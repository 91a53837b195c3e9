// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves the text of every FRR statement: it is what FRR 10.7 prints, reading
 * it gives the object back, taking it away names the same thing, contexts are
 * entered and left around it, and no name can carry a second command.
 */
#include <zebra.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"

#include "plan/diff.h"
#include "plan/statement.h"

#include "lib.h"
#include "plan_rules.h"

/* .net as text; unset without one. */
struct row {
	struct object obj;
	const char *net;
	const char *text;
	const char *undo; /* NULL: "no " and the text */
};

#define ROW(kind_, target_) \
	.obj.kind = OBJ_##kind_, .obj.target = TARGET_##target_, .obj.vrf = "acme"

/* clang-format off */
static const struct row rows[] = {
	{ ROW(ZEBRA_VRF, MGMTD), .text = "vrf acme" },
	{ ROW(PREFIX_LIST, BGPD), .obj.name = "TN-acme-ADV", .obj.num = { 4000000000u, 1, 32 },
	  .net = "10.1.0.0/16", .text = "ip prefix-list TN-acme-ADV seq 4000000000 permit 10.1.0.0/16 le 32",
	  .undo = "no ip prefix-list TN-acme-ADV seq 4000000000" },
	{ ROW(PREFIX_LIST, OSPFD), .obj.name = "TN-acme-ADV", .obj.num = { 1, 0, 0 },
	  .net = "0.0.0.0/0", .text = "ip prefix-list TN-acme-ADV seq 1 deny 0.0.0.0/0",
	  .undo = "no ip prefix-list TN-acme-ADV seq 1" },
	{ ROW(RT_LIST, BGPD), .obj.name = "TN-acme-OWN", .obj.num = { 10, 65000, 1 },
	  .text = "bgp extcommunity-list standard TN-acme-OWN seq 10 permit rt 65000:1" },
	{ ROW(ROUTE_MAP, BGPD), .obj.name = "TN-acme-EXP", .obj.num = { 65535, 1 },
	  .text = "route-map TN-acme-EXP permit 65535" },
	{ ROW(ROUTE_MAP, OSPFD), .obj.name = "TN-acme-ADV", .obj.num = { 5, 0 },
	  .text = "route-map TN-acme-ADV deny 5" },
	{ ROW(MATCH_PREFIX, BGPD), .obj.name = "TN-acme-EXP", .obj.num = { 10, 1 }, .obj.ref = "TN-acme-L1",
	  .text = "match ip address prefix-list TN-acme-L1", .undo = "no match ip address prefix-list" },
	{ ROW(MATCH_RT, BGPD), .obj.name = "TN-acme-IMP", .obj.num = { 10, 1 }, .obj.ref = "TN-acme-OWN",
	  .text = "match extcommunity TN-acme-OWN", .undo = "no match extcommunity" },
	{ ROW(MATCH_TAG, BGPD), .obj.name = "TN-acme-RED", .obj.num = { 5, 0, 3489725928u },
	  .text = "match tag 3489725928", .undo = "no match tag" },
	{ ROW(MATCH_HOP, BGPD), .obj.name = "TN-acme-IMP", .obj.num = { 10, 1 }, .obj.ref = "TN-acme-PE",
	  .text = "match ip next-hop prefix-list TN-acme-PE", .undo = "no match ip next-hop prefix-list" },
	{ ROW(SET_RT, BGPD), .obj.name = "TN-acme-EXP", .obj.num = { 20, 65000, 1000002 },
	  .text = "set extcommunity rt 65000:1000002", .undo = "no set extcommunity rt" },
	{ ROW(SET_NO_RT, BGPD), .obj.name = "TN-acme-ADV", .obj.num = { 10, 1 }, .text = "set extcommunity none" },
	{ ROW(SET_TAG, OSPFD), .obj.name = "TN-acme-TAG", .obj.num = { 10, 1, 7 },
	  .text = "set tag 7", .undo = "no set tag" },
	{ ROW(SET_LOCAL_PREF, BGPD), .obj.name = "TN-acme-STB", .obj.num = { 65535, 1, 50 },
	  .text = "set local-preference 50", .undo = "no set local-preference" },
	{ ROW(ON_MATCH_NEXT, BGPD), .obj.name = "TN-acme-EXP", .obj.num = { 20, 1 }, .text = "on-match next" },
	{ ROW(OSPF, OSPFD), .text = "router ospf vrf acme" },
	{ ROW(BGP, BGPD), .obj.num = { 4200000000u }, .text = "router bgp 4200000000 vrf acme" },
	{ ROW(OSPF_ROUTER_ID, OSPFD), .net = "10.255.0.1/32", .text = "ospf router-id 10.255.0.1",
	  .undo = "no ospf router-id" },
	{ ROW(OSPF_SPF_DELAY, OSPFD), .obj.num = { 0, 50, 200 }, .text = "timers throttle spf 0 50 200",
	  .undo = "no timers throttle spf" },
	{ ROW(OSPF_LSA_DELAY, OSPFD), .text = "timers throttle lsa all 0", .undo = "no timers throttle lsa all" },
	{ ROW(OSPF_LSA_ARRIVAL, OSPFD), .text = "timers lsa min-arrival 0", .undo = "no timers lsa min-arrival" },
	{ ROW(OSPF_REDIST_KERNEL, OSPFD), .obj.ref = "TN-acme-ADV",
	  .text = "redistribute kernel route-map TN-acme-ADV", .undo = "no redistribute kernel" },
	{ ROW(OSPF_REDIST_CONNECTED, OSPFD), .obj.ref = "TN-acme-ADV",
	  .text = "redistribute connected route-map TN-acme-ADV", .undo = "no redistribute connected" },
	{ ROW(OSPF_REDIST_CONNECTED, OSPFD), .obj.ref = "TN-acme-ADV", .obj.num = { 0, 0, 1000 },
	  .text = "redistribute connected metric 1000 route-map TN-acme-ADV",
	  .undo = "no redistribute connected" },
	{ ROW(OSPF_REDIST_BGP, OSPFD), .obj.ref = "TN-acme-TAG",
	  .text = "redistribute bgp route-map TN-acme-TAG", .undo = "no redistribute bgp" },
	{ ROW(OSPF_NSSA, OSPFD), .obj.num = { 51 }, .text = "area 51 nssa" },
	{ ROW(OSPF_NSSA, OSPFD), .obj.num = { 51, 1 },
	  .text = "area 51 nssa translate-always", .undo = "no area 51 nssa" },
	{ ROW(OSPF_NSSA_DENY, OSPFD), .obj.num = { 51 }, .net = "100.64.0.0/10",
	  .text = "area 51 nssa range 100.64.0.0/10 not-advertise", .undo = "no area 51 nssa range 100.64.0.0/10" },
	{ ROW(OSPF_NETWORK, OSPFD), .obj.num = { 51 }, .net = "100.64.0.0/29", .text = "network 100.64.0.0/29 area 51" },
	{ ROW(OSPF_IF_P2P, OSPFD), .obj.name = "u0.101", .text = "ip ospf network point-to-point",
	  .undo = "no ip ospf network" },
	{ ROW(OSPF_IF_PRIORITY, OSPFD), .obj.name = "t0.101", .text = "ip ospf priority 0",
	  .undo = "no ip ospf priority" },
	{ ROW(OSPF_IF_SUPPRESS, OSPFD), .obj.name = "t0.101", .text = "ip ospf prefix-suppression" },
	{ ROW(OSPF_IF_BFD, OSPFD), .obj.name = "t0.101", .text = "ip ospf bfd" },
	{ ROW(OSPF_IF_KEY, OSPFD), .obj.name = "u0.101", .obj.ref = "Sesame.2026",
	  .text = "ip ospf message-digest-key 1 md5 Sesame.2026", .undo = "no ip ospf message-digest-key 1" },
	{ ROW(OSPF_IF_AUTH, OSPFD), .obj.name = "u0.101", .text = "ip ospf authentication message-digest",
	  .undo = "no ip ospf authentication" },
	{ ROW(OSPF_IF_DEAD, OSPFD), .obj.name = "u0.101", .obj.num = { 4 }, .text = "ip ospf dead-interval 4",
	  .undo = "no ip ospf dead-interval" },
	{ ROW(OSPF_IF_HELLO, OSPFD), .obj.name = "u0.101", .obj.num = { 1 }, .text = "ip ospf hello-interval 1",
	  .undo = "no ip ospf hello-interval" },
	{ ROW(VRRP, VRRPD), .obj.name = "x0.7", .obj.num = { 254 }, .text = "vrrp 254 version 3" },
	{ ROW(VRRP_PRIORITY, VRRPD), .obj.name = "x0.7", .obj.num = { 254, 150 },
	  .text = "vrrp 254 priority 150", .undo = "no vrrp 254 priority" },
	{ ROW(VRRP_INTERVAL, VRRPD), .obj.name = "x0.7", .obj.num = { 254, 250 },
	  .text = "vrrp 254 advertisement-interval 250", .undo = "no vrrp 254 advertisement-interval" },
	{ ROW(VRRP_ADDRESS, VRRPD), .obj.name = "x0.7", .obj.num = { 254 }, .net = "10.9.0.254/32",
	  .text = "vrrp 254 ip 10.9.0.254" },
	{ ROW(BGP_ROUTER_ID, BGPD), .net = "10.255.0.1/32", .text = "bgp router-id 10.255.0.1",
	  .undo = "no bgp router-id" },
	{ ROW(BGP_NEIGHBOR, BGPD), .obj.num = { 65001 }, .net = "192.168.201.2/32",
	  .text = "neighbor 192.168.201.2 remote-as 65001", .undo = "no neighbor 192.168.201.2" },
	{ ROW(BGP_REDIST_KERNEL, BGPD), .obj.ref = "TN-acme-ADV",
	  .text = "redistribute kernel route-map TN-acme-ADV", .undo = "no redistribute kernel" },
	{ ROW(BGP_REDIST_CONNECTED, BGPD), .obj.ref = "TN-acme-ADV",
	  .text = "redistribute connected route-map TN-acme-ADV", .undo = "no redistribute connected" },
	{ ROW(BGP_REDIST_OSPF, BGPD), .obj.ref = "TN-acme-RED",
	  .text = "redistribute ospf route-map TN-acme-RED", .undo = "no redistribute ospf" },
	{ ROW(BGP_NEIGHBOR_LIMIT, BGPD), .obj.num = { 50 }, .net = "192.168.201.2/32",
	  .text = "neighbor 192.168.201.2 maximum-prefix 50",
	  .undo = "no neighbor 192.168.201.2 maximum-prefix" },
	{ ROW(BGP_NEIGHBOR_IN, BGPD), .obj.ref = "TN-acme-ADV", .net = "192.168.201.2/32",
	  .text = "neighbor 192.168.201.2 route-map TN-acme-ADV in" },
	{ ROW(BGP_NEIGHBOR_OUT, BGPD), .obj.ref = "TN-acme-CE", .net = "192.168.201.2/32",
	  .text = "neighbor 192.168.201.2 route-map TN-acme-CE out" },
	{ ROW(BGP_IMPORT_MAP, BGPD), .obj.ref = "TN-acme-IMP", .text = "route-map vpn import TN-acme-IMP",
	  .undo = "no route-map vpn import" },
	{ ROW(BGP_LABEL, BGPD), .text = "label vpn export auto" },
	{ ROW(BGP_RD, BGPD), .obj.num = { 65535 }, .net = "10.255.0.1/32", .text = "rd vpn export 10.255.0.1:65535" },
	{ ROW(BGP_RT_IMPORT, BGPD), .obj.num = { 65000, 1, 1000001 },
	  .text = "rt vpn import 65000:1 65000:1000001" },
	{ ROW(BGP_RT_EXPORT, BGPD), .obj.num = { 65000, 1 }, .text = "rt vpn export 65000:1" },
	{ ROW(BGP_EXPORT_MAP, BGPD), .obj.ref = "TN-acme-EXP", .text = "route-map vpn export TN-acme-EXP",
	  .undo = "no route-map vpn export" },
	{ ROW(BGP_EXPORT, BGPD), .text = "export vpn" },
	{ ROW(BGP_IMPORT, BGPD), .text = "import vpn" },
	{ ROW(ZEBRA_OSPF_MAP, MGMTD), .obj.ref = "TENANT-VPN-TAG", .text = "ip protocol ospf route-map TENANT-VPN-TAG" },
};
/* clang-format on */

static struct object object_of(const struct row *row)
{
	struct object obj = row->obj;

	if (row->net)
		ck_assert_msg(ipnet_parse(row->net, &obj.net) == 0, "%s", row->net);
	return obj;
}

/* A list's line names no VRF; the reader finds it in the list's name. */
static void assert_comes_back(const struct object *obj, const char *line)
{
	struct object got = statement_given(obj);
	enum reading reading;
	char expected_text[512], got_text[512];

	reading = statement_read(obj->target, statement_context(obj->kind), line, &got);
	strlcpy(got.vrf, obj->vrf, sizeof(got.vrf));
	ck_assert_msg(reading == READING_EXACT && object_same(&got, obj),
		      "\"%s\" expected %s, got (%d) %s", line,
		      object_text(obj, expected_text, sizeof(expected_text)), reading,
		      object_text(&got, got_text, sizeof(got_text)));
}

START_TEST(a_statement_is_written_as_frr_prints_it_and_read_back)
{
	const struct row *row = &rows[_i];
	struct object obj = object_of(row);
	char line[STATEMENT_SIZE];

	ck_assert_str_eq(statement_text(&obj, false, line), row->text);
	assert_comes_back(&obj, line);
}
END_TEST

START_TEST(taking_a_statement_away_names_what_makes_it_the_same)
{
	const struct row *row = &rows[_i];
	struct object obj = object_of(row);
	char line[STATEMENT_SIZE], expected[STATEMENT_SIZE];

	snprintf(expected, sizeof(expected), "no %s", row->text);
	ck_assert_str_eq(statement_text(&obj, true, line), row->undo ? row->undo : expected);
}
END_TEST

START_TEST(a_secret_is_written_for_the_router_and_not_for_people)
{
	struct object obj = { .kind = OBJ_OSPF_IF_KEY,
			      .target = TARGET_OSPFD,
			      .vrf = "acme",
			      .name = "u0.101",
			      .ref = "Sesame.2026" };
	char line[STATEMENT_SIZE];

	ck_assert(statement_has_secret(&obj));
	ck_assert_str_eq(statement_shown(&obj, false, line),
			 "ip ospf message-digest-key 1 md5 ********");
	ck_assert_str_eq(statement_shown(&obj, true, line), "no ip ospf message-digest-key 1");
	obj.kind = OBJ_OSPF_IF_AUTH;
	ck_assert(!statement_has_secret(&obj));
	ck_assert_str_eq(statement_shown(&obj, false, line),
			 "ip ospf authentication message-digest");
}
END_TEST

START_TEST(the_secrets_of_others_are_taken_out_of_their_lines)
{
	static const char *const lines[][2] = {
		{ "ip ospf message-digest-key 2 md5 Sesame",
		  "ip ospf message-digest-key 2 md5 ********" },
		{ "ip ospf authentication-key Sesame", "ip ospf authentication-key ********" },
		{ "neighbor 10.0.0.1 password Sesame", "neighbor 10.0.0.1 password ********" },
		{ "ip ospf cost 7", "ip ospf cost 7" },
	};
	char line[STATEMENT_SIZE];

	for (unsigned int i = 0; i < array_size(lines); i++)
		ck_assert_str_eq(statement_redact(lines[i][0], line), lines[i][1]);
}
END_TEST

START_TEST(every_kind_with_a_text_has_a_row_here)
{
	for (unsigned int kind = 0; kind < OBJ_KIND_COUNT; kind++) {
		bool found = statement_context(kind) == CONTEXT_NONE;

		for (unsigned int i = 0; i < array_size(rows); i++)
			found |= rows[i].obj.kind == kind;
		ck_assert_msg(found, "no row for %s", object_kinds[kind].word);
	}
}
END_TEST

/* ---- random objects ---- */

static void random_name(char *name, unsigned int max)
{
	static const char set[] = "abcXYZ019-_.";
	unsigned int len = 1 + lib_below(max);

	for (unsigned int i = 0; i < len; i++)
		name[i] = set[lib_below(i ? sizeof(set) - 1 : 9)];
	name[len] = '\0';
}

static struct ipnet random_prefix(bool host)
{
	struct ipnet net = { .family = AF_INET, .len = host ? 32 : lib_below(33) };

	for (int i = 0; i < 4; i++)
		net.addr[i] = lib_random();
	return host ? net : ipnet_masked(&net);
}

static uint32_t random_number(void)
{
	return lib_random() >> (32 + lib_below(32));
}

/* Random where the row has something, so that every field is in the text. */
static struct object random_object(const struct row *row)
{
	struct object obj = object_of(row);

	random_name(obj.vrf, DEVICE_NAME_MAX);
	if (row->obj.name[0])
		random_name(obj.name, statement_context(obj.kind) == CONTEXT_OSPF_IF
					      ? DEVICE_NAME_MAX
					      : LIST_NAME_MAX);
	if (row->obj.ref[0])
		random_name(obj.ref, LIST_NAME_MAX);
	for (int i = 0; i < 3; i++)
		if (row->obj.num[i] > 1)
			obj.num[i] = 1 + random_number() % UINT32_MAX;
	if (obj.kind == OBJ_PREFIX_LIST || obj.kind == OBJ_ROUTE_MAP)
		obj.num[1] = lib_below(2);
	if (obj.kind == OBJ_PREFIX_LIST)
		obj.num[2] = lib_below(33);
	if (row->net)
		obj.net = random_prefix(!strcmp(strchr(row->net, '/'), "/32"));
	return obj;
}

START_TEST(random_objects_of_every_kind_come_back_from_their_text)
{
	char line[STATEMENT_SIZE];

	lib_seed(3);
	for (unsigned int run = 0; run < lib_times(50000); run++) {
		struct object obj = random_object(&rows[run % array_size(rows)]);

		assert_comes_back(&obj, statement_text(&obj, false, line));
	}
}
END_TEST

/* Neither crash nor an exact reading of what is not written so. */
START_TEST(random_damage_to_a_line_is_never_read_as_the_same_object)
{
	char line[STATEMENT_SIZE], damaged[STATEMENT_SIZE + 1], text[512];

	lib_seed(4);
	for (unsigned int run = 0; run < lib_times(50000); run++) {
		struct object obj = random_object(&rows[run % array_size(rows)]),
			      got = statement_given(&obj);
		size_t len, at;

		statement_text(&obj, false, line);
		len = strlen(line);
		at = lib_below(len);
		strlcpy(damaged, line, sizeof(damaged));
		damaged[at] = 1 + lib_below(255);
		if (lib_below(3) == 0)
			memmove(damaged + at, damaged + at + 1, len - at);
		if (!strcmp(damaged, line) ||
		    statement_read(obj.target, statement_context(obj.kind), damaged, &got) !=
			    READING_EXACT)
			continue;
		if (statement_context(obj.kind) != CONTEXT_TOP || !got.vrf[0])
			strlcpy(got.vrf, obj.vrf, sizeof(got.vrf));
		ck_assert_msg(got.kind != obj.kind || !object_same(&got, &obj),
			      "\"%s\" read as %s", damaged, object_text(&obj, text, sizeof(text)));
	}
}
END_TEST

/* ---- altered lines ---- */

static const struct {
	const char *what;
	enum context context;
	const char *line;
	enum reading reading;
	enum object_kind kind;
} altered[] = {
	{ "more than ours", CONTEXT_BGP_V4, "redistribute connected metric 7 route-map X",
	  READING_ALTERED, OBJ_BGP_REDIST_CONNECTED },
	{ "less than ours", CONTEXT_BGP_V4, "redistribute connected", READING_ALTERED,
	  OBJ_BGP_REDIST_CONNECTED },
	{ "another word that begins alike", CONTEXT_BGP_V4, "redistribute connectedness",
	  READING_FOREIGN, 0 },
	{ "another protocol", CONTEXT_BGP_V4, "redistribute static", READING_FOREIGN, 0 },
	{ "a range in a prefix-list", CONTEXT_TOP,
	  "ip prefix-list TN-a-ADV seq 5 permit 10.0.0.0/8 ge 9 le 32", READING_ALTERED,
	  OBJ_PREFIX_LIST },
	{ "an NSSA range that is announced", CONTEXT_OSPF, "area 51 nssa range 10.0.0.0/8 cost 5",
	  READING_ALTERED, OBJ_OSPF_NSSA_DENY },
	{ "an NSSA range, bare", CONTEXT_OSPF, "area 51 nssa range 10.0.0.0/8", READING_ALTERED,
	  OBJ_OSPF_NSSA_DENY },
	{ "another kind of NSSA", CONTEXT_OSPF, "area 51 nssa no-summary", READING_ALTERED,
	  OBJ_OSPF_NSSA },
	{ "an NSSA with a default of its own", CONTEXT_OSPF,
	  "area 51 nssa translate-always default-information-originate", READING_ALTERED,
	  OBJ_OSPF_NSSA },
	{ "an NSSA that translates when it is elected", CONTEXT_OSPF,
	  "area 51 nssa translate-candidate", READING_ALTERED, OBJ_OSPF_NSSA },
	{ "a limit that only warns", CONTEXT_BGP_V4,
	  "neighbor 1.2.3.4 maximum-prefix 5 warning-only", READING_ALTERED,
	  OBJ_BGP_NEIGHBOR_LIMIT },
	{ "an area of an interface", CONTEXT_OSPF_IF, "ip ospf area 51", READING_FOREIGN, 0 },
	{ "a number with a nought before it", CONTEXT_ROUTE_MAP, "set tag 07", READING_ALTERED,
	  OBJ_SET_TAG },
	{ "a metric of nought", CONTEXT_OSPF, "redistribute connected metric 0 route-map X",
	  READING_ALTERED, OBJ_OSPF_REDIST_CONNECTED },
	{ "a length of nought", CONTEXT_TOP,
	  "ip prefix-list TN-acme-ADV seq 5 permit 10.0.0.0/8 le 0", READING_ALTERED,
	  OBJ_PREFIX_LIST },
	{ "an empty line", CONTEXT_OSPF, "", READING_FOREIGN, 0 },
	{ "a number of 33 bits", CONTEXT_ROUTE_MAP, "set tag 4294967296", READING_ALTERED,
	  OBJ_SET_TAG },
};

START_TEST(an_altered_line_is_told_from_a_foreign_one)
{
	struct object got = {};
	enum reading reading =
		statement_read(TARGET_BGPD, altered[_i].context, altered[_i].line, &got);

	ck_assert_msg(reading == altered[_i].reading && got.kind == altered[_i].kind &&
			      got.altered == (reading == READING_ALTERED),
		      "%s: \"%s\" expected %d %s, got %d %s", altered[_i].what, altered[_i].line,
		      altered[_i].reading, object_kinds[altered[_i].kind].word, reading,
		      object_kinds[got.kind].word);
}
END_TEST

/* ---- names that are none ---- */

static const char *const bad_names[] = {
	"acme\nno router bgp", "a b", "", "-x", "a;b", "a\"b", "a|b", "a'b", "a?b", "\xc3\xbc",
};

/* What assert() says is expected here. */
static void quiet(void)
{
	if (!freopen("/dev/null", "w", stderr))
		ck_abort_msg("no /dev/null");
}

static void write_with(const char *vrf, const char *name, const char *ref, enum object_kind kind)
{
	struct object obj = { .kind = kind };
	char line[STATEMENT_SIZE];

	quiet();
	strlcpy(obj.vrf, vrf, sizeof(obj.vrf));
	strlcpy(obj.name, name, sizeof(obj.name));
	strlcpy(obj.ref, ref, sizeof(obj.ref));
	statement_text(&obj, false, line);
}

START_TEST(a_vrf_with_a_bad_name_cannot_be_written)
{
	write_with(bad_names[_i], "good", "good", OBJ_OSPF);
}
END_TEST

START_TEST(a_list_with_a_bad_name_cannot_be_written)
{
	write_with("good", bad_names[_i], "good", OBJ_ROUTE_MAP);
}
END_TEST

START_TEST(a_reference_with_a_bad_name_cannot_be_written)
{
	write_with("good", "good", bad_names[_i], OBJ_BGP_EXPORT_MAP);
}
END_TEST

START_TEST(an_interface_with_a_bad_name_cannot_be_entered)
{
	struct object obj = { .kind = OBJ_OSPF_IF_BFD, .vrf = "good" };
	char line[STATEMENT_SIZE];

	quiet();
	strlcpy(obj.name, bad_names[_i], sizeof(obj.name));
	statement_enter(&obj, 65000, line);
}
END_TEST

static void add_refusals(TCase *tcase)
{
	int bad = array_size(bad_names);

	tcase_add_loop_test_raise_signal(tcase, a_vrf_with_a_bad_name_cannot_be_written, SIGABRT,
					 0, bad);
	tcase_add_loop_test_raise_signal(tcase, a_list_with_a_bad_name_cannot_be_written, SIGABRT,
					 0, bad);
	tcase_add_loop_test_raise_signal(tcase, a_reference_with_a_bad_name_cannot_be_written,
					 SIGABRT, 0, bad);
	tcase_add_loop_test_raise_signal(tcase, an_interface_with_a_bad_name_cannot_be_entered,
					 SIGABRT, 0, bad);
}

int main(void)
{
	Suite *suite = suite_create("statement");
	TCase *tcase = tcase_create("statement");
	int count = array_size(rows);

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_statement_is_written_as_frr_prints_it_and_read_back, 0,
			    count);
	tcase_add_loop_test(tcase, taking_a_statement_away_names_what_makes_it_the_same, 0, count);
	tcase_add_test(tcase, a_secret_is_written_for_the_router_and_not_for_people);
	tcase_add_test(tcase, the_secrets_of_others_are_taken_out_of_their_lines);
	tcase_add_test(tcase, every_kind_with_a_text_has_a_row_here);
	tcase_add_test(tcase, random_objects_of_every_kind_come_back_from_their_text);
	tcase_add_test(tcase, random_damage_to_a_line_is_never_read_as_the_same_object);
	tcase_add_loop_test(tcase, an_altered_line_is_told_from_a_foreign_one, 0,
			    array_size(altered));
	if (lib_forks())
		add_refusals(tcase);
	suite_add_tcase(suite, tcase);
	return lib_main(suite);
}
