// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running operations on sites, many side by side.
 *
 *	BEFORE -> WRITE -> WAIT -> AFTER -> the next phase, or the end
 *
 * One process, since the database takes one writer at a time anyhow: while nodes
 * get in step for one tenant, the next is written.  Hook programs run beside.
 */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "darr.h"

#include "clock.h"
#include "ctl/change.h"
#include "ctl/draft.h"
#include "ctl/operation.h"
#include "ctl/row.h"
#include "ctl/show.h"

#define LOOK_EVERY_MS 5
#define LOOK_SHARE    5 /* at most this part of the time is spent with looking */

enum at { AT_BEFORE, AT_WRITE, AT_WAIT, AT_AFTER, AT_END };

struct job {
	struct ctl *ctl;
	struct operation *operation;
	const struct phase *phases[PHASES_MAX];
	unsigned int count, phase;
	enum at at;
	pid_t hook;          /* 0: none is running */
	int64_t began;       /* ms: the operation as this runner knows it */
	int64_t phase_began; /* ms */
	int64_t until;       /* ms of monotonic time: the nodes' time is up */
	int64_t seq;         /* what they are to be in step with */
	int64_t took[PHASES_MAX];
	struct reason why; /* "": it went well */
	bool told;
	const struct reason *blind; /* why the nodes cannot be heard; "": they can */
};

/* ---- hooks ---- */

static char *env_entry(const char *name, const char *value, char buf[static OPERATION_TEXT_SIZE])
{
	snprintf(buf, OPERATION_TEXT_SIZE, "%s=%s", name, value);
	return buf;
}

