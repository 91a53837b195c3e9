// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proves who may do what: the rules of RFC 8341, appendix A, as one story, made anew for
 * tests/netconf/nacm-test.yang; then each rule of sections 3.2 to 3.4 by a configuration of
 * its own; what is left of data that is read, and what of a change is denied.
 */
#include <stdbool.h>

#include "netconf/nacm.h"
#include "netconf/nacm_path.h"

#include "lib_yang.h"

static struct ly_ctx *context;

static void make_context(void)
{
	static const char *const modules[] = {
		"ietf-netconf",     "ietf-netconf-acm",        "nacm-test", "nacm-more",
		"nc-notifications", "ietf-netconf-monitoring", NULL
	};

	context = yang_context(modules);
}

static void end_context(void)
{
	ly_ctx_destroy(context);
}

/* ---- configuration ---- */

#define GROUP(name, users)        "<group><name>" name "</name>" users "</group>"
#define USER(name)                "<user-name>" name "</user-name>"
#define LIST(name, groups, rules) "<rule-list><name>" name "</name>" groups rules "</rule-list>"
#define OF(group)                 "<group>" group "</group>"
#define RULE(name, action, rest) \
	"<rule><name>" name "</name><action>" action "</action>" rest "</rule>"
#define MODULE(name)       "<module-name>" name "</module-name>"
#define ACCESS(operations) "<access-operations>" operations "</access-operations>"
#define RPC(name)          "<rpc-name>" name "</rpc-name>"
#define EVENT(name)        "<notification-name>" name "</notification-name>"
#define PATH(path)                                                                \
	"<path xmlns:t=\"urn:test:nacm\" xmlns:m=\"urn:test:nacm-more\" xmlns:n=" \
	"\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">" path "</path>"

/* ann is an admin, ben limited, cat a guest; eve is in no group. */
#define GROUPS                                                                            \
	"<groups>" GROUP("admin", USER("ann") USER("andy")) GROUP("limited", USER("ben")) \
		GROUP("guest", USER("cat") USER("cat@example.com")) "</groups>"
/* One rule, of ann's. */
#define ANN(action, rest) GROUPS LIST("l", OF("admin"), RULE("r", action, rest))

/* A.2 to A.5 */
#define STORY                                                                                     \
	GROUPS LIST("guest-limited-acl", OF("limited") OF("guest"),                               \
		    RULE("deny-kill-session", "deny",                                             \
			 MODULE("ietf-netconf") RPC("kill-session")                               \
				 ACCESS("exec")) RULE("deny-delete-config", "deny",               \
						      MODULE("ietf-netconf") RPC("delete-config") \
							      ACCESS("exec"))                     \
			    RULE("permit-dummy", "permit",                                        \
				 PATH("/t:shop/t:device[t:name='dummy']") ACCESS("read update"))  \
				    RULE("deny-sold", "deny",                                     \
					 MODULE("nacm-test") EVENT("sold") ACCESS("read")))       \
		LIST("guest-acl", OF("guest"),                                                    \
		     RULE("deny-ncm", "deny", MODULE("ietf-netconf-monitoring") ACCESS("*"))      \
			     RULE("deny-nacm", "deny", PATH("/n:nacm") ACCESS("*")))              \
			LIST("limited-acl", OF("limited"),                                        \
			     RULE("permit-ncm", "permit",                                         \
				  MODULE("ietf-netconf-monitoring") ACCESS("read"))               \
				     RULE("permit-settings", "permit",                            \
					  PATH("/t:shop/t:settings")                              \
						  ACCESS("read create update delete"))            \
					     RULE("permit-edit-config", "permit",                 \
						  MODULE("ietf-netconf") RPC("edit-config")       \
							  ACCESS("exec"))                         \
						     RULE("permit-exec", "permit",                \
							  MODULE("*") ACCESS("exec")))            \
				LIST("admin-acl", OF("admin"),                                    \
				     RULE("permit-all", "permit", MODULE("*") ACCESS("*")))

static struct nacm *made(const char *content)
{
	struct lyd_node *config;
	struct nacm *nacm;
	char xml[8000];

	snprintf(xml, sizeof(xml),
		 "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">%s</nacm>",
		 content);
	config = yang_parse_loosely(context, xml, LYD_PARSE_STRICT);
	nacm = nacm_new(config);
	ck_assert_ptr_nonnull(nacm);
	lyd_free_all(config);
	return nacm;
}

/* ---- data ---- */

#define SHOP(content) "<shop xmlns=\"urn:test:nacm\">" content "</shop>"
#define DUMMY                                                                                                                                   \
	"<device><name>dummy</name><speed>1</speed><tag>x</tag><tag>y</tag>"                                                                    \
	"<secret><word>w</word><hint xmlns=\"urn:test:nacm-more\">h</hint><pin xmlns=\"urn:test:nacm-more\">1</pin></secret><serial>s</serial>" \
	"<speed xmlns=\"urn:test:nacm-more\">2</speed></device>"
#define OTHER    "<device><name>other</name><speed>3</speed></device>"
#define SETTINGS "<settings><open>false</open><city>c</city></settings>"
#define LINES                                                          \
	"<line><floor>-1</floor><number>2</number><use>a</use></line>" \
	"<line><floor>1</floor><number>2</number><use>b</use></line>"
#define SHELF "<shelf><kind xmlns:t=\"urn:test:nacm\">t:wide</kind><size>1</size></shelf>"
#define HISTORY                                                                            \
	"<history xmlns=\"urn:test:nacm\"><sale><what>1</what></sale><sale><what>2</what>" \
	"</sale><sale><what>3</what></sale></history>"
#define NACM                                                                                 \
	"<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\"><write-default>permit" \
	"</write-default></nacm>"
#define MONITORING                                                                      \
	"<netconf-state xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring\">" \
	"<capabilities><capability>urn:c</capability></capabilities></netconf-state>"
#define DATA SHOP(SETTINGS DUMMY OTHER LINES SHELF) HISTORY NACM MONITORING

static struct lyd_node *parsed(const char *xml)
{
	return yang_parse_loosely(context, xml, LYD_PARSE_STRICT);
}

static const struct lyd_node *node_at(const struct lyd_node *data, const char *path)
{
	const struct lyd_node *node;
	struct ly_set *set;

	if (!data)
		return NULL;
	ck_assert_msg(!lyd_find_xpath(data, path, &set), "%s: %s", path, ly_last_logmsg());
	node = set->count ? set->dnodes[0] : NULL;
	ly_set_free(set, NULL);
	return node;
}

/* ---- questions ---- */

enum question { EXEC, NOTIFY, READ, CREATE, UPDATE, DELETE };

