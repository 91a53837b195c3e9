// SPDX-License-Identifier: GPL-2.0-or-later
/* One tenant as it is made on all its nodes. */
#include <zebra.h>

#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "jhash.h"

#include "verify/verify_priv.h"

/* ---- sheets ---- */

static struct sheet *next_sheet(struct contract *contract)
{
	struct sheet *sheet;

	if (contract->count < darr_len(contract->sheets)) {
		sheet = &contract->sheets[contract->count];
		sheet_reset(sheet);
	} else {
		sheet = darr_append(contract->sheets);
		*sheet = (struct sheet){};
	}
	contract->count++;
	return sheet;
}

static void make_sheets(struct contract *contract, struct verifier *verifier)
{
	const struct attachment *attachment;

	darr_foreach_p (contract->tenant->attachments, attachment) {
		const struct node *node = provider_node(contract->provider, attachment->node_id);
		struct sheet *sheet;

		if (!node)
			continue;
		sheet = next_sheet(contract);
		sheet->node = node;
		sheet->shared = verifier_node(verifier, node);
		verifier_plan(verifier, contract->tenant, node, &sheet->objects);
		sheet_read(sheet);
		if (!darr_len(sheet->objects.list))
			contract->count--;
	}
}

/* ---- prefixes ---- */

static int cmp_net(const void *a, const void *b)
{
	return ipnet_cmp(a, b);
}

static int cmp_known(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int diff = ipnet_cmp(&x->net, &y->net);

	return diff ? diff : numcmp(x->obj->kind, y->obj->kind);
}

static void know(struct contract *contract, const struct sheet *sheet,
		 const struct object *const *list)
{
	for (unsigned int i = 0; i < darr_len(list); i++) {
		struct known *known = darr_append(contract->known);

		known->net = ipnet_masked(&list[i]->net);
		known->sheet = sheet;
		known->obj = list[i];
	}
}

/* Subnets with a row that says so; what has no row is judged like one that is announced. */
static void find_hidden(struct contract *contract)
{
	const struct logical_switch *sw;
	const struct subnet *subnet;

	darr_reset(contract->hidden);
	darr_foreach_p (contract->tenant->switches, sw)
		darr_foreach_p (sw->subnets, subnet)
			if (!subnet_is_advertised(sw, subnet))
				*darr_append(contract->hidden) = subnet->prefix;
	if (darr_len(contract->hidden) > 1)
		qsort(contract->hidden, darr_len(contract->hidden), sizeof(*contract->hidden),
		      cmp_net);
}

bool contract_hides(const struct contract *contract, const struct ipnet *net)
{
	return darr_len(contract->hidden) &&
	       bsearch(net, contract->hidden, darr_len(contract->hidden),
		       sizeof(*contract->hidden), cmp_net);
}

const struct known *contract_known(const struct contract *contract, const struct ipnet *net)
{
	unsigned int low = 0, high = darr_len(contract->known);

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (ipnet_cmp(&contract->known[middle].net, net) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < darr_len(contract->known) && ipnet_cmp(&contract->known[low].net, net) == 0
		       ? &contract->known[low]
		       : NULL;
}

void contract_make(struct contract *contract, struct verifier *verifier,
		   const struct tenant *tenant)
{
	contract->provider = verifier_provider(verifier);
	contract->tenant = tenant;
	contract->count = 0;
	darr_reset(contract->known);
	make_sheets(contract, verifier);
	for (unsigned int i = 0; i < contract->count; i++) {
		const struct sheet *sheet = &contract->sheets[i];

		know(contract, sheet, sheet->gateways);
		know(contract, sheet, sheet->addresses);
		know(contract, sheet, sheet->routes);
	}
	if (darr_len(contract->known) > 1)
		qsort(contract->known, darr_len(contract->known), sizeof(*contract->known),
		      cmp_known);
	find_hidden(contract);
}

void contract_fini(struct contract *contract)
{
	struct sheet *sheet;

	darr_foreach_p (contract->sheets, sheet)
		sheet_fini(sheet);
	darr_free(contract->sheets);
	darr_free(contract->known);
	darr_free(contract->hidden);
}

/* ---- keys ---- */

static struct key *add_key(struct key **keys, enum key_kind kind, uint32_t node_id)
{
	struct key *key = darr_append(*keys);

	/* compared and hashed bytewise */
	memset(key, 0, sizeof(*key));
	key->kind = kind;
	key->node_id = node_id;
	return key;
}

static void add_number(struct key **keys, enum key_kind kind, uint32_t first, uint32_t second)
{
	struct key *key = add_key(keys, kind, 0);

	key->num[0] = first;
	key->num[1] = second;
}

static void add_targets(struct key **keys, const struct sheet *sheet)
{
	const struct object *in = sheet->one[OBJ_BGP_RT_IMPORT];
	const struct object *out = sheet->one[OBJ_BGP_RT_EXPORT];

	if (in) {
		add_number(keys, KEY_TARGET, in->num[0], in->num[1]);
		add_number(keys, KEY_TARGET, in->num[0], in->num[2]);
	}
	if (out && (!in || in->num[0] != out->num[0] || in->num[1] != out->num[1]))
		add_number(keys, KEY_TARGET, out->num[0], out->num[1]);
	for (unsigned int i = 0; i < darr_len(sheet->filters); i++)
		if (sheet->filters[i]->kind == OBJ_SET_RT)
			add_number(keys, KEY_TARGET, sheet->filters[i]->num[1],
				   sheet->filters[i]->num[2]);
}

static void add_sheet(struct key **keys, const struct sheet *sheet)
{
	const struct object *vrf = sheet->one[OBJ_VRF], *rd = sheet->one[OBJ_BGP_RD];
	uint32_t router_id;

	if (vrf) {
		strlcpy(add_key(keys, KEY_VRF, sheet->node->id)->name, vrf->name,
			sizeof(vrf->vrf));
		add_key(keys, KEY_TABLE, sheet->node->id)->num[0] = vrf->num[0];
	}
	if (rd) {
		memcpy(&router_id, rd->net.addr, sizeof(router_id));
		add_number(keys, KEY_RD, router_id, rd->num[0]);
	}
	for (unsigned int i = 0; i < darr_len(sheet->devices); i++) {
		const struct object *device = sheet->devices[i];

		if (device->kind == OBJ_VXLAN)
			add_key(keys, KEY_VNI, 0)->num[0] = device->num[0];
		else
			strlcpy(add_key(keys, KEY_DEVICE, sheet->node->id)->name, device->name,
				DEVICE_NAME_MAX + 1);
	}
	add_targets(keys, sheet);
}

void contract_keys(const struct contract *contract, struct key **keys)
{
	for (unsigned int i = 0; i < contract->count; i++)
		add_sheet(keys, &contract->sheets[i]);
}

uint32_t key_hash(const struct key *key)
{
	return jhash(key, sizeof(*key), 0x7e4a47);
}
