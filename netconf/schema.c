// SPDX-License-Identifier: GPL-2.0-or-later
/* A libyang context made from mgmtd's YANG library. */
#include <zebra.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "log.h"

#include "netconf/frontend.h"
#include "netconf/libraries.h"
#include "netconf/schema.h"
#include "yang/yang_text.h"

#define FEATURES_MAX    64
#define LIBYANG_MODULES "/usr/share/yang/modules/libyang"

/* libyang searches folders with all that is below them, and takes whichever revision it meets:
 * /usr/share/yang has two of ietf-netconf.  So modules are looked up here, in this order.
 */
static const char *const folders[] = {
	"/usr/share/yang/modules/libnetconf2",
	LIBYANG_MODULES,
	"/usr/share/yang",
	"/usr/share/yuma/modules/ietf",
	"/usr/share/yuma/modules/ietf-derived", /* RFC 5277's, which it has not as YANG */
	"/usr/share/yuma/modules/netconfcentral",
};

/* What NETCONF itself needs, with the features it has here. */
static const struct {
	const char *name;
	const char *features[8];
} own_modules[] = {
	{ "ietf-netconf",
	  { "candidate", "confirmed-commit", "validate", "rollback-on-error", "xpath", NULL } },
	{ "ietf-netconf-monitoring", { NULL } },
	{ "ietf-netconf-with-defaults", { NULL } },
	{ "ietf-netconf-acm", { NULL } },
	{ "ietf-netconf-nmda", { "with-defaults", NULL } },
	{ "notifications", { NULL } },
	{ "nc-notifications", { NULL } },
	{ "ietf-netconf-notifications", { NULL } },
};

/* ---- the text of a module ---- */

/* "name.yang", or "name@revision.yang" with the revision asked for. */
static bool is_file_of(const char *file, const char *name, const char *revision)
{
	size_t length = strlen(name);

	if (strncmp(file, name, length))
		return false;
	file += length;
	if (!strcmp(file, ".yang"))
		return true;
	if (*file != '@' || !strstr(file, ".yang"))
		return false;
	return !revision || !strncmp(file + 1, revision, strlen(revision));
}

static char *read_file(const char *folder, const char *file)
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t length = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	stream = fopen(path, "r");
	if (!stream)
		return NULL;
	if (getdelim(&text, &length, '\0', stream) < 0) {
		free(text);
		text = NULL;
	}
	fclose(stream);
	return text;
}

static char *find_text(const char *folder, const char *name, const char *revision)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	char *text = NULL;

	if (!directory)
		return NULL;
	while (!text && (entry = readdir(directory)))
		if (is_file_of(entry->d_name, name, revision))
			text = read_file(folder, entry->d_name);
	closedir(directory);
	return text;
}

static void free_text(void *text, void *arg)
{
	free(text);
}

static LY_ERR import(const char *name, const char *revision, const char *submodule,
		     const char *submodule_revision, void *arg, LYS_INFORMAT *format,
		     const char **text, ly_module_imp_data_free_clb *free_clb)
{
	const char *wanted = submodule ?: name;
	char *found = NULL;

	*format = LYS_IN_YANG;
	*free_clb = free_text;
	if (!strcmp(wanted, "frr-tenant"))
		found = strdup(frr_tenant_yang);
	for (unsigned int i = 0; !found && i < array_size(folders); i++)
		found = find_text(folders[i], wanted, submodule ? submodule_revision : revision);
	*text = found;
	return found ? LY_SUCCESS : LY_ENOTFOUND;
}

/* ---- mgmtd's modules ---- */

static const char *child_value(const struct lyd_node *parent, const char *name)
{
	struct lyd_node *child;

	LY_LIST_FOR (lyd_child(parent), child)
		if (!strcmp(LYD_NAME(child), name))
			return lyd_get_value(child);
	return NULL;
}

