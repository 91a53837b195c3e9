// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long the verifier takes, alone: no database, no FRR.
 *
 *	verify_speed TENANTS SWITCHES ROUNDS [json]
 *
 * Each tenant has so many switches with a subnet each, and is on one DLR, one edge and
 * two PEs.  Written are lines `FIGURE VALUE`, of processor time and the median of the
 * rounds:
 *
 *	plan_ms         planning all of them on all their nodes, as the verifier does
 *	full_ms         a new verifier, and all of them taken in and judged
 *	delta_plan_us   planning one tenant on its nodes
 *	delta_us        one tenant with one subnet more, taken in and judged; of 1,000 of them
 *	prefixes        how many there are
 *
 * With `json` one line for tests/verify_brute.py follows.
 */
#include <zebra.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "darr.h"

#include "model/derive.h"
#include "plan/plan.h"
#include "verify/verify.h"

#include "verify_json.h"

#define GROUPS     4
#define GROUP_SIZE 3900 /* VLANs end at 4094 */
#define FIRST_VLAN 101
#define DELTAS     1000

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static struct ipnet ip(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint8_t len)
{
	return (struct ipnet){ .family = AF_INET, .len = len, .addr = { a, b, c, d } };
}

/* ---- a network ---- */

static void add_node(struct provider *provider, unsigned int group, unsigned int place,
		     uint8_t roles)
{
	struct node *node = darr_append(provider->nodes);

	*node = (struct node){ .id = darr_len(provider->nodes), .site_id = 1, .roles = roles };
	snprintf(node->name, sizeof(node->name), "n%u", node->id);
	node->router_id = ip(10, 255, place, group + 1, 32);
	node->vtep = node->router_id;
}

static void add_wire(struct provider *provider, enum wire_kind kind, uint32_t near, uint32_t far)
{
	struct wire *wire = darr_append(provider->wires);
	uint32_t nodes[] = { far, near };

	*wire = (struct wire){ .id = darr_len(provider->wires),
			       .site_id = 1,
			       .kind = kind,
			       .vlan_max = 4094,
			       .mtu = 1600 };
	snprintf(wire->name, sizeof(wire->name), "w%u", wire->id);
	for (uint32_t slot = 1; slot <= 2; slot++) {
		struct wire_port *port = darr_append(wire->ports);

		*port = (struct wire_port){ .node_id = nodes[slot - 1], .slot = slot };
		snprintf(port->ifname, sizeof(port->ifname), "e%u", wire->id);
	}
}

static struct provider *make_provider(void)
{
	struct provider *provider = provider_new();

	provider->asn = 65000;
	provider->nssa_area = 51;
	provider->vpn_tag = 3489725928u;
	provider->table_base = 1000;
	provider->vni_base = 100000;
	provider->leak_base = 1000000;
	provider->ospf_hello = 1;
	provider->ospf_dead = 4;
	provider->vrrp_interval = VRRP_INTERVAL;
	provider->pools[WIRE_TRANSIT] = (struct pool){ ip(100, 64, 0, 0, 11), 29, 8 };
	provider->pools[WIRE_UPLINK] = (struct pool){ ip(100, 96, 0, 0, 11), 30, 8 };
	*darr_append(provider->reserved) = ip(100, 64, 0, 0, 10);
	*darr_append(provider->reserved) = ip(127, 0, 0, 0, 8);
	*darr_append(provider->reserved) = ip(169, 254, 0, 0, 16);
	*darr_append(provider->reserved) = ip(224, 0, 0, 0, 3);
	*darr_append(provider->sites) = (struct site){ .id = 1, .name = "dc" };
	for (unsigned int group = 0; group < GROUPS; group++) {
		add_node(provider, group, 1, ROLE_DLR);
		add_node(provider, group, 2, ROLE_EDGE);
		add_node(provider, group, 3, ROLE_PE);
		add_node(provider, group, 4, ROLE_PE);
		add_wire(provider, WIRE_TRANSIT, 4 * group + 1, 4 * group + 2);
		add_wire(provider, WIRE_UPLINK, 4 * group + 2, 4 * group + 3);
	}
	return provider;
}

static void add_switch(struct tenant *tenant, unsigned int number, unsigned int switches)
{
	char name[16];
	struct logical_switch sw = { .id = (tenant->id - 1) * (switches + 1) + number,
				     .mtu = 1500,
				     .name = name };
	struct logical_switch *added;
	struct subnet *subnet;

	snprintf(name, sizeof(name), "sw%u", number);
	added = tenant_add_switch(tenant, &sw);
	subnet = darr_append(added->subnets);
	*subnet = (struct subnet){ .id = sw.id, .advertise = true };
	subnet->prefix = ip(10, 1 + number / 250, number % 250, 0, 24);
	subnet->gateway = ip(10, 1 + number / 250, number % 250, 1, 24);
}

/* more: subnets that it has beyond the others. */
static struct tenant *make_tenant(uint32_t id, unsigned int switches, unsigned int more)
{
	unsigned int group = (id - 1) / GROUP_SIZE, place = (id - 1) % GROUP_SIZE;
	static const uint8_t roles[] = { ROLE_DLR, ROLE_EDGE, ROLE_PE, ROLE_PE };
	struct tenant *tenant = tenant_new(id);

