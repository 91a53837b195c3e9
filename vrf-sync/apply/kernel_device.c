// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which devices are ours, by index, and which VRF has which table.
 *
 * Addresses, flood lists and routes come from the kernel with an index or a
 * table only; this says whose they are.  A complete read fills the set, link
 * events keep it.  VRFs of others are in it for their tables.
 */
#include <zebra.h>

#include "darr.h"
#include "memory.h"

#include "apply/kernel_priv.h"

DECLARE_MGROUP(TENANT_KERNEL);
DEFINE_MTYPE_STATIC(TENANT_KERNEL, KERNEL_DEVICE, "Kernel device");

static int cmp_index(const struct kernel_device *a, const struct kernel_device *b)
{
	return numcmp(a->index, b->index);
}

static uint32_t hash_index(const struct kernel_device *device)
{
	return device->index * 2654435761u;
}

static int cmp_table(const struct kernel_device *a, const struct kernel_device *b)
{
	if (a->table != b->table)
		return numcmp(a->table, b->table);
	return numcmp(a->index, b->index);
}

DECLARE_HASH(device_hash, struct kernel_device, by_index, cmp_index, hash_index);
DECLARE_RBTREE_UNIQ(device_tables, struct kernel_device, by_table, cmp_table);

static void device_free(struct kernel *kernel, struct kernel_device *device)
{
	if (!device)
		return;
	device_hash_del(kernel->devices, device);
	if (device->table)
		device_tables_del(kernel->tables, device);
	XFREE(MTYPE_KERNEL_DEVICE, device);
}

static struct kernel_device *device_find(struct kernel *kernel, uint32_t index)
{
	struct kernel_device key = { .index = index };

	return device_hash_find(kernel->devices, &key);
}

static void devices_clear(struct kernel *kernel)
{
	struct kernel_device *device;

	frr_each_safe (device_hash, kernel->devices, device)
		device_free(kernel, device);
}

void kernel_devices_init(struct kernel *kernel)
{
	device_hash_init(kernel->devices);
	device_tables_init(kernel->tables);
}

void kernel_devices_fini(struct kernel *kernel)
{
	devices_clear(kernel);
	device_hash_fini(kernel->devices);
	device_tables_fini(kernel->tables);
}

void kernel_devices_load(struct kernel *kernel, const struct kernel_link *links)
{
	const struct kernel_link *link;

	devices_clear(kernel);
	darr_foreach_p (links, link)
		kernel_device_update(kernel, link);
	kernel->devices_known = true;
}

void kernel_device_forget(struct kernel *kernel, uint32_t index)
{
	device_free(kernel, device_find(kernel, index));
}

void kernel_device_update(struct kernel *kernel, const struct kernel_link *link)
{
	struct object owner = {};
	bool ours = kernel_link_owner(link, &owner), vrf = !strcmp(link->kind, "vrf");
	struct kernel_device *device;

	kernel_device_forget(kernel, link->index);
	if (!ours && !vrf)
		return;
	device = XCALLOC(MTYPE_KERNEL_DEVICE, sizeof(*device));
	device->index = link->index;
	device->table = vrf ? link->id : 0;
	device->kind = ours ? owner.kind : OBJ_VRF;
	device->told = device->kind == OBJ_VXLAN && !link->learns;
	strlcpy(device->name, link->name, sizeof(device->name));
	strlcpy(device->vrf, owner.vrf, sizeof(device->vrf));
	device_hash_add(kernel->devices, device);
	if (device->table)
		device_tables_add(kernel->tables, device);
}

const struct kernel_device *kernel_device(struct kernel *kernel, uint32_t index)
{
	return device_find(kernel, index);
}

const struct kernel_device *kernel_device_next(struct kernel *kernel,
					       const struct kernel_device *prev)
{
	return prev ? device_hash_const_next(kernel->devices, prev)
		    : device_hash_const_first(kernel->devices);
}

const struct kernel_device *kernel_device_of_table(struct kernel *kernel, uint32_t table,
						   bool ours)
{
	struct kernel_device key = { .table = table };
	const struct kernel_device *device = device_tables_find_gteq(kernel->tables, &key);

	while (device && device->table == table && ours != (device->vrf[0] != '\0'))
		device = device_tables_const_next(kernel->tables, device);
	return device && device->table == table ? device : NULL;
}
