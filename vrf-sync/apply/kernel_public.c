// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public addresses in the kernel: what is translated on the uplinks of an edge.
 *
 * A translation is a filter for what arrives and one for what leaves, and of all of
 * an address one more for ICMP, with the row's id as their handle.  Nothing is
 * remembered between packets, so any edge may have any packet of a connection
 * (doc/design/public.md).
 */
#include <zebra.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "darr.h"

#include "apply/kernel_priv.h"

#define CLASSIFIER_HANDLE TC_H_MAKE(TC_H_CLSACT, 0)

static int device_of(struct kernel *kernel, const struct object *obj, uint32_t *index,
		     struct reason *why)
{
	struct kernel_link link;
	int ret = kernel_link_get_own(kernel, obj->name, obj, OBJ_VLAN, &link, why);

	*index = ret < 0 ? 0 : link.index;
	return ret;
}

/* ---- classifiers ---- */

static struct nl_msg *classifier_msg(uint16_t type, uint16_t flags, uint32_t device)
{
	struct tcmsg header = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = device,
		.tcm_handle = CLASSIFIER_HANDLE,
		.tcm_parent = TC_H_CLSACT,
	};
	struct nl_msg *msg = kernel_msg(type, flags, &header, sizeof(header));

	nla_put_string(msg, TCA_KIND, "clsact");
	return msg;
}

int kernel_put_classifier(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	uint32_t device;
	int ret = device_of(kernel, obj, &device, why);

	if (ret < 0)
		return ret;
	ret = kernel_request(kernel,
			     classifier_msg(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, device), NULL,
			     NULL);
	if (ret == 0 || ret == -EEXIST)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot classify packets on %s of tenant VRF %s",
			      obj->name, obj->vrf);
}

int kernel_remove_classifier(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct reason ignored = {};
	uint32_t device;
	int ret;

	if (device_of(kernel, obj, &device, &ignored) < 0)
		return 0;
	ret = kernel_request(kernel, classifier_msg(RTM_DELQDISC, 0, device), NULL, NULL);
	if (ret == 0 || ret == -EINVAL || ret == -ENOENT || ret == -ENODEV)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot end the classification of packets on %s",
			      obj->name);
}

/* ---- objects as filters ---- */

static struct kernel_filter spared_filter(const struct object *obj, uint32_t device, bool out)
{
	return (struct kernel_filter){
		.device = device,
		.out = out,
		.pref = PREF_SPARED,
		.handle = obj->num[0],
		.service = SERVICE_PROTOCOL(obj->num[0]) ? obj->num[0] : 0,
		.net = obj->net,
	};
}

static struct kernel_filter translation_filter(const struct object *obj, uint32_t device, bool out)
{
	uint8_t protocol = SERVICE_PROTOCOL(obj->num[1]);

	return (struct kernel_filter){
		.device = device,
		.out = out,
		.pref = protocol ? PREF_PORT : PREF_WHOLE,
		.handle = obj->num[0],
		.service = out && protocol ? SERVICE(protocol, obj->num[2]) : obj->num[1],
		.net = out ? obj->via : obj->net,
		.port = out ? SERVICE_PORT(obj->num[1]) : obj->num[2],
		.to = out ? obj->net : obj->via,
	};
}

static struct kernel_filter icmp_filter(const struct object *obj, uint32_t device)
{
	struct kernel_filter filter = translation_filter(obj, device, false);

	filter.pref = PREF_ICMP;
	filter.service = SERVICE(IPPROTO_ICMP, 0);
	return filter;
}

#define PARTS_MAX 3

/* What the object is made of; returns how many. */
static int filters_of(const struct object *obj, uint32_t device,
		      struct kernel_filter parts[static PARTS_MAX])
{
	int count = 0;

