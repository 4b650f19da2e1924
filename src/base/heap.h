/* SPDX-License-Identifier: Apache-2.0
 *
 * heap - intrusive binary min-heap over 64-bit keys; ties leave in the order of insertion.
 *
 * Memory   entries are embedded in what they order; the array of pointers is the heap's.
 * Threads  belongs to its owner.
 * Errors   heap_insert() returns -ENOMEM; nothing else fails.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_entry {
    uint64_t key;
    uint64_t sequence; /* set by heap_insert(); breaks ties */
    size_t position;   /* 1-based index in the array; 0: in no heap */
};

struct heap {
    struct heap_entry **entries;
    size_t count, capacity;
    uint64_t next_sequence;
};

void heap_init(struct heap *heap);
int heap_insert(struct heap *heap, struct heap_entry *entry, uint64_t key);
/* Removing an entry that is in no heap does nothing. */
void heap_remove(struct heap *heap, struct heap_entry *entry);
/* The entry with the least key, still in the heap; NULL when empty. */
struct heap_entry *heap_least(const struct heap *heap);
/* Frees the array; entries are the caller's. */
void heap_clear(struct heap *heap);

static inline bool heap_contains(const struct heap_entry *entry)
{
    return entry->position != 0;
}

#endif
