// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a tenant database that is asked in SQL: the questions and their order. */
#include <zebra.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darr.h"
#include "memory.h"
#include "printfrr.h"

#include "source/rows_priv.h"

DECLARE_MGROUP(TENANT_SOURCE);
DEFINE_MTYPE_STATIC(TENANT_SOURCE, INQUIRY, "inquiry of a database");
DEFINE_MTYPE_STATIC(TENANT_SOURCE, INQUIRY_TEXT, "question to a database");

/* Rows of one tenant in one table beyond which it is held: a plan of them would take too long. */
#define ROWS_MOST 100000
/* Tenants named since, beyond which all are read: one question for all of them costs less. */
#define TENANTS_MOST 500
#define MARK_SIZE    64

enum phase { ASK_HEAD, ASK_NEIGHBORS, ASK_REST, ASKED };

struct inquiry {
	const struct dialect *dialect;
	const char *name;
	struct load *load;
	enum phase phase;
	struct question *questions; /* darr; of this phase */
	char **texts;               /* darr; of questions, each its own */

	/* since what, and whether the log says so */
	uint64_t since;
	int64_t floor; /* of the oldest row that the log has; 0: none */
	bool everyone; /* something has changed that concerns them all */
	uint32_t *ids; /* darr; tenants to be read */
	uint32_t *(*in_force)(void *arg);
	void *in_force_arg;
	uint32_t *kept; /* darr, sorted: what it said */
	bool has_asked; /* it has been asked */
	const char *expected;
	char known[MARK_SIZE], mark[MARK_SIZE];

	/* how many rows one tenant has in one table */
	unsigned int table, rows;
	uint32_t tenant;

	bool with_operations;
	const struct operation_row *operations_known;
	int64_t operations_after, operations_newest;
	struct operation_row *operations;
};

struct inquiry *inquiry_new(const struct dialect *dialect, const char *name, uint64_t since)
{
	struct inquiry *inquiry = XCALLOC(MTYPE_INQUIRY, sizeof(*inquiry));

	inquiry->dialect = dialect;
	inquiry->name = name;
	inquiry->since = since;
	inquiry->load = load_new();
	return inquiry;
}

void inquiry_expect(struct inquiry *inquiry, const char *mark)
{
	inquiry->expected = mark;
}

void inquiry_keep(struct inquiry *inquiry, uint32_t *(*in_force)(void *arg), void *arg)
{
	inquiry->in_force = in_force;
	inquiry->in_force_arg = arg;
}

void inquiry_operations(struct inquiry *inquiry, const struct operation_row *known, int64_t after)
{
	inquiry->with_operations = true;
	inquiry->operations_known = known;
	inquiry->operations_after = after;
}

void inquiry_free(struct inquiry *inquiry)
{
	char **text;

	if (!inquiry)
		return;
	darr_foreach_p (inquiry->texts, text)
		XFREE(MTYPE_INQUIRY_TEXT, *text);
	darr_free(inquiry->texts);
	darr_free(inquiry->questions);
	darr_free(inquiry->ids);
	darr_free(inquiry->kept);
	darr_free(inquiry->operations);
	load_free(inquiry->load);
	XFREE(MTYPE_INQUIRY, inquiry);
}

/* ---- what is asked ---- */

typedef bool (*take_fn)(struct inquiry *inquiry, const struct question *question,
			const struct row *row, struct reason *why);

static struct question *ask(struct inquiry *inquiry, const char *sql, take_fn take)
{
	struct question *question = darr_append(inquiry->questions);

	*question = (struct question){ .sql = sql, .take = take };
	return question;
}

/* A text of the inquiry's own. */
static const char *text(struct inquiry *inquiry, const char *fmt, ...) PRINTFRR(2, 3);
static const char *text(struct inquiry *inquiry, const char *fmt, ...)
{
	va_list ap;
	char *made;

	va_start(ap, fmt);
	made = vasprintfrr(MTYPE_INQUIRY_TEXT, fmt, ap);
	va_end(ap);
	return *darr_append(inquiry->texts) = made;
}

static bool take_revision(struct inquiry *inquiry, const struct question *question,
			  const struct row *row, struct reason *why)
{
	inquiry->load->revision = column_number(row, 0);
	return true;
}

static bool take_meant(struct inquiry *inquiry, const struct question *question,
		       const struct row *row, struct reason *why)
{
	inquiry->load->meant = column_number(row, 0);
	return true;
}

static bool take_any(struct inquiry *inquiry, const struct question *question,
		     const struct row *row, struct reason *why)
{
	inquiry->load->empty = column_number(row, 0) == 0;
	return true;
}

