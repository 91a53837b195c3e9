// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves that changes are taken back: random edits by SQL over every table, a
 * revision by chance, and the tables are what they were then; and that what
 * somebody changed since stays, with its sentence.
 */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"

#include "lib.h"
#include "source/confirm.h"
#include "source/history.h"

#define ROUNDS 60
#define EDITS  40

/* Every table that is logged, all its columns, in the order of its key. */
static char *dump(struct db *db)
{
	sqlite3_stmt *tables = NULL, *rows = NULL;
	char *text = NULL;

	ck_assert_int_eq(
		sqlite3_prepare_v2(
			db->sqlite,
			"SELECT t.name, (SELECT group_concat('quote(\"' || name || '\")', '||'',''||') FROM pragma_table_info(t.name)),"
			" (SELECT group_concat(name) FROM pragma_table_info(t.name) WHERE pk)"
			" FROM sqlite_schema t WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM sqlite_schema"
			" WHERE type = 'trigger' AND name = t.name || '_update') ORDER BY 1",
			-1, &tables, NULL),
		SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		char *sql = sqlite3_mprintf("SELECT %s FROM \"%w\" ORDER BY %s",
					    sqlite3_column_text(tables, 1),
					    sqlite3_column_text(tables, 0),
					    sqlite3_column_text(tables, 2));

		lib_append(&text, "%s\n", sqlite3_column_text(tables, 0));
		ck_assert_int_eq(sqlite3_prepare_v2(db->sqlite, sql, -1, &rows, NULL), SQLITE_OK);
		while (sqlite3_step(rows) == SQLITE_ROW)
			lib_append(&text, "  %s\n", sqlite3_column_text(rows, 0));
		sqlite3_finalize(rows);
		sqlite3_free(sql);
	}
	sqlite3_finalize(tables);
	return text;
}

static uint64_t revision(struct db *db)
{
	struct reason why = {};
	uint64_t seq = 0;

	ck_assert_int_eq(db_revision(db, &seq, &why), 0);
	return seq;
}

