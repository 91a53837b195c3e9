// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's half of a node: which call does what to which kind of object. */
#include <zebra.h>

#include <errno.h>

#include "darr.h"
#include "log.h"
#include "memory.h"

#include "apply/kernel_priv.h"

DEFINE_MGROUP(TENANT_KERNEL, "tenant kernel objects");
DEFINE_MTYPE_STATIC(TENANT_KERNEL, KERNEL, "Kernel connection");

struct kernel *kernel_open(struct reason *why)
{
	struct kernel *kernel = XCALLOC(MTYPE_KERNEL, sizeof(*kernel));

	kernel_devices_init(kernel);
	if (kernel_sockets_open(kernel, why) == 0)
		return kernel;
	kernel_close(kernel);
	return NULL;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	kernel_sockets_close(kernel);
	kernel_devices_fini(kernel);
	darr_free(kernel->unraised);
	XFREE(MTYPE_KERNEL, kernel);
}

/* ---- sysctls ---- */

static int put_sysctl(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	const char *name = sysctl_names[obj->num[0]];
	uint32_t value = 0;
	int ret = kernel_read_sysctl(obj->num[0], &value);

	if (ret == -ENOENT) {
		reason_set(why, "this kernel has no %s; load its module%s", name,
			   obj->num[0] == SYSCTL_MPLS_LABELS ? ": modprobe mpls_router" : "");
		return ret;
	}
	if (ret == 0 && value >= obj->num[1])
		return 0;
	if (ret == 0)
		ret = kernel_write_sysctl(obj->num[0], obj->num[1]);
	if (ret < 0)
		reason_set(why, "cannot set %s to %u (%s); set it in /etc/sysctl.d", name,
			   obj->num[1], safe_strerror(-ret));
	return ret;
}

/* It may serve others by now. */
static int leave_sysctl(struct kernel *kernel, const struct object *obj, struct reason *why)
{
	return 0;
}

static bool is_met(struct kernel *kernel, const struct object *obj)
{
	uint32_t value = 0;

	if (obj->kind == OBJ_LOCAL_RULE)
		return kernel_rule_is_met(kernel, obj);
	return obj->kind == OBJ_SYSCTL && kernel_read_sysctl(obj->num[0], &value) == 0 &&
	       value >= obj->num[1];
}

void kernel_skip_met(struct kernel *kernel, struct objects *want)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < darr_len(want->list); i++)
		if (!is_met(kernel, &want->list[i]))
			want->list[kept++] = want->list[i];
	if (want->list)
		darr_setlen(want->list, kept);
}

const char *kernel_exposure(void)
{
	static const enum sysctl_id ids[] = { SYSCTL_TCP_ACCEPT, SYSCTL_UDP_ACCEPT };

	for (unsigned int i = 0; i < array_size(ids); i++) {
		uint32_t value = 0;

		if (kernel_read_sysctl(ids[i], &value) == 0 && value)
			return sysctl_names[ids[i]];
	}
	return NULL;
}

/* Rules of iptables and of nftables both stand on this module, which counts them. */
bool kernel_translates(void)
{
	FILE *file = fopen("/sys/module/nf_nat/refcnt", "r");
	int count = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &count) != 1)
		count = 0;
	fclose(file);
	return count > 0;
}

/* ---- by kind ---- */

typedef int (*kernel_call)(struct kernel *kernel, const struct object *obj, struct reason *why);

static const struct {
	kernel_call put; /* makes it, or makes it right */
	kernel_call remove;
} calls[OBJ_KIND_COUNT] = {
	[OBJ_SYSCTL] = { put_sysctl, leave_sysctl },
	[OBJ_LOCAL_RULE] = { kernel_put_rule, kernel_leave_rule },
	[OBJ_VRF] = { kernel_put_link, kernel_remove_link },
	[OBJ_UNREACHABLE] = { kernel_put_unreachable, kernel_remove_route },
	[OBJ_VLAN] = { kernel_put_link, kernel_remove_link },
	[OBJ_PORT] = { kernel_put_port, kernel_remove_port },
	[OBJ_MACVLAN] = { kernel_put_virtual, kernel_remove_virtual },
	[OBJ_WIRE_ADDRESS] = { kernel_put_address, kernel_remove_address },
	[OBJ_VIRTUAL_ADDRESS] = { kernel_put_address, kernel_remove_address },
	[OBJ_BRIDGE] = { kernel_put_link, kernel_remove_link },
	[OBJ_VXLAN] = { kernel_put_link, kernel_remove_link },
	[OBJ_SEGMENT] = { kernel_put_link, kernel_remove_link },
	[OBJ_FDB] = { kernel_put_flood, kernel_remove_flood },
	[OBJ_GATEWAY] = { kernel_put_address, kernel_remove_address },
	[OBJ_DEAD_END] = { kernel_put_unreachable, kernel_remove_route },
	[OBJ_HOST] = { kernel_put_host, kernel_remove_route },
	[OBJ_ANNOUNCE] = { kernel_put_unreachable, kernel_remove_route },
	[OBJ_CLASSIFIER] = { kernel_put_classifier, kernel_remove_classifier },
	[OBJ_SPARED] = { kernel_put_public, kernel_remove_public },
	[OBJ_TRANSLATION] = { kernel_put_public, kernel_remove_public },
	[OBJ_ROUTE] = { kernel_put_route, kernel_remove_route },
};

int kernel_apply(struct kernel *kernel, enum outcome what, const struct object *obj,
		 struct reason *why)
{
	assert(obj->kind < OBJ_KIND_COUNT && calls[obj->kind].put);
	switch (what) {
	case OUTCOME_ADD:
	case OUTCOME_UPDATE:
		return calls[obj->kind].put(kernel, obj, why);
	case OUTCOME_DELETE:
		return calls[obj->kind].remove(kernel, obj, why);
	case OUTCOME_KEEP:
	case OUTCOME_FOREIGN:
	case OUTCOME_WAITING:
		break;
	}
	return 0;
}
