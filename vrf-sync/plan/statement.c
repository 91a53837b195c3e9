// SPDX-License-Identifier: GPL-2.0-or-later
/* FRR statements: objects as configuration lines, and lines as objects. */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/diff.h"
#include "plan/statement.h"

/*
 * Placeholders:
 *   %v vrf   %n name   %r ref   %s ref, a secret   %0 %1 %2 numbers
 *   %p net with length   %a net as an address
 *   %P "permit" or "deny", by num[1]   %L nothing, or " le N", by num[2]
 *   %T nothing, or " translate-always", by num[1]   %M nothing, or " metric N", by num[2]
 * A '|' ends what "no" needs to take the statement away; without one, all of
 * it.  What stands before the '|' is also what makes two lines the same
 * statement.
 */
struct statement {
	enum context context;
	const char *text;
};

/* clang-format off */
static const struct statement statements[OBJ_KIND_COUNT] = {
	[OBJ_ZEBRA_VRF] = { CONTEXT_TOP, "vrf %v" },
	[OBJ_PREFIX_LIST] = { CONTEXT_TOP, "ip prefix-list %n seq %0| %P %p%L" },
	[OBJ_RT_LIST] = { CONTEXT_TOP, "bgp extcommunity-list standard %n seq %0 permit rt %1:%2" },
	[OBJ_ROUTE_MAP] = { CONTEXT_TOP, "route-map %n %P %0" },
	[OBJ_MATCH_PREFIX] = { CONTEXT_ROUTE_MAP, "match ip address prefix-list| %r" },
	[OBJ_MATCH_RT] = { CONTEXT_ROUTE_MAP, "match extcommunity| %r" },
	[OBJ_MATCH_TAG] = { CONTEXT_ROUTE_MAP, "match tag| %2" },
	[OBJ_MATCH_HOP] = { CONTEXT_ROUTE_MAP, "match ip next-hop prefix-list| %r" },
	[OBJ_SET_RT] = { CONTEXT_ROUTE_MAP, "set extcommunity rt| %1:%2" },
	[OBJ_SET_NO_RT] = { CONTEXT_ROUTE_MAP, "set extcommunity none" },
	[OBJ_SET_TAG] = { CONTEXT_ROUTE_MAP, "set tag| %2" },
	[OBJ_SET_LOCAL_PREF] = { CONTEXT_ROUTE_MAP, "set local-preference| %2" },
	[OBJ_ON_MATCH_NEXT] = { CONTEXT_ROUTE_MAP, "on-match next" },
	[OBJ_OSPF] = { CONTEXT_TOP, "router ospf vrf %v" },
	[OBJ_BGP] = { CONTEXT_TOP, "router bgp %0 vrf %v" },
	[OBJ_OSPF_ROUTER_ID] = { CONTEXT_OSPF, "ospf router-id| %a" },
	[OBJ_OSPF_SPF_DELAY] = { CONTEXT_OSPF, "timers throttle spf| %0 %1 %2" },
	[OBJ_OSPF_LSA_DELAY] = { CONTEXT_OSPF, "timers throttle lsa all| %0" },
	[OBJ_OSPF_LSA_ARRIVAL] = { CONTEXT_OSPF, "timers lsa min-arrival| %0" },
	[OBJ_OSPF_REDIST_KERNEL] = { CONTEXT_OSPF, "redistribute kernel|%M route-map %r" },
	[OBJ_OSPF_REDIST_CONNECTED] = { CONTEXT_OSPF, "redistribute connected|%M route-map %r" },
	[OBJ_OSPF_REDIST_BGP] = { CONTEXT_OSPF, "redistribute bgp| route-map %r" },
	[OBJ_OSPF_NSSA] = { CONTEXT_OSPF, "area %0 nssa|%T" },
	[OBJ_OSPF_NSSA_DENY] = { CONTEXT_OSPF, "area %0 nssa range %p| not-advertise" },
	[OBJ_OSPF_NETWORK] = { CONTEXT_OSPF, "network %p area %0" },
	[OBJ_OSPF_IF_P2P] = { CONTEXT_OSPF_IF, "ip ospf network| point-to-point" },
	[OBJ_OSPF_IF_PRIORITY] = { CONTEXT_OSPF_IF, "ip ospf priority| %0" },
	[OBJ_OSPF_IF_SUPPRESS] = { CONTEXT_OSPF_IF, "ip ospf prefix-suppression" },
	[OBJ_OSPF_IF_BFD] = { CONTEXT_OSPF_IF, "ip ospf bfd|" },
	[OBJ_OSPF_IF_KEY] = { CONTEXT_OSPF_IF, "ip ospf message-digest-key 1| md5 %s" },
	[OBJ_OSPF_IF_AUTH] = { CONTEXT_OSPF_IF, "ip ospf authentication| message-digest" },
	[OBJ_OSPF_IF_DEAD] = { CONTEXT_OSPF_IF, "ip ospf dead-interval| %0" },
	[OBJ_OSPF_IF_HELLO] = { CONTEXT_OSPF_IF, "ip ospf hello-interval| %0" },
	[OBJ_VRRP] = { CONTEXT_VRRP_IF, "vrrp %0 version 3" },
	[OBJ_VRRP_PRIORITY] = { CONTEXT_VRRP_IF, "vrrp %0 priority| %1" },
	[OBJ_VRRP_INTERVAL] = { CONTEXT_VRRP_IF, "vrrp %0 advertisement-interval| %1" },
	[OBJ_VRRP_ADDRESS] = { CONTEXT_VRRP_IF, "vrrp %0 ip %a" },
	[OBJ_BGP_ROUTER_ID] = { CONTEXT_BGP, "bgp router-id| %a" },
	[OBJ_BGP_NEIGHBOR] = { CONTEXT_BGP, "neighbor %a| remote-as %0" },
	[OBJ_BGP_REDIST_KERNEL] = { CONTEXT_BGP_V4, "redistribute kernel| route-map %r" },
	[OBJ_BGP_REDIST_CONNECTED] = { CONTEXT_BGP_V4, "redistribute connected| route-map %r" },
	[OBJ_BGP_REDIST_OSPF] = { CONTEXT_BGP_V4, "redistribute ospf| route-map %r" },
	[OBJ_BGP_NEIGHBOR_LIMIT] = { CONTEXT_BGP_V4, "neighbor %a maximum-prefix| %0" },
	[OBJ_BGP_NEIGHBOR_IN] = { CONTEXT_BGP_V4, "neighbor %a route-map %r in" },
	[OBJ_BGP_NEIGHBOR_OUT] = { CONTEXT_BGP_V4, "neighbor %a route-map %r out" },
	[OBJ_BGP_IMPORT_MAP] = { CONTEXT_BGP_V4, "route-map vpn import| %r" },
	[OBJ_BGP_LABEL] = { CONTEXT_BGP_V4, "label vpn export auto" },
	[OBJ_BGP_RD] = { CONTEXT_BGP_V4, "rd vpn export %a:%0" },
	[OBJ_BGP_RT_IMPORT] = { CONTEXT_BGP_V4, "rt vpn import %0:%1 %0:%2" },
	[OBJ_BGP_RT_EXPORT] = { CONTEXT_BGP_V4, "rt vpn export %0:%1" },
	[OBJ_BGP_EXPORT_MAP] = { CONTEXT_BGP_V4, "route-map vpn export| %r" },
	[OBJ_BGP_EXPORT] = { CONTEXT_BGP_V4, "export vpn" },
	[OBJ_BGP_IMPORT] = { CONTEXT_BGP_V4, "import vpn" },
	[OBJ_ZEBRA_OSPF_MAP] = { CONTEXT_VRF, "ip protocol ospf route-map %r" },
};
/* clang-format on */