/* %d: one of few numbers, so that rows meet, and many of these fail. */
/* clang-format off */
static const char *const edits[] = {
	"INSERT INTO site (name, locale) VALUES ('s%d', 'l%d')",
	"UPDATE site SET name = 's%d' WHERE id = %d",
	"DELETE FROM site WHERE id = %d",
	"INSERT INTO node (name, site_id, router_id) VALUES ('n%d', %d, '10.0.0.%d')",
	"INSERT INTO node_role VALUES (%d, 'dlr'), (%d, 'pe')",
	"UPDATE node SET vtep = '10.9.0.%d', name = 'm%d' WHERE id = %d",
	"UPDATE node SET vtep = NULL, site_id = %d WHERE id = %d",
	"DELETE FROM node WHERE id = %d",
	"DELETE FROM node_role WHERE node_id = %d",
	"INSERT INTO wire (name, site_id, kind, ospf_key) VALUES ('w%d', %d, 'transit', 'secret-%d')",
	"UPDATE wire SET mtu = 1500 + %d, vlan_base = %d, id = 20 + %d WHERE id = %d",
	"DELETE FROM wire WHERE id = %d",
	"INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (%d, %d, 't%d', %d)",
	"UPDATE wire_port SET slot = slot + %d",
	"INSERT INTO tenant (name, description) VALUES ('t%d', 'a \"word\" \\ and ü' || char(10) || %d)",
	"INSERT INTO tenant (id, name, table_id) VALUES (100 + %d, 'u%d', 300 + %d)",
	"UPDATE tenant SET name = 't%d', rt_number = %d, table_id = 4294967295 WHERE id = %d",
	"PRAGMA defer_foreign_keys = ON; UPDATE tenant SET id = 50 + %d WHERE id = 100 + %d",
	"DELETE FROM tenant WHERE id = %d",
	"DELETE FROM tenant WHERE id > 99",
	"INSERT INTO aggregate VALUES (%d, '10.%d.0.0/16')",
	"UPDATE aggregate SET tenant_id = %d WHERE tenant_id = %d",
	"INSERT INTO attachment (tenant_id, node_id, role) VALUES (%d, %d, 'dlr')",
	"DELETE FROM attachment WHERE node_id = %d",
	"INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (%d, %d, 100 + %d)",
	"UPDATE circuit SET tenant_id = %d, routing = 'static' WHERE wire_id = %d",
	"INSERT INTO logical_switch (tenant_id, name) VALUES (%d, 'w%d'), (%d, 'x%d')",
	"UPDATE logical_switch SET tenant_id = %d, vni = 5000 + %d WHERE id = %d",
	"DELETE FROM logical_switch WHERE id %% 5 = %d",
	"INSERT INTO subnet (switch_id, prefix, gateway) VALUES (%d, '10.%d.1.0/24', '10.%d.1.1')",
	"UPDATE subnet SET switch_id = %d, advertise = 1 - advertise WHERE id = %d",
	"INSERT INTO host (subnet_id, address, site_id) VALUES (%d, '10.1.1.%d', %d)",
	"DELETE FROM host WHERE id %% 3 = %d",
	"INSERT INTO link (tenant_id, name, node_id, ifname, address, peer, protocol) VALUES (%d, 'l%d', %d, 'x%d', '192.168.0.1/30', '192.168.0.2', 'static')",
	"UPDATE link SET tenant_id = %d, priority = NULL WHERE id = %d",
	"INSERT INTO link_route VALUES (%d, '172.%d.0.0/16')",
	"UPDATE link_route SET prefix = prefix || '0' WHERE link_id = %d",
	"INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (%d, %d, '10.%d.1.0/24')",
	"UPDATE leak SET to_tenant = %d WHERE id = %d",
	"INSERT INTO switch_domain (name, site_id, vlan_last) VALUES ('d%d', %d, %d + 5)",
	"UPDATE switch_domain SET vlan_first = %d, vlan_last = %d + 3 WHERE id = %d",
	"DELETE FROM switch_domain WHERE id = %d",
	"INSERT INTO domain_port (domain_id, node_id, ifname) VALUES (%d, %d, 'c%d')",
	"UPDATE domain_port SET ifname = 'd%d' WHERE node_id = %d",
	"DELETE FROM domain_port WHERE node_id = %d",
	"INSERT INTO switch_vlan (switch_id, domain_id) VALUES (%d, %d), (%d, %d)",
	"INSERT INTO switch_vlan VALUES (%d, %d, %d)",
	"INSERT OR IGNORE INTO switch_vlan (switch_id, domain_id) SELECT id, %d FROM logical_switch",
	"UPDATE switch_vlan SET vlan = vlan + 10 * %d WHERE switch_id = %d",
	"UPDATE OR IGNORE switch_vlan SET switch_id = %d WHERE vlan = %d",
	"DELETE FROM switch_vlan WHERE domain_id = %d AND vlan < %d",
	"INSERT INTO subscription (tenant_id, bundle_id, domain_id) VALUES (%d, %d, %d)",
	"UPDATE subscription SET domain_id = %d WHERE id = %d",
	"INSERT INTO bundle (name) VALUES ('b%d')",
	"UPDATE bundle SET name = 'c%d' WHERE id = %d",
	"DELETE FROM bundle WHERE id = %d",
	"INSERT INTO bundle_network (bundle_id, name, mtu) VALUES (%d, 'n%d', 1500 + %d), (%d, 'm', 9000)",
	"UPDATE bundle_network SET mtu = 2000 + %d, bundle_id = %d WHERE id = %d",
	"DELETE FROM bundle_network WHERE id = %d",
	"INSERT INTO subscription (tenant_id, bundle_id) VALUES (%d, %d)",
	"INSERT INTO subscription (tenant_id, bundle_id, site_id) VALUES (%d, %d, %d)",
	"INSERT OR IGNORE INTO subscription (tenant_id, bundle_id) SELECT id, %d FROM tenant",
	"UPDATE subscription SET site_id = %d WHERE tenant_id = %d",
	"UPDATE logical_switch SET name = 'y' || id, mtu = 1400 + %d WHERE subscription_id = %d",
	"DELETE FROM logical_switch WHERE subscription_id = %d AND network_id > %d",
	"DELETE FROM subscription WHERE bundle_id = %d",
	"DELETE FROM subscription WHERE tenant_id = %d",
	"INSERT INTO reserved VALUES ('172.%d.0.0/24', 'x')",
	"UPDATE reserved SET what = 'y%d'",
	"UPDATE pool SET wires = 20 + %d",
	"DELETE FROM pool WHERE %d = 1",
	"UPDATE provider SET asn = 65000 + %d, vpn_tag = NULL",
	"UPDATE OR IGNORE subnet SET prefix = '10.%d.1.0/24'",
	"INSERT INTO site (id, name) VALUES (%d, 's%d') ON CONFLICT (id) DO UPDATE SET locale = 'u%d'",
};
/* clang-format on */