static bool answer_read(struct nacm *nacm, const struct nacm_user *user, const char *path)
{
	struct lyd_node *data = parsed(DATA);
	bool is_there;

	ck_assert_msg(node_at(data, path) != NULL, "the test's data has no %s", path);
	nacm_prune(nacm, user, &data);
	is_there = node_at(data, path) != NULL;
	lyd_free_siblings(data);
	return is_there;
}

static bool answer_write(struct nacm *nacm, const struct nacm_user *user, const char *path,
			 enum nacm_access access)
{
	struct lyd_node *data = parsed(DATA);
	const struct lyd_node *node = node_at(data, path);
	bool may;

	ck_assert_msg(node != NULL, "the test's data has no %s", path);
	may = nacm_may_write(nacm, user, node, access);
	lyd_free_siblings(data);
	return may;
}

static bool answer(struct nacm *nacm, const struct nacm_user *user, enum question question,
		   const char *path)
{
	const struct lysc_node *schema;

	switch (question) {
	case EXEC:
	case NOTIFY:
		schema = lys_find_path(context, NULL, path, 0);
		ck_assert_msg(schema != NULL, "no module has %s", path);
		return question == EXEC ? nacm_may_execute(nacm, user, schema, NULL)
					: nacm_may_notify(nacm, user, schema, NULL);
	case READ:
		return answer_read(nacm, user, path);
	case CREATE:
		return answer_write(nacm, user, path, NACM_CREATE);
	case UPDATE:
		return answer_write(nacm, user, path, NACM_UPDATE);
	case DELETE:
		return answer_write(nacm, user, path, NACM_DELETE);
	}
	return false;
}

/* ---- the story ---- */

#define YES true
#define NO  false

static const struct {
	const char *user;
	enum question question;
	const char *path;
	bool may;
} story[] = {
	/* A.2: by module */
	{ "cat", READ, "/ietf-netconf-monitoring:netconf-state", NO },
	{ "cat@example.com", READ, "/ietf-netconf-monitoring:netconf-state", NO },
	{ "ben", READ, "/ietf-netconf-monitoring:netconf-state/capabilities/capability", YES },
	{ "cat", EXEC, "/ietf-netconf-monitoring:get-schema", NO },
	{ "ben", EXEC, "/ietf-netconf-monitoring:get-schema", YES },
	{ "ann", READ, "/ietf-netconf-monitoring:netconf-state", YES },
	{ "ann", CREATE, "/nacm-test:shop/settings/city", YES },
	{ "ann", READ, "/nacm-test:shop/device/secret/word", YES },
	{ "ann", DELETE, "/ietf-netconf-acm:nacm", YES },
	{ "ben", EXEC, "/nacm-test:burn-down", YES },
	{ "cat", EXEC, "/nacm-test:burn-down", NO },
	{ "cat", EXEC, "/nacm-test:sell", YES },
	/* A.3: by operation */
	{ "cat", EXEC, "/ietf-netconf:kill-session", NO },
	{ "ben", EXEC, "/ietf-netconf:kill-session", NO },
	{ "ann", EXEC, "/ietf-netconf:kill-session", YES },
	{ "eve", EXEC, "/ietf-netconf:kill-session", NO },
	{ "ben", EXEC, "/ietf-netconf:delete-config", NO },
	{ "andy", EXEC, "/ietf-netconf:delete-config", YES },
	{ "eve", EXEC, "/ietf-netconf:delete-config", NO },
	{ "ben", EXEC, "/ietf-netconf:edit-config", YES },
	{ "cat", EXEC, "/ietf-netconf:get", YES },
	/* A.4: by path */
	{ "cat", READ, "/ietf-netconf-acm:nacm", NO },
	{ "eve", READ, "/ietf-netconf-acm:nacm", NO },
	{ "ann", READ, "/ietf-netconf-acm:nacm/write-default", YES },
	{ "ben", UPDATE, "/nacm-test:shop/settings", YES },
	{ "ben", DELETE, "/nacm-test:shop/settings/city", YES },
	{ "cat", UPDATE, "/nacm-test:shop/settings/city", NO },
	{ "cat", UPDATE, "/nacm-test:shop/device[name='dummy']", YES },
	{ "cat", UPDATE, "/nacm-test:shop/device[name='dummy']/speed", YES },
	{ "ben", UPDATE, "/nacm-test:shop/device[name='dummy']/nacm-more:speed", YES },
	{ "cat", READ, "/nacm-test:shop/device[name='dummy']/secret/word", YES },
	{ "cat", DELETE, "/nacm-test:shop/device[name='dummy']/speed", NO },
	{ "cat", UPDATE, "/nacm-test:shop/device[name='other']/speed", NO },
	{ "ben", UPDATE, "/nacm-test:shop/device[name='other']/name", NO },
	{ "ben", READ, "/nacm-test:shop/device[name='other']/speed", YES },
	{ "ann", DELETE, "/nacm-test:shop/device[name='other']", YES },
	{ "eve", UPDATE, "/nacm-test:shop/device[name='dummy']/speed", NO },
	/* A.5: by notification */
	{ "cat", NOTIFY, "/nacm-test:sold", NO },
	{ "ben", NOTIFY, "/nacm-test:sold", NO },
	{ "ann", NOTIFY, "/nacm-test:sold", YES },
	{ "eve", NOTIFY, "/nacm-test:sold", YES },
	{ "ann", NOTIFY, "/nacm-test:theft", YES },
	{ "ben", NOTIFY, "/nacm-test:theft", NO },
};

START_TEST(a_story)
{
	struct nacm_user user = { .name = story[_i].user };
	struct nacm *nacm = made(STORY);

	ck_assert_msg(answer(nacm, &user, story[_i].question, story[_i].path) == story[_i].may,
		      "%s %s %s", story[_i].user, story[_i].may ? "may" : "may not",
		      story[_i].path);
	nacm_free(nacm);
}
END_TEST

/* ---- single rules ---- */

