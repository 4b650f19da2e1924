/* SPDX-License-Identifier: Apache-2.0 */
#include "route/model_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static uint64_t bit(size_t core)
{
    return UINT64_C(1) << core;
}

static uint64_t all_cores(const struct model_table *table)
{
    return table->core_count < 64 ? bit(table->core_count) - 1 : UINT64_MAX;
}

void model_table_init(struct model_table *table, size_t core_count)
{
    assert(core_count <= CORE_TABLE_LIMIT);
    *table = (struct model_table){.core_count = core_count};
}

void model_table_clear(struct model_table *table)
{
    for (size_t i = 0; i < table->core_count; i++)
        free(table->lists[i].at);
    free(table->slots);
    model_table_init(table, table->core_count);
}

/* ---- lists ---- */

/* The views, and behind them what they point to, in one block. */
static int copy_ids(const struct bytes *ids, size_t count, struct model_ids *ret_copy)
{
    size_t size = count * sizeof *ids;
    for (size_t i = 0; i < count; i++)
        size += ids[i].length;
    struct bytes *copy = malloc(size > 0 ? size : 1);
    if (!copy)
        return -ENOMEM;

    char *text = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = bytes_of(text, ids[i].length);
        if (ids[i].length > 0)
            memcpy(text, ids[i].at, ids[i].length);
        text += ids[i].length;
    }
    *ret_copy = (struct model_ids){copy, count};
    return 0;
}

static bool is_same(struct model_ids list, const struct bytes *ids, size_t count)
{
    if (list.count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!bytes_equal(list.at[i], ids[i]))
            return false;
    return true;
}

/* ---- the index ---- */

/* The name's slot, or the free one where it belongs. */
static struct model_slot *slot_of(struct model_slot *slots, size_t slot_count, struct bytes name,
                                  uint64_t hash)
{
    size_t i = hash & (slot_count - 1);
    while (slots[i].name.at && (slots[i].hash != hash || !bytes_equal(slots[i].name, name)))
        i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

static size_t slots_needed(const struct model_table *table)
{
    size_t ids = 0, needed = 8;
    for (size_t i = 0; i < table->core_count; i++)
        ids += 2 * table->lists[i].count; /* each may stand there under two names */
    while (needed < 2 * ids)              /* never more than half full: a search ends soon */
        needed *= 2;
    return needed;
}

static void put(struct model_slot *slots, size_t slot_count, struct bytes name, size_t core)
{
    uint64_t hash = hash_bytes(name, 0);
    struct model_slot *slot = slot_of(slots, slot_count, name, hash);
    *slot = (struct model_slot){name, hash, slot->cores | bit(core)};
}

/* Ollama lists NAME:latest, and answers to NAME. */
static bool has_short_name(struct bytes name, struct bytes *ret_short)
{
    static const char tag[] = ":latest";
    const size_t length = sizeof tag - 1;
    if (name.length <= length || memcmp(name.at + name.length - length, tag, length) != 0)
        return false;
    *ret_short = bytes_of(name.at, name.length - length);
    return true;
}

static int build_index(struct model_table *table)
{
    size_t slot_count = slots_needed(table);
    struct model_slot *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return -ENOMEM;
    for (size_t core = 0; core < table->core_count; core++)
        for (size_t i = 0; i < table->lists[core].count; i++) {
            struct bytes name = table->lists[core].at[i], short_name;
            put(slots, slot_count, name, core);
            if (has_short_name(name, &short_name))
                put(slots, slot_count, short_name, core);
        }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return 0;
}

/* Lists seldom change: most refreshes end here. */
int model_table_set(struct model_table *table, size_t core, const struct bytes *ids, size_t count)
{
    assert(core < table->core_count);
    struct model_ids before = table->lists[core], list;
    if (table->listed & bit(core) && is_same(before, ids, count))
        return 0;
    if (copy_ids(ids, count, &list) < 0)
        return -ENOMEM;

    table->lists[core] = list;
    if (build_index(table) < 0) {
        table->lists[core] = before;
        free(list.at);
        return -ENOMEM;
    }
    free(before.at);
    table->listed |= bit(core);
    return 0;
}

/* What the index still says of its former list is covered by `listed`. */
void model_table_forget(struct model_table *table, size_t core)
{
    assert(core < table->core_count);
    table->listed &= ~bit(core);
}

/* ---- questions ---- */

static uint64_t listing(const struct model_table *table, struct bytes name)
{
    if (table->slot_count == 0)
        return 0;
    return table->listed &
           slot_of(table->slots, table->slot_count, name, hash_bytes(name, 0))->cores;
}

struct model_cores model_table_find(const struct model_table *table, struct bytes name)
{
    return (struct model_cores){
        .having = listing(table, name),
        .unknown = all_cores(table) & ~table->listed,
    };
}

struct model_cores model_table_find_each(const struct model_table *table, const struct bytes *names)
{
    struct model_cores cores = {0};
    for (size_t i = 0; i < table->core_count; i++) {
        if (!names[i].at)
            continue;
        struct model_cores found = model_table_find(table, names[i]);
        cores.having |= found.having & bit(i);
        cores.unknown |= found.unknown & bit(i);
    }
    return cores;
}
