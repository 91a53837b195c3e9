// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files of the engine share.
 *
 *   engine.c  tenants made dirty, planned, retried
 *   place.c   one VRF: what is in place, and what should be
 *   batch.c   the steps of one batch, with batch_send.c
 *   survey.c  reading what is in place
 *   audit.c   whether it still is what was put there
 *   verify.c  whether bgpd exports what it holds
 *   late_neighbor.c  whether an edge's neighbors have what it translated
 */
#ifndef FRR_TENANT_APPLY_ENGINE_PRIV_H
#define FRR_TENANT_APPLY_ENGINE_PRIV_H

#include "jhash.h"
#include "typesafe.h"

#include "apply/engine.h"
#include "apply/frr_conn.h"
#include "plan/diff.h"

PREDECL_HASH(place_hash);
PREDECL_HASH(place_ids);
PREDECL_LIST(place_list);
PREDECL_DLIST(failed_list);
PREDECL_DLIST(news_list);
PREDECL_LIST(verify_list);

/* One operation of a batch on one VRF. */
struct task {
	struct op op;
	struct place *place;
	bool done;
};

/* What a plan is made from.  The node is one of the provider's. */
struct snapshot {
	struct provider *provider;
	struct tenant *tenant; /* NULL: nothing is planned */
	const struct node *node;
};

/* One VRF on this node (or, with an empty name, the node's own part). */
struct place {
	struct place_hash_item item;
	struct place_ids_item id_item; /* while tenant_id is set */
	struct place_list_item dirty_item;
	struct failed_list_item failed_item; /* while its health is that */
	struct news_list_item news_item;     /* until engine_each_new() has told of it */
	struct engine *engine;
	char vrf[DEVICE_NAME_MAX + 1];
	uint32_t tenant_id;
	enum health health; /* once it has been planned */
	struct reason reason;
	bool judged;    /* what should be has been compared with what is, once at least */
	bool unplanned; /* not since this node serves its tenant: no health yet */
	bool settled;   /* a batch has ended that was to have something there */
	bool coming;    /* none has, and one is under way: no health yet, either */
	bool dirty;

	/* made and let go by place.c: place_have(), place_want() */
	struct snapshot planned;
	uint32_t wants[TARGET_COUNT];   /* objects of the plan */
	uint32_t audited[TARGET_COUNT]; /* hash of what audit.c read and found as believed */
	bool as_planned;                /* have is the plan's objects for the targets in holds */
	uint8_t holds;                  /* TARGET_BIT(), or-ed */
	struct objects have, want;

	/* while in a batch */
	struct task *tasks; /* darr */
	bool stopped;       /* no more additions: something failed */
	bool lost;          /* it failed because a daemon is away */
	bool disturbed;     /* somebody changed its part of the kernel meanwhile ... */
	bool vrf_gone;      /* ... and took away the VRF */

	struct verify *verify; /* its export is to be looked at */
	int64_t ospf_since;    /* its OSPF instance was made by then; us monotonic */
	int64_t sent_again;    /* who was Full by then has all translations; us monotonic */
	unsigned int failures; /* in a row */
	struct event *ev_retry;
	int64_t noticed; /* the oldest change not yet applied; 0: none */
	uint64_t changes;
	int64_t applied, took;
};

static inline int place_cmp(const struct place *a, const struct place *b)
{
	return strcmp(a->vrf, b->vrf);
}

static inline uint32_t place_key(const struct place *place)
{
	return jhash(place->vrf, strlen(place->vrf), 0x7e4a47);
}

static inline int place_id_cmp(const struct place *a, const struct place *b)
{
	return numcmp(a->tenant_id, b->tenant_id);
}

static inline uint32_t place_id_key(const struct place *place)
{
	return jhash_1word(place->tenant_id, 0x7e4a47);
}

DECLARE_HASH(place_hash, struct place, item, place_cmp, place_key);
DECLARE_HASH(place_ids, struct place, id_item, place_id_cmp, place_id_key);
DECLARE_LIST(place_list, struct place, dirty_item);
DECLARE_DLIST(failed_list, struct place, failed_item);
DECLARE_DLIST(news_list, struct place, news_item);

