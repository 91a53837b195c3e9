// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions whose client ended while mgmtd was at its commit: see the header. */
#include <zebra.h>

#include <stdlib.h>

#include "frrevent.h"
#include "log.h"
#include "vty.h"

#include "frr-plugin/mgmtd_orphan.h"

#define LOOK_MS 500

/* mgmtd knows its sessions, and keeps the list to itself. */
static struct vty **sessions;
static size_t count, room;
static void (*mgmtd_new)(struct vty *vty);
static void (*mgmtd_close)(struct vty *vty);

static void session_new(struct vty *vty)
{
	struct vty **more = sessions;

	if (mgmtd_new)
		mgmtd_new(vty);
	if (count == room) {
		more = realloc(sessions, (room + 16) * sizeof(struct vty *));
		if (!more)
			return; /* then this one is not looked after */
		sessions = more;
		room += 16;
	}
	sessions[count++] = vty;
}

static void session_close(struct vty *vty)
{
	for (size_t i = 0; i < count; i++)
		if (sessions[i] == vty) {
			sessions[i] = sessions[--count];
			break;
		}
	if (mgmtd_close)
		mgmtd_close(vty);
}

/* Written off, and not waited for by anything that would close it yet. */
static bool is_orphan(const struct vty *vty)
{
	return vty->status == VTY_CLOSE && vty->type == VTY_SHELL_SERV &&
	       !vty->mgmt_req_pending_cmd && !vty->t_read && !vty->t_write;
}

static void look(struct event *event)
{
	event_add_timer_msec(event->master, look, NULL, LOOK_MS, NULL);
	for (size_t i = count; i-- > 0;)
		if (i < count && is_orphan(sessions[i])) {
			zlog_info("a client ended during its commit; closing its session");
			vty_close(sessions[i]);
		}
}

void orphans_watch(struct event_loop *loop)
{
	mgmtd_new = vty_new_mgmt_cb;
	mgmtd_close = vty_close_mgmt_cb;
	vty_new_mgmt_cb = session_new;
	vty_close_mgmt_cb = session_close;
	event_add_timer_msec(loop, look, NULL, LOOK_MS, NULL);
}