	if (obj->kind == OBJ_SPARED) {
		parts[count++] = spared_filter(obj, device, false);
		/* a port that nobody publishes is one only for what arrives */
		if (!SERVICE_PROTOCOL(obj->num[0]))
			parts[count++] = spared_filter(obj, device, true);
		return count;
	}
	if (!obj->num[1])
		parts[count++] = icmp_filter(obj, device);
	parts[count++] = translation_filter(obj, device, false);
	parts[count++] = translation_filter(obj, device, true);
	return count;
}

int kernel_put_public(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_filter parts[PARTS_MAX];
	char text[IPNET_TEXT_SIZE];
	uint32_t device;
	int ret = device_of(kernel, obj, &device, why);

	if (ret < 0)
		return ret;
	/* the way back first: who hears an answer from the wrong address drops it */
	for (int i = filters_of(obj, device, parts) - 1; i >= 0 && ret == 0; i--)
		ret = kernel_filter_put(kernel, &parts[i]);
	if (ret == 0)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot translate %s on %s of tenant VRF %s",
			      ipnet_format(&obj->net, text), obj->name, obj->vrf);
}

int kernel_remove_public(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	struct kernel_filter parts[PARTS_MAX];
	struct reason ignored = {};
	int ret = 0, count;
	uint32_t device;

	if (device_of(kernel, obj, &device, &ignored) < 0)
		return 0;
	count = filters_of(obj, device, parts);
	for (int i = 0; i < count && ret == 0; i++) {
		ret = kernel_filter_remove(kernel, &parts[i]);
		if (ret == -ENOENT)
			ret = 0;
	}
	if (ret == 0)
		return 0;
	return kernel_refused(kernel, why, ret, "cannot end a translation on %s of tenant VRF %s",
			      obj->name, obj->vrf);
}

/* ---- filters as objects ---- */

struct filters {
	struct kernel_filter *list; /* darr */
	uint32_t *devices;          /* darr: indexes of those with a classifier */
};

static void take_classifier(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	const struct tcmsg *header = nlmsg_data(answer);
	struct filters *filters = arg;
	const struct kernel_device *device;

	if (answer->nlmsg_type != RTM_NEWQDISC || !nlmsg_valid_hdr(answer, sizeof(*header)) ||
	    header->tcm_handle != CLASSIFIER_HANDLE)
		return;
	device = kernel_device(kernel, header->tcm_ifindex);
	if (device && device->kind == OBJ_VLAN && device->vrf[0])
		*darr_append(filters->devices) = header->tcm_ifindex;
}

static void take_filter(struct kernel *kernel, struct nlmsghdr *answer, void *arg)
{
	struct filters *filters = arg;
	struct kernel_filter filter;

	if (kernel_filter_parse(answer, &filter))
		*darr_append(filters->list) = filter;
}

static bool is_spared(const struct kernel_filter *filter)
{
	return filter->pref == PREF_SPARED;
}

/* All of an address and a port of one are different objects, with the same handle or not. */
static uint16_t object_pref(const struct kernel_filter *filter)
{
	return filter->pref == PREF_ICMP ? PREF_WHOLE : filter->pref;
}

/* What belongs together stands together, in the order of filters_of(). */
static int filter_cmp(const void *a, const void *b)
{
	const struct kernel_filter *x = a, *y = b;

	if (object_pref(x) != object_pref(y))
		return numcmp(object_pref(x), object_pref(y));
	if (x->handle != y->handle)
		return numcmp(x->handle, y->handle);
	return x->pref != y->pref ? numcmp(x->pref, y->pref) : numcmp(x->out, y->out);
}

/* What the filter would be a part of. */
static void object_of(const struct kernel_device *device, const struct kernel_filter *filter,
		      struct object *obj)
{
	*obj = (struct object){
		.kind = is_spared(filter) ? OBJ_SPARED : OBJ_TRANSLATION,
		.target = TARGET_KERNEL,
		.net = filter->net,
	};
	strlcpy(obj->vrf, device->vrf, sizeof(obj->vrf));
	strlcpy(obj->name, device->name, sizeof(obj->name));
	obj->num[0] = filter->handle;
	if (is_spared(filter))
		return;
	obj->num[1] = filter->service;
	obj->num[2] = filter->port;
	obj->via = filter->to;
}

