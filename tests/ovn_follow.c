// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Follows OVN's Northbound database as tenantd does, and tells what it is handed, a line each:
 *
 *	ovn_follow SERVERS
 *
 *	load full 1
 *	tenant 1 acme vrf acme nodes 1:1 links pe2
 *	switch acme web 3141592653 vni 7 subnet 10.1.1.0/24 gateway 10.1.1.1
 *	bad acme SENTENCE
 *	gone 7
 *	end
 *	problem SENTENCE
 *	fine
 *
 * A line on its standard input has it read everything again.  tests/test_ovsdb.py drives it.
 */
#include <zebra.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "source/source.h"

static struct event_loop *loop;
static struct source *source;
static struct event *ev_input;
static bool is_over;

static void tell_switch(const struct tenant *tenant, const struct logical_switch *sw)
{
	char prefix[IPNET_TEXT_SIZE], gateway[IPNET_TEXT_SIZE];
	const struct subnet *subnet;

	printf("switch %s %s %u vni %u", tenant->name, sw->name, sw->id, sw->vni);
	darr_foreach_p (sw->subnets, subnet)
		printf(" subnet %s gateway %s%s", ipnet_format(&subnet->prefix, prefix),
		       ipnet_format_addr(&subnet->gateway, gateway),
		       subnet->advertise ? "" : " silent");
	printf("\n");
}

static void tell_tenant(const struct tenant *tenant)
{
	const struct attachment *attachment;
	const struct logical_switch *sw;
	const struct link *link;

	printf("tenant %u %s vrf %s nodes", tenant->id, tenant->name, tenant->vrf);
	darr_foreach_p (tenant->attachments, attachment)
		printf(" %u:%u", attachment->node_id, attachment->roles);
	printf(" links");
	darr_foreach_p (tenant->links, link)
		printf(" %s", link->name);
	printf("\n");
	darr_foreach_p (tenant->switches, sw)
		tell_switch(tenant, sw);
	if (tenant->bad)
		printf("bad %s %s\n", tenant->name, tenant->bad->text);
}

static bool loaded(void *arg, struct load *load)
{
	struct tenant **tenant;
	uint32_t *id;

	printf("load %s %llu\n", load->full ? "full" : "part", (unsigned long long)load->revision);
	darr_foreach_p (load->tenants, tenant)
		tell_tenant(*tenant);
	darr_foreach_p (load->gone, id)
		printf("gone %u\n", *id);
	printf("end\n");
	load_free(load);
	return true;
}

static void problem(void *arg, const char *sentence)
{
	printf("%s%s\n", sentence ? "problem " : "fine", sentence ? sentence : "");
}

static void input(struct event *event)
{
	char byte;

	if (read(STDIN_FILENO, &byte, 1) <= 0) {
		is_over = true;
		return;
	}
	if (byte == '\n')
		source_reload(source);
	event_add_read(loop, input, NULL, STDIN_FILENO, &ev_input);
}

int main(int argc, char **argv)
{
	static const struct source_cbs cbs = { .loaded = loaded, .problem = problem };
	const struct source_kind *kind = source_kind("ovn");
	struct reason why = {};
	struct event event;

	setlinebuf(stdout);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 2 || !kind->check(argv[1], &why)) {
		fprintf(stderr, "ovn_follow: %s\n",
			argc == 2 ? why.text : "one argument: SERVERS");
		return 2;
	}
	loop = event_master_create("ovn_follow");
	source = kind->open(loop, argv[1], "none", &cbs, NULL);
	event_add_read(loop, input, NULL, STDIN_FILENO, &ev_input);
	while (!is_over && event_fetch(loop, &event))
		event_call(&event);
	source_free(source);
	event_master_free(loop);
	return !is_over;
}