static bool take_floor(struct inquiry *inquiry, const struct question *question,
		       const struct row *row, struct reason *why)
{
	inquiry->floor = column_number(row, 0);
	return true;
}

static bool take_mark(struct inquiry *inquiry, const struct question *question,
		      const struct row *row, struct reason *why)
{
	column_text(row, 0, inquiry->mark, sizeof(inquiry->mark));
	return true;
}

static bool take_known(struct inquiry *inquiry, const struct question *question,
		       const struct row *row, struct reason *why)
{
	column_text(row, 0, inquiry->known, sizeof(inquiry->known));
	return true;
}

/* A row whose parent went in the same transaction names no tenant: its parent's
 * row does; and one that is given to another tenant is updated.  A range that ends is
 * taken for a short one by who plans before he knows $1.
 */
#define CHANGES                                                                                   \
	"SELECT tenant_id, CASE WHEN tbl IN (%s'meant') THEN 1 ELSE 0 END, max(at),"              \
	" max(CASE WHEN op = 'delete' OR (op = 'update' AND tbl <> 'tenant') THEN 1 ELSE 0 END)," \
	" %s, (SELECT count(*) FROM tenant WHERE tenant.id = change_log.tenant_id)"               \
	" FROM change_log WHERE seq > $1 AND seq <= 9223372036854775807"                          \
	" GROUP BY 1, 2 ORDER BY 1, 2"