static bool filters_are_same(const struct kernel_filter *a, const struct kernel_filter *b)
{
	return a->pref == b->pref && a->handle == b->handle && a->out == b->out &&
	       a->service == b->service && a->port == b->port && !ipnet_cmp(&a->net, &b->net) &&
	       !ipnet_cmp(&a->to, &b->to) && !a->altered && !b->altered;
}

/* One object of the count filters that are its own, or (altered) of those that are left of it. */
static void add_object(const struct kernel_device *device, const struct kernel_filter *list,
		       unsigned int count, struct objects *have)
{
	struct kernel_filter parts[PARTS_MAX];
	unsigned int main = 0, wanted;
	struct object obj;

	while (main + 1 < count && (list[main].pref == PREF_ICMP || list[main].out))
		main++;
	object_of(device, &list[main], &obj);
	wanted = filters_of(&obj, list[main].device, parts);
	obj.altered = count != wanted;
	for (unsigned int i = 0; i < count && i < wanted; i++)
		obj.altered |= !filters_are_same(&parts[i], &list[i]);
	*darr_append(have->list) = obj;
}

static void add_objects(const struct kernel_device *device, struct kernel_filter *list,
			struct objects *have)
{
	unsigned int count = darr_len(list), first = 0;

	if (list)
		qsort(list, count, sizeof(*list), filter_cmp);
	for (unsigned int i = 1; i <= count; i++) {
		if (i < count && list[i].handle == list[first].handle &&
		    object_pref(&list[i]) == object_pref(&list[first]))
			continue;
		add_object(device, &list[first], i - first, have);
		first = i;
	}
}

static int read_device(struct kernel *kernel, uint32_t index, struct objects *have)
{
	const struct kernel_device *device = kernel_device(kernel, index);
	struct object classifier = { .kind = OBJ_CLASSIFIER, .target = TARGET_KERNEL };
	struct filters filters = {};
	int ret = 0;

	for (int out = 0; out < 2 && ret == 0; out++)
		ret = kernel_request(kernel, kernel_filters_msg(index, out), take_filter,
				     &filters);
	if (ret == 0) {
		strlcpy(classifier.vrf, device->vrf, sizeof(classifier.vrf));
		strlcpy(classifier.name, device->name, sizeof(classifier.name));
		*darr_append(have->list) = classifier;
		add_objects(device, filters.list, have);
	}
	darr_free(filters.list);
	return ret == -ENODEV || ret == -EINVAL ? 0 : ret; /* it went meanwhile */
}

int kernel_read_public(struct kernel *kernel, struct objects *have)
{
	unsigned int before = darr_len(have->list);
	struct tcmsg header = { .tcm_family = AF_UNSPEC };
	struct filters filters = {};
	int ret = kernel_request(kernel,
				 kernel_msg(RTM_GETQDISC, NLM_F_DUMP, &header, sizeof(header)),
				 take_classifier, &filters);

	if (ret == -EOPNOTSUPP)
		ret = 0; /* this kernel has no packet scheduler, and so nothing of ours in it */
	for (unsigned int i = 0; i < darr_len(filters.devices) && ret == 0; i++)
		ret = read_device(kernel, filters.devices[i], have);
	darr_free(filters.devices);
	if (ret < 0 && have->list)
		darr_setlen(have->list, before);
	return ret;
}

bool kernel_concerns_public(struct kernel *kernel, struct nlmsghdr *event)
{
	const struct tcmsg *header = nlmsg_data(event);
	const struct kernel_device *device;

	if (!nlmsg_valid_hdr(event, sizeof(*header)) ||
	    TC_H_MAJ(header->tcm_parent) != TC_H_MAJ(TC_H_CLSACT) ||
	    header->tcm_parent == TC_H_ROOT)
		return false;
	device = kernel_device(kernel, header->tcm_ifindex);
	return device && device->kind == OBJ_VLAN && device->vrf[0];
}
