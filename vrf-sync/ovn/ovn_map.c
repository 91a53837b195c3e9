// SPDX-License-Identifier: GPL-2.0-or-later
/* OVN's rows to a tenant: its own row, and what is said when two have the same. */
#include <zebra.h>

#include <stdio.h>
#include <string.h>

#include "darr.h"
#include "printfrr.h"

#include "ovn/ovn_map_priv.h"

#define MAX_ROUTES 1000 /* as in schema.sql */

/* ---- text ---- */

const char *ovn_quote(const char *text, char buf[static OVN_QUOTE_SIZE])
{
	size_t i;

	for (i = 0; text[i] && i < 40; i++)
		buf[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	strcpy(buf + i, text[i] ? "..." : "");
	return buf;
}

static const char *row_quote(const struct ovn_row *row, char buf[static OVN_QUOTE_SIZE])
{
	const char *name = ovn_row_text(row, OVN_NAME);

	return ovn_quote(name[0] ? name : row->uuid, buf);
}

void ovn_bad(struct ovn_reading *r, const struct ovn_row *row, const char *fmt, ...)
{
	char name[OVN_QUOTE_SIZE], text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintfrr(text, sizeof(text), fmt, ap);
	va_end(ap);
	reason_set(tenant_bad(r->tenant), "%s %s: %s", ovn_table_names[row->table],
		   row_quote(row, name), text);
}

bool ovn_number(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	uint64_t value = 0;

	if (!text[0] || strlen(text) > 10 || strspn(text, "0123456789") != strlen(text))
		return false;
	for (; *text; text++)
		value = value * 10 + (*text - '0');
	if (value < min || value > max)
		return false;
	*number = value;
	return true;
}

bool ovn_key_number(struct ovn_reading *r, const struct ovn_row *row, const char *key,
		    uint32_t min, uint32_t max, uint32_t *number)
{
	const char *text = ovn_row_key(row, OVN_EXTERNAL_IDS, key);
	char quote[OVN_QUOTE_SIZE];

	if (!text)
		return false;
	if (ovn_number(text, min, max, number))
		return true;
	ovn_bad(r, row, "external_ids:%s is %s, which is no number from %u to %u", key,
		ovn_quote(text, quote), min, max);
	return false;
}

bool ovn_word(const char **text, char *word, size_t size)
{
	size_t len;

	*text += strspn(*text, " ,");
	len = strcspn(*text, " ,");
	snprintf(word, size, "%.*s", (int)MIN(len, size - 1), *text);
	*text += len;
	return len > 0;
}

/* One that ends with '-' has a name behind it. */
static bool is_key(const char *word, const char *key)
{
	size_t len = strlen(key);

	return key[len - 1] == '-' ? !strncmp(word, key, len) : !strcmp(word, key);
}

void ovn_check_keys(struct ovn_reading *r, const struct ovn_row *row, const char *const *known)
{
	char quote[OVN_QUOTE_SIZE];

	ovn_row_each_pair(row, OVN_EXTERNAL_IDS, key, value)
	{
		const char *const *one = known;

		if (strncmp(key, OVN_KEY, strlen(OVN_KEY)))
			continue;
		while (*one && !is_key(key, *one))
			one++;
		if (!*one)
			ovn_bad(r, row,
				"external_ids:%s is no key that this version knows; remove it, or correct it",
				ovn_quote(key, quote));
	}
}

/* ---- who it is ---- */

bool ovn_router_id(const struct ovn_row *router, uint32_t *id, struct reason *why)
{
	const char *text = ovn_row_key(router, OVN_EXTERNAL_IDS, "tn-id");
	char name[OVN_QUOTE_SIZE], quote[OVN_QUOTE_SIZE];

	if (!text)
		return false;
	if (ovn_number(text, 1, UINT32_MAX, id))
		return true;
	reason_set(why,
		   "Logical_Router %s: external_ids:tn-id is %s, which is no number from 1 to %u",
		   row_quote(router, name), ovn_quote(text, quote), UINT32_MAX);
	return false;
}

static void take_name(struct ovn_reading *r)
{
	const char *key = ovn_row_key(r->router, OVN_EXTERNAL_IDS, "tn-name");
	const char *name = key ? key : ovn_row_text(r->router, OVN_NAME);

	if (name_is_valid(name, TENANT_NAME_MAX)) {
		strlcpy(r->tenant->name, name, sizeof(r->tenant->name));
		return;
	}
	snprintf(r->tenant->name, sizeof(r->tenant->name), "id-%u", r->tenant->id);
	ovn_bad(r, r->router,
		"that is not a name for a tenant; set external_ids:tn-name to letters, digits, '-', '_' and '.'");
}

static void take_vrf(struct ovn_reading *r)
{
	const char *vrf = ovn_row_key(r->router, OVN_EXTERNAL_IDS, "tn-vrf");
	char quote[OVN_QUOTE_SIZE];

	if (!vrf && strlen(r->tenant->name) < sizeof(r->tenant->vrf))
		vrf = r->tenant->name;
	if (!vrf)
		ovn_bad(r, r->router,
			"%s is too long for the name of a VRF; set external_ids:tn-vrf to at most %d characters",
			ovn_quote(r->tenant->name, quote), DEVICE_NAME_MAX);
	else if (name_is_valid(vrf, DEVICE_NAME_MAX))
		strlcpy(r->tenant->vrf, vrf, sizeof(r->tenant->vrf));
	else
		ovn_bad(r, r->router,
			"external_ids:tn-vrf is %s; use at most %d letters, digits, '-', '_' and '.'",
			ovn_quote(vrf, quote), DEVICE_NAME_MAX);
}

static void take_settings(struct ovn_reading *r)
{
	struct tenant *tenant = r->tenant;

	ovn_key_number(r, r->router, "tn-table", 256, UINT32_MAX, &tenant->table_id);
	ovn_key_number(r, r->router, "tn-rd", 1, UINT16_MAX, &tenant->rd_number);
	ovn_key_number(r, r->router, "tn-rt", 1, UINT32_MAX, &tenant->rt_number);
	tenant->max_routes = MAX_ROUTES;
	ovn_key_number(r, r->router, "tn-max-routes", 1, 10000000, &tenant->max_routes);
}

/* OVN would write the same VRF: one of the two has to leave it. */
static void check_dynamic_routing(struct ovn_reading *r)
{
	const char *on = ovn_row_key(r->router, OVN_OPTIONS, "dynamic-routing");

	if (on && !strcmp(on, "true"))
		ovn_bad(r, r->router,
			"options:dynamic-routing is true: OVN's own routing would write the same VRF; remove it, or external_ids:tn-id");
}

static void claim(struct ovn_reading *r, enum ovn_claim_kind kind, uint32_t number,
		  const char *text)
{
	struct ovn_claim claim = { .kind = kind, .number = number, .text = text };

	if (!r->claims)
		return;
	strlcpy(claim.row, r->router->uuid, sizeof(claim.row));
	*darr_append(*r->claims) = claim;
}

struct tenant *ovn_tenant(const struct ovn_rows *rows, const struct ovn_row *router, uint32_t id,
			  const struct provider *provider, struct ovn_claim **claims)
{
	static const char *const known[] = {
		"tn-id",    "tn-name",  "tn-vrf",        "tn-table",      "tn-rd",       "tn-rt",
		"tn-nodes", "tn-link-", "tn-aggregates", "tn-max-routes", "tn-circuit-", NULL,
	};
	struct ovn_reading r = {
		.rows = rows,
		.router = router,
		.provider = provider,
		.tenant = tenant_new(id),
		.claims = claims,
	};
	struct reason why = {};

	take_name(&r);
	if (!ovn_router_id(router, &id, &why) && why.text[0])
		*tenant_bad(r.tenant) = why;
	check_dynamic_routing(&r);
	ovn_check_keys(&r, router, known);
	take_vrf(&r);
	take_settings(&r);
	ovn_take_aggregates(&r);
	ovn_take_nodes(&r);
	ovn_take_links(&r);
	ovn_take_circuits(&r);
	claim(&r, OVN_CLAIM_ID, id, "");
	claim(&r, OVN_CLAIM_NAME, 0, r.tenant->name);
	ovn_take_switches(&r);
	return r.tenant;
}

/* ---- two that have the same ---- */

static const char *name_of(const struct ovn_rows *rows, enum ovn_table table, const char *uuid,
			   char buf[static OVN_QUOTE_SIZE])
{
	const struct ovn_row *row = ovn_rows_find(rows, table, uuid);

	return row ? row_quote(row, buf) : ovn_quote(uuid, buf);
}

void ovn_clash(const struct ovn_rows *rows, const struct ovn_claim *mine, const char *my_router,
	       const struct ovn_claim *other, const char *other_router, struct reason *why)
{
	char a[OVN_QUOTE_SIZE], b[OVN_QUOTE_SIZE], c[OVN_QUOTE_SIZE];
	bool of_switch = mine->kind == OVN_CLAIM_SWITCH_ID || mine->kind == OVN_CLAIM_VNI;
	enum ovn_table table = of_switch ? OVN_SWITCH : OVN_ROUTER;

	name_of(rows, table, mine->row, a);
	name_of(rows, table, other->row, b);
	if (mine->kind == OVN_CLAIM_ID)
		reason_set(
			why,
			"Logical_Router %s and %s: both have external_ids:tn-id %u; give one of them another",
			a, b, mine->number);
	else if (mine->kind == OVN_CLAIM_NAME)
		reason_set(
			why,
			"Logical_Router %s and %s: both are tenant %s; set external_ids:tn-name of one of them",
			a, b, ovn_quote(mine->text, c));
	else if (!strcmp(mine->row, other->row))
		reason_set(
			why,
			"Logical_Switch %s: it is joined to %s and to another tenant's router %s; a switch is of one tenant",
			a, name_of(rows, OVN_ROUTER, my_router, b),
			name_of(rows, OVN_ROUTER, other_router, c));
	else
		reason_set(
			why,
			"Logical_Switch %s and %s: both have %s %u; set external_ids:%s of one of them",
			a, b, mine->kind == OVN_CLAIM_VNI ? "VNI" : "switch id", mine->number,
			mine->kind == OVN_CLAIM_VNI ? "tn-vni" : "tn-id");
}