/* The removals of all phases, then the additions of all phases. */
#define STEP_COUNT (2 * PHASE_COUNT)

/* A transaction of all places was refused, so each place's part goes by itself. */
enum apart { APART_NO, APART_NEEDED, APART_DONE };

struct batch {
	struct place **places; /* darr; NULL: no batch */
	unsigned int step;
	unsigned int next_place; /* whose kernel operations come next in this step */
	unsigned int ready;      /* so many places have nothing more to wait for */
	unsigned int answers_due;
	unsigned int changed; /* places with something to do, when it ends */
	enum apart apart[TARGET_COUNT];
	int64_t began;
	struct event *ev_barrier; /* gives up waiting for zebra */
	struct event *ev_continue;
	bool waiting_for_zebra;
	bool zebra_spoke;                 /* since it was last looked at */
	unsigned int ready_before, waits; /* how far it was then; looks that found it no further */
	bool settling;
	unsigned int looks; /* whether bgpd, or zebra, is quiet */
	bool let_go;        /* zebra of the last VRF's default */
	unsigned int idle;  /* looks in a row that found zebra done with it */
};

struct engine {
	struct event_loop *loop;
	struct kernel *kernel;
	struct engine_host host;
	const struct model *model;
	const struct provider *provider; /* that the node's own part was planned for */
	char node_name[TENANT_NAME_MAX + 1];
	struct reason problem;  /* with the node itself */
	uint8_t strangers_stay; /* VRFs that the model has never known: enum stranger_reason */

	struct place_hash_head places[1]; /* by VRF */
	struct place_ids_head tenants[1]; /* by tenant id */
	struct place_list_head dirty[1];
	struct failed_list_head failed[1];
	struct news_list_head news[1];
	unsigned int needs[TARGET_COUNT];    /* places that want something there */
	struct objects scratch, scratch_new; /* of place.c */
	struct batch batch;
	struct event *ev_batch, *ev_kernel, *ev_survey;

	struct frr_conn *conns[TARGET_COUNT]; /* none for the kernel; vrrpd's once it is needed */
	bool virtual_held;                    /* since vrrpd went: kernel_hold_virtual() */
	bool surveyed[TARGET_COUNT];          /* what it holds is known */
	bool asking[TARGET_COUNT];            /* its answer is on the way */
	bool unread[TARGET_COUNT];            /* it did not tell; asked again in a while */
	int64_t up_since[TARGET_COUNT];       /* us monotonic */

	struct verify_list_head verifies[1]; /* by time */
	struct verify *verifying;            /* bgpd has been asked about it */
	struct event *ev_verify;
	struct frr_conn *zebra; /* to ask what routes it has */
	bool exports_only_told;

	struct {
		struct event *ev_look;
		bool asking;
		int64_t asked, looked; /* the last look: ospfd asked, and answered; us monotonic */
	} late;                        /* of late_neighbor.c */

	struct {
		struct event *ev_look;
		unsigned int turn; /* the target that was asked last */
		bool asking;
		bool only_tells;
		int64_t asked;               /* us monotonic */
		uint64_t batches;            /* that had ended by then */
		int64_t next[TARGET_COUNT];  /* not before; us monotonic */
		uint32_t text[TARGET_COUNT]; /* hash of the last answer that was all right */
	} audit;

	struct engine_stats stats;
};

/* ---- place.c ---- */
struct place *place_find(const struct engine *engine, const char *vrf);
struct place *place_get(struct engine *engine, const char *vrf); /* made if needed */
void place_free(struct place *place);
void place_make_dirty(struct place *place);
/* Whose VRF it is; 0: nobody's any more. */
void place_set_tenant(struct place *place, uint32_t tenant_id);
/* To be called for a new reason, too. */
void place_set_health(struct place *place, enum health health);
/* What is told of it; the reason is good until the next call. */
enum health place_health(const struct place *place);
const char *place_reason(const struct place *place);
/* Frees it where nothing is wanted there, and nothing is there. */
void place_drop_if_empty(struct place *place);

