// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on sites as the database has them (tables operation and
 * operation_step): tenantctl runs them, and everyone else may look.
 *
 * They are no part of a load.  They change nothing of the network by
 * themselves, and most of what is written to them has no entry in the change
 * log: so they are read whenever anything was committed, which is one look
 * into an index that has only those that are not over (inquiry_operations()): these,
 * those of an id above the newest that was known, and those that were open and are no more.
 */
#ifndef FRR_TENANT_SOURCE_OPERATION_H
#define FRR_TENANT_SOURCE_OPERATION_H

#include "model/model.h"

#define OPERATION_WORD_SIZE 16

struct operation_row {
	int64_t id;
	uint32_t tenant_id;
	uint32_t from_id, to_id;        /* sites; 0: none */
	int64_t began, ended;           /* ms since 1970; ended 0: it has not */
	int64_t phase_began, phase_end; /* the same of its newest phase; 0: it is waited for */
	char kind[OPERATION_WORD_SIZE], mode[OPERATION_WORD_SIZE]; /* mode "": has none */
	char state[OPERATION_WORD_SIZE]; /* running, done, failed, undone */
	char phase[OPERATION_WORD_SIZE]; /* the newest; "begun" before the first */
	struct reason reason;            /* why it failed; "" */
};

/* It runs, or has failed and stands. */
bool operation_is_open(const struct operation_row *operation);

#endif
