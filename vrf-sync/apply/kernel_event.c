// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens in the kernel, as objects.
 *
 * Events come in the order in which things happened, so the set of devices is
 * kept along the way and says whose an address or a route is.
 */
#include <zebra.h>

#include <errno.h>

#include <linux/rtnetlink.h>

#include "apply/kernel_priv.h"

/* Datagrams in one call. */
#define EVENTS_AT_ONCE 512

struct events {
	struct kernel *kernel;
	const struct kernel_watch *watch;
	void *arg;
};

static void tell_changed(const struct events *events, const struct object *now)
{
	if (events->watch->changed)
		events->watch->changed(events->arg, now);
}

static void tell_gone(const struct events *events, const struct object *was)
{
	if (events->watch->gone)
		events->watch->gone(events->arg, was);
}

/* The device is no longer what the set has it for. */
static void device_is_gone(const struct events *events, uint32_t index, const struct object *now)
{
	const struct kernel_device *device = kernel_device(events->kernel, index);
	struct object was = { .target = TARGET_KERNEL };

	if (!device || !device->vrf[0])
		return;
	was.kind = device->kind;
	strlcpy(was.vrf, device->vrf, sizeof(was.vrf));
	strlcpy(was.name, device->name, sizeof(was.name));
	if (!now || object_cmp_key(&was, now) != 0)
		tell_gone(events, &was);
}

static bool read_link(struct kernel *kernel, const struct kernel_link *link, struct object *now)
{
	return kernel_link_object(kernel, NULL, link, now) && now->vrf[0];
}

static void on_own_link(const struct events *events, struct kernel_link *link)
{
	struct kernel *kernel = events->kernel;
	struct object now = {};
	bool ours = read_link(kernel, link, &now);

	/* It looks wrong, but the event may be older than what we did since, or
	 * than the set: what counts is how it is now.
	 */
	if (!ours || now.altered) {
		if (kernel_link_get(kernel, NULL, link->index, link) < 0)
			return; /* the event of its end is on the way */
		ours = read_link(kernel, link, &now);
	}
	device_is_gone(events, link->index, ours ? &now : NULL);
	kernel_device_update(kernel, link);
	if (ours)
		tell_changed(events, &now);
}

static void on_link_new(const struct events *events, struct nlmsghdr *event)
{
	const struct kernel_device *known;
	struct object owner = {};
	struct kernel_link link;

	if (!kernel_link_parse(event, &link))
		return;
	known = kernel_device(events->kernel, link.index);
	if ((known && known->vrf[0]) || kernel_link_owner(&link, &owner)) {
		/* just made: the event of its alias is on the way */
		if (known || owner.vrf[0])
			on_own_link(events, &link);
		return;
	}
	kernel_device_update(events->kernel, &link);
	if (events->watch->interface)
		events->watch->interface(events->arg, link.name);
}

static void on_link_gone(const struct events *events, struct nlmsghdr *event)
{
	struct kernel_link link;

	if (!kernel_link_parse(event, &link))
		return;
	device_is_gone(events, link.index, NULL);
	kernel_device_forget(events->kernel, link.index);
}

static bool is_own_doing(const struct events *events, const struct nlmsghdr *event)
{
	return event->nlmsg_pid == events->kernel->port;
}

static void on_address(const struct events *events, struct nlmsghdr *event)
{
	struct object obj;

	if (is_own_doing(events, event) || !kernel_address_object(events->kernel, event, &obj))
		return;
	if (event->nlmsg_type == RTM_NEWADDR)
		tell_changed(events, &obj);
	else
		tell_gone(events, &obj);
}

static void on_route(const struct events *events, struct nlmsghdr *event)
{
	const struct kernel_device *vrf;
	struct kernel_route route;
	struct object obj;
	bool present = event->nlmsg_type == RTM_NEWROUTE;

	if (!kernel_route_parse(event, &route))
		return;
	vrf = kernel_device_of_table(events->kernel, route.table, true);
	if (vrf && events->watch->route)
		events->watch->route(events->arg, vrf->vrf, &route, present);
	if (is_own_doing(events, event) || !kernel_route_object(events->kernel, &route, &obj))
		return;
	if (present)
		tell_changed(events, &obj);
	else
		tell_gone(events, &obj);
}

/* Whose what is cannot be told any more. */
static void lose_events(const struct events *events)
{
	events->kernel->devices_known = false;
	if (events->watch->overrun)
		events->watch->overrun(events->arg);
}

static void on_event(const struct events *events, struct nlmsghdr *event)
{
	switch (event->nlmsg_type) {
	case RTM_NEWLINK:
		on_link_new(events, event);
		break;
	case RTM_DELLINK:
		on_link_gone(events, event);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		on_address(events, event);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		on_route(events, event);
		break;
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
		/* one filter is half of an object, so all are read again: it is rare */
		if (!is_own_doing(events, event) && kernel_concerns_public(events->kernel, event))
			lose_events(events);
		break;
	default:
		break;
	}
}

int kernel_event_fd(const struct kernel *kernel)
{
	return kernel->events;
}

void kernel_events_read(struct kernel *kernel, const struct kernel_watch *watch, void *arg)
{
	const struct events events = { kernel, watch, arg };
	bool known = kernel_devices_ensure(kernel) == 0;
	struct nlmsghdr *event;

	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		ssize_t got = kernel_receive_events(kernel);
		int left = got;

		if (got == -ENOBUFS)
			known = false;
		else if (got < 0)
			break;
		if (!known)
			continue;
		event = (struct nlmsghdr *)kernel->event_buffer;
		for (; nlmsg_ok(event, left); event = nlmsg_next(event, &left))
			on_event(&events, event);
	}
	if (!known)
		lose_events(&events);
}