static void edit_once(struct db *db)
{
	const char *form = edits[lib_below(array_size(edits))];
	char sql[400];
	int n[4];

	for (unsigned int i = 0; i < array_size(n); i++)
		n[i] = 1 + lib_below(6);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(sql, sizeof(sql), form, n[0], n[1], n[2], n[3]);
#pragma GCC diagnostic pop
	lib_try(db, sql);
}

/* Some of them together, some of those in vain. */
static void edit_at_random(struct db *db)
{
	for (int i = 0; i < EDITS; i++) {
		bool together = lib_below(3) == 0;

		if (together)
			lib_exec(db, "BEGIN");
		for (uint32_t left = together ? lib_below(5) : 1; left; left--)
			edit_once(db);
		if (together && (lib_below(4) == 0 || lib_try(db, "COMMIT") < 0))
			lib_exec(db, "ROLLBACK");
	}
}

static void take_back_to(struct db *db, uint64_t seq, struct reason **left)
{
	struct reason why = {};
	int ret;

	lib_exec(db, "BEGIN IMMEDIATE");
	ret = history_take_back(db, seq + 1, revision(db), left, &why);
	ck_assert_msg(ret == 0, "%s", why.text);
	lib_exec(db, "COMMIT");
}

START_TEST(any_edits_are_taken_back_to_any_revision)
{
	unsigned int changed = 0;

	lib_seed(20261122);
	for (int round = 0; round < ROUNDS; round++) {
		struct db *db = lib_db("");
		struct reason *left = NULL;
		char *then, *now, *later;
		uint64_t seq;

		for (uint32_t i = lib_below(4); i; i--)
			edit_at_random(db);
		seq = revision(db);
		then = dump(db);
		edit_at_random(db);
		later = dump(db);
		changed += strcmp(then, later) != 0;
		take_back_to(db, seq, &left);
		ck_assert_msg(!darr_len(left), "round %d: %s", round, left ? left[0].text : "");
		now = dump(db);
		ck_assert_msg(!strcmp(then, now), "round %d:\n%s---- then ----\n%s", round, now,
			      then);
		/* and the taking back, too, can be taken back */
		darr_free(now);
		seq = revision(db);
		edit_at_random(db);
		take_back_to(db, seq, &left);
		now = dump(db);
		ck_assert_msg(!strcmp(then, now), "round %d, once more", round);
		darr_free(then);
		darr_free(now);
		darr_free(later);
		db_close(db);
	}
	ck_assert_uint_gt(changed, ROUNDS / 2);
}
END_TEST

#define NETWORK                                                                                         \
	"INSERT INTO tenant (id, name) VALUES (1, 'acme');"                                             \
	"INSERT INTO logical_switch (id, tenant_id, name) VALUES (1, 1, 'web');"                        \
	"INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (1, 1, '10.1.1.0/24', '10.1.1.1');" \
	"INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (2, 1, '10.1.2.0/24', '10.1.2.1')"