/* What it prints goes beside our own words, not among them. */
static int spawn_hook(struct job *job, const char *step)
{
	const struct operation *operation = job->operation;
	char entries[6][OPERATION_TEXT_SIZE], id[24];
	char *argv[] = { (char *)operation->hook, NULL };
	char path[4096], *env[8] = {};
	posix_spawn_file_actions_t actions;
	int ret;

	snprintf(id, sizeof(id), "%" PRId64, operation->id);
	env[0] = env_entry("TENANT", operation->tenant, entries[0]);
	env[1] = env_entry("OPERATION", id, entries[1]);
	env[2] = env_entry("PHASE", job->phases[job->phase]->name, entries[2]);
	env[3] = env_entry("STEP", step, entries[3]);
	env[4] = env_entry("FROM", operation->from, entries[4]);
	env[5] = env_entry("TO", operation->to, entries[5]);
	snprintf(path, sizeof(path), "PATH=%s", getenv("PATH") ?: "/usr/bin:/bin");
	env[6] = path;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	ret = posix_spawn(&job->hook, operation->hook, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	if (!ret)
		return 0;
	job->hook = 0;
	reason_set(&job->why, "hook program %s cannot be run: %s", operation->hook, strerror(ret));
	return -1;
}

/* 1 while it runs, 0 when it has ended, -1 where it could not do what it is for. */
static int run_hook(struct job *job, const char *step)
{
	int status = 0;
	pid_t ended;

	if (!job->operation->hook[0])
		return 0;
	if (!job->hook)
		return spawn_hook(job, step) < 0 ? -1 : 1;
	ended = waitpid(job->hook, &status, WNOHANG);
	if (!ended || (ended < 0 && errno == EINTR))
		return 1;
	job->hook = 0;
	if (ended > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	reason_set(&job->why, "hook program %s %s %s ended with %s %d", job->operation->hook, step,
		   job->phases[job->phase]->name, WIFSIGNALED(status) ? "signal" : "status",
		   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return -1;
}

/* ---- the phases ---- */

/* Its rows, and how far the operation is, in one. */
static int write_phase(struct ctl *ctl, void *arg)
{
	struct job *job = arg;
	const struct phase *phase = job->phases[job->phase];
	const struct operation *operation = job->operation;
	uint64_t before, after;

	job->seq = 0;
	if (operation_check(ctl, operation) < 0 || db_revision(ctl->db, &before, &ctl->why) < 0 ||
	    phase->write(ctl, operation) < 0 || db_revision(ctl->db, &after, &ctl->why) < 0)
		return -1;
	if (before == after)
		return 0; /* nothing of it is to be done */
	if (change_mean(ctl) < 0 || db_revision(ctl->db, &after, &ctl->why) < 0)
		return -1;
	job->seq = after;
	if (sql_run(ctl,
		    "INSERT INTO operation_step (operation_id, name, began, written, first_seq, last_seq)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		    "itiiii", operation->id, phase->name, job->phase_began, operation_now(),
		    (int64_t)before + 1, job->seq) < 0)
		return -1;
	return sql_run(ctl,
		       "UPDATE operation SET step = ?2, first_seq = ifnull(first_seq, ?3),"
		       " last_seq = ?4 WHERE id = ?1",
		       "itii", operation->id, phase->name, (int64_t)before + 1, job->seq);
}

static void wait_from_now(struct job *job)
{
	job->at = AT_WAIT;
	job->until = clock_us() / 1000 + job->operation->wait * 1000;
}

static void written(struct job *job)
{
	if (job->seq)
		wait_from_now(job);
	else
		job->at = AT_AFTER;
}

static int do_write(struct job *job)
{
	char title[OPERATION_TEXT_SIZE + 32], text[OPERATION_TEXT_SIZE];

	snprintf(title, sizeof(title), "%s: %s", operation_text(job->operation, text),
		 job->phases[job->phase]->name);
	job->ctl->why.text[0] = '\0';
	if (change_do(job->ctl, title, true, write_phase, job) < 0) {
		job->why = job->ctl->why;
		return -1;
	}
	written(job);
	return 0;
}

static int write_jobs(struct ctl *ctl, void *arg)
{
	struct job *jobs = arg, *job;

	darr_foreach_p (jobs, job)
		if (job->at == AT_WRITE && write_phase(ctl, job) < 0)
			return -1;
	return 0;
}

/* What is to be written for many is one transaction: it is judged, and comes to each node, as
 * one.  Where one of them spoils it they are written one by one.
 */
static bool write_together(struct job *jobs)
{
	unsigned int count = 0;
	struct job *job;
	char title[80];

	darr_foreach_p (jobs, job)
		count += job->at == AT_WRITE;
	if (count < 2)
		return false;
	snprintf(title, sizeof(title), "a step of %u operations on sites", count);
	jobs[0].ctl->why.text[0] = '\0';
	if (change_do(jobs[0].ctl, title, true, write_jobs, jobs) < 0)
		return false;
	darr_foreach_p (jobs, job)
		if (job->at == AT_WRITE)
			written(job);
	return true;
}

/* Within a transaction of its own: who took the operation over is not disturbed. */
static int note(struct job *job, int (*write)(struct job *job))
{
	struct ctl *ctl = job->ctl;
	int ret;

	ctl->why.text[0] = '\0';
	ret = change_lock(ctl);
	if (!ret)
		ret = operation_check(ctl, job->operation);
	if (!ret)
		ret = write(job);
	if (!ret)
		ret = change_commit(ctl);
	if (ret)
		change_rollback(ctl);
	return ret;
}

static int note_heard(struct job *job)
{
	return sql_run(
		job->ctl,
		"UPDATE operation_step SET heard = ?3 WHERE operation_id = ?1 AND name = ?2",
		"iti", job->operation->id, job->phases[job->phase]->name, operation_now());
}

/* A node of the site that is not in step, or has the tenant not well: 1, 0 where none is. */
static int late_node(struct job *job, char *node, size_t size)
{
	const struct operation *operation = job->operation;
	bool is_bubble = operation->kind == OPERATION_BUBBLE;
	char bubble[BUBBLE_NAME_SIZE];

	if (operation_is_of_site(operation))
		return evacuation_late(job->ctl, operation, job->phases[job->phase], job->seq,
				       node, size);
	return sql_text(job->ctl, node, size,
			"SELECT DISTINCT n.name FROM attachment a JOIN node n ON n.id = a.node_id"
			" LEFT JOIN node_status s ON s.node = n.name"
			" LEFT JOIN tenant_status t ON t.node = n.name AND t.tenant = ?3"
			" WHERE a.tenant_id = ?1 AND n.site_id = ?2"
			" AND (ifnull(s.revision, -1) < ?4 OR ifnull(t.health, 'ok') <> 'ok')"
			" AND (NOT ?5 OR a.role = 'dlr') ORDER BY n.id",
			"iitii", operation->tenant_id,
			job->phases[job->phase]->old_site ? operation->from_id : operation->to_id,
			is_bubble ? bubble_name(operation->tenant, bubble) : operation->tenant,
			job->seq, (int64_t)is_bubble);
}

static void give_up(struct job *job, const char *node)
{
	const struct operation *operation = job->operation;
	const struct phase *phase = job->phases[job->phase];
	char standing[160], site[TENANT_NAME_MAX + 1] = "?";

	snprintf(standing, sizeof(standing), phase->standing, operation->from, operation->to);
	sql_text(job->ctl, site, sizeof(site),
		 "SELECT s.name FROM site s JOIN node n ON n.site_id = s.id WHERE n.name = ?1",
		 "t", node);
	reason_set(&job->why,
		   "node %s of %s was not in step with revision %" PRId64 " in %" PRId64
		   " s; of %s: %s",
		   node, site, job->seq, operation->wait, operation_whose(operation), standing);
}

/* 1 while there is one to wait for. */
static int do_wait(struct job *job)
{
	char node[TENANT_NAME_MAX + 1];
	int ret;

	job->ctl->why.text[0] = '\0';
	if (operation_check(job->ctl, job->operation) < 0) {
		job->why = job->ctl->why;
		return -1;
	}
	ret = late_node(job, node, sizeof(node));
	if (ret > 0 && clock_us() / 1000 < job->until)
		return 1;
	if (ret > 0) {
		reason_set(&job->why, "%s", job->blind->text);
		give_up(job, node);
		return -1;
	}
	if (ret < 0 || note(job, note_heard) < 0) {
		job->why = job->ctl->why;
		return -1;
	}
	job->took[job->phase] = MAX(1, operation_now() - job->phase_began);
	job->at = AT_AFTER;
	return 0;
}

/* ---- beginning and ending ---- */

static int note_done(struct job *job)
{
	return operation_end(job->ctl, job->operation, "done", NULL);
}

static int note_failed(struct job *job)
{
	return operation_end(job->ctl, job->operation, "failed", job->why.text);
}

static void print_end(const struct job *job)
{
	const struct operation *operation = job->operation;
	char text[OPERATION_TEXT_SIZE];
	const char *sep = "(";

	if (job->why.text[0]) {
		printf("operation %" PRId64 ", %s: failed: %s\n", operation->id,
		       operation_text(operation, text), job->why.text);
		return;
	}
	printf("operation %" PRId64 ", %s: done in %" PRId64 " ms ", operation->id,
	       operation_text(operation, text), operation_now() - job->began);
	for (unsigned int i = 0; i < job->count; i++) {
		if (!job->took[i])
			continue;
		printf("%s%s %" PRId64 " ms", sep, job->phases[i]->name, job->took[i]);
		sep = ", ";
	}
	printf("%s)\n", *sep == '(' ? "(nothing to be done" : "");
}

/* Where it was taken over, its row says what others do with it. */
static void fail(struct job *job)
{
	job->at = AT_END;
	note(job, note_failed);
}

static void next_phase(struct job *job)
{
	job->phase++;
	job->phase_began = operation_now();
	job->at = AT_BEFORE;
	if (job->phase < job->count)
		return;
	job->at = AT_END;
	if (note(job, note_done) < 0)
		job->why = job->ctl->why;
}

/* True where it has got on. */
static bool job_step(struct job *job)
{
	int ret = 0;

	switch (job->at) {
	case AT_BEFORE:
		ret = run_hook(job, "before");
		if (!ret)
			job->at = AT_WRITE;
		break;
	case AT_WRITE:
		ret = do_write(job);
		break;
	case AT_WAIT:
		ret = do_wait(job);
		break;
	case AT_AFTER:
		ret = run_hook(job, "after");
		if (!ret)
			next_phase(job);
		break;
	case AT_END:
		return false;
	}
	if (ret < 0)
		fail(job);
	return ret <= 0;
}

/* Where another runner has left it, or at its beginning. */
static int job_begin(struct job *job)
{
	const struct operation *operation = job->operation;
	int64_t heard, began;

	job->count = phases_of(operation, job->phases);
	job->began = job->phase_began = operation_now();
	if (sql_number(job->ctl, &began, "SELECT began FROM operation WHERE id = ?1", "i",
		       operation->id) > 0 &&
	    operation->runner == 1)
		job->began = began;
	for (job->phase = 0; job->phase < job->count; job->phase++) {
		int ret = sql_number(
			job->ctl, &heard,
			"SELECT ifnull(heard, 0) FROM operation_step WHERE operation_id = ?1 AND name = ?2",
			"it", operation->id, job->phases[job->phase]->name);

		if (ret <= 0)
			return ret;
		if (heard)
			continue;
		wait_from_now(job);
		return sql_number(
			       job->ctl, &job->seq,
			       "SELECT last_seq FROM operation_step WHERE operation_id = ?1 AND name = ?2",
			       "it", operation->id, job->phases[job->phase]->name) < 0
			       ? -1
			       : 0;
	}
	next_phase(job);
	return 0;
}

static bool step_all(struct job *jobs, bool *got_on)
{
	bool left = false;
	struct job *job;

	*got_on = write_together(jobs);
	darr_foreach_p (jobs, job) {
		*got_on |= job_step(job);
		left |= job->at != AT_END;
		if (job->at == AT_END && !job->told && !job->ctl->json)
			print_end(job);
		job->told = job->at == AT_END;
	}
	return left;
}

static void report_whose(const struct operation *operation, struct json_object *row)
{
	show_text(row, "tenant", operation->tenant[0] ? operation->tenant : NULL);
	show_text(row, "kind", operation_kind_names[operation->kind]);
	show_text(row, "from", operation->from[0] ? operation->from : NULL);
	show_text(row, "to", operation->to[0] ? operation->to : NULL);
}

static void report_json(const struct job *jobs, struct json_object *rows)
{
	const struct job *job;

	darr_foreach_p (jobs, job) {
		struct json_object *row = json_object_new_object();
		struct json_object *steps = json_object_new_object();

		show_number(row, "operation", job->operation->id);
		report_whose(job->operation, row);
		show_text(row, "state", job->why.text[0] ? "failed" : "done");
		show_text(row, "reason", job->why.text);
		show_number(row, "ms", operation_now() - job->began);
		for (unsigned int i = 0; i < job->count; i++)
			if (job->took[i])
				show_number(steps, job->phases[i]->name, job->took[i]);
		json_object_object_add(row, "steps-ms", steps);
		json_object_array_add(rows, row);
	}
}

/* A moment, and then what nodes have said meanwhile. */
static void pause_and_look(struct ctl *ctl, struct reason *blind)
{
	static int64_t took_ms;
	int64_t began;

	poll(NULL, 0, MAX(LOOK_EVERY_MS, took_ms * LOOK_SHARE));
	began = clock_us();
	ctl->why.text[0] = blind->text[0] = '\0';
	if (change_look(ctl) < 0)
		*blind = ctl->why;
	took_ms = (clock_us() - began) / 1000;
}

unsigned int operations_run(struct ctl *ctl, struct operation *operations, unsigned int count,
			    struct json_object *rows)
{
	struct job *jobs = NULL, *job;
	struct reason blind = {};
	unsigned int failed = 0;
	bool got_on;

	for (unsigned int i = 0; i < count; i++) {
		*darr_append(jobs) =
			(struct job){ .ctl = ctl, .operation = &operations[i], .blind = &blind };
		ctl->why.text[0] = '\0';
		if (job_begin(&jobs[i]) < 0) {
			jobs[i].why = ctl->why;
			fail(&jobs[i]);
		}
	}
	while (step_all(jobs, &got_on)) {
		fflush(stdout);
		if (!got_on)
			pause_and_look(ctl, &blind);
	}
	ctl->why.text[0] = '\0';
	darr_foreach_p (jobs, job) {
		failed += job->why.text[0] != '\0';
		reason_set(&ctl->why, "%s", job->why.text);
	}
	report_json(jobs, rows);
	darr_free(jobs);
	return failed;
}

int operation_run(struct ctl *ctl, struct operation *operation)
{
	struct json_object *rows = json_object_new_array();
	unsigned int failed = operations_run(ctl, operation, 1, rows);

	if (ctl->json)
		show_print(ctl, rows, "");
	else
		json_object_put(rows);
	return failed ? -1 : 0;
}