enum context statement_context(enum object_kind kind)
{
	return statements[kind].context;
}

/* ---- writing ---- */

static const char translate_always[] = " translate-always";
static const char metric_word[] = " metric ";

struct writer {
	char *buf;
	size_t used;
	bool shown; /* to people: secrets stay out */
};

static void put(struct writer *w, const char *fmt, ...) PRINTFRR(2, 3);
static void put(struct writer *w, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(w->buf + w->used, STATEMENT_SIZE - w->used, fmt, ap);
	va_end(ap);
	assert(len >= 0 && w->used + len < STATEMENT_SIZE);
	w->used += len;
}

static void put_name(struct writer *w, const char *name)
{
	/* our own guarantee, kept where text is made: no name carries a second command */
	assert(name_is_valid(name, LIST_NAME_MAX));
	put(w, "%s", name);
}

static void put_field(struct writer *w, char field, const struct object *obj)
{
	char net[IPNET_TEXT_SIZE];

	switch (field) {
	case 'v':
		put_name(w, obj->vrf);
		break;
	case 'n':
		put_name(w, obj->name);
		break;
	case 'r':
		put_name(w, obj->ref);
		break;
	case 's':
		if (w->shown)
			put(w, "%s", SECRET_SHOWN);
		else
			put_name(w, obj->ref);
		break;
	case '0':
	case '1':
	case '2':
		put(w, "%u", obj->num[field - '0']);
		break;
	case 'p':
		put(w, "%s", ipnet_format(&obj->net, net));
		break;
	case 'a':
		put(w, "%s", ipnet_format_addr(&obj->net, net));
		break;
	case 'P':
		put(w, "%s", obj->num[1] ? "permit" : "deny");
		break;
	case 'L':
		if (obj->num[2])
			put(w, " le %u", obj->num[2]);
		break;
	case 'T':
		if (obj->num[1])
			put(w, "%s", translate_always);
		break;
	case 'M':
		if (obj->num[2])
			put(w, "%s%u", metric_word, obj->num[2]);
		break;
	default:
		assert(!"unknown placeholder in the statement table");
	}
}