static int by_number(const void *a, const void *b)
{
	return numcmp(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* What the reader has in force here (darr, sorted): asked for when it matters. */
static const uint32_t *in_force(struct inquiry *inquiry)
{
	if (inquiry->in_force && !inquiry->has_asked) {
		inquiry->kept = inquiry->in_force(inquiry->in_force_arg);
		if (inquiry->kept)
			qsort(inquiry->kept, darr_len(inquiry->kept), sizeof(*inquiry->kept),
			      by_number);
	}
	inquiry->has_asked = true;
	return inquiry->kept;
}

static bool is_in_force(struct inquiry *inquiry, uint32_t id)
{
	const uint32_t *kept = in_force(inquiry);

	return kept && bsearch(&id, kept, darr_len(kept), sizeof(id), by_number);
}

/* Tells the load when the newest change was written, and of whom no row went.  Who does not
 * concern the reader, or does no longer, is gone; but not from under what is in force
 * here, of which is to be seen what has become of it.
 */
static bool take_change(struct inquiry *inquiry, const struct question *question,
			const struct row *row, struct reason *why)
{
	struct load *load = inquiry->load;
	uint32_t id = column_u32(row, 0); /* 0: NULL, or one that is none */
	bool shared = column_u32(row, 1) != 0, is_there = column_u32(row, 5) != 0;

	load->written = MAX(load->written, column_number(row, 2) * 1000);
	if (shared)
		inquiry->everyone = true;
	else if (id && !column_u32(row, 4) && !is_in_force(inquiry, id))
		*darr_append(load->gone) = id;
	else if (id)
		*darr_append(inquiry->ids) = id;
	if (id && !shared && !is_there)
		load->deleted++;
	if (id && !shared && !column_u32(row, 3))
		*darr_append(load->intact) = id;
	return true;
}

static bool take_nothing(struct inquiry *inquiry, const struct question *question,
			 const struct row *row, struct reason *why)
{
	return true;
}

static bool take_neighbor(struct inquiry *inquiry, const struct question *question,
			  const struct row *row, struct reason *why)
{
	*darr_append(inquiry->ids) = column_u32(row, 0);
	return true;
}

static bool take_operation(struct inquiry *inquiry, const struct question *question,
			   const struct row *row, struct reason *why)
{
	take_operation_row(&inquiry->operations, row);
	return true;
}

static bool take_newest_operation(struct inquiry *inquiry, const struct question *question,
				  const struct row *row, struct reason *why)
{
	inquiry->operations_newest = column_number(row, 0);
	return true;
}

static bool take_provider(struct inquiry *inquiry, const struct question *question,
			  const struct row *row, struct reason *why)
{
	return provider_tables[question->table].take(inquiry->load->provider, row, why);
}

/* Rows of a tenant come one after another. */
static bool is_too_many(struct inquiry *inquiry, unsigned int table, uint32_t id)
{
	if (inquiry->table != table || inquiry->tenant != id)
		inquiry->rows = 0;
	inquiry->table = table;
	inquiry->tenant = id;
	return ++inquiry->rows > ROWS_MOST;
}

static bool take_tenant(struct inquiry *inquiry, const struct question *question,
			const struct row *row, struct reason *why)
{
	struct tenant *tenant;

	if (!is_too_many(inquiry, question->table, column_u32(row, 0))) {
		take_tenant_row(&inquiry->load->tenants, question->table, row);
		return true;
	}
	tenant = find_tenant(inquiry->load->tenants, inquiry->tenant);
	if (tenant)
		reason_set(tenant_bad(tenant),
			   "tenant %s has more than %d rows in one table; make it several tenants",
			   tenant->name, ROWS_MOST);
	return true;
}

static void ask_operations(struct inquiry *inquiry)
{
	const struct operation_row *known;
	struct question *question;

	ask(inquiry, inquiry->dialect->operation, take_newest_operation);
	ask(inquiry, operation_sql[OPERATIONS_OPEN], take_operation);
	/* what ended before anybody looked is history */
	if (inquiry->operations_after >= 0) {
		question = ask(inquiry, operation_sql[OPERATIONS_AFTER], take_operation);
		question->values[question->count++] = inquiry->operations_after;
	}
	darr_foreach_p (inquiry->operations_known, known) {
		if (!operation_is_open(known))
			continue;
		question = ask(inquiry, operation_sql[OPERATIONS_KNOWN], take_operation);
		question->values[question->count++] = known->id;
		question->values[question->count++] = known->began;
	}
}

static void ask_provider(struct inquiry *inquiry)
{
	inquiry->load->provider = provider_new();
	for (unsigned int i = 0; i < PROVIDER_TABLES; i++) {
		const struct provider_table *table = &provider_tables[i];

		ask(inquiry,
		    text(inquiry, "SELECT %s FROM %s ORDER BY %s", table->columns, table->name,
			 table->order),
		    take_provider)
			->table = i;
	}
}

/* id: one of them; 0: all who are read. */
static void ask_tenants(struct inquiry *inquiry, uint32_t id, const char **sql)
{
	const char *only = id ? NULL : inquiry->dialect->only;

	for (unsigned int i = 0; i < TENANT_TABLES; i++) {
		const struct tenant_table *table = &tenant_tables[i];
		struct question *question;

		if (!sql[i])
			sql[i] = text(inquiry, "%s%s%s%s ORDER BY %s", table->sql,
				      id || only ? " WHERE " : "", id || only ? table->key : "",
				      id ? " = $1" : only ?: "", table->order);
		question = ask(inquiry, sql[i], take_tenant);
		question->table = i;
		if (id)
			question->values[question->count++] = id;
	}
}

/* Who is read: those that the database says, and those in force here. */
static void ask_who(struct inquiry *inquiry)
{
	const uint32_t *kept = in_force(inquiry), *id;
	char *list = NULL;

	if (!inquiry->dialect->who)
		return;
	darr_in_strcat(list, "{");
	darr_foreach_p (kept, id)
		darr_in_strcatf(list, "%s%u", id == kept ? "" : ",", *id);
	darr_in_strcat(list, "}");
	ask(inquiry, inquiry->dialect->who, take_nothing)->words = text(inquiry, "%s", list);
	darr_free(list);
}

static void ask_everything(struct inquiry *inquiry)
{
	const char *sql[TENANT_TABLES] = {};

	inquiry->load->full = true;
	ask_provider(inquiry);
	ask_who(inquiry);
	ask_tenants(inquiry, 0, sql);
}

/* "'provider', 'pool', ", of those that are read of what all tenants share. */
static const char *shared_tables(struct inquiry *inquiry)
{
	const char *list = "";

	for (unsigned int i = 0; i < PROVIDER_TABLES; i++)
		list = text(inquiry, "%s'%s', ", list, provider_tables[i].name);
	return list;
}

static void ask_since(struct inquiry *inquiry)
{
	struct question *question;

	ask(inquiry, "SELECT coalesce(min(seq), 0) FROM change_log", take_floor);
	question = ask(inquiry,
		       text(inquiry, CHANGES, shared_tables(inquiry),
			    inquiry->dialect->concerns ?: "1"),
		       take_change);
	question->values[question->count++] = inquiry->since;
	if (!inquiry->dialect->mark)
		return;
	question = ask(inquiry,
		       text(inquiry, "SELECT %s FROM change_log WHERE seq = $1",
			    inquiry->dialect->mark),
		       take_known);
	question->values[question->count++] = inquiry->since;
}

static void ask_head(struct inquiry *inquiry)
{
	ask(inquiry, inquiry->dialect->revision, take_revision);
	ask(inquiry, "SELECT coalesce(max(seq), 0) FROM meant", take_meant);
	if (inquiry->dialect->only) {
		inquiry->load->narrow = true;
		ask(inquiry, "SELECT count(*) FROM (SELECT 1 FROM tenant LIMIT 1) AS any_one",
		    take_any);
	}
	if (inquiry->dialect->mark)
		ask(inquiry,
		    text(inquiry, "SELECT %s FROM change_log ORDER BY seq DESC LIMIT 1",
			 inquiry->dialect->mark),
		    take_mark);
	if (inquiry->with_operations)
		ask_operations(inquiry);
	if (inquiry->since == READ_ALL)
		ask_everything(inquiry);
	else
		ask_since(inquiry);
}

/* A log that ends before since is that of another database, or of another history; one that has
 * been emptied reaches back to nothing.
 */
static bool is_stale(const struct inquiry *inquiry)
{
	uint64_t since = inquiry->since, newest = inquiry->load->revision;
	uint64_t floor = inquiry->floor ? (uint64_t)inquiry->floor : newest + 1;

	if (since == READ_ALL)
		return false;
	if (inquiry->expected && inquiry->expected[0] && strcmp(inquiry->expected, inquiry->known))
		return true;
	return newest < since || (newest > since && floor > since + 1);
}

/* Each once, in the order in which find_tenant() is to find them. */
static void sort_ids(uint32_t *ids)
{
	unsigned int kept = 0;

	if (!ids)
		return;
	qsort(ids, darr_len(ids), sizeof(*ids), by_number);
	for (unsigned int i = 0; i < darr_len(ids); i++)
		if (!kept || ids[i] != ids[kept - 1])
			ids[kept++] = ids[i];
	darr_setlen(ids, kept);
}

/* All that the log names is read, one by one. */
static bool is_in_parts(const struct inquiry *inquiry)
{
	return inquiry->since != READ_ALL && !is_stale(inquiry) && !inquiry->everyone &&
	       darr_len(inquiry->ids) <= TENANTS_MOST;
}

static void ask_neighbors(struct inquiry *inquiry)
{
	struct question *question;
	uint32_t *id;

	if (!inquiry->dialect->neighbors || !is_in_parts(inquiry))
		return;
	darr_foreach_p (inquiry->ids, id) {
		question = ask(inquiry, inquiry->dialect->neighbors, take_neighbor);
		question->values[question->count++] = *id;
	}
}

static void ask_rest(struct inquiry *inquiry)
{
	const char *sql[TENANT_TABLES] = {};
	uint32_t *id;

	if (inquiry->since == READ_ALL || is_stale(inquiry))
		return;
	if (!is_in_parts(inquiry)) {
		ask_everything(inquiry);
		return;
	}
	sort_ids(inquiry->ids);
	darr_foreach_p (inquiry->ids, id)
		ask_tenants(inquiry, *id, sql);
}

/* ---- the interface ---- */

bool inquiry_ask(struct inquiry *inquiry, const struct question **questions)
{
	static void (*const steps[])(struct inquiry *inquiry) = {
		[ASK_HEAD] = ask_head,
		[ASK_NEIGHBORS] = ask_neighbors,
		[ASK_REST] = ask_rest,
	};

	darr_reset(inquiry->questions);
	while (inquiry->phase < ASKED && !darr_len(inquiry->questions))
		steps[inquiry->phase++](inquiry);
	*questions = inquiry->questions;
	return darr_len(inquiry->questions) > 0;
}

bool inquiry_row(struct inquiry *inquiry, const struct question *question, const struct row *row,
		 struct reason *why)
{
	return question->take(inquiry, question, row, why);
}

int inquiry_end(struct inquiry *inquiry, struct load **load, struct reason *why)
{
	uint32_t *id;

	if (is_stale(inquiry))
		return -ESTALE;
	if (inquiry->load->provider && !inquiry->load->provider->asn) {
		reason_set(why, "%s has no provider row; add one with its AS number",
			   inquiry->name);
		return -EIO;
	}
	if (!inquiry->load->full)
		darr_foreach_p (inquiry->ids, id)
			if (!find_tenant(inquiry->load->tenants, *id))
				*darr_append(inquiry->load->gone) = *id;
	operations_sort(inquiry->operations);
	*load = inquiry->load;
	inquiry->load = NULL;
	return 0;
}

const char *inquiry_mark(const struct inquiry *inquiry)
{
	return inquiry->mark;
}

struct operation_row *inquiry_take_operations(struct inquiry *inquiry, int64_t *newest)
{
	struct operation_row *operations = inquiry->operations;

	inquiry->operations = NULL;
	*newest = inquiry->operations_newest;
	return operations;
}
