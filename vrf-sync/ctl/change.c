// SPDX-License-Identifier: GPL-2.0-or-later
/* A change to the database, judged before it counts. */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "darr.h"

#include "ctl/args.h"
#include "ctl/change.h"
#include "plan/validate.h"

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

static int begin_failed(struct ctl *ctl)
{
	if (sqlite3_errcode(ctl->db->sqlite) == SQLITE_BUSY)
		reason_set(
			&ctl->why,
			"another program is changing database %s and does not end; nothing was changed, try again",
			ctl->path);
	else
		db_error(ctl->db, "begin a change", &ctl->why);
	return -1;
}

static int begin(struct change *change)
{
	struct ctl *ctl = change->ctl;
	struct load *load;

	if (sqlite3_db_readonly(ctl->db->sqlite, "main")) {
		reason_set(
			&ctl->why,
			"you may not write database %s; run this as root or as a member of group frr",
			ctl->path);
		return -1;
	}
	if (sqlite3_exec(ctl->db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return begin_failed(ctl);
	if (db_revision(ctl->db, &change->seq, &ctl->why) < 0)
		return -1;
	if (db_load_all(ctl->db, &load, &change->unreadable) == 0)
		model_commit(change->model, load, &change->touched);
	darr_free(change->touched);
	return 0;
}

/* Reads back what has changed, or everything where nothing could be read before. */
static int read_back(struct change *change)
{
	struct ctl *ctl = change->ctl;
	struct reason why = {};
	struct load *load;
	int ret = -ESTALE;

	if (!change->unreadable.text[0])
		ret = db_load_since(ctl->db, change->seq, &load, &why);
	if (ret == -ESTALE)
		ret = db_load_all(ctl->db, &load, &why);
	if (ret == 0) {
		model_commit(change->model, load, &change->touched);
		return 0;
	}
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

/* The database as every other connection still sees it. */
static struct model *load_before(struct ctl *ctl)
{
	struct model *model = model_new();
	struct reason ignored = {};
	struct db *db = db_open(ctl->path, DB_READ, &ignored);
	uint32_t *touched = NULL;
	struct load *load;

	if (db && db_load_all(db, &load, &ignored) == 0)
		model_commit(model, load, &touched);
	darr_free(touched);
	db_close(db);
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

static int judge(struct change *change)
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
			before = load_before(change->ctl);
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

static int commit(struct change *change)
{
	struct ctl *ctl = change->ctl;

	if (sqlite3_exec(ctl->db->sqlite, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	if (sqlite3_errcode(ctl->db->sqlite) == SQLITE_CONSTRAINT)
		reason_set(&ctl->why,
			   "something in database %s still refers to this; delete that first",
			   ctl->path);
	else
		db_error(ctl->db, "commit", &ctl->why);
	return -1;
}

int change_run(struct ctl *ctl, const struct command *command, const struct args *args)
{
	struct change change = { .ctl = ctl, .model = model_new() };
	int ret = begin(&change);

	if (!ret)
		ret = command->run(ctl, args);
	if (!ret)
		ret = read_back(&change);
	if (!ret)
		ret = judge(&change);
	if (!ret)
		ret = commit(&change);
	if (ret)
		sqlite3_exec(ctl->db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	model_free(change.model);
	darr_free(change.touched);
	return ret;
}