static const char *write_text(const struct object *obj, bool undo, bool shown,
			      char buf[static STATEMENT_SIZE])
{
	struct writer w = { .buf = buf, .shown = shown };
	const char *c = statements[obj->kind].text;

	assert(c);
	buf[0] = '\0';
	if (undo)
		put(&w, "no ");
	for (; *c; c++) {
		if (*c == '%')
			put_field(&w, *++c, obj);
		else if (*c != '|')
			put(&w, "%c", *c);
		else if (undo)
			break;
	}
	return buf;
}

const char *statement_text(const struct object *obj, bool undo, char buf[static STATEMENT_SIZE])
{
	return write_text(obj, undo, false, buf);
}

const char *statement_shown(const struct object *obj, bool undo, char buf[static STATEMENT_SIZE])
{
	return write_text(obj, undo, true, buf);
}

/* What comes after one of these is a secret, whoever configured it. */
static const char *const before_secrets[] = { " md5 ", "authentication-key ", "password ",
					      "key-string " };

bool statement_has_secret(const struct object *obj)
{
	const char *text = statements[obj->kind].text;

	return text && strstr(text, "%s");
}

const char *statement_redact(const char *line, char buf[static STATEMENT_SIZE])
{
	strlcpy(buf, line, STATEMENT_SIZE);
	for (unsigned int i = 0; i < array_size(before_secrets); i++) {
		char *secret = strstr(buf, before_secrets[i]);

		if (secret) {
			secret += strlen(before_secrets[i]);
			strlcpy(secret, SECRET_SHOWN, STATEMENT_SIZE - (secret - buf));
		}
	}
	return buf;
}

const char *statement_enter(const struct object *obj, uint32_t asn,
			    char buf[static STATEMENT_SIZE])
{
	struct object entry = *obj;
	struct writer w = { .buf = buf };

	buf[0] = '\0';
	switch (statements[obj->kind].context) {
	case CONTEXT_NONE:
	case CONTEXT_TOP:
		break;
	case CONTEXT_ROUTE_MAP:
		entry.kind = OBJ_ROUTE_MAP;
		if (obj->kind >= OBJ_SET_RT)
			entry.num[1] = true; /* only a permitting entry sets anything */
		return statement_text(&entry, false, buf);
	case CONTEXT_OSPF:
		entry.kind = OBJ_OSPF;
		return statement_text(&entry, false, buf);
	case CONTEXT_OSPF_IF:
	case CONTEXT_VRRP_IF:
		put(&w, "interface ");
		put_name(&w, obj->name);
		break;
	case CONTEXT_BGP:
	case CONTEXT_BGP_V4:
		entry.kind = OBJ_BGP;
		entry.num[0] = asn;
		return statement_text(&entry, false, buf);
	case CONTEXT_VRF:
		entry.kind = OBJ_ZEBRA_VRF;
		return statement_text(&entry, false, buf);
	}
	return buf;
}

