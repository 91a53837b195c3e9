// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mgmtd -M tenant: tenants in FRR's own configuration.
 *
 * Brings the YANG module frr-tenant and the commands of tenant_lines.h into a stock mgmtd,
 * so that `show running-config`, `write` and mgmtd.conf carry tenants like all else.
 * tenantd subscribes to it as a back end; this module decides nothing about a tenant.
 *
 * A line is judged where it is typed: what the types of the YANG module would refuse is told
 * in one sentence, before anything is sent to mgmtd's datastore.
 */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "frrevent.h"
#include "hook.h"
#include "libfrr.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "northbound.h"
#include "northbound_cli.h"
#include "vty.h"
#include "yang.h"

#include "vrf-sync/release.h"
#include "frr-plugin/mgmtd_orphan.h"
#include "frr-plugin/tenant_lines.h"
#include "yang/yang_text.h"

/* What is made at load lives as long as mgmtd, and is none of its memory types: it would be taken
 * for a leak.
 */
static void *make(size_t size)
{
	void *made = calloc(1, size);

	if (!made)
		abort();
	return made;
}

extern struct frr_daemon_info *mgmt_daemon_info; /* mgmtd's own */

/* A row of the table as one of FRR's commands. */
struct line_command {
	struct cmd_element element;
	const struct tenant_line *line;
	enum line_form form;
};

/* ---- typing ---- */

static bool is_wrong(struct vty *vty, const char *sentence)
{
	if (sentence)
		vty_out(vty, "%% %s\n", sentence);
	return sentence != NULL;
}

/* False, with a sentence told, where a value is none. */
static bool take_value(struct vty *vty, struct line_values *values, const char *word,
		       const char *keyword, const char *text)
{
	if (is_wrong(vty, tenant_line_check(word, text)))
		return false;
	assert(values->count < LINE_VALUES_MAX);
	strlcpy(values->names[values->count], keyword, sizeof(values->names[0]));
	values->texts[values->count++] = text;
	return true;
}

/* *rest: free text of many words, to be freed. */
static bool take_values(struct vty *vty, const struct line_command *command, int argc,
			struct cmd_token *argv[], struct line_values *values, char **rest)
{
	const char *at = command->line->words;
	char word[80], keyword[80] = "";

	for (int i = command->form != LINE_SET;
	     i < argc && tenant_line_word(&at, word, sizeof(word)); i++) {
		const char *text = argv[i]->type == WORD_TKN ? argv[i]->text : argv[i]->arg;

		if (!tenant_line_word_is_value(word)) {
			strlcpy(keyword, word, sizeof(keyword));
			continue;
		}
		if (!strcmp(word, "LINE..."))
			text = *rest = argv_concat(argv, argc, i);
		if (!take_value(vty, values, word, keyword, text))
			return false;
	}
	return !is_wrong(vty, tenant_line_check_together(values));
}

/* Appends "/name" and, of a list, which entry; returns how many values that took. */
static int add_step(char *xpath, size_t size, const char *name, const struct line_values *values,
		    int used)
{
	const struct lysc_node *snode, *key;
	int began = used;
	size_t length;

	strlcat(xpath, "/", size);
	strlcat(xpath, name, size);
	snode = yang_find_snode(ly_native_ctx, xpath, 0);
	assert(snode);
	if (snode->nodetype != LYS_LIST)
		return 0;
	for (key = lysc_node_child(snode); key && lysc_is_key(key); key = key->next) {
		length = strlen(xpath);
		snprintf(xpath + length, size - length, "[%s='%s']", key->name,
			 values->texts[used++]);
	}
	return used - began;
}

/* The node that the line is about; returns how many values its keys took. */
static int make_xpath(const struct tenant_line *line, const struct line_values *values,
		      char *xpath, size_t size)
{
	char path[200], *rest = NULL;
	size_t length;
	int used = 0;

	strlcpy(xpath, FRR_TENANT_YANG_ROOT, size);
	strlcpy(path, line->path, sizeof(path));
	for (char *step = strtok_r(path, "/", &rest); step; step = strtok_r(NULL, "/", &rest))
		used += add_step(xpath, size, step, values, used);
	if (line->kind == LINE_LIST) {
		length = strlen(xpath);
		snprintf(xpath + length, size - length, "[.='%s']", values->texts[used++]);
	}
	return used;
}

/* A leaf of an entry that is not there yet, and that cannot be made without another leaf: FRR
 * would say so in many lines.
 */
