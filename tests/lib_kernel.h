// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of apply/kernel share: a real kernel, in which every test has
 * a network namespace of its own with two interfaces, t0 (a trunk) and p0 (a
 * port).  A test fills `want` and brings the kernel in step with it; the words
 * below abort the test where the kernel does not do as they say.
 *
 * It takes root and a kernel with VRF.  Elsewhere run_kernel_suite() says so
 * and returns 77, which automake takes for "skipped".
 */
#ifndef FRR_TENANT_TESTS_LIB_KERNEL_H
#define FRR_TENANT_TESTS_LIB_KERNEL_H

#include <check.h>

#include "apply/kernel.h"
#include "model/model.h"

extern struct kernel *kernel;
extern struct objects want;

/* ---- somebody else's hand in the kernel, and eye ---- */

void operator_does(const char *command);
bool holds(const char *command);

/* ---- objects ---- */

struct object object(enum object_kind kind, const char *vrf, const char *name, const char *ref,
		     uint32_t num0, uint32_t num1, const char *net);
struct object vrf_of(const char *vrf, uint32_t table);
struct object route_via(const char *vrf, uint32_t table, const char *to, const char *via);

void wish(struct object obj);
/* A tenant with one of everything. */
void wish_tenant(void);

/* ---- what is done and seen ---- */

void apply_ok(enum outcome what, struct object obj);
/* Adding it is refused with this error and a sentence that says this. */
void refused(struct object obj, int error, const char *says);
/* What a read and a diff find; *ops is a darr. */
size_t differences(struct op **ops);
void has_no_differences(void);
/* Brings the kernel in step with what is wished; a second diff is empty. */
void in_step(void);
/* Wishes for nothing: all of ours is gone. */
void nothing_remains(void);

/* ---- running ---- */

/* tests: ended by NULL. */
void add_case(Suite *suite, const char *name, const TTest *const *tests);
int run_kernel_suite(Suite *suite);

#endif