static const char *const address_family = "address-family ipv4 unicast";

static void script_leave(enum context context, statement_emit emit, void *arg)
{
	if (context == CONTEXT_BGP_V4)
		emit(arg, "exit-address-family", -1);
	if (context == CONTEXT_VRF)
		emit(arg, "exit-vrf", -1);
	else if (context > CONTEXT_TOP)
		emit(arg, "exit", -1);
}

/* "route-map X" and its kin leave us inside: say so to what follows. */
static bool opens_node(const struct op *op)
{
	return op->what != OUTCOME_DELETE &&
	       (op->obj.kind == OBJ_ROUTE_MAP || op->obj.kind == OBJ_OSPF ||
		op->obj.kind == OBJ_BGP || op->obj.kind == OBJ_ZEBRA_VRF);
}

static void write_script(const struct op *const *ops, size_t count, uint32_t asn, bool shown,
			 statement_emit emit, void *arg)
{
	char where[STATEMENT_SIZE] = "", enter[STATEMENT_SIZE], line[STATEMENT_SIZE];
	enum context context = CONTEXT_TOP;

	for (size_t i = 0; i < count; i++) {
		const struct object *obj = &ops[i]->obj;
		enum context next = statements[obj->kind].context;

		statement_enter(obj, asn, enter);
		if (next != context || strcmp(enter, where)) {
			script_leave(context, emit, arg);
			if (enter[0])
				emit(arg, enter, -1);
			if (next == CONTEXT_BGP_V4)
				emit(arg, address_family, -1);
			context = next;
			memcpy(where, enter, sizeof(where));
		}
		emit(arg, write_text(obj, ops[i]->what == OUTCOME_DELETE, shown, line), (int)i);
		if (opens_node(ops[i]))
			emit(arg, obj->kind == OBJ_ZEBRA_VRF ? "exit-vrf" : "exit", -1);
	}
	script_leave(context, emit, arg);
}

void statement_script(const struct op *const *ops, size_t count, uint32_t asn, statement_emit emit,
		      void *arg)
{
	write_script(ops, count, asn, false, emit, arg);
}

void statement_script_shown(const struct op *const *ops, size_t count, uint32_t asn,
			    statement_emit emit, void *arg)
{
	write_script(ops, count, asn, true, emit, arg);
}

/* ---- reading ---- */

/* The next word of *c into word; false at the end, or when it is too long. */
static bool take_word(const char **c, const char *stops, char *word, size_t size)
{
	size_t len = strcspn(*c, stops);

	if (!len || len >= size)
		return false;
	memcpy(word, *c, len);
	word[len] = '\0';
	*c += len;
	return true;
}

static bool take_name(const char **c, char *name, size_t size)
{
	char word[STATEMENT_SIZE];

	if (!take_word(c, " ", word, sizeof(word)) || !name_is_valid(word, size - 1))
		return false;
	if (name[0])
		return strcmp(name, word) == 0; /* the context has said it already */
	strlcpy(name, word, size);
	return true;
}

static bool take_number(const char **c, uint32_t *number)
{
	char *end;
	unsigned long long value;

	if (**c < '0' || **c > '9')
		return false;
	if (**c == '0' && (*c)[1] >= '0' && (*c)[1] <= '9')
		return false; /* which nobody writes, FRR no more than we */
	value = strtoull(*c, &end, 10);
	if (value > UINT32_MAX)
		return false;
	*c = end;
	*number = value;
	return true;
}

static bool take_le(const char **c, struct object *obj)
{
	if (strncmp(*c, " le ", 4))
		return **c == '\0';
	*c += 4;
	return take_number(c, &obj->num[2]) && obj->num[2];
}