/* clang-format off */
static const struct {
	const char *what;
	const char *change; /* is to be taken back, after ... */
	const char *since;  /* ... somebody did this */
	const char *left;   /* the sentence, NULL: nothing is left */
	const char *query, *result;
} cases[] = {
	{ "nothing since", "UPDATE subnet SET gateway = '10.1.1.254' WHERE id = 1", "", NULL,
	  "SELECT gateway FROM subnet WHERE id = 1", "10.1.1.1" },
	{ "another row since", "DELETE FROM subnet WHERE id = 1", "DELETE FROM subnet WHERE id = 2", NULL,
	  "SELECT group_concat(id) FROM subnet", "1" },
	{ "the row since", "UPDATE subnet SET gateway = '10.1.1.254' WHERE id = 1",
	  "UPDATE subnet SET gateway = '10.1.1.9' WHERE id = 1", "subnet 10.1.1.0/24 was changed since (gateway)",
	  "SELECT gateway FROM subnet WHERE id = 1", "10.1.1.9" },
	{ "deleted since", "UPDATE subnet SET gateway = '10.1.1.254' WHERE id = 1",
	  "DELETE FROM subnet WHERE id = 1", "subnet 10.1.1.0/24 was deleted since",
	  "SELECT group_concat(id) FROM subnet", "2" },
	{ "made again since", "DELETE FROM subnet WHERE id = 1",
	  "INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (1, 1, '10.1.1.0/24', '10.1.1.7')",
	  "subnet 10.1.1.0/24 was made again since", "SELECT gateway FROM subnet WHERE id = 1", "10.1.1.7" },
	{ "its place taken since", "DELETE FROM subnet WHERE id = 1",
	  "INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (9, 1, '10.1.1.0/24', '10.1.1.7')",
	  "subnet 10.1.1.0/24 cannot be put back while another row has what was its own",
	  "SELECT group_concat(id) FROM subnet", "2,9" },
	{ "its parent gone since", "DELETE FROM subnet WHERE id = 1", "DELETE FROM logical_switch WHERE id = 1",
	  "subnet 10.1.1.0/24 cannot be put back without what it belonged to",
	  "SELECT count(*) FROM subnet", "0" },
	{ "children since", "INSERT INTO tenant (id, name) VALUES (2, 'globex')",
	  "INSERT INTO logical_switch (id, tenant_id, name) VALUES (7, 2, 'new')",
	  "tenant globex has rows in logical_switch that came since",
	  "SELECT group_concat(id) FROM logical_switch", "1,7" },
	{ "all but one row", "UPDATE subnet SET advertise = 0; INSERT INTO tenant (id, name) VALUES (2, 'globex')",
	  "UPDATE subnet SET advertise = 1, gateway = '10.1.2.2' WHERE id = 2",
	  "subnet 10.1.2.0/24 was changed since (gateway, advertise)",
	  "SELECT group_concat(gateway || advertise) || (SELECT count(*) FROM tenant) FROM subnet",
	  "10.1.1.11,10.1.2.211" },
};
/* clang-format on */

