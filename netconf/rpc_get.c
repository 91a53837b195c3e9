// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations that read. */
#include <zebra.h>

#include <string.h>

#include "netconf/access.h"
#include "netconf/filter.h"
#include "netconf/libraries.h"
#include "netconf/monitoring.h"
#include "netconf/netconfd.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/session.h"
#include "netconf/store.h"

/* ---- filters ---- */

struct choice {
	const char *xpath;              /* what mgmtd is asked for */
	const struct lyd_node *subtree; /* what of the answer is wanted; NULL: all, or */
	const char *select;             /* what this XPath selects of it; NULL: all */
	bool is_nothing;                /* an empty subtree filter selects nothing */
	char text[1024];
};

/* Adds to the path what the filter says of an entry's keys; false where there is no room. */
static bool add_keys(char *text, size_t size, const struct lyd_node *entry)
{
	const struct lyd_node *key;

	LY_LIST_FOR (lyd_child(entry), key) {
		const char *value =
			key->schema && lysc_is_key(key->schema) ? lyd_get_value(key) : "";
		char quote = strchr(value, '\'') ? '"' : '\'';
		size_t length = strlen(text);

		/* asked for, or of both quotes: then any entry comes, and the filter chooses */
		if (!*value || strchr(value, quote))
			continue;
		if ((size_t)snprintf(text + length, size - length, "[%s=%c%s%c]", LYD_NAME(key),
				     quote, value, quote) >= size - length)
			return false;
	}
	return true;
}

/* The only node below, if all that is wanted lies in it. */
static const struct lyd_node *only_child(const struct lyd_node *node)
{
	const struct lyd_node *child, *found = NULL;

	LY_LIST_FOR (lyd_child(node), child) {
		if (child->schema && lysc_is_key(child->schema))
			continue;
		if (found || !child->schema ||
		    !(child->schema->nodetype & (LYS_CONTAINER | LYS_LIST)))
			return NULL;
		found = child;
	}
	return found;
}

/* mgmtd looks for back ends by comparing texts, theirs with ours: as there, a node has its
 * module's name where that is not its parent's.
 */
static bool add_name(char *text, size_t size, const struct lyd_node *node,
		     const struct lyd_node *above)
{
	const struct lys_module *module = node->schema->module;
	bool is_new = !above || above->schema->module != module;
	size_t length = strlen(text), left = size - length;

	return (size_t)snprintf(text + length, left, "/%s%s%s", is_new ? module->name : "",
				is_new ? ":" : "", LYD_NAME(node)) < left;
}

/* mgmtd knows no subtree filters, and prints what it is asked for: so it is asked for the
 * deepest node that has all of it.
 */
static void choose_subtree(struct choice *choice, const struct lyd_node *node)
{
	const struct lyd_node *above = NULL;

	choice->xpath = "/*";
	choice->subtree = node;
	choice->is_nothing = !node;
	if (!node || node->next)
		return;
	for (; node && node->schema; above = node, node = only_child(node)) {
		size_t length = strlen(choice->text);

		if (!add_name(choice->text, sizeof(choice->text), node, above) ||
		    !add_keys(choice->text, sizeof(choice->text), node)) {
			choice->text[length] = '\0';
			break;
		}
		choice->xpath = choice->text;
	}
}

/* mgmtd is asked without conditions: what does not meet one must not show by that what the user
 * may not read, so conditions are looked at when that is gone.
 */
static void choose_xpath(struct choice *choice, const char *select)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/";
	size_t length = strspn(select, plain);

	choice->select = select;
	choice->xpath = "/*";
	if (select[0] != '/' || (select[length] && select[length] != '[') ||
	    strpbrk(select, "|(") || strstr(select, "//") || length >= sizeof(choice->text))
		return;
	snprintf(choice->text, sizeof(choice->text), "%.*s", (int)length, select);
	choice->xpath = choice->text;
}

struct nc_server_reply *rpc_read_filter(const struct lyd_node *filter,
					const struct lyd_node **subtree, const char **select)
{
	const struct lyd_meta *meta;
	const char *type = "subtree";

	*subtree = NULL;
	*select = NULL;
	LY_LIST_FOR (filter->meta, meta) {
		if (!strcmp(meta->name, "type"))
			type = lyd_get_meta_value(meta);
		else if (!strcmp(meta->name, "select"))
			*select = lyd_get_meta_value(meta);
	}
	if (!strcmp(type, "subtree")) {
		*subtree = lyd_child_any(filter);
		*select = NULL;
	} else if (!*select) {
		return nc_server_reply_err(nc_err(netconfd.ctx, NC_ERR_MISSING_ATTR,
						  NC_ERR_TYPE_PROT, "select", "filter"));
	}
	return NULL;
}

static struct nc_server_reply *choose(struct choice *choice, const struct lyd_node *filter)
{
	struct nc_server_reply *refusal;
	const struct lyd_node *subtree;
	const char *select;

	choice->xpath = "/*";
	if (!filter)
		return NULL;
	refusal = rpc_read_filter(filter, &subtree, &select);
	if (refusal)
		return refusal;
	if (select)
		choose_xpath(choice, select);
	else
		choose_subtree(choice, subtree);
	return NULL;
}

/* ---- answers ---- */