static bool take_translation(const char **c, struct object *obj)
{
	size_t len = strlen(translate_always);

	obj->num[1] = strncmp(*c, translate_always, len) == 0;
	if (obj->num[1])
		*c += len;
	return true;
}

static bool take_metric(const char **c, struct object *obj)
{
	size_t len = strlen(metric_word);

	if (strncmp(*c, metric_word, len))
		return true;
	*c += len;
	return take_number(c, &obj->num[2]) && obj->num[2];
}

static bool take_net(const char **c, char field, struct ipnet *net)
{
	char word[STATEMENT_SIZE];

	if (!take_word(c, field == 'a' ? " :" : " ", word, sizeof(word)))
		return false;
	return (field == 'a' ? ipnet_parse_addr(word, net) : ipnet_parse(word, net)) == 0;
}

static bool take_action(const char **c, struct object *obj)
{
	char word[8];

	if (!take_word(c, " ", word, sizeof(word)))
		return false;
	obj->num[1] = strcmp(word, "permit") == 0;
	return obj->num[1] || strcmp(word, "deny") == 0;
}

static bool take_field(const char **c, char field, struct object *obj)
{
	switch (field) {
	case 'v':
		return take_name(c, obj->vrf, sizeof(obj->vrf));
	case 'n':
		return take_name(c, obj->name, sizeof(obj->name));
	case 'r':
	case 's':
		return take_name(c, obj->ref, sizeof(obj->ref));
	case '0':
	case '1':
	case '2':
		return take_number(c, &obj->num[field - '0']);
	case 'p':
	case 'a':
		return take_net(c, field, &obj->net);
	case 'P':
		return take_action(c, obj);
	case 'L':
		return take_le(c, obj);
	case 'T':
		return take_translation(c, obj);
	case 'M':
		return take_metric(c, obj);
	default:
		return false;
	}
}

/* A number that a line says twice must be the same both times. */
static bool take_again(const char **c, char field, struct object *obj, unsigned int *seen)
{
	uint32_t before = obj->num[field - '0'];
	bool again = *seen & 1u << (field - '0');

	*seen |= 1u << (field - '0');
	return take_field(c, field, obj) && (!again || obj->num[field - '0'] == before);
}

static bool take_placeholder(const char **c, char field, struct object *obj, unsigned int *seen)
{
	if (field >= '0' && field <= '2')
		return take_again(c, field, obj, seen);
	return take_field(c, field, obj);
}

/* One row of the table against a line; *key is how much of the line made the
 * key, 0 where the row has none of its own.
 */
static enum reading read_as(const char *text, const char *line, struct object *obj, size_t *key)
{
	const char *begin = line;
	unsigned int seen = 0;

	*key = 0;
	for (; *text; text++) {
		if (*text == '|' && (*line == ' ' || !*line))
			*key = line - begin;
		else if (*text == '|')
			return READING_FOREIGN;
		else if (*text == '%' ? !take_placeholder(&line, *++text, obj, &seen)
				      : *line++ != *text)
			return *key ? READING_ALTERED : READING_FOREIGN;
	}
	if (!*line)
		return READING_EXACT;
	return *key ? READING_ALTERED : READING_FOREIGN;
}

/* Exact is best; else the row that recognises most of the line. */
enum reading statement_read(enum target target, enum context context, const char *line,
			    struct object *obj)
{
	enum reading best = READING_FOREIGN;
	struct object given = *obj;
	size_t best_key = 0;

	for (unsigned int kind = 0; kind < OBJ_KIND_COUNT && best != READING_EXACT; kind++) {
		struct object try = given;
		enum reading got;
		size_t key;

		if (statements[kind].context != context)
			continue;
		try.kind = kind;
		try.target = target;
		got = read_as(statements[kind].text, line, &try, &key);
		if (got == READING_FOREIGN || (got == READING_ALTERED && key <= best_key))
			continue;
		try.altered = got == READING_ALTERED;
		*obj = try;
		best = got;
		best_key = key;
	}
	return best;
}