static const struct {
	const char *what;
	const char *config;
	const char *user;
	const char *group; /* of the system */
	enum question question;
	const char *path;
	bool may;
} rows[] = {
	/* defaults */
	{ "nothing said", "", "ann", NULL, READ, "/nacm-test:shop/device", YES },
	{ "nothing said", "", "ann", NULL, CREATE, "/nacm-test:shop/device", NO },
	{ "nothing said", "", "ann", NULL, EXEC, "/nacm-test:sell", YES },
	{ "nothing said", "", "ann", NULL, NOTIFY, "/nacm-test:sold", YES },
	{ "no reading", "<read-default>deny</read-default>", "ann", NULL, READ, "/nacm-test:shop",
	  NO },
	{ "no reading, of an event", "<read-default>deny</read-default>", "ann", NULL, NOTIFY,
	  "/nacm-test:sold", NO },
	{ "no executing", "<exec-default>deny</exec-default>", "ann", NULL, EXEC,
	  "/nacm-test:sell", NO },
	{ "writing", "<write-default>permit</write-default>", "ann", NULL, CREATE,
	  "/nacm-test:shop/device", YES },
	{ "writing", "<write-default>permit</write-default>", "ann", NULL, UPDATE,
	  "/nacm-test:shop/device/speed", YES },
	{ "writing", "<write-default>permit</write-default>", "ann", NULL, DELETE,
	  "/nacm-test:shop/device", YES },
	/* marked by the module */
	{ "marked, read", "", "ann", NULL, READ, "/nacm-test:shop/device/secret", NO },
	{ "marked, below, written", "<write-default>permit</write-default>", "ann", NULL, UPDATE,
	  "/nacm-test:shop/device/secret/word", NO },
	{ "marked, below, otherwise marked", ANN("permit", MODULE("nacm-test")), "ann", NULL, READ,
	  "/nacm-test:shop/device/secret/nacm-more:pin", NO },
	{ "marked, an augment below, written", "<write-default>permit</write-default>", "ann",
	  NULL, UPDATE, "/nacm-test:shop/device/secret/nacm-more:hint", NO },
	{ "marked for writing, written", "<write-default>permit</write-default>", "ann", NULL,
	  UPDATE, "/nacm-test:shop/device/serial", NO },
	{ "marked for writing, read", "", "ann", NULL, READ, "/nacm-test:shop/device/serial",
	  YES },
	{ "marked for writing, permitted", ANN("permit", MODULE("nacm-test")), "ann", NULL, DELETE,
	  "/nacm-test:shop/device/serial", YES },
	{ "a marked operation", "", "ann", NULL, EXEC, "/nacm-test:burn-down", NO },
	{ "a marked operation, permitted", ANN("permit", RPC("burn-down")), "ann", NULL, EXEC,
	  "/nacm-test:burn-down", YES },
	{ "a marked event", "", "ann", NULL, NOTIFY, "/nacm-test:theft", NO },
	{ "a marked event, permitted", ANN("permit", EVENT("theft")), "ann", NULL, NOTIFY,
	  "/nacm-test:theft", YES },
	/* what is never denied */
	{ "off", "<enable-nacm>false</enable-nacm>" ANN("deny", ""), "ann", NULL, READ,
	  "/nacm-test:shop/device/secret", YES },
	{ "off", "<enable-nacm>false</enable-nacm>" ANN("deny", ""), "ann", NULL, DELETE,
	  "/nacm-test:shop", YES },
	{ "off", "<enable-nacm>false</enable-nacm>" ANN("deny", ""), "ann", NULL, EXEC,
	  "/nacm-test:burn-down", YES },
	{ "off", "<enable-nacm>false</enable-nacm>" ANN("deny", ""), "ann", NULL, NOTIFY,
	  "/nacm-test:theft", YES },
	{ "close-session", "<exec-default>deny</exec-default>" ANN("deny", ""), "ann", NULL, EXEC,
	  "/ietf-netconf:close-session", YES },
	{ "another operation of that module", ANN("deny", ""), "ann", NULL, EXEC,
	  "/ietf-netconf:get", NO },
	{ "the end of a replay", ANN("deny", ""), "ann", NULL, NOTIFY,
	  "/nc-notifications:replayComplete", YES },
	{ "the end of a subscription", "<read-default>deny</read-default>", "ann", NULL, NOTIFY,
	  "/nc-notifications:notificationComplete", YES },
	/* groups */
	{ "a rule of another group", ANN("deny", ""), "ben", NULL, READ, "/nacm-test:shop", YES },
	{ "a rule of no group", GROUPS LIST("l", "", RULE("r", "deny", "")), "ann", NULL, READ,
	  "/nacm-test:shop", YES },
	{ "a rule of every group", GROUPS LIST("l", OF("*"), RULE("r", "deny", "")), "ben", NULL,
	  READ, "/nacm-test:shop", NO },
	{ "a rule of every group, a user of none",
	  GROUPS LIST("l", OF("*"), RULE("r", "deny", "")), "eve", NULL, READ, "/nacm-test:shop",
	  YES },
	{ "a rule of every group, a user of the system's",
	  GROUPS LIST("l", OF("*"), RULE("r", "deny", "")), "eve", "wheel", READ,
	  "/nacm-test:shop", NO },
	{ "a group of the system", LIST("l", OF("wheel"), RULE("r", "deny", "")), "eve", "wheel",
	  READ, "/nacm-test:shop", NO },
	{ "another group of the system", LIST("l", OF("wheel"), RULE("r", "deny", "")), "eve",
	  "staff", READ, "/nacm-test:shop", YES },
	{ "a group of the system, not wanted",
	  "<enable-external-groups>false</enable-external-groups>" LIST("l", OF("wheel"),
									RULE("r", "deny", "")),
	  "eve", "wheel", READ, "/nacm-test:shop", YES },
	{ "every group, the system's not wanted",
	  "<enable-external-groups>false</enable-external-groups>" LIST("l", OF("*"),
									RULE("r", "deny", "")),
	  "eve", "wheel", READ, "/nacm-test:shop", YES },
	{ "a configured group of the same name",
	  GROUPS LIST("l", OF("admin"), RULE("r", "deny", "")), "eve", "admin", READ,
	  "/nacm-test:shop", NO },
	{ "a second group", GROUPS LIST("l", OF("guest") OF("admin"), RULE("r", "deny", "")),
	  "ann", NULL, READ, "/nacm-test:shop", NO },
	/* the order of rules */
	{ "the first rule decides",
	  GROUPS LIST("l", OF("*"), RULE("1", "permit", "") RULE("2", "deny", "")), "ann", NULL,
	  READ, "/nacm-test:shop", YES },
	{ "the first list decides",
	  GROUPS LIST("1", OF("admin"), RULE("1", "deny", ""))
		  LIST("2", OF("admin"), RULE("1", "permit", "")),
	  "ann", NULL, READ, "/nacm-test:shop", NO },
	{ "the second list, where the first has nothing",
	  GROUPS LIST("1", OF("admin"), RULE("1", "permit", MODULE("nacm-more")))
		  LIST("2", OF("admin"), RULE("1", "deny", "")),
	  "ann", NULL, READ, "/nacm-test:shop", NO },
	/* what a rule is about */
	{ "another access", ANN("deny", ACCESS("create update delete exec")), "ann", NULL, READ,
	  "/nacm-test:shop", YES },
	{ "create", ANN("permit", ACCESS("create")), "ann", NULL, CREATE, "/nacm-test:shop", YES },
	{ "create is not update", ANN("permit", ACCESS("create")), "ann", NULL, UPDATE,
	  "/nacm-test:shop", NO },
	{ "update", ANN("permit", ACCESS("update")), "ann", NULL, UPDATE, "/nacm-test:shop", YES },
	{ "update is not delete", ANN("permit", ACCESS("create update")), "ann", NULL, DELETE,
	  "/nacm-test:shop", NO },
	{ "delete", ANN("permit", ACCESS("read delete")), "ann", NULL, DELETE, "/nacm-test:shop",
	  YES },
	{ "exec", ANN("deny", ACCESS("exec")), "ann", NULL, EXEC, "/nacm-test:sell", NO },
	{ "no access at all", ANN("deny", ACCESS("")), "ann", NULL, READ, "/nacm-test:shop", YES },
	{ "an augment's module", ANN("permit", MODULE("nacm-more")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/device/nacm-more:speed", YES },
	{ "not the augmented module", ANN("permit", MODULE("nacm-more")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/device/speed", NO },
	{ "an operation's module", ANN("deny", MODULE("nacm-more") RPC("sell")), "ann", NULL, EXEC,
	  "/nacm-more:sell", NO },
	{ "not its name in another module", ANN("deny", MODULE("nacm-more") RPC("sell")), "ann",
	  NULL, EXEC, "/nacm-test:sell", YES },
	{ "all operations", ANN("deny", RPC("*")), "ann", NULL, EXEC, "/nacm-test:sell", NO },
	{ "another operation", ANN("deny", RPC("sold")), "ann", NULL, EXEC, "/nacm-test:sell",
	  YES },
	{ "operations are not data", ANN("deny", RPC("*")), "ann", NULL, READ, "/nacm-test:shop",
	  YES },
	{ "operations are not events", ANN("deny", RPC("*")), "ann", NULL, NOTIFY,
	  "/nacm-test:sold", YES },
	{ "all events", ANN("deny", EVENT("*")), "ann", NULL, NOTIFY, "/nacm-test:sold", NO },
	{ "another event", ANN("deny", EVENT("theft")), "ann", NULL, NOTIFY, "/nacm-test:sold",
	  YES },
	{ "events are not operations", ANN("deny", EVENT("*")), "ann", NULL, EXEC,
	  "/nacm-test:sell", YES },
	{ "an event is read", ANN("deny", EVENT("*") ACCESS("exec")), "ann", NULL, NOTIFY,
	  "/nacm-test:sold", YES },
	/* paths */
	{ "all data", ANN("permit", PATH("/")), "ann", NULL, CREATE, "/nacm-test:shop/device",
	  YES },
	{ "all data are not operations", ANN("deny", PATH("/")), "ann", NULL, EXEC,
	  "/nacm-test:sell", YES },
	{ "all data are not events", ANN("deny", PATH("/")), "ann", NULL, NOTIFY,
	  "/nacm-test:sold", YES },
	{ "all data of a module", ANN("permit", MODULE("nacm-more") PATH("/")), "ann", NULL,
	  CREATE, "/nacm-test:shop/device", NO },
	{ "all entries", ANN("permit", PATH("/t:shop/t:device")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/device[name='other']/speed", YES },
	{ "not what is above", ANN("permit", PATH("/t:shop/t:device")), "ann", NULL, UPDATE,
	  "/nacm-test:shop", NO },
	{ "not what is beside", ANN("permit", PATH("/t:shop/t:device")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/line", NO },
	{ "below one entry", ANN("permit", PATH("/t:shop/t:device[t:name=\"other\"]/t:speed")),
	  "ann", NULL, UPDATE, "/nacm-test:shop/device[name='other']/speed", YES },
	{ "below another entry", ANN("permit", PATH("/t:shop/t:device[t:name='other']/t:speed")),
	  "ann", NULL, UPDATE, "/nacm-test:shop/device[name='dummy']/speed", NO },
	{ "an entry whose name begins so", ANN("permit", PATH("/t:shop/t:device[t:name='oth']")),
	  "ann", NULL, UPDATE, "/nacm-test:shop/device[name='other']", NO },
	{ "an augment's leaf", ANN("permit", PATH("/t:shop/t:device/m:speed")), "ann", NULL,
	  UPDATE, "/nacm-test:shop/device/nacm-more:speed", YES },
	{ "not the augment's leaf", ANN("permit", PATH("/t:shop/t:device/m:speed")), "ann", NULL,
	  UPDATE, "/nacm-test:shop/device/speed", NO },
	{ "not the augment's leaf either", ANN("permit", PATH("/t:shop/t:device/t:speed")), "ann",
	  NULL, UPDATE, "/nacm-test:shop/device/nacm-more:speed", NO },
	{ "two keys", ANN("permit", PATH("/t:shop/t:line[t:floor='-1'][t:number='2']")), "ann",
	  NULL, UPDATE, "/nacm-test:shop/line[floor='-1']/use", YES },
	{ "two keys, one is another",
	  ANN("permit", PATH("/t:shop/t:line[t:number='2'][t:floor='-1']")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/line[floor='1']/use", NO },
	{ "a key with a prefix", ANN("permit", PATH("/t:shop/t:shelf[t:kind='t:wide']")), "ann",
	  NULL, UPDATE, "/nacm-test:shop/shelf/size", YES },
	{ "one of several values", ANN("permit", PATH("/t:shop/t:device/t:tag[.='y']")), "ann",
	  NULL, DELETE, "/nacm-test:shop/device/tag[.='y']", YES },
	{ "another of several values", ANN("permit", PATH("/t:shop/t:device/t:tag[.='y']")), "ann",
	  NULL, DELETE, "/nacm-test:shop/device/tag[.='x']", NO },
	{ "by position", ANN("deny", PATH("/t:history/t:sale[2]")), "ann", NULL, READ,
	  "/nacm-test:history/sale[what='2']", NO },
	{ "by another position", ANN("deny", PATH("/t:history/t:sale[2]")), "ann", NULL, READ,
	  "/nacm-test:history/sale[what='3']", YES },
	{ "the user's",
	  GROUPS LIST("l", OF("*"), RULE("r", "permit", PATH("/t:shop/t:device[t:name=$USER]"))),
	  "dummy", "users", UPDATE, "/nacm-test:shop/device[name='dummy']/speed", YES },
	{ "another user's",
	  GROUPS LIST("l", OF("*"), RULE("r", "permit", PATH("/t:shop/t:device[t:name=$USER]"))),
	  "dummy", "users", UPDATE, "/nacm-test:shop/device[name='other']/speed", NO },
	{ "data are not operations", ANN("deny", PATH("/t:shop")), "ann", NULL, EXEC,
	  "/nacm-test:sell", YES },
	{ "a path that is not understood permits nothing",
	  ANN("permit", PATH("/t:shop/t:device[t:name=$HOME]")), "ann", NULL, UPDATE,
	  "/nacm-test:shop/device", NO },
	{ "a path that is not understood denies all data",
	  ANN("deny", PATH("/t:shop/t:device[t:name=$HOME]")), "ann", NULL, READ,
	  "/nacm-test:shop/settings", NO },
	{ "a path that is not understood denies no operation",
	  ANN("deny", PATH("/t:shop/t:device[t:name=$HOME]")), "ann", NULL, EXEC,
	  "/nacm-test:sell", YES },
	{ "an action without its instance", "", "ann", NULL, EXEC, "/nacm-test:shop/device/reset",
	  NO },
};

START_TEST(a_rule)
{
	const char *const groups[] = { rows[_i].group, NULL };
	struct nacm_user user = { .name = rows[_i].user, .groups = groups };
	struct nacm_user recovery = { .name = rows[_i].user, .is_recovery = true };
	struct nacm *nacm = made(rows[_i].config);

	ck_assert_msg(answer(nacm, &user, rows[_i].question, rows[_i].path) == rows[_i].may,
		      "%s: %s %s %s", rows[_i].what, rows[_i].user,
		      rows[_i].may ? "may" : "may not", rows[_i].path);
	ck_assert_msg(answer(nacm, &recovery, rows[_i].question, rows[_i].path),
		      "%s: a recovery session may not", rows[_i].what);
	nacm_free(nacm);
}
END_TEST

/* ---- what is left of data ---- */

static const struct {
	const char *what;
	const char *config;
	const char *data;
	const char *left;
} reads[] = {
	{ "what is marked goes", "", SHOP(DUMMY SETTINGS),
	  SHOP("<device><name>dummy</name><speed>1</speed><tag>x</tag><tag>y</tag>"
	       "<serial>s</serial><speed xmlns=\"urn:test:nacm-more\">2</speed></device>" SETTINGS) },
	{ "no data", "", "", "" },
	{ "all goes", "<read-default>deny</read-default>", DATA, "" },
	{ "the first goes", ANN("deny", PATH("/t:shop")), SHOP(OTHER) HISTORY, HISTORY },
	{ "the last goes", ANN("deny", PATH("/t:history")), SHOP(OTHER) HISTORY, SHOP(OTHER) },
	{ "one entry goes", ANN("deny", PATH("/t:shop/t:device[t:name='dummy']")),
	  SHOP(DUMMY OTHER), SHOP(OTHER) },
	{ "one leaf goes", ANN("deny", PATH("/t:shop/t:device/t:speed")), SHOP(OTHER),
	  SHOP("<device><name>other</name></device>") },
	{ "an entry goes with its key", ANN("deny", PATH("/t:shop/t:device/t:name")),
	  SHOP(OTHER LINES), SHOP(LINES) },
	{ "an entry goes with its second key",
	  ANN("deny", PATH("/t:shop/t:line[t:floor='1'][t:number='2']/t:number")), SHOP(LINES),
	  SHOP("<line><floor>-1</floor><number>2</number><use>a</use></line>") },
	{ "a container stays when all in it goes", ANN("deny", PATH("/t:shop/t:device")),
	  SHOP(OTHER), SHOP("") },
	{ "what is permitted below what is not goes, too",
	  GROUPS LIST("l", OF("*"),
		      RULE("1", "permit", PATH("/t:shop/t:settings/t:city"))
			      RULE("2", "deny", PATH("/t:shop/t:settings"))),
	  SHOP(SETTINGS OTHER), SHOP(OTHER) },
	{ "what is permitted, with all above it",
	  "<read-default>deny</read-default>" GROUPS LIST(
		  "l", OF("*"),
		  RULE("1", "deny", PATH("/t:shop/t:device"))
			  RULE("2", "deny", PATH("/t:shop/t:line"))
				  RULE("3", "permit", PATH("/t:shop"))),
	  DATA, SHOP(SETTINGS SHELF) },
	{ "entries by position, two of three",
	  GROUPS LIST("l", OF("*"),
		      RULE("1", "deny", PATH("/t:history/t:sale[1]"))
			      RULE("2", "deny", PATH("/t:history/t:sale[2]"))),
	  HISTORY, "<history xmlns=\"urn:test:nacm\"><sale><what>3</what></sale></history>" },
	{ "one of several values", ANN("deny", PATH("/t:shop/t:device/t:tag[.='x']")),
	  SHOP("<device><name>a</name><tag>x</tag><tag>y</tag></device>"),
	  SHOP("<device><name>a</name><tag>y</tag></device>") },
	{ "the augment's module",
	  ANN("deny", MODULE("nacm-test") PATH("/t:shop/t:settings/t:city")), SHOP(SETTINGS),
	  SHOP("<settings><open>false</open></settings>") },
};

START_TEST(a_read)
{
	struct nacm_user ann = { .name = "ann" };
	struct lyd_node *data = parsed(reads[_i].data), *left = parsed(reads[_i].left);
	struct nacm *nacm = made(reads[_i].config);
	char *got, *expected = yang_print(left, LYD_PRINT_WD_ALL | LYD_PRINT_EMPTY_CONT);

	nacm_prune(nacm, &ann, &data);
	got = yang_print(data, LYD_PRINT_WD_ALL | LYD_PRINT_EMPTY_CONT);
	ck_assert_msg(!strcmp(expected, got), "%s: expected\n%s\ngot\n%s", reads[_i].what,
		      expected, got);
	free(expected);
	free(got);
	lyd_free_siblings(data);
	lyd_free_siblings(left);
	nacm_free(nacm);
}
END_TEST

START_TEST(what_has_no_schema_goes)
{
	struct nacm_user ann = { .name = "ann" };
	struct lyd_node *data =
		yang_parse_loosely(context, SHOP("<bogus/>" SETTINGS), LYD_PARSE_OPAQ);
	struct nacm *nacm = made("");
	char *text;

	nacm_prune(nacm, &ann, &data);
	text = yang_print(data, 0);
	ck_assert_ptr_nonnull(strstr(text, "city"));
	ck_assert_ptr_null(strstr(text, "bogus"));
	free(text);
	lyd_free_siblings(data);
	nacm_free(nacm);
}
END_TEST

/* ---- changes ---- */

#define BELOW_SHOP(access, path) ANN("permit", ACCESS(access) PATH("/t:shop" path))
#define ALL_BUT(access, path)                                              \
	GROUPS LIST("l", OF("*"),                                          \
		    RULE("1", "deny", ACCESS(access) PATH("/t:shop" path)) \
			    RULE("2", "permit", PATH("/t:shop")))
#define THIRD "<device><name>third</name><secret><word>w</word></secret></device>"
#define LINES_TURNED                                                  \
	"<line><floor>1</floor><number>2</number><use>b</use></line>" \
	"<line><floor>-1</floor><number>2</number><use>a</use></line>"

static const struct {
	const char *what;
	const char *config;
	const char *before;
	const char *after;
	const char *denied; /* NULL: nothing */
} changes[] = {
	{ "nothing changes", "", SHOP(OTHER), SHOP(OTHER), NULL },
	{ "a leaf is made", BELOW_SHOP("create", ""), SHOP(""),
	  SHOP("<settings><city>c</city></settings>"), NULL },
	{ "a leaf is made, denied", BELOW_SHOP("update delete", ""), SHOP(""),
	  SHOP("<settings><city>c</city></settings>"), "/nacm-test:shop/settings/city" },
	{ "a leaf is made where no container is", BELOW_SHOP("create", "/t:settings/t:city"), "",
	  SHOP("<settings><city>c</city></settings>"), NULL },
	{ "a leaf changes", BELOW_SHOP("update", ""), SHOP("<settings><city>c</city></settings>"),
	  SHOP("<settings><city>d</city></settings>"), NULL },
	{ "a leaf changes, denied", BELOW_SHOP("create delete", ""),
	  SHOP("<settings><city>c</city></settings>"), SHOP("<settings><city>d</city></settings>"),
	  "/nacm-test:shop/settings/city" },
	{ "a leaf goes", BELOW_SHOP("delete", ""), SHOP("<settings><city>c</city></settings>"),
	  SHOP(""), NULL },
	{ "a leaf goes, denied", BELOW_SHOP("create update", ""),
	  SHOP("<settings><city>c</city></settings>"), SHOP(""), "/nacm-test:shop/settings/city" },
	{ "from a default is to make", BELOW_SHOP("create", "/t:settings/t:open"), SHOP(""),
	  SHOP("<settings><open>false</open></settings>"), NULL },
	{ "from a default is to make, denied", BELOW_SHOP("update delete", ""), SHOP(""),
	  SHOP("<settings><open>false</open></settings>"), "/nacm-test:shop/settings/open" },
	{ "to a default is to delete", BELOW_SHOP("delete", "/t:settings/t:open"),
	  SHOP("<settings><open>false</open></settings>"), SHOP(""), NULL },
	{ "to a default is to delete, denied", BELOW_SHOP("create update", ""),
	  SHOP("<settings><open>false</open></settings>"), SHOP(""),
	  "/nacm-test:shop/settings/open" },
	{ "a default is said", BELOW_SHOP("create", "/t:settings/t:open"), SHOP(""),
	  SHOP("<settings><open>true</open></settings>"), NULL },
	{ "a default is said, denied", BELOW_SHOP("update delete", ""), SHOP(""),
	  SHOP("<settings><open>true</open></settings>"), "/nacm-test:shop/settings/open" },
	{ "a default is said no more, denied", BELOW_SHOP("create update", ""),
	  SHOP("<settings><open>true</open></settings>"), SHOP(""),
	  "/nacm-test:shop/settings/open" },
	{ "an entry is made", BELOW_SHOP("create", ""), SHOP(OTHER), SHOP(OTHER THIRD), NULL },
	{ "an entry is made, denied", ALL_BUT("create", "/t:device"), SHOP(OTHER),
	  SHOP(OTHER THIRD), "/nacm-test:shop/device[name='third']" },
	{ "an entry is made, another one is denied",
	  ALL_BUT("create", "/t:device[t:name='other']"), SHOP(OTHER), SHOP(OTHER THIRD), NULL },
	{ "an entry is made, its key is denied", ALL_BUT("create", "/t:device/t:name"),
	  SHOP(OTHER), SHOP(OTHER THIRD), "/nacm-test:shop/device[name='third']/name" },
	{ "an entry is made, something in it is denied", ALL_BUT("create", "/t:device/t:secret"),
	  SHOP(OTHER), SHOP(OTHER THIRD), "/nacm-test:shop/device[name='third']/secret/word" },
	{ "an entry is made, something in it is marked", "<write-default>permit</write-default>",
	  SHOP(OTHER), SHOP(OTHER THIRD), "/nacm-test:shop/device[name='third']/secret/word" },
	{ "an entry goes", BELOW_SHOP("delete", ""), SHOP(OTHER THIRD), SHOP(OTHER), NULL },
	{ "an entry goes, something in it is denied", ALL_BUT("delete", "/t:device/t:secret"),
	  SHOP(OTHER THIRD), SHOP(OTHER), "/nacm-test:shop/device[name='third']/secret/word" },
	{ "all goes, something in it is denied", ALL_BUT("delete", "/t:device/t:secret"),
	  SHOP(OTHER THIRD), "", "/nacm-test:shop/device[name='third']/secret/word" },
	{ "an entry's leaf changes", BELOW_SHOP("update", "/t:device/t:speed"), SHOP(OTHER),
	  SHOP("<device><name>other</name><speed>4</speed></device>"), NULL },
	{ "a leaf that is marked for writing", "<write-default>permit</write-default>",
	  SHOP(OTHER),
	  SHOP("<device><name>other</name><speed>3</speed><serial>1</serial></device>"),
	  "/nacm-test:shop/device[name='other']/serial" },
	{ "a value of several goes", BELOW_SHOP("delete", "/t:device/t:tag[.='y']"),
	  SHOP("<device><name>a</name><tag>x</tag><tag>y</tag></device>"),
	  SHOP("<device><name>a</name><tag>x</tag></device>"), NULL },
	{ "a value of several goes, denied", BELOW_SHOP("delete", "/t:device/t:tag[.='y']"),
	  SHOP("<device><name>a</name><tag>x</tag><tag>y</tag></device>"),
	  SHOP("<device><name>a</name><tag>y</tag></device>"),
	  "/nacm-test:shop/device[name='a']/tag[.='x']" },
	{ "another order", BELOW_SHOP("update", "/t:line"), SHOP(LINES), SHOP(LINES_TURNED),
	  NULL },
	{ "another order, denied", BELOW_SHOP("create delete", ""), SHOP(LINES),
	  SHOP(LINES_TURNED), "/nacm-test:shop/line[floor='1'][number='2']" },
	{ "another order does not change keys", ALL_BUT("*", "/t:line/t:floor"), SHOP(LINES),
	  SHOP(LINES_TURNED), NULL },
	{ "a presence container", BELOW_SHOP("create", "/t:settings"), SHOP(""), SHOP("<closed/>"),
	  "/nacm-test:shop/closed" },
	{ "an augment's leaf", ANN("permit", MODULE("nacm-more")), SHOP(OTHER),
	  SHOP("<device><name>other</name><speed>3</speed>"
	       "<speed xmlns=\"urn:test:nacm-more\">2</speed></device>"),
	  NULL },
	{ "two changes, one is denied", BELOW_SHOP("create", "/t:settings"), SHOP(""),
	  SHOP("<settings><city>c</city></settings>" OTHER),
	  "/nacm-test:shop/device[name='other']" },
	{ "access control itself", "<write-default>permit</write-default>", "", NACM,
	  "/ietf-netconf-acm:nacm/write-default" },
};

static struct lyd_node *complete(const char *xml)
{
	struct lyd_node *data = NULL;

	ck_assert_msg(!lyd_parse_data_mem(context, xml, LYD_XML, LYD_PARSE_STRICT,
					  LYD_VALIDATE_NO_STATE, &data),
		      "%s: %s", ly_last_logmsg(), xml);
	return data;
}

static void check_change(int row, const char *how, uint16_t options)
{
	struct lyd_node *before = complete(changes[row].before);
	struct lyd_node *after = complete(changes[row].after), *diff = NULL;
	struct nacm_user ann = { .name = "ann" }, recovery = { "root", NULL, true };
	struct nacm *nacm = made(changes[row].config);
	const struct lyd_node *denied;
	char *path = NULL;

	ck_assert_int_eq(lyd_diff_siblings(before, after, options, &diff), LY_SUCCESS);
	ck_assert_int_eq(diff != NULL, !!strcmp(changes[row].before, changes[row].after));
	denied = nacm_denied_write(nacm, &ann, diff);
	if (denied)
		path = lyd_path(denied, LYD_PATH_STD, NULL, 0);
	ck_assert_msg(!strcmp(path ?: "nothing", changes[row].denied ?: "nothing"),
		      "%s, %s: %s is denied, not %s", changes[row].what, how, path ?: "nothing",
		      changes[row].denied ?: "nothing");
	ck_assert_uint_eq(nacm_counters(nacm).denied_data_writes, denied ? 1 : 0);
	ck_assert_ptr_null(nacm_denied_write(nacm, &recovery, diff));
	free(path);
	nacm_free(nacm);
	lyd_free_siblings(diff);
	lyd_free_siblings(before);
	lyd_free_siblings(after);
}

START_TEST(a_change)
{
	check_change(_i, "without defaults", 0);
}
END_TEST

START_TEST(a_change_with_defaults)
{
	check_change(_i, "with defaults", LYD_DIFF_DEFAULTS);
}
END_TEST

/* ---- actions and notifications of data ---- */

#define RESET SHOP("<device><name>dummy</name><reset><after>1</after></reset></device>")
#define BROKEN                                                                                \
	"<notification xmlns=\"urn:ietf:params:xml:ns:netconf:notification:1.0\"><eventTime>" \
	"2025-01-01T00:00:00Z</eventTime>" SHOP(                                              \
		"<device><name>dummy</name><broken><why>w</why></broken></device>") "</notification>"

static const struct {
	const char *what;
	const char *config;
	bool may_reset, may_hear;
} calls[] = {
	{ "nothing said", "", YES, YES },
	{ "no executing", "<exec-default>deny</exec-default>", NO, YES },
	{ "no reading", "<read-default>deny</read-default>", NO, NO },
	{ "no reading of what is above", ANN("deny", PATH("/t:shop/t:device") ACCESS("read")), NO,
	  NO },
	{ "no reading of another entry",
	  ANN("deny", PATH("/t:shop/t:device[t:name='other']") ACCESS("read")), YES, YES },
	{ "no changing of what is above",
	  ANN("deny", PATH("/t:shop/t:device") ACCESS("create update delete")), YES, YES },
	{ "by its own path", ANN("deny", PATH("/t:shop/t:device/t:reset") ACCESS("exec")), NO,
	  YES },
	{ "of one entry", ANN("deny", PATH("/t:shop/t:device[t:name='dummy']/t:reset")), NO, YES },
	{ "of another entry", ANN("deny", PATH("/t:shop/t:device[t:name='other']/t:reset")), YES,
	  YES },
	{ "by its own path, an event", ANN("deny", PATH("/t:shop/t:device/t:broken")), YES, NO },
	{ "by its name, an event", ANN("deny", EVENT("broken")), YES, NO },
	{ "an action is no operation", ANN("deny", RPC("reset")), YES, YES },
	{ "permitted, and all above may be read",
	  "<exec-default>deny</exec-default><read-default>deny</read-default>" ANN(
		  "permit", PATH("/t:shop")),
	  YES, YES },
	{ "permitted, but nothing above may be read",
	  "<exec-default>deny</exec-default><read-default>deny</read-default>" ANN(
		  "permit", PATH("/t:shop/t:device")),
	  NO, NO },
	{ "all data", "<exec-default>deny</exec-default>" ANN("permit", PATH("/")), YES, YES },
};

static struct lyd_node *parsed_call(const char *xml, enum lyd_type type, struct lyd_node **call)
{
	struct lyd_node *tree = NULL;
	struct ly_in *in;

	ck_assert_int_eq(ly_in_new_memory(xml, &in), LY_SUCCESS);
	ck_assert_msg(!lyd_parse_op(context, NULL, in, LYD_XML, type, LYD_PARSE_STRICT, &tree,
				    call),
		      "%s: %s", xml, ly_last_logmsg());
	ly_in_free(in, 0);
	return tree;
}

static const struct lyd_node *top_of(const struct lyd_node *node)
{
	while (lyd_parent(node))
		node = lyd_parent(node);
	return node;
}

START_TEST(a_call)
{
	struct nacm *nacm = made(calls[_i].config);
	struct nacm_user ann = { .name = "ann" };
	struct lyd_node *reset = NULL, *broken = NULL, *tree, *envelope;

	tree = parsed_call(RESET, LYD_TYPE_RPC_YANG, &reset);
	envelope = parsed_call(BROKEN, LYD_TYPE_NOTIF_NETCONF, &broken);
	ck_assert_msg(nacm_may_execute(nacm, &ann, reset->schema, reset) == calls[_i].may_reset,
		      "%s: an action", calls[_i].what);
	ck_assert_msg(nacm_may_notify(nacm, &ann, broken->schema, broken) == calls[_i].may_hear,
		      "%s: a notification", calls[_i].what);
	ck_assert_uint_eq(nacm_counters(nacm).denied_operations, !calls[_i].may_reset);
	ck_assert_uint_eq(nacm_counters(nacm).denied_notifications, !calls[_i].may_hear);
	lyd_free_all(tree);
	lyd_free_all((struct lyd_node *)top_of(broken));
	lyd_free_all(envelope);
	nacm_free(nacm);
}
END_TEST

/* ---- paths ---- */

static const struct {
	const char *text;
	bool is_understood;
	bool covers; /* the device dummy */
} paths[] = {
	{ "/", YES, YES },
	{ "/nacm-test:shop", YES, YES },
	{ "/nacm-test:shop/device", YES, YES },
	{ "/nacm-test:shop/nacm-test:device[nacm-test:name='dummy']", YES, YES },
	{ "/nacm-test:shop/device[ name = 'dummy' ]", YES, YES },
	{ "/nacm-test:shop/device[name=$USER]", YES, NO },
	{ "/nacm-test:shop/device[1]", YES, YES },
	{ "/nacm-test:shop/device[2]", YES, NO },
	{ "/nacm-test:shop/device[speed='1']", YES, NO },
	{ "/nacm-test:shop/device/speed", YES, NO },
	{ "/nacm-more:shop/device", YES, NO },
	{ "/nacm-test:top/shop/device", YES, NO },
	{ "/nacm-test:device", YES, NO },
	{ "", NO, NO },
	{ "nacm-test:shop", NO, NO },
	{ "/shop", NO, NO },
	{ "//nacm-test:shop", NO, NO },
	{ "/nacm-test:", NO, NO },
	{ "/nacm-test:shop/", NO, NO },
	{ "/nacm-test:shop/*", NO, NO },
	{ "/nacm-test:shop or true()", NO, NO },
	{ "/nacm-test:shop/device[", NO, NO },
	{ "/nacm-test:shop/device[]", NO, NO },
	{ "/nacm-test:shop/device[name]", NO, NO },
	{ "/nacm-test:shop/device[name=dummyd]", NO, NO },
	{ "/nacm-test:shop/device[name='dummy]", NO, NO },
	{ "/nacm-test:shop/device[name='dummy'", NO, NO },
	{ "/nacm-test:shop/device[name!='dummy']", NO, NO },
	{ "/nacm-test:shop/device[name='dummy' or 1]", NO, NO },
	{ "/nacm-test:shop/device[name=$USERS]", NO, NO },
};

START_TEST(a_path)
{
	struct lyd_node *data = parsed(SHOP(DUMMY));
	struct nacm_path *path = nacm_path_new(paths[_i].text);

	ck_assert_msg((path != NULL) == paths[_i].is_understood, "%s", paths[_i].text);
	if (path)
		ck_assert_msg(nacm_path_covers(path, lyd_child(data), "ann") == paths[_i].covers,
			      "%s", paths[_i].text);
	nacm_path_free(path);
	lyd_free_all(data);
}
END_TEST

/* ---- all of it ---- */

START_TEST(users_take_turns)
{
	const struct lysc_node *sell = lys_find_path(context, NULL, "/nacm-test:sell", 0);
	struct nacm_user ann = { .name = "ann" }, ben = { .name = "ben" };
	struct nacm *nacm = made(ANN("deny", ""));

	ck_assert(nacm_may_execute(nacm, &ben, sell, NULL));
	ck_assert(!nacm_may_execute(nacm, &ann, sell, NULL));
	ck_assert(nacm_may_execute(nacm, &ben, sell, NULL));
	nacm_free(nacm);
}
END_TEST

START_TEST(counters_go_along)
{
	struct nacm *first = made("<exec-default>deny</exec-default>"), *second = made("");
	const struct lysc_node *sell = lys_find_path(context, NULL, "/nacm-test:sell", 0);
	const struct lysc_node *theft = lys_find_path(context, NULL, "/nacm-test:theft", 0);
	struct lyd_node *data = parsed(SHOP(OTHER));
	struct nacm_user ann = { .name = "ann" };

	ck_assert(!nacm_may_execute(first, &ann, sell, NULL));
	ck_assert(!nacm_may_execute(first, &ann, sell, NULL));
	ck_assert(!nacm_may_execute(first, &ann, sell, NULL));
	ck_assert(!nacm_may_notify(first, &ann, theft, NULL));
	ck_assert(!nacm_may_notify(first, &ann, theft, NULL));
	ck_assert(!nacm_may_write(first, &ann, data, NACM_DELETE));
	nacm_prune(first, &ann, &data);
	nacm_take_counters(second, first);
	nacm_free(first);
	ck_assert(nacm_may_execute(second, &ann, sell, NULL));
	ck_assert(!nacm_may_notify(second, &ann, theft, NULL));
	ck_assert_uint_eq(nacm_counters(second).denied_operations, 3);
	ck_assert_uint_eq(nacm_counters(second).denied_notifications, 3);
	ck_assert_uint_eq(nacm_counters(second).denied_data_writes, 1);
	nacm_free(second);
	lyd_free_siblings(data);
}
END_TEST

START_TEST(no_configuration_is_an_empty_one)
{
	struct nacm *nacm = nacm_new(NULL);
	struct nacm_user ann = { .name = "ann" };
	struct lyd_node *data = parsed(SHOP(OTHER));

	ck_assert(nacm_may_execute(nacm, &ann, lys_find_path(context, NULL, "/nacm-test:sell", 0),
				   NULL));
	ck_assert(!nacm_may_write(nacm, &ann, data, NACM_CREATE));
	nacm_prune(nacm, &ann, &data);
	ck_assert_ptr_nonnull(data);
	ck_assert_ptr_null(nacm_fault(nacm));
	lyd_free_siblings(data);
	nacm_free(nacm);
	nacm_free(NULL);
}
END_TEST

START_TEST(a_path_that_is_not_understood_is_told)
{
	struct nacm *good = made(STORY);
	struct nacm *bad = made(GROUPS LIST(
		"mine", OF("*"),
		RULE("fine", "permit", PATH("/t:shop/t:device[t:name=$USER]"))
			RULE("first", "permit", PATH("/t:shop/t:device[t:name=$HOME]"))
				RULE("second", "permit", PATH("/t:shop/t:device[t:name=$X]"))));

	ck_assert_ptr_null(nacm_fault(good));
	ck_assert_str_eq(nacm_fault(bad),
			 "the path /nacm-test:shop/device[name=$HOME] of rule first in rule-list "
			 "mine cannot be understood; write it as an instance-identifier, with no "
			 "variable but $USER");
	nacm_free(good);
	nacm_free(bad);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nc_nacm");
	TCase *tests = tcase_create("access control");

	tcase_add_unchecked_fixture(tests, make_context, end_context);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_story, 0, array_size(story));
	tcase_add_loop_test(tests, a_rule, 0, array_size(rows));
	tcase_add_loop_test(tests, a_read, 0, array_size(reads));
	tcase_add_test(tests, what_has_no_schema_goes);
	tcase_add_loop_test(tests, a_change, 0, array_size(changes));
	tcase_add_loop_test(tests, a_change_with_defaults, 0, array_size(changes));
	tcase_add_loop_test(tests, a_call, 0, array_size(calls));
	tcase_add_loop_test(tests, a_path, 0, array_size(paths));
	tcase_add_test(tests, users_take_turns);
	tcase_add_test(tests, counters_go_along);
	tcase_add_test(tests, no_configuration_is_an_empty_one);
	tcase_add_test(tests, a_path_that_is_not_understood_is_told);
	suite_add_tcase(suite, tests);
	return yang_main(suite);
}
