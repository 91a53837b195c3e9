// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations of a diff in the words of iproute2 and FRR. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "darr.h"

#include "ctl/ops.h"
#include "ctl/show.h"
#include "plan/kernel_text.h"
#include "plan/statement.h"

static const char *op_kernel_text(const struct op *op, char buf[static KERNEL_TEXT_SIZE])
{
	if (op->what == OUTCOME_UPDATE)
		return kernel_text_update(&op->obj, buf);
	return kernel_text(&op->obj, op->what == OUTCOME_DELETE, buf);
}

static void print_line(void *arg, const char *line, int index)
{
	puts(line);
}

static void print_target(const struct op *ops, uint32_t asn, enum target target)
{
	const struct op **mine = NULL;
	char text[KERNEL_TEXT_SIZE];
	const struct op *op;

	darr_foreach_p (ops, op)
		if (op->obj.target == target)
			*darr_append(mine) = op;
	if (!darr_len(mine))
		return;
	printf("# %s\n", target_names[target]);
	if (target == TARGET_KERNEL) {
		for (unsigned int i = 0; i < darr_len(mine); i++)
			if (op_kernel_text(mine[i], text)[0])
				puts(text);
	} else {
		statement_script_shown(mine, darr_len(mine), asn, print_line, NULL);
	}
	darr_free(mine);
}

void ops_print(const struct op *ops, uint32_t asn)
{
	for (enum target target = 0; target < TARGET_COUNT; target++)
		print_target(ops, asn, target);
}

/* ---- JSON ---- */

static struct json_object *kernel_lines(const struct op *op)
{
	struct json_object *lines = json_object_new_array();
	char text[KERNEL_TEXT_SIZE], *line, *rest;

	op_kernel_text(op, text);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		json_object_array_add(lines, json_object_new_string(line));
	return lines;
}

struct json_object *ops_json(const struct op *op, uint32_t asn)
{
	struct json_object *json = json_object_new_object();
	const struct object *obj = &op->obj;
	char text[STATEMENT_SIZE];

	show_text(json, "target", target_names[obj->target]);
	show_text(json, "kind", object_kinds[obj->kind].word);
	show_text(json, "vrf", obj->vrf[0] ? obj->vrf : NULL);
	show_text(json, "name", obj->name[0] ? obj->name : NULL);
	if (obj->target == TARGET_KERNEL) {
		json_object_object_add(json, "commands", kernel_lines(op));
		return json;
	}
	show_text(json, "within", statement_enter(obj, asn, text));
	show_text(json, "statement", statement_shown(obj, op->what == OUTCOME_DELETE, text));
	return json;
}