	snprintf(tenant->name, sizeof(tenant->name), "t%u", id);
	snprintf(tenant->vrf, sizeof(tenant->vrf), "t%u", id);
	tenant->max_routes = 100000;
	*darr_append(tenant->aggregates) = ip(10, 0, 0, 0, 8);
	for (unsigned int i = 0; i < array_size(roles); i++)
		*darr_append(tenant->attachments) =
			(struct attachment){ 4 * group + i + 1, roles[i] };
	for (uint32_t wire = 2 * group + 1; wire <= 2 * group + 2; wire++)
		*darr_append(tenant->circuits) =
			(struct circuit){ .wire_id = wire, .vlan = FIRST_VLAN + place };
	for (unsigned int i = 1; i <= switches + more; i++)
		add_switch(tenant, i, switches);
	return tenant;
}

/* ---- measuring ---- */

static double median(double *samples, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++)
		for (unsigned int j = i; j && samples[j] < samples[j - 1]; j--) {
			double other = samples[j];

			samples[j] = samples[j - 1];
			samples[j - 1] = other;
		}
	return samples[count / 2];
}

static void complain(const struct violation *found)
{
	if (!darr_len(found))
		return;
	fprintf(stderr, "verify_speed: %s\n", found[0].why.text);
	exit(1);
}

static void plan_one(const struct provider *provider, const struct tenant *tenant,
		     struct objects *scratch)
{
	const struct attachment *attachment;

	darr_foreach_p (tenant->attachments, attachment) {
		darr_reset(scratch->list);
		plan_tenant_unsorted(provider, tenant,
				     provider_node(provider, attachment->node_id), scratch);
	}
}

struct network {
	struct provider *provider;
	struct tenant **tenants;
	unsigned int count, switches;
	struct verifier *verifier;
	struct objects scratch;
};

static double plan_all(struct network *net)
{
	double began = now_us();

	for (unsigned int i = 0; i < net->count; i++)
		plan_one(net->provider, net->tenants[i], &net->scratch);
	return (now_us() - began) / 1e3;
}

static double verify_all(struct network *net)
{
	struct violation *found = NULL;
	double began;

	verifier_free(net->verifier);
	began = now_us();
	net->verifier = verifier_new(net->provider, NULL, NULL);
	for (unsigned int i = 0; i < net->count; i++)
		verify_update(net->verifier, net->tenants[i], &found);
	began = (now_us() - began) / 1e3;
	complain(found);
	darr_free(found);
	return began;
}

static void verify_deltas(struct network *net, double *took, double *planned)
{
	struct violation *found = NULL;

	for (unsigned int i = 0; i < DELTAS; i++) {
		uint32_t id = 1 + (uint64_t)i * 7919 % net->count;
		struct tenant *tenant = make_tenant(id, net->switches, 1);
		double began = now_us();

		plan_one(net->provider, tenant, &net->scratch);
		planned[i] = now_us() - began;
		began = now_us();
		verify_update(net->verifier, tenant, &found);
		took[i] = now_us() - began;
		complain(found);
		/* back, so that each is a change */
		verify_update(net->verifier, net->tenants[id - 1], NULL);
		tenant_unref(tenant);
	}
	darr_free(found);
}

static void as_planned(void *arg, const struct provider *provider, const struct tenant *tenant,
		       const struct node *node, struct objects *want)
{
	if (tenant)
		plan_tenant_unsorted(provider, tenant, node, want);
	else
		plan_node(provider, node, want);
}

static void measure(struct network *net, unsigned int rounds)
{
	static double took[DELTAS], planned[DELTAS];
	double *plan = calloc(rounds, sizeof(*plan)), *full = calloc(rounds, sizeof(*full));

	for (unsigned int i = 0; i < rounds; i++) {
		plan[i] = plan_all(net);
		full[i] = verify_all(net);
	}
	verify_deltas(net, took, planned);
	printf("plan_ms %.3f\nfull_ms %.3f\n", median(plan, rounds), median(full, rounds));
	printf("delta_plan_us %.3f\ndelta_us %.3f\n", median(planned, DELTAS),
	       median(took, DELTAS));
	printf("prefixes %u\n", net->count * net->switches);
	free(plan);
	free(full);
}

int main(int argc, char **argv)
{
	struct network net = {};
	int rounds = argc > 3 ? atoi(argv[3]) : 0;

	if (rounds < 1) {
		fprintf(stderr, "usage: verify_speed TENANTS SWITCHES ROUNDS [json]\n");
		return 2;
	}
	net.count = atoi(argv[1]);
	net.switches = atoi(argv[2]);
	net.provider = make_provider();
	for (unsigned int i = 0; i < net.count; i++)
		*darr_append(net.tenants) = make_tenant(i + 1, net.switches, 0);
	measure(&net, rounds);
	if (argc > 4)
		verify_json("", net.provider, net.tenants, net.count, as_planned, NULL, NULL);
	verifier_free(net.verifier);
	for (unsigned int i = 0; i < net.count; i++)
		tenant_unref(net.tenants[i]);
	darr_free(net.tenants);
	objects_fini(&net.scratch);
	provider_unref(net.provider);
	return 0;
}
