// SPDX-License-Identifier: GPL-2.0-or-later
/* A change to the database, judged before it counts. */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "memory.h"

#include "ctl/args.h"
#include "ctl/change.h"
#include "ctl/engine.h"
#include "ctl/words.h"
#include "plan/brake.h"
#include "plan/validate.h"
#include "source/rows.h"
#include "verify/verify.h"

DEFINE_MGROUP(TENANT_CTL, "tenantctl");
DEFINE_MTYPE_STATIC(TENANT_CTL, CHANGE, "change");

struct change {
	struct ctl *ctl;
	struct model *model;
	uint64_t seq;             /* of the change log, before the change */
	struct reason unreadable; /* why the database could not be loaded before */
	uint32_t *touched;        /* darr, tenant ids */
};

const char *finding_text(const struct tenant *tenant, const struct reason *finding,
			 char buf[static FINDING_SIZE])
{
	if (strstr(finding->text, tenant->name))
		snprintf(buf, FINDING_SIZE, "%s", finding->text);
	else
		snprintf(buf, FINDING_SIZE, "tenant %s: %s", tenant->name, finding->text);
	return buf;
}

int change_look(struct ctl *ctl)
{
	return ctl->engine->look ? ctl->engine->look(ctl) : 0;
}

int change_lock(struct ctl *ctl)
{
	return ctl->engine->lock(ctl);
}

int change_peek(struct ctl *ctl)
{
	return ctl->engine->peek ? ctl->engine->peek(ctl) : change_lock(ctl);
}

int change_mean(struct ctl *ctl)
{
	return ctl->engine->mean(ctl);
}

static size_t brake(struct change *change, struct load *load, struct reason *why)
{
	static const struct brake_limits limits = BRAKE_DEFAULTS;

	return brake_load(change->model, load, &limits, NULL, "add --meant if it should", why);
}

bool change_brakes(struct change *change, struct reason *why)
{
	struct reason ignored = {};
	struct load *load;
	struct ctl *ctl = change->ctl;
	bool brakes;

	if (change->unreadable.text[0] || ctl->engine->load(ctl, change->seq, &load, &ignored) < 0)
		return false;
	brakes = brake(change, load, why) > 0;
	load_free(load);
	return brakes;
}

/* Takes it into the model, unless it would withdraw too much without having been told to. */
static int take_in(struct change *change, struct load *load, bool meant)
{
	if (!meant && brake(change, load, &change->ctl->why)) {
		load_free(load);
		return -1;
	}
	model_commit(change->model, load, &change->touched);
	return 0;
}

struct change *change_begin(struct ctl *ctl)
{
	struct change *change = XCALLOC(MTYPE_CHANGE, sizeof(*change));
	struct load *load;

	change->ctl = ctl;
	change->model = model_new();
	if (ctl->engine->revision(ctl, &change->seq, &ctl->why) < 0) {
		change_free(change);
		return NULL;
	}
	if (ctl->engine->load(ctl, READ_ALL, &load, &change->unreadable) == 0)
		model_commit(change->model, load, &change->touched);
	darr_free(change->touched);
	return change;
}

void change_free(struct change *change)
{
	if (!change)
		return;
	model_free(change->model);
	darr_free(change->touched);
	XFREE(MTYPE_CHANGE, change);
}

const struct model *change_model(const struct change *change)
{
	return change->model;
}

const uint32_t *change_touched(const struct change *change)
{
	return change->touched;
}

/* Reads back what has changed, or everything where nothing could be read before. */
int change_read_back(struct change *change, bool meant)
{
	struct ctl *ctl = change->ctl;
	struct reason why = {};
	struct load *load;
	int ret = -ESTALE;

	if (!change->unreadable.text[0])
		ret = ctl->engine->load(ctl, change->seq, &load, &why);
	if (ret == -ESTALE)
		ret = ctl->engine->load(ctl, READ_ALL, &load, &why);
	if (ret == 0)
		return take_in(change, load, meant);
	/* no worse than before: one of several steps of a repair */
	if (!strcmp(why.text, change->unreadable.text))
		return 0;
	ctl->why = why;
	return -1;
}

static bool has_finding(const struct reason *findings, const struct reason *finding)
{
	const struct reason *item;

	darr_foreach_p (findings, item)
		if (!strcmp(item->text, finding->text))
			return true;
	return false;
}