static void load_module(struct ly_ctx *ctx, const struct lyd_node *entry)
{
	const char *name = child_value(entry, "name"), *revision = child_value(entry, "revision");
	const char *features[FEATURES_MAX + 1];
	unsigned int count = 0;
	struct lyd_node *child;

	/* with its own features, below */
	if (!name || !strcmp(name, "ietf-netconf") || ly_ctx_get_module_implemented(ctx, name))
		return;
	LY_LIST_FOR (lyd_child(entry), child)
		if (!strcmp(LYD_NAME(child), "feature") && count < FEATURES_MAX)
			features[count++] = lyd_get_value(child);
	features[count] = NULL;
	if (!ly_ctx_load_module(ctx, name, revision && *revision ? revision : NULL, features))
		zlog_warn(
			"module %s%s%s of mgmtd's is left out: its text is not to be found or not valid; NETCONF does not see its data",
			name, revision ? "@" : "", revision ?: "");
}

/* Asks with the wildcard: the container alone is answered in a way that does not validate. */
static int load_mgmtds(struct ly_ctx *ctx, struct frontend *mgmtd, char *why, size_t size)
{
	const struct frontend_question question = {
		.store = FRONTEND_OPERATIONAL,
		.config = true,
		.state = true,
		.xpath = "/ietf-yang-library:*",
	};
	struct frontend_error error;
	struct lyd_node *library = NULL;
	struct ly_set *entries = NULL;
	char *xml = frontend_get(mgmtd, &question, &error);

	if (!xml) {
		snprintf(why, size, "mgmtd does not tell its YANG modules: %s", error.text);
		return -1;
	}
	if (lyd_parse_data_mem(ctx, xml, LYD_XML, LYD_PARSE_ONLY, 0, &library) ||
	    lyd_find_xpath(library, "/ietf-yang-library:yang-library/module-set/module",
			   &entries)) {
		snprintf(why, size, "mgmtd's YANG library cannot be read: %s", ly_last_logmsg());
		lyd_free_all(library);
		free(xml);
		return -1;
	}
	for (uint32_t i = 0; i < entries->count; i++)
		load_module(ctx, entries->dnodes[i]);
	ly_set_free(entries, NULL);
	lyd_free_all(library);
	free(xml);
	return 0;
}

/* ---- the context ---- */

static int load_own(struct ly_ctx **ctx, char *why, size_t size)
{
	for (unsigned int i = 0; i < array_size(own_modules); i++) {
		const char *name = own_modules[i].name;

		/* libyang takes its features as not const */
		if (ly_ctx_load_module(*ctx, name, NULL, (const char **)own_modules[i].features))
			continue;
		snprintf(why, size, "YANG module %s is missing: %s", name, ly_last_logmsg());
		return -1;
	}
	/* libnetconf2 looks for the features of its own configuration in the sessions' context */
	if (nc_server_config_load_modules(ctx)) {
		snprintf(why, size,
			 "the YANG modules of libnetconf2 are missing (%s); install libnetconf2",
			 ly_last_logmsg() ?: "no more is known");
		return -1;
	}
	return 0;
}

struct ly_ctx *schema_new(struct frontend *mgmtd, char *why, size_t size)
{
	struct ly_ctx *ctx;

	ly_log_options(LY_LOSTORE_LAST);
	/* its own modules it looks for by itself */
	if (ly_ctx_new(LIBYANG_MODULES, LY_CTX_DISABLE_SEARCHDIR_CWD, &ctx)) {
		snprintf(why, size, "libyang does not start: %s", ly_last_logmsg());
		return NULL;
	}
	ly_ctx_set_options(ctx, LY_CTX_DISABLE_SEARCHDIRS);
	ly_ctx_set_module_imp_clb(ctx, import, NULL);
	if (load_mgmtds(ctx, mgmtd, why, size) == 0 && load_own(&ctx, why, size) == 0)
		return ctx;
	ly_ctx_destroy(ctx);
	return NULL;
}
