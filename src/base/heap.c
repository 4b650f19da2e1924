/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 16

/* Positions count from 1, so that 0 can mean "in no heap"; the parent of p is p / 2. */

void heap_init(struct heap *heap)
{
    *heap = (struct heap){0};
}

static bool comes_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

static struct heap_entry *entry_at(const struct heap *heap, size_t position)
{
    return heap->entries[position - 1];
}

static void put(struct heap *heap, struct heap_entry *entry, size_t position)
{
    heap->entries[position - 1] = entry;
    entry->position = position;
}

static void sift_up(struct heap *heap, struct heap_entry *entry, size_t position)
{
    while (position > 1 && comes_before(entry, entry_at(heap, position / 2))) {
        put(heap, entry_at(heap, position / 2), position);
        position /= 2;
    }
    put(heap, entry, position);
}

static size_t lesser_child(const struct heap *heap, size_t position)
{
    size_t child = position * 2;
    if (child < heap->count && comes_before(entry_at(heap, child + 1), entry_at(heap, child)))
        child++;
    return child;
}

static void sift_down(struct heap *heap, struct heap_entry *entry, size_t position)
{
    while (position * 2 <= heap->count) {
        size_t child = lesser_child(heap, position);
        if (!comes_before(entry_at(heap, child), entry))
            break;
        put(heap, entry_at(heap, child), position);
        position = child;
    }
    put(heap, entry, position);
}

static int grow(struct heap *heap)
{
    size_t capacity = heap->capacity ? heap->capacity * 2 : FIRST_CAPACITY;
    struct heap_entry **entries = reallocarray(heap->entries, capacity, sizeof *heap->entries);
    if (!entries)
        return -ENOMEM;
    heap->entries = entries;
    heap->capacity = capacity;
    return 0;
}

int heap_insert(struct heap *heap, struct heap_entry *entry, uint64_t key)
{
    assert(!heap_contains(entry));
    if (heap->count == heap->capacity) {
        int r = grow(heap);
        if (r < 0)
            return r;
    }
    entry->key = key;
    entry->sequence = heap->next_sequence++;
    heap->count++;
    sift_up(heap, entry, heap->count);
    return 0;
}

/* The last entry takes the hole's place; from there it may have to go either way. */
void heap_remove(struct heap *heap, struct heap_entry *entry)
{
    size_t hole = entry->position;
    if (hole == 0)
        return;
    assert(hole <= heap->count && entry_at(heap, hole) == entry);

    struct heap_entry *last = entry_at(heap, heap->count);
    heap->count--;
    entry->position = 0;
    if (last == entry)
        return;
    if (hole > 1 && comes_before(last, entry_at(heap, hole / 2)))
        sift_up(heap, last, hole);
    else
        sift_down(heap, last, hole);
}

struct heap_entry *heap_least(const struct heap *heap)
{
    return heap->count > 0 ? heap->entries[0] : NULL;
}

void heap_clear(struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        heap->entries[i]->position = 0;
    free(heap->entries);
    heap_init(heap);
}
