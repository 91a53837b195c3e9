// SPDX-License-Identifier: GPL-2.0-or-later
/* News for tenantd, over the daemon's own connection to zebra. */
#include <zebra.h>

#include <string.h>
#include <sys/time.h>

#include "frrevent.h"
#include "zclient.h"

#include "frr-plugin/trace_send.h"
#include "trace/wire.h"

static struct event_loop *loop;
static struct zclient **client;
static struct event *ev_flush;
static struct trace_news news[TRACE_NEWS_AT_ONCE];
static unsigned int count;

static void flush(void)
{
	if (count && *client && (*client)->sock >= 0)
		zclient_send_opaque(*client, TRACE_MESSAGE, (const uint8_t *)news,
				    count * sizeof(news[0]));
	count = 0;
}

static void flush_event(struct event *event)
{
	flush();
}

static int64_t now_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

void trace_send(enum stage stage, vrf_id_t vrf_id, const struct prefix *prefix, bool present)
{
	struct trace_news *one = &news[count];

	if (vrf_id == VRF_DEFAULT || vrf_id == VRF_UNKNOWN)
		return;
	*one = (struct trace_news){
		.at = now_us(),
		.vrf_id = vrf_id,
		.stage = stage,
		.present = present,
		.family = prefix->family,
		.len = prefix->prefixlen,
	};
	memcpy(one->addr, &prefix->u, prefix->family == AF_INET ? 4 : 16);
	if (++count == TRACE_NEWS_AT_ONCE)
		flush();
	else
		event_add_event(loop, flush_event, NULL, 0, &ev_flush);
}

void trace_send_init(struct event_loop *daemon_loop, struct zclient **zclient)
{
	loop = daemon_loop;
	client = zclient;
}
