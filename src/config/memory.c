/* SPDX-License-Identifier: Apache-2.0 */
#include "config/memory.h"

#include <stdlib.h>

struct memory_piece {
    struct memory_piece *next;
    size_t size;
    max_align_t data[];
};

void *memory_alloc(struct memory *memory, size_t size)
{
    struct memory_piece *piece = calloc(1, sizeof *piece + size);
    if (!piece)
        return NULL;
    piece->size = size;
    piece->next = memory->pieces;
    memory->pieces = piece;
    return piece->data;
}

char *memory_copy(struct memory *memory, struct bytes view)
{
    char *copy = memory_alloc(memory, view.length + 1);
    if (copy && view.length > 0)
        memcpy(copy, view.at, view.length);
    return copy;
}

void memory_clear(struct memory *memory)
{
    while (memory->pieces) {
        struct memory_piece *piece = memory->pieces;
        memory->pieces = piece->next;
        explicit_bzero(piece->data, piece->size);
        free(piece);
    }
}
