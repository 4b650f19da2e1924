/* SPDX-License-Identifier: Apache-2.0
 *
 * memory - many small pieces that go together, wiped: some of them held keys.
 *
 * The arena of base/ serves exchanges and draws on a loop's pool; a configuration has no loop.
 *
 * Units    bytes; every piece is zeroed and aligned for any object.
 * Memory   the caller embeds the struct (zeroed: empty).
 * Threads  belongs to its owner.
 * Errors   NULL when malloc refuses; what was taken before stays valid.
 */
#ifndef CONFIG_MEMORY_H
#define CONFIG_MEMORY_H

#include "base/bytes.h"

struct memory_piece;

struct memory {
    struct memory_piece *pieces; /* newest first */
};

void *memory_alloc(struct memory *memory, size_t size);
/* A copy with a 0 byte behind it. */
char *memory_copy(struct memory *memory, struct bytes view);
void memory_clear(struct memory *memory);

#endif
