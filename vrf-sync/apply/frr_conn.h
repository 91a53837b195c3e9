// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lasting connection to one FRR daemon's vty socket.
 *
 * Commands go out in order, many at a time, and each comes back with its
 * status and text.  The protocol (lib/vty.c, vtysh): a command ends with NUL;
 * its answer is text, three NULs and a status byte (enum CMD_*).  mgmtd loses
 * what is sent while it still works on a command, so it gets one at a time;
 * the others answer in order however much is under way (measured, FRR 10.7.1).
 *
 * The connection comes back by itself after the daemon did.  Whatever was
 * under way when it broke is answered with FRR_CONN_LOST.
 *
 * A daemon that says nothing for long is taken to be away, so that nobody waits
 * for it, and is asked anew.  But mgmtd 10.7.1 keeps the locks of who hangs up during a
 * commit: it is given the time to answer what it was asked, by which it is known to be
 * back.
 */
#ifndef FRR_TENANT_APPLY_FRR_CONN_H
#define FRR_TENANT_APPLY_FRR_CONN_H

#include <stdbool.h>
#include <stddef.h>

struct event_loop;
struct frr_conn;

#define FRR_CONN_LOST (-1)

struct frr_conn_cbs {
	/* In enable mode and ready. */
	void (*up)(void *arg, struct frr_conn *conn);
	/* Gone; may be NULL. */
	void (*down)(void *arg, struct frr_conn *conn);
	/* An attempt to connect found nobody there; may be NULL. */
	void (*absent)(void *arg, struct frr_conn *conn);
};

/* status is CMD_SUCCESS and so on, or FRR_CONN_LOST; text is only lent, and the
 * callee may write into it.  index is what the caller gave with the command.
 */
typedef void (*frr_conn_done)(void *arg, int index, int status, char *text);

/* name: "ospfd".  Begins to connect at once. */
struct frr_conn *frr_conn_new(struct event_loop *loop, const char *name,
			      const struct frr_conn_cbs *cbs, void *arg);
void frr_conn_free(struct frr_conn *conn);

const char *frr_conn_name(const struct frr_conn *conn);
/* NULL: a daemon that nobody needs is neither up nor coming. */
bool frr_conn_is_up(const struct frr_conn *conn);
/* Neither up nor known to be away: wait for it. */
bool frr_conn_is_coming(const struct frr_conn *conn);
/* It is there, and does not answer. */
bool frr_conn_is_silent(const struct frr_conn *conn);

/* How long is too long; tests shorten it. */
extern unsigned int frr_conn_patience_ms;

/* Queues one line; done is called later, never from within, also when the
 * connection is down.
 */
void frr_conn_send(struct frr_conn *conn, const char *line, frr_conn_done done, void *arg,
		   int index);

/* The vty protocol's answers, taken apart: feeds bytes, gets whole answers.
 * A part of its own because everything a daemon says goes through it.
 */
struct vty_reader {
	char *text; /* darr of what came since the last answer */
	unsigned int nuls;
};
/* Returns how many of the bytes were used; *complete when an answer ended with
 * them, its text in reader->text (with an end), its status in *status.
 */
size_t vty_reader_feed(struct vty_reader *reader, const char *bytes, size_t count, bool *complete,
		       int *status);
void vty_reader_reset(struct vty_reader *reader);

/* Why a daemon refused, as one line out of its answer, which is written into. */
const char *vty_reason(char *text);

#endif
