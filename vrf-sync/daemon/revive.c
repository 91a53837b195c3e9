// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When zebra was restarted alone.
 *
 * FRR 10.7's ospfd and bgpd connect to a new zebra, but ask it only for the
 * default VRF (ospf_zebra_connected, bgp_zebra_connected): routes and
 * redistribution of every other VRF are lost until the instance is made anew.
 * So that is what we have done to the tenants' instances, as soon as zebra
 * says that the daemon is connected; a daemon that was restarted too has
 * nothing to revive.
 */
#include <zebra.h>

#include <string.h>

#include "command.h"
#include "frrevent.h"
#include "log.h"

#include "clock.h"
#include "apply/engine.h"
#include "apply/frr_conn.h"
#include "daemon/tenantd.h"

#define LOOK_AGAIN_MS 500

/* "show zebra client summary" names clients by their protocol. */
static const struct {
	enum target target;
	const char *client;
} clients[] = {
	{ TARGET_OSPFD, "ospf" },
	{ TARGET_BGPD, "bgp" },
};

static struct frr_conn *zebra;
static struct event *ev_look;
static int64_t gone; /* when the last zebra went; 0: none yet */
static bool pending[array_size(clients)];

static void ask(void);

static void ask_again(struct event *event)
{
	ask();
}

static bool names_client(const char *line, const char *client)
{
	size_t len = strlen(client);

	return !strncmp(line, client, len) && line[len] == ' ';
}

static bool is_connected(const char *summary, const char *client)
{
	for (const char *line = summary; line; line = strchr(line, '\n')) {
		line += strspn(line, "\r\n");
		if (names_client(line, client))
			return true;
	}
	return false;
}

static void summary_answered(void *arg, int index, int status, char *text)
{
	bool more = false;

	for (unsigned int i = 0; i < array_size(clients); i++) {
		if (!pending[i])
			continue;
		if (status == CMD_SUCCESS && is_connected(text, clients[i].client)) {
			pending[i] = false;
			engine_revive(tenantd.engine, clients[i].target, gone);
		}
		more |= pending[i];
	}
	if (more)
		event_add_timer_msec(tenantd.loop, ask_again, NULL, LOOK_AGAIN_MS, &ev_look);
}

static void ask(void)
{
	frr_conn_send(zebra, "show zebra client summary", summary_answered, NULL, 0);
}

static void zebra_up(void *arg, struct frr_conn *conn)
{
	if (!gone)
		return;
	zlog_notice("zebra is new; what older daemons hold in tenants' VRFs is made anew");
	for (unsigned int i = 0; i < array_size(clients); i++)
		pending[i] = true;
	ask();
}

static void zebra_down(void *arg, struct frr_conn *conn)
{
	gone = clock_us();
}

void revive_init(void)
{
	static const struct frr_conn_cbs cbs = { .up = zebra_up, .down = zebra_down };

	if (!zebra)
		zebra = frr_conn_new(tenantd.loop, "zebra", &cbs, NULL);
}

void revive_stop(void)
{
	event_cancel(&ev_look);
	frr_conn_free(zebra);
	zebra = NULL;
}
