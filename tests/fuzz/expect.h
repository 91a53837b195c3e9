// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds of all input, in a fuzzer: where it does not, the program ends, and says what. */
#ifndef FRR_TENANT_TESTS_FUZZ_EXPECT_H
#define FRR_TENANT_TESTS_FUZZ_EXPECT_H

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(what)                                                                    \
	do {                                                                            \
		if (!(what)) {                                                          \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                        \
		}                                                                       \
	} while (0)

#endif
