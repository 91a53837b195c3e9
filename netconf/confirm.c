// SPDX-License-Identifier: GPL-2.0-or-later
/* One pending commit, its deadline, and the file of what was before. */
#include <zebra.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frr_pthread.h"
#include "frrevent.h"
#include "libfrr.h"
#include "log.h"
#include "clock.h"

#include "netconf/confirm.h"
#include "netconf/events.h"
#include "netconf/frontend.h"
#include "netconf/netconfd.h"
#include "netconf/store.h"

#define FILE_NAME "netconf-unconfirmed.xml"
#define LOOK_S    1 /* how often the deadline is looked at, and a failed return tried again */

static struct {
	bool is_pending;
	bool is_due; /* its session has gone */
	uint32_t session;
	char persist[256]; /* "": only that session settles it */
	int64_t deadline;  /* monotonic, microseconds */
	bool is_watched;   /* the timer runs */
} pending;

/* ---- the file ---- */

static const char *file_path(void)
{
	static char path[512];

	if (!path[0])
		snprintf(path, sizeof(path), "%s/%s", frr_libstatedir, FILE_NAME);
	return path;
}

/* Whole or not at all, whenever the power fails. */
static int file_write(const char *text)
{
	char draft[520];
	int fd, failed;

	snprintf(draft, sizeof(draft), "%s.new", file_path());
	fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	failed = write(fd, text, strlen(text)) != (ssize_t)strlen(text);
	failed |= fsync(fd);
	failed |= close(fd);
	return failed || rename(draft, file_path()) ? -1 : 0;
}

/* malloc()ed; NULL where there is none. */
static char *file_read(void)
{
	FILE *stream = fopen(file_path(), "r");
	char *text = NULL;
	size_t length = 0;

	if (!stream)
		return NULL;
	/* nobody edited anything before it is an empty file */
	if (getdelim(&text, &length, '\0', stream) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(stream);
	return text;
}

/* ---- going back ---- */

static int go_back(struct frontend *mgmtd, struct store_error *error)
{
	char *xml = file_read();
	int failed;

	if (!xml) {
		error->kind = STORE_REFUSED;
		snprintf(error->text, sizeof(error->text),
			 "%s is gone, so what was before is not known; edit and commit it by hand",
			 file_path());
		pending.is_pending = false;
		return -1;
	}
	failed = store_restore(netconfd.store, mgmtd, xml, error);
	free(xml);
	if (failed)
		return -1;
	unlink(file_path());
	pending.is_pending = false;
	return 0;
}

static void watch(void);

static void look(struct event *event)
{
	struct frontend_error why;
	struct store_error error;
	struct frontend *mgmtd;

	frr_with_mutex (&netconfd.work) {

		pending.is_watched = false;
		if (!pending.is_pending)
			break;
		if (!pending.is_due && clock_us() < pending.deadline) {
			watch();
			break;
		}
		mgmtd = frontend_open(&why);
		if (mgmtd && go_back(mgmtd, &error) == 0) {
			zlog_notice(
				"nobody confirmed the commit of session %u: running is as before it",
				pending.session);
			event_confirmed_commit(NULL, CONFIRM_TIMEOUT, 0);
		} else {
			zlog_warn("running cannot be brought back yet: %s",
				  mgmtd ? error.text : why.text);
		}
		frontend_close(mgmtd);
		if (pending.is_pending)
			watch();
	}
}

/* In the main thread, whichever this is. */
static void watch(void)
{
	if (pending.is_watched)
		return;
	pending.is_watched = true;
	event_add_timer(netconfd.loop, look, NULL, LOOK_S, NULL);
}

/* ---- for commits ---- */

const char *confirm_refusal(const struct confirm_request *request)
{
	if (!pending.is_pending)
		return request->persist_id
			       ? "no commit waits for a confirmation, so there is no persist-id to give"
			       : NULL;
	if (request->persist_id)
		return strcmp(request->persist_id, pending.persist)
			       ? "the commit that waits for a confirmation has another persist-id"
			       : NULL;
	if (pending.persist[0])
		return "a commit waits for a confirmation with its persist-id; give it";
	return pending.session == request->session
		       ? NULL
		       : "a commit of another session waits for a confirmation; wait until it is settled";
}

int confirm_keep(struct frontend *mgmtd, const struct confirm_request *request,
		 struct store_error *error)
{
	char *xml;
	int failed;

	if (!request->confirmed || pending.is_pending)
		return 0;
	if (store_print_running(netconfd.store, mgmtd, &xml, error))
		return -1;
	failed = file_write(xml);
	free(xml);
	if (!failed)
		return 0;
	error->kind = STORE_REFUSED;
	snprintf(
		error->text, sizeof(error->text),
		"running cannot be kept in %s (%s), without which nothing is committed for a time",
		file_path(), safe_strerror(errno));
	return -1;
}

void confirm_done(const struct confirm_request *request, bool failed)
{
	if (failed && pending.is_pending)
		return; /* what waits goes on waiting */
	if (failed || !request->confirmed) {
		unlink(file_path());
		pending.is_pending = false;
		return;
	}
	pending.is_pending = true;
	pending.is_due = false;
	pending.session = request->session;
	pending.deadline = clock_us() + request->timeout * 1000000LL;
	strlcpy(pending.persist, request->persist ?: "", sizeof(pending.persist));
	watch();
}

bool confirm_is_pending(void)
{
	return pending.is_pending;
}

int confirm_cancel(struct frontend *mgmtd, struct store_error *error)
{
	return go_back(mgmtd, error);
}

bool confirm_is_others(uint32_t session)
{
	return pending.is_pending && pending.session != session;
}

void confirm_forget(uint32_t session)
{
	if (!pending.is_pending || pending.persist[0] || pending.session != session)
		return;
	pending.is_due = true;
	watch();
}

int confirm_recover(struct frontend *mgmtd, char *why, size_t size)
{
	struct store_error error;

	if (access(file_path(), F_OK))
		return 0;
	if (go_back(mgmtd, &error)) {
		snprintf(why, size,
			 "a commit was not confirmed, and running cannot be brought back: %s",
			 error.text);
		return -1;
	}
	zlog_notice(
		"a commit was not confirmed before this server was restarted: running is as before it");
	return 0;
}