/* RFC 6243: "explicit" unless the client asks for another. */
static NC_WD_MODE defaults_of(const struct lyd_node *rpc, enum frontend_defaults *asked)
{
	static const struct {
		const char *name;
		enum frontend_defaults asked;
		NC_WD_MODE mode;
	} modes[] = {
		{ "explicit", FRONTEND_EXPLICIT, NC_WD_EXPLICIT },
		{ "trim", FRONTEND_TRIM, NC_WD_TRIM },
		{ "report-all", FRONTEND_ALL, NC_WD_ALL },
		{ "report-all-tagged", FRONTEND_ALL_TAGGED, NC_WD_ALL_TAG },
	};
	const char *name = rpc_text(rpc, "ietf-netconf-with-defaults:with-defaults")
				   ?: rpc_text(rpc, "with-defaults")
				   ?: "explicit";

	for (unsigned int i = 0; i < array_size(modes); i++) {
		if (strcmp(modes[i].name, name))
			continue;
		*asked = modes[i].asked;
		return modes[i].mode;
	}
	*asked = FRONTEND_EXPLICIT;
	return NC_WD_EXPLICIT;
}

/* mgmtd's data, and of the operational datastore our own. */
static int read_all(struct frontend *mgmtd, const struct frontend_question *question,
		    struct lyd_node **data, struct store_error *error)
{
	bool ours, ours_alone = false;
	struct lyd_node *own;

	ours = question->store == FRONTEND_OPERATIONAL && question->state &&
	       monitoring_is_asked(question->xpath, &ours_alone);
	if (!ours_alone && store_get(netconfd.store, mgmtd, question, data, error))
		return -1;
	own = ours ? monitoring_tree() : NULL;
	if (own && ours_alone)
		filter_xpath(own, question->xpath, data);
	else if (own)
		return lyd_insert_sibling(*data, own, data) ? -1 : 0;
	lyd_free_all(own);
	return 0;
}

static struct nc_server_reply *answer(const struct lyd_node *rpc, const struct nc_session *nc,
				      struct frontend *mgmtd, struct frontend_question *question,
				      const struct choice *choice)
{
	NC_WD_MODE defaults = defaults_of(rpc, &question->defaults);
	struct lyd_node *data = NULL, *selected = NULL;
	struct store_error error;
	int failed;

	if (choice->is_nothing)
		return reply_data(rpc, "data", NULL, defaults);
	question->xpath = choice->xpath;
	if (read_all(mgmtd, question, &data, &error))
		return reply_store(&error);
	/* before the filter, which must not find out what may not be read */
	access_prune(session_user(nc), &data);
	if (!choice->subtree && !choice->select)
		return reply_data(rpc, "data", data, defaults);
	failed = choice->subtree ? filter_subtree(data, choice->subtree, &selected)
				 : filter_xpath(data, choice->select, &selected);
	lyd_free_all(data);
	if (failed)
		return reply_failed(NC_ERR_OP_FAILED, "the filter cannot be used: %s",
				    ly_last_logmsg());
	return reply_data(rpc, "data", selected, defaults);
}

struct nc_server_reply *rpc_get(struct lyd_node *rpc, struct nc_session *nc,
				struct frontend *mgmtd)
{
	struct frontend_question question = {
		.store = FRONTEND_OPERATIONAL,
		.config = true,
		.state = true,
	};
	struct choice choice = {};
	struct nc_server_reply *refusal = choose(&choice, rpc_child(rpc, "filter"));

	return refusal ?: answer(rpc, nc, mgmtd, &question, &choice);
}

struct nc_server_reply *rpc_get_config(struct lyd_node *rpc, struct nc_session *nc,
				       struct frontend *mgmtd)
{
	struct frontend_question question = { .config = true };
	struct nc_server_reply *refusal = NULL;
	struct choice choice = {};

	question.store = rpc_datastore(rpc, "source", &refusal);
	if (!refusal)
		refusal = choose(&choice, rpc_child(rpc, "filter"));
	return refusal ?: answer(rpc, nc, mgmtd, &question, &choice);
}

struct nc_server_reply *rpc_get_data(struct lyd_node *rpc, struct nc_session *nc,
				     struct frontend *mgmtd)
{
	const char *identity = rpc_text(rpc, "datastore") ?: "",
		   *kind = rpc_text(rpc, "config-filter");
	const struct lyd_node *subtree = rpc_child(rpc, "subtree-filter");
	struct frontend_question question = { .store = rpc_store_of_identity(identity) };
	const char *xpath = rpc_text(rpc, "xpath-filter");
	struct choice choice = { .xpath = "/*" };

	if (!question.store)
		return reply_failed(
			NC_ERR_INVALID_VALUE,
			"there is no datastore %s here; use running, candidate or operational",
			identity);
	if (strcmp(rpc_text(rpc, "max-depth") ?: "unbounded", "unbounded"))
		return reply_failed(
			NC_ERR_OP_NOT_SUPPORTED,
			"max-depth is not supported here; leave it out, or use a filter");
	question.config = !kind || !strcmp(kind, "true");
	question.state = question.store == FRONTEND_OPERATIONAL && (!kind || strcmp(kind, "true"));
	if (subtree)
		choose_subtree(&choice, lyd_child_any(subtree));
	else if (xpath)
		choose_xpath(&choice, xpath);
	return answer(rpc, nc, mgmtd, &question, &choice);
}

struct nc_server_reply *rpc_get_schema(struct lyd_node *rpc, struct nc_session *nc,
				       struct frontend *mgmtd)
{
	return nc_clb_default_get_schema(rpc, nc);
}