static bool comes_too_early(struct vty *vty, const char *xpath)
{
	const struct lysc_node *leaf = yang_find_snode(ly_native_ctx, xpath, 0), *child;
	char entry[XPATH_MAXLEN];

	assert(leaf);
	if (!leaf->parent || leaf->parent->nodetype != LYS_LIST)
		return false;
	strlcpy(entry, xpath, sizeof(entry));
	*strrchr(entry, '/') = '\0';
	if (yang_dnode_exists(vty->candidate_config->dnode, entry))
		return false;
	for (child = lysc_node_child(leaf->parent); child; child = child->next)
		if (child != leaf && !lysc_is_key(child) && (child->flags & LYS_MAND_TRUE))
			break;
	if (child)
		vty_out(vty, "%% There is no such %s yet; set its %s first.\n", leaf->parent->name,
			child->name);
	return child != NULL;
}

static int apply_line(struct vty *vty, const struct line_command *command,
		      const struct line_values *values)
{
	enum line_kind kind = command->line->kind;
	char xpath[XPATH_MAXLEN], leaf[XPATH_MAXLEN];
	int used = make_xpath(command->line, values, xpath, sizeof(xpath));

	if (command->form == LINE_SET && kind == LINE_LEAF && comes_too_early(vty, xpath))
		return CMD_WARNING_CONFIG_FAILED;
	if (command->form != LINE_SET) {
		nb_cli_enqueue_change(vty, xpath, NB_OP_DESTROY, NULL);
	} else if (kind == LINE_LEAF) {
		nb_cli_enqueue_change(vty, xpath, NB_OP_MODIFY, values->texts[used]);
	} else {
		nb_cli_enqueue_change(vty, xpath, NB_OP_CREATE, NULL);
		for (int i = used; i < values->count; i++) {
			if (snprintf(leaf, sizeof(leaf), "%s/%s", xpath, values->names[i]) >=
			    sizeof(leaf))
				return CMD_WARNING_CONFIG_FAILED;
			nb_cli_enqueue_change(vty, leaf, NB_OP_MODIFY, values->texts[i]);
		}
	}
	return nb_cli_apply_changes(vty, NULL);
}

static int line_typed(const struct cmd_element *self, struct vty *vty, int argc,
		      struct cmd_token *argv[])
{
	const struct line_command *command = container_of(self, struct line_command, element);
	struct line_values values = {};
	int ret = CMD_WARNING_CONFIG_FAILED;
	char *rest = NULL;

	if (take_values(vty, command, argc, argv, &values, &rest))
		ret = apply_line(vty, command, &values);
	XFREE(MTYPE_TMP, rest);
	return ret;
}

static void install_line(const struct tenant_line *line, enum line_form form)
{
	struct line_command *command;

	if (!tenant_line_has_form(line, form))
		return;
	command = make(sizeof(*command));
	command->line = line;
	command->form = form;
	command->element.string = tenant_line_grammar(line, form);
	command->element.doc = tenant_line_help(line, form);
	command->element.func = line_typed;
	command->element.attr = CMD_ATTR_YANG;
	command->element.name = line->path;
	_install_element(CONFIG_NODE, &command->element);
}

/* ---- showing ---- */

/* The row of a data node: by its schema path below the root. */
static const struct tenant_line *line_of(const struct lyd_node *dnode)
{
	const struct nb_node *nb_node = dnode->schema->priv;

	return nb_node ? tenant_line_find(nb_node->xpath + strlen(FRR_TENANT_YANG_ROOT "/"))
		       : NULL;
}

/* The keys of all lists the node is in, outermost first. */
static void collect_keys(const struct lyd_node *dnode, const char **keys, int *count)
{
	const struct lyd_node *key;

	if (!dnode)
		return;
	collect_keys(lyd_parent(dnode), keys, count);
	if (dnode->schema->nodetype != LYS_LIST)
		return;
	for (key = lyd_child(dnode); key && lysc_is_key(key->schema); key = key->next)
		if (*count < LINE_VALUES_MAX)
			keys[(*count)++] = lyd_get_value(key);
}

/* What stands for the next value in the line of this node. */
static const char *next_value(const struct lyd_node *dnode, const char *keyword, const char **keys,
			      int count, int *used)
{
	if (*used < count)
		return keys[(*used)++];
	if (dnode->schema->nodetype != LYS_LIST)
		return lyd_get_value(dnode);
	return yang_dnode_exists(dnode, keyword) ? yang_dnode_get_string(dnode, "%s", keyword)
						 : "";
}

static void show_line(struct vty *vty, const struct lyd_node *dnode, bool show_defaults)
{
	const struct tenant_line *line = line_of(dnode);
	const char *keys[LINE_VALUES_MAX], *at = line->words;
	char word[80], keyword[80] = "";
	int count = 0, used = 0;

	/* FRR does not look at the defaults of a leaf-list */
	if (line->unshown || (!show_defaults && (dnode->flags & LYD_DEFAULT)))
		return;
	collect_keys(dnode, keys, &count);
	while (tenant_line_word(&at, word, sizeof(word))) {
		bool is_value = tenant_line_word_is_value(word);

		vty_out(vty, "%s%s", keyword[0] ? " " : "",
			is_value ? next_value(dnode, keyword, keys, count, &used) : word);
		strlcpy(keyword, word, sizeof(keyword));
	}
	vty_out(vty, "\n");
}

