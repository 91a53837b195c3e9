// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds of every plan, whoever made it up. */
#include <zebra.h>

#include <string.h>

#include "darr.h"

#include "plan/kernel_text.h"
#include "plan/statement.h"

#include "plan_rules.h"

/* ---- an object ---- */

const char *object_text(const struct object *obj, char *buf, size_t size)
{
	char net[IPNET_TEXT_SIZE], via[IPNET_TEXT_SIZE];

	snprintf(buf, size, "%s %s vrf=%s name=%s ref=%s num=%u,%u,%u net=%s via=%s%s",
		 target_names[obj->target], object_kinds[obj->kind].word, obj->vrf, obj->name,
		 obj->ref, obj->num[0], obj->num[1], obj->num[2], ipnet_format(&obj->net, net),
		 ipnet_format(&obj->via, via), obj->altered ? " altered" : "");
	return buf;
}

/* ---- a simple node ---- */

/* False where it was not there. */
static bool node_remove(struct objects *node, const struct object *obj)
{
	struct object parent;
	unsigned int left = 0, before = darr_len(node->list);

	for (unsigned int i = 0; i < before; i++)
		if (object_cmp_key(&node->list[i], obj))
			node->list[left++] = node->list[i];
	if (left + 1 != before)
		return false;
	darr_setlen(node->list, left);
	/* what stood in it has gone with it */
	for (unsigned int i = 0; i < darr_len(node->list);) {
		if (object_parent(&node->list[i], &parent) && !object_cmp_key(&parent, obj)) {
			struct object child = node->list[i];

			node_remove(node, &child);
			i = 0;
		} else {
			i++;
		}
	}
	return true;
}

/* In its place: to sort all of them for each took the fuzzer most of its time. */
static void node_add(struct objects *node, const struct object *obj)
{
	unsigned int at;

	*darr_append(node->list) = *obj;
	for (at = darr_len(node->list) - 1; at; at--) {
		if (object_cmp_key(&node->list[at - 1], obj) < 0)
			break;
		node->list[at] = node->list[at - 1];
	}
	node->list[at] = *obj;
}

const char *node_do(struct objects *node, const struct op *op)
{
	const struct object *old = objects_find(node, &op->obj);

	switch (op->what) {
	case OUTCOME_DELETE:
		return old && node_remove(node, &op->obj) ? NULL : "delete of what is not there";
	case OUTCOME_ADD:
		if (old)
			return "add of what is there";
		node_add(node, &op->obj);
		return NULL;
	case OUTCOME_UPDATE:
		if (!old || object_kinds[op->obj.kind].recreate)
			return "update of what is not there, or must be made anew";
		node->list[old - node->list] = op->obj;
		return NULL;
	default:
		return "an operation that is none";
	}
}

static void copy_set(struct objects *to, const struct objects *from)
{
	const struct object *obj;

	darr_foreach_p (from->list, obj)
		*darr_append(to->list) = *obj;
}

const char *diff_rule(const struct objects *have, const struct objects *want)
{
	struct objects node = {};
	struct op *ops = NULL, *again = NULL, *op;
	const char *wrong = NULL;

	copy_set(&node, have);
	diff_objects(have, want, &ops);
	darr_foreach_p (ops, op)
		wrong = wrong ?: node_do(&node, op);
	if (!wrong && diff_objects(&node, want, &again) != objects_count(want))
		wrong = "not all is kept after the diff was carried out";
	if (!wrong && (darr_len(again) || objects_count(&node) != objects_count(want)))
		wrong = "something is left after the diff was carried out";
	darr_free(ops);
	darr_free(again);
	objects_fini(&node);
	return wrong;
}

/* ---- text ---- */

struct object statement_given(const struct object *obj)
{
	enum context context = statement_context(obj->kind);
	struct object given = {};

	if (context == CONTEXT_TOP)
		return given;
	strlcpy(given.vrf, obj->vrf, sizeof(given.vrf));
	if (context == CONTEXT_ROUTE_MAP || context == CONTEXT_OSPF_IF ||
	    context == CONTEXT_VRRP_IF)
		strlcpy(given.name, obj->name, sizeof(given.name));
	if (context == CONTEXT_ROUTE_MAP) {
		given.num[0] = obj->num[0];
		given.num[1] = obj->kind == OBJ_SET_RT ? 0 : obj->num[1];
	}
	return given;
}

static bool is_harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr(" \n-_./:=", c);
}

/* Where nothing follows nothing: no blank at the ends, and never two. */
static bool is_plain(const char *text)
{
	char before = ' ';

	for (; *text; text++) {
		if (!is_harmless(*text) ||
		    ((before == ' ' || before == '\n') && (*text == ' ' || *text == '\n')))
			return false;
		before = *text;
	}
	return before != ' ' && before != '\n';
}

static unsigned int count(const char *text, char wanted)
{
	unsigned int found = 0;

	for (; *text; text++)
		found += *text == wanted;
	return found;
}

static bool same_shape(const char *a, const char *b)
{
	return is_plain(a) && count(a, ' ') == count(b, ' ') && count(a, '\n') == count(b, '\n');
}

static struct object with_short_names(const struct object *obj)
{
	struct object plain = *obj;

	for (char **name = (char *[]){ plain.vrf, plain.name, plain.ref, NULL }; *name; name++)
		if (**name)
			strcpy(*name, "x");
	return plain;
}

static const char *statement_rule(const struct object *obj, const struct object *plain)
{
	char text[STATEMENT_SIZE], short_text[STATEMENT_SIZE];
	struct object got = statement_given(obj);

	for (int undo = 0; undo < 2; undo++)
		if (!same_shape(statement_text(obj, undo, text),
				statement_text(plain, undo, short_text)) ||
		    strchr(text, '\n'))
			return "a name made more of a statement than there is to it";
	if (statement_read(obj->target, statement_context(obj->kind),
			   statement_text(obj, false, text), &got) != READING_EXACT)
		return "a statement is not read back";
	strlcpy(got.vrf, obj->vrf, sizeof(got.vrf)); /* which a list's line does not say */
	return object_same(&got, obj) ? NULL : "a statement is read back as something else";
}

static const char *kernel_rule(const struct object *obj, const struct object *plain)
{
	char text[KERNEL_TEXT_SIZE], short_text[KERNEL_TEXT_SIZE];

	for (int undo = 0; undo < 2; undo++) {
		kernel_text(obj, undo, text);
		kernel_text(plain, undo, short_text);
		if (text[0] && !same_shape(text, short_text))
			return "a name made more of a kernel command than there is to it";
		if (strlen(text) + 1 >= sizeof(text))
			return "a kernel command is cut off";
	}
	return NULL;
}

const char *text_rule(const struct object *obj)
{
	struct object plain = with_short_names(obj);

	return statement_context(obj->kind) == CONTEXT_NONE ? kernel_rule(obj, &plain)
							    : statement_rule(obj, &plain);
}
