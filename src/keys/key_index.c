/* SPDX-License-Identifier: Apache-2.0
 *
 * The upper bits of a hash pick the leaf, the lower ones the slot at which the search begins.
 */
#include "keys/key_index.h"

#include <assert.h>
#include <errno.h>

struct key_slot {
    uint64_t hash;
    struct counted *block; /* NULL: free */
};

/* Open addressing, at most three quarters full, so that every search finds a free slot. */
struct key_leaf {
    struct counted counted;
    uint32_t count;
    uint32_t slot_count; /* a power of two */
    struct key_slot slots[];
};

static size_t leaf_of(uint64_t hash)
{
    return hash >> 54;
}
static_assert(KEY_INDEX_LEAVES == 1 << (64 - 54), "the upper bits of a hash pick a leaf");

/* ---- leaves ---- */

static bool leaf_has_room(const struct key_leaf *leaf)
{
    return leaf->count + KEY_INDEX_ROOM <= leaf->slot_count / 4 * 3;
}

static void leaf_add(struct key_leaf *leaf, struct key_slot added)
{
    uint32_t last = leaf->slot_count - 1, i = (uint32_t)added.hash & last;
    while (leaf->slots[i].block)
        i = (i + 1) & last;
    leaf->slots[i] = added;
    leaf->count++;
}

static struct key_leaf *leaf_new(uint32_t count)
{
    uint32_t slot_count = 4;
    while (slot_count / 4 * 3 < count + KEY_INDEX_ROOM)
        slot_count *= 2;
    struct key_leaf *leaf = calloc(1, sizeof *leaf + slot_count * sizeof leaf->slots[0]);
    if (!leaf)
        return NULL;
    counted_init(&leaf->counted);
    leaf->slot_count = slot_count;
    return leaf;
}

static struct key_leaf *leaf_copy(const struct key_leaf *from)
{
    struct key_leaf *leaf = leaf_new(from->count);
    for (uint32_t i = 0; leaf && i < from->slot_count; i++)
        if (from->slots[i].block) {
            counted_hold(from->slots[i].block);
            leaf_add(leaf, from->slots[i]);
        }
    return leaf;
}

static void leaf_release(struct key_leaf *leaf)
{
    if (!leaf || !counted_drop(&leaf->counted))
        return;
    for (uint32_t i = 0; i < leaf->slot_count; i++)
        if (leaf->slots[i].block)
            counted_release(leaf->slots[i].block);
    free(leaf);
}

/* Frees slot i and moves up what was displaced by it, so that searches still end at a free slot. */
static void leaf_close_gap(struct key_leaf *leaf, uint32_t i)
{
    uint32_t last = leaf->slot_count - 1;
    for (uint32_t next = (i + 1) & last; leaf->slots[next].block; next = (next + 1) & last) {
        uint32_t home = (uint32_t)leaf->slots[next].hash & last;
        if (((next - home) & last) >= ((next - i) & last)) {
            leaf->slots[i] = leaf->slots[next];
            i = next;
        }
    }
    leaf->slots[i] = (struct key_slot){0};
}

/* ---- the index ---- */

void key_index_fork(struct key_index *index, const struct key_index *base)
{
    *index = *base;
    for (size_t i = 0; i < KEY_INDEX_LEAVES; i++)
        if (index->leaves[i].leaf)
            counted_hold(&index->leaves[i].leaf->counted);
}

void key_index_clear(struct key_index *index)
{
    for (size_t i = 0; i < KEY_INDEX_LEAVES; i++)
        leaf_release(index->leaves[i].leaf);
    *index = (struct key_index){0};
}

struct counted *key_index_find(const struct key_index *index, uint64_t hash, key_index_is_fn *is,
                               const void *wanted)
{
    const struct key_leaf *leaf = index->leaves[leaf_of(hash)].leaf;
    if (!leaf)
        return NULL;
    uint32_t last = index->leaves[leaf_of(hash)].last_slot;
    for (uint32_t i = (uint32_t)hash & last; leaf->slots[i].block; i = (i + 1) & last)
        if (leaf->slots[i].hash == hash && is(leaf->slots[i].block, wanted))
            return leaf->slots[i].block;
    return NULL;
}

int key_index_own(struct key_index *index, uint64_t hash)
{
    struct key_leaf *leaf = index->leaves[leaf_of(hash)].leaf;
    if (leaf && counted_is_mine(&leaf->counted) && leaf_has_room(leaf))
        return 0;
    struct key_leaf *own = leaf ? leaf_copy(leaf) : leaf_new(0);
    if (!own)
        return -ENOMEM;
    leaf_release(leaf);
    index->leaves[leaf_of(hash)].leaf = own;
    index->leaves[leaf_of(hash)].last_slot = own->slot_count - 1;
    return 0;
}

void key_index_add(struct key_index *index, uint64_t hash, struct counted *block)
{
    counted_hold(block);
    leaf_add(index->leaves[leaf_of(hash)].leaf, (struct key_slot){hash, block});
}

void key_index_remove(struct key_index *index, uint64_t hash, const struct counted *block)
{
    struct key_leaf *leaf = index->leaves[leaf_of(hash)].leaf;
    uint32_t last = leaf->slot_count - 1, i = (uint32_t)hash & last;
    while (leaf->slots[i].block != block)
        i = (i + 1) & last;
    counted_release(leaf->slots[i].block);
    leaf_close_gap(leaf, i);
    leaf->count--;
}