/* ---- loading ---- */

static struct yang_module_embed yang_embed = {
	.mod_name = "frr-tenant",
	.mod_rev = FRR_TENANT_YANG_REVISION,
	.data = frr_tenant_yang,
	.format = LYS_IN_YANG,
};

/* mgmtd shows every node by its line, and leaves what it means to tenantd. */
static const struct frr_yang_module_info *make_info(void)
{
	struct frr_yang_module_info *info = NULL;
	char xpath[XPATH_MAXLEN];

	info = make(sizeof(*info) + (tenant_lines_count + 1) * sizeof(info->nodes[0]));
	info->name = "frr-tenant";
	info->ignore_cfg_cbs = true;
	for (size_t i = 0; i < tenant_lines_count; i++) {
		snprintf(xpath, sizeof(xpath), "%s/%s", FRR_TENANT_YANG_ROOT,
			 tenant_lines[i].path);
		/* the structure is FRR's and says const: here it is being made */
		*(const char **)&info->nodes[i].xpath = strdup(xpath);
		*(void **)&info->nodes[i].cbs.cli_show = show_line;
	}
	return info;
}

static void add_yang_module(void)
{
	struct frr_daemon_info *daemon = mgmt_daemon_info;
	const struct frr_yang_module_info **modules =
		make((daemon->n_yang_modules + 1) * sizeof(*modules));

	memcpy(modules, daemon->yang_modules, daemon->n_yang_modules * sizeof(*modules));
	modules[daemon->n_yang_modules++] = make_info();
	daemon->yang_modules = modules;
	yang_module_embed(&yang_embed);
}

/* ---- at boot ---- */

/* The lines of frr.conf that are ours, each with its end (malloc()ed). */
static char *own_lines(const char *path)
{
	char *text = NULL, *line = NULL;
	FILE *in = fopen(path, "r"), *out;
	size_t size = 0, room = 0;

	if (!in)
		return NULL;
	out = open_memstream(&text, &size);
	while (out && getline(&line, &room, in) > 0)
		if (!strncmp(line, "tenant ", 7) || !strncmp(line, "tenant-network ", 15))
			fputs(line, out);
	if (out)
		fclose(out);
	free(line);
	fclose(in);
	return text;
}

/* `write` puts our lines into frr.conf, and at boot a stock vtysh does not know them: it
 * says so and goes on.  So they are read here, as mgmtd itself reads the files of its daemons
 * (mgmt_vty_read_configs()).  A vtysh that does know them types them once more, which changes
 * nothing.
 */
static void read_integrated(void)
{
	char path[PATH_MAX], *text;
	unsigned int line_num = 0;
	struct vty *vty;
	FILE *lines;

	snprintf(path, sizeof(path), "%s/frr.conf", frr_sysconfdir);
	text = own_lines(path);
	lines = text && text[0] ? fmemopen(text, strlen(text), "r") : NULL;
	if (lines) {
		vty = vty_new();
		vty->wfd = STDERR_FILENO;
		vty->type = VTY_FILE;
		vty->node = CONFIG_NODE;
		vty->config = true;
		vty->pending_allowed = true;
		vty->candidate_config = vty_shared_candidate_config;
		config_from_file(vty, lines, &line_num);
		vty->pending_allowed = false;
		vty_read_file_finish(vty, NULL);
		zlog_info("%u lines about tenants read from %s", line_num, path);
		fclose(lines);
	}
	free(text);
}

/* In the loop, when mgmtd has set up all that is its own. */
static void begin(struct event *event)
{
	read_integrated();
	orphans_watch(event->master);
}

static int late_init(struct event_loop *loop)
{
	for (size_t i = 0; i < tenant_lines_count; i++)
		for (enum line_form form = LINE_SET; form <= LINE_NO_SHORT; form++)
			install_line(&tenant_lines[i], form);
	/* behind the event in which mgmtd reads its own files */
	event_add_event(loop, begin, NULL, 0, NULL);
	return 0;
}

static int module_init(void)
{
	if (!release_fits("mgmtd_tenant", "module"))
		return -1;
	add_yang_module();
	hook_register(frr_late_init, late_init);
	return 0;
}

/* clang-format off */
FRR_MODULE_SETUP(
	.name = "mgmtd_tenant",
	.version = FRR_VERSION,
	.description = "tenant networks in FRR's configuration",
	.init = module_init,
);