static void check_text(struct db *db, const char *what, const char *query, const char *expected)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_prepare_v2(db->sqlite, query, -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	ck_assert_msg(!strcmp((const char *)sqlite3_column_text(stmt, 0), expected),
		      "%s: expected %s, got %s", what, expected, sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

START_TEST(what_was_changed_since_is_left)
{
	struct db *db = lib_db(NETWORK);
	uint64_t first = revision(db) + 1, last;
	struct reason *left = NULL, why = {};

	lib_exec(db, cases[_i].change);
	last = revision(db);
	lib_exec(db, cases[_i].since);
	lib_exec(db, "BEGIN IMMEDIATE");
	ck_assert_int_eq(history_take_back(db, first, last, &left, &why), 0);
	lib_exec(db, "COMMIT");
	ck_assert_uint_eq(darr_len(left), cases[_i].left ? 1 : 0);
	if (cases[_i].left)
		ck_assert_msg(!strcmp(left[0].text, cases[_i].left),
			      "%s: expected \"%s\", got \"%s\"", cases[_i].what, cases[_i].left,
			      left[0].text);
	check_text(db, cases[_i].what, cases[_i].query, cases[_i].result);
	darr_free(left);
	db_close(db);
}
END_TEST

/* What triggers made comes back by the log alone: not made anew, and not what was gone before. */
START_TEST(a_subscription_comes_back_as_it_was)
{
	struct db *db = lib_db(
		NETWORK
		";INSERT INTO bundle (id, name) VALUES (1, 'gold');"
		"INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'a'), (1, 'b'), (1, 'c');"
		"INSERT INTO subscription (tenant_id, bundle_id) VALUES (1, 1);"
		"UPDATE logical_switch SET mtu = 9000 WHERE name = 'gold-a';"
		"DELETE FROM logical_switch WHERE name = 'gold-b'");
	static const char names[] = "SELECT group_concat(id || name || mtu) FROM logical_switch";
	struct reason *left = NULL;
	uint64_t seq = revision(db);

	lib_exec(
		db,
		"DELETE FROM subscription; INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'd');"
		"INSERT INTO subscription (tenant_id, bundle_id) VALUES (1, 1);"
		"DELETE FROM bundle_network WHERE name = 'c'");
	check_text(db, "after", names, "1web1500,5gold-a1500,6gold-b1500,8gold-d1500");
	take_back_to(db, seq, &left);
	ck_assert_uint_eq(darr_len(left), 0);
	check_text(db, "taken back", names, "1web1500,2gold-a9000,4gold-c1500");
	check_text(db, "nothing is being restored", "SELECT count(*) FROM restoring", "0");
	db_close(db);
}
END_TEST

/* clang-format off */
static const struct {
	const char *what, *sql, *sentence;
	int ret;
} faults[] = {
	{ "what is no longer logged", "DELETE FROM change_log WHERE seq = 1", "no longer has all since revision 0", -ESTALE },
	{ "a table that is none", "UPDATE change_log SET tbl = 'x\"; DROP TABLE tenant; --'", "names a table that is none of it", -EIO },
	{ "a table that is not logged", "UPDATE change_log SET tbl = 'node_status'", "names a table that is none of it", -EIO },
	{ "the log itself", "UPDATE change_log SET tbl = 'change_log'", "names a table that is none of it", -EIO },
};
/* clang-format on */

START_TEST(a_spoiled_log_gives_a_sentence)
{
	struct db *db = lib_db(NETWORK);
	struct reason *left = NULL, why = {};

	lib_exec(db, faults[_i].sql);
	lib_exec(db, "BEGIN IMMEDIATE");
	ck_assert_int_eq(history_take_back(db, 1, revision(db), &left, &why), faults[_i].ret);
	lib_exec(db, "ROLLBACK");
	ck_assert_msg(strstr(why.text, faults[_i].sentence), "%s: %s", faults[_i].what, why.text);
	check_text(db, faults[_i].what, "SELECT count(*) FROM tenant", "1");
	darr_free(left);
	db_close(db);
}
END_TEST

START_TEST(what_nobody_confirms_is_taken_back_once)
{
	struct db *db = lib_db(NETWORK);
	struct expired expired;
	struct reason why = {};
	uint64_t first = revision(db) + 1;
	char sql[256];

	lib_exec(db, "DELETE FROM subnet WHERE id = 2");
	snprintf(
		sql, sizeof(sql),
		"INSERT INTO change (base, state, first_seq, last_seq, deadline) VALUES (0, 'confirming', %" PRIu64
		", %" PRIu64 ", 1000)",
		first, revision(db));
	lib_exec(db, sql);
	ck_assert_msg(lib_try(db, sql) < 0, "two changes wait");
	ck_assert_int_eq(confirm_expire(db, 999, &expired, &why), 0);
	check_text(db, "before", "SELECT count(*) || state FROM subnet, change", "1confirming");
	ck_assert_int_eq(confirm_expire(db, 1000, &expired, &why), 1);
	ck_assert_uint_eq(expired.id, 1);
	ck_assert_uint_eq(darr_len(expired.left), 0);
	expired_fini(&expired);
	check_text(
		db, "after",
		"SELECT (SELECT count(*) FROM subnet) || group_concat(state || title) FROM change",
		"2rolled back,appliedchange 1 is taken back");
	lib_exec(db, "DELETE FROM subnet WHERE id = 2");
	ck_assert_int_eq(confirm_expire(db, 2000, &expired, &why), 0);
	check_text(db, "later", "SELECT count(*) FROM subnet", "1");
	db_close(db);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("history");
	TCase *tcase = tcase_create("history");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, any_edits_are_taken_back_to_any_revision);
	tcase_add_loop_test(tcase, what_was_changed_since_is_left, 0, array_size(cases));
	tcase_add_test(tcase, a_subscription_comes_back_as_it_was);
	tcase_add_loop_test(tcase, a_spoiled_log_gives_a_sentence, 0, array_size(faults));
	tcase_add_test(tcase, what_nobody_confirms_is_taken_back_once);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return lib_main(suite());
}
