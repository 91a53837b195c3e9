// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts that are at another site now, told of in the log and to mgmtd.
 *
 * Where a host is, is a row of its own, or else follows from its switch.  A
 * load is compared with what is in force before the model takes it in: rows
 * that came, went or changed.  That a whole switch has gone elsewhere is no
 * move of its hosts, but an operation's doing (operating.c).
 */
#include <zebra.h>

#include <string.h>

#include "darr.h"
#include "frrevent.h"
#include "log.h"

#include "daemon/pace.h"
#include "daemon/tenantd.h"
#include "model/presence.h"
#include "northbound/backend.h"

static struct host_move *news; /* darr */
static struct pace pace;

/* ---- telling ---- */

static void log_move(const struct host_move *move)
{
	char text[IPNET_TEXT_SIZE];

	zlog_notice("host %s of tenant %s moved from %s to %s, %s%s",
		    ipnet_format_addr(&move->address, text), move->tenant, move->from, move->to,
		    move->seen_by[0] ? "seen by " : "as somebody wrote", move->seen_by);
}

static void log_all(const struct host_move *moves)
{
	for (unsigned int i = 0; i < MIN(darr_len(moves), (unsigned int)PACE_LOG); i++)
		log_move(&moves[i]);
	if (darr_len(moves) > PACE_LOG)
		zlog_notice("%u more hosts moved; \"show tenant NAME hosts\" has them all",
			    darr_len(moves) - PACE_LOG);
}

static void tell(struct event *event)
{
	struct host_move *moves = NULL;
	unsigned int taken = 0;

	for (; taken < darr_len(news) && darr_len(moves) < PACE_MOST; taken++)
		if (strcmp(news[taken].from, news[taken].to)) /* and not back already */
			*darr_append(moves) = news[taken];
	darr_remove_n(news, 0, taken);
	if (darr_len(moves)) {
		log_all(moves);
		backend_moves(moves);
	}
	darr_free(moves);
	if (darr_len(news))
		pace_ask(&pace, tell);
}

/* It may have gone on before it was told of: it is told where it came from first. */
static struct host_move *find(const char *tenant, const struct ipnet *address)
{
	struct host_move *move;

	darr_foreach_p (news, move)
		if (!ipnet_cmp(&move->address, address) && !strcmp(move->tenant, tenant))
			return move;
	return NULL;
}

/* ---- comparing ---- */

static bool went_with_switch(const struct tenant *was, const struct tenant *now,
			     const struct ipnet *address)
{
	return tenant_host_site(was, address) == tenant_home_site(was, address) &&
	       tenant_host_site(now, address) == tenant_home_site(now, address) &&
	       tenant_home_site(was, address) != tenant_home_site(now, address);
}

/* provider: as the load has it, where it has one; a site may be new. */
static void compare(const struct provider *provider, const struct tenant *was,
		    const struct tenant *now, const struct tenant_host *row)
{
	uint32_t from = tenant_host_site(was, &row->address);
	uint32_t to = tenant_host_site(now, &row->address);
	const struct node *seen = host_seen_by(provider, row);
	const struct site *site = provider_site(provider, to);
	struct host_move *move;

	if (!from || !site || from == to || went_with_switch(was, now, &row->address))
		return;
	move = find(now->name, &row->address);
	if (!move) {
		move = darr_append(news);
		*move = (struct host_move){ .address = row->address };
		strlcpy(move->tenant, now->name, sizeof(move->tenant));
		strlcpy(move->from, operating_site(from), sizeof(move->from));
	}
	strlcpy(move->to, site->name, sizeof(move->to));
	strlcpy(move->seen_by, seen && row->site_id == to ? seen->name : "",
		sizeof(move->seen_by));
	pace_ask(&pace, tell);
}

static bool is_same_place(const struct tenant_host *a, const struct tenant_host *b)
{
	return a->site_id == b->site_id && !ipnet_cmp(&a->address, &b->address);
}

/* Both are in order of their rows' ids. */
static void compare_hosts(const struct provider *provider, const struct tenant *was,
			  const struct tenant *now, const struct tenant_host *old,
			  const struct tenant_host *new)
{
	unsigned int i = 0, j = 0;

	while (i < darr_len(old) || j < darr_len(new)) {
		bool gone = j == darr_len(new) || (i < darr_len(old) && old[i].id < new[j].id);
		bool came = !gone && (i == darr_len(old) || new[j].id < old[i].id);

		if (gone)
			compare(provider, was, now, &old[i]);
		else if (came || !is_same_place(&old[i], &new[j]))
			compare(provider, was, now, &new[j]);
		i += !came;
		j += !gone;
	}
}

static void compare_tenant(const struct provider *provider, const struct tenant *was,
			   const struct tenant *now)
{
	const struct logical_switch *sw, *other;

	darr_foreach_p (now->switches, sw) {
		other = tenant_switch(was, sw->id);
		if (sw->hosts || (other && other->hosts))
			compare_hosts(provider, was, now, other ? other->hosts : NULL, sw->hosts);
	}
}

void moving_judge(const struct load *load)
{
	const struct provider *provider = load->provider ?: model_provider(tenantd.model);
	const struct node *node = tenantd_own_node();
	struct tenant *const *now;

	darr_foreach_p (load->tenants, now) {
		const struct tenant *was = model_tenant(tenantd.model, (*now)->id);

		if (was && was != *now && node && !(*now)->bad &&
		    (tenant_roles_on(*now, node->id) & node->roles))
			compare_tenant(provider, was, *now);
	}
}

void moving_stop(void)
{
	pace_stop(&pace);
	darr_free(news);
}