/* What should be from now on; tenant may be NULL. */
void place_set_plan(struct place *place, const struct provider *provider,
		    const struct tenant *tenant, const struct node *node);
/* The same for the node's own part, which takes the set over. */
void place_set_want(struct place *place, struct objects *want);

/* The sets are there until place_let_go(), which is to follow; what is in place
 * may be changed, and is to be kept sorted.
 */
struct objects *place_have(struct place *place);
const struct objects *place_want(struct place *place);
/* Keeps of them what cannot be planned again. */
void place_let_go(struct place *place);

/* What is in place from now on: that set, which is taken over; all that should be. */
void place_set_have(struct place *place, struct objects *have);
void place_set_done(struct place *place);

/* What is in place under this key, where it is wanted there; else NULL.  Good
 * until the next call of this file, and keeps no set.
 */
const struct object *place_known(struct place *place, const struct object *key);

/* These need no sets. */
size_t place_have_count(const struct place *place);
size_t place_want_count(const struct place *place);
bool place_is_as_wanted(const struct place *place);
bool place_has_vrf(struct place *place); /* the device is in the kernel */
/* Nothing of the target is in place there, as far as we know. */
void place_forget(struct place *place, enum target target);

/* ---- engine.c ---- */
/* All of them, for a change that concerns everyone. */
void engine_make_all_dirty(struct engine *engine);
/* Begins a batch in the next turn of the loop, if anything is dirty. */
void engine_schedule(struct engine *engine);
void engine_batch_done(struct engine *engine);
/* Begins to talk to vrrpd, if that has not begun. */
void engine_need_vrrpd(struct engine *engine);

/* ---- reaction.c ---- */
/* Reads what the kernel has to say, and goes on listening; the event's argument is the
 * engine.
 */
void reaction_to_kernel(struct event *event);
/* A batch has ended for the place: what others did to it meanwhile follows. */
void reaction_batch_ended(struct place *place);
/* The place's instances in a daemon are equal to nothing from now on, so that the next
 * batch makes them anew.  False where there are none.
 */
bool reaction_make_anew(struct place *place, enum target target);

/* ---- batch.c ---- */
bool batch_is_running(const struct engine *engine);
/* Finds what is to be done for a place: one by one as they are planned, so that the
 * lists of one are gone before the next one's are made.
 */
void batch_compare(struct place *place);
/* Takes the places through the steps; they have been compared. */
void batch_begin(struct engine *engine, struct place **places);
void batch_zebra_changed(struct engine *engine);
/* What a tenantd that was killed in a transaction left a daemon in. */
void batch_end_load(struct engine *engine, enum target target);
void batch_cancel(struct engine *engine);

/* ---- module.c ---- */
/* Asks a daemon that has come up whether our module is in it. */
void module_ask(struct engine *engine, enum target target);

/* ---- late_neighbor.c ---- */
/* ospfd runs without our module: from now on, and until it runs with it, looks
 * every few seconds for neighbors that came after the translation.
 */
void late_neighbor_start(struct engine *engine);
void late_neighbor_stop(struct engine *engine);

/* ---- survey.c ---- */
/* What is ours in a daemon's configuration (darr), which is taken apart in place. */
struct object *survey_read(struct engine *engine, enum target target, char *text);
/* Asks for what is in place wherever that is not known; engine_schedule() is
 * called when an answer has come.
 */
void survey_begin(struct engine *engine);
/* The first of kernel and daemons that is there and has not been read; TARGET_COUNT: all
 * have been.
 */
enum target survey_awaits(const struct engine *engine);
bool survey_is_complete(const struct engine *engine);
void survey_forget(struct engine *engine, enum target target);

/* ---- audit.c ---- */
/* From now on every daemon is asked every few seconds. */
void audit_start(struct engine *engine);
void audit_stop(struct engine *engine);

/* ---- verify.c ---- */
/* Looks in a while whether all that should be exported from its VRF is. */
void verify_place(struct place *place);
/* The place is about to be freed; all of them. */
void verify_forget(struct place *place);
void verify_init(struct engine *engine);
void verify_stop(struct engine *engine);

#endif