struct model *change_load_before(struct ctl *ctl)
{
	struct model *model = model_new();
	uint32_t *touched = NULL;
	struct load *load;

	if (ctl->engine->load_before(ctl, &load) == 0)
		model_commit(model, load, &touched);
	darr_free(touched);
	return model;
}

/* The first of the findings that the tenant did not have before. */
static const struct reason *new_finding(const struct model *before, const struct tenant *tenant,
					const struct reason *findings)
{
	const struct tenant *old = model_tenant(before, tenant->id);
	const struct reason *finding, *found = NULL;
	struct reason *known = NULL;

	if (old)
		validate_tenant(before, old, &known);
	darr_foreach_p (findings, finding)
		if (!found && !has_finding(known, finding))
			found = finding;
	darr_free(known);
	return found;
}

static int judge_rows(struct change *change)
{
	struct model *before = NULL;
	char text[FINDING_SIZE];
	uint32_t *id;
	int ret = 0;

	darr_foreach_p (change->touched, id) {
		const struct tenant *tenant = model_tenant(change->model, *id);
		struct reason *findings = NULL;
		const struct reason *finding;

		if (ret || !tenant || !validate_tenant(change->model, tenant, &findings))
			continue;
		if (!before)
			before = change_load_before(change->ctl);
		finding = new_finding(before, tenant, findings);
		if (finding) {
			reason_set(&change->ctl->why, "%s", finding_text(tenant, finding, text));
			ret = -1;
		}
		darr_free(findings);
	}
	model_free(before);
	return ret;
}

/* What would be made of the rows, on all nodes; what was as bad before blocks nothing. */
static int judge_plans(struct change *change)
{
	struct violation *found = NULL, *fresh = NULL;
	struct model *before;
	int ret = 0;

	if (!change->touched || !verify_model(change->model, change->touched, &found))
		return 0;
	before = change_load_before(change->ctl);
	if (verify_change(before, change->model, change->touched, &fresh)) {
		reason_set(&change->ctl->why, "%s", fresh[0].why.text);
		ret = -1;
	}
	model_free(before);
	darr_free(fresh);
	darr_free(found);
	return ret;
}

int change_judge(struct change *change)
{
	return judge_rows(change) || judge_plans(change) ? -1 : 0;
}

int change_commit(struct ctl *ctl)
{
	return ctl->engine->commit(ctl);
}

void change_rollback(struct ctl *ctl)
{
	ctl->engine->rollback(ctl);
}

/* Who did it, in its place in the history: one command is a change by itself. */
static int record(struct change *change, const char *title)
{
	struct ctl *ctl = change->ctl;
	uint64_t seq;

	if (ctl->engine->revision(ctl, &seq, &ctl->why) < 0)
		return -1;
	return seq == change->seq ? 0 : ctl->engine->record(ctl, title, change->seq, seq);
}

static int write_and_judge(struct change *change, bool meant,
			   int (*write)(struct ctl *ctl, void *arg), void *arg)
{
	return write(change->ctl, arg) || change_read_back(change, meant) || change_judge(change)
		       ? -1
		       : 0;
}

int change_try(struct ctl *ctl, int (*write)(struct ctl *ctl, void *arg), void *arg)
{
	struct change *change = change_begin(ctl);
	int ret = change ? write_and_judge(change, true, write, arg) : -1;

	change_free(change);
	return ret;
}

int change_do(struct ctl *ctl, const char *title, bool meant,
	      int (*write)(struct ctl *ctl, void *arg), void *arg)
{
	struct change *change = NULL;
	int ret = change_lock(ctl);

	if (!ret) {
		change = change_begin(ctl);
		ret = change ? write_and_judge(change, meant, write, arg) : -1;
	}
	if (!ret)
		ret = record(change, title);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	change_free(change);
	return ret;
}

static int run_command(struct ctl *ctl, void *arg)
{
	const struct args *args = arg;
	int ret = args->command->run(ctl, args);

	return !ret && ctl->meant ? change_mean(ctl) : ret;
}

int change_run(struct ctl *ctl, const struct args *args)
{
	char title[WORDS_TEXT_SIZE];

	/* release sets ctl->meant itself */
	return change_do(ctl, words_of_args(args, title), ctl->meant, run_command, (void *)args);
}
