/* SPDX-License-Identifier: Apache-2.0
 *
 * failing_memory - allocations that fail when a test says so. The executable is linked with
 * --wrap, which sends the program's own malloc here; libraries keep theirs.
 *
 * Threads  one.
 */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <stdbool.h>

/* The n-th allocation from here fails, and no other; 0: none does. */
void failing_memory_set(unsigned nth);
/* Whether it has come to that. */
bool failing_memory_has_failed(void);
/* Allocations that are not the program's, between a call with true and one with false: of the
 * test, or of a world's kernel (world_memory_hook()). The pairs may be nested. */
void failing_memory_spare(bool spared);

#endif
