/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/key_row.h"

#include <errno.h>
#include <stdlib.h>

/* ---- scratch: made large enough first, so that what is taken of it stays where it is ---- */

static int make_room(struct key_scratch *scratch, size_t size)
{
    scratch->used = 0;
    if (size <= scratch->capacity)
        return 0;
    char *block = realloc(scratch->block, size);
    if (!block)
        return -ENOMEM;
    scratch->block = block;
    scratch->capacity = size;
    return 0;
}

static void *take(struct key_scratch *scratch, size_t size)
{
    void *taken = scratch->block + scratch->used;
    scratch->used += size;
    return taken;
}

static const char *take_text(struct key_scratch *scratch, struct bytes text)
{
    char *copy = take(scratch, text.length + 1);
    if (text.length > 0)
        memcpy(copy, text.at, text.length);
    copy[text.length] = '\0';
    return copy;
}

void key_scratch_clear(struct key_scratch *scratch)
{
    free(scratch->block);
    *scratch = (struct key_scratch){0};
}

/* ---- lists ---- */

static size_t count_items(struct bytes text)
{
    size_t count = text.length > 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.at[i] == ',';
    return count;
}

/* Items are views of the row's text; empty ones are none. */
static struct name_list take_list(struct key_scratch *scratch, struct bytes text)
{
    struct bytes *items = take(scratch, count_items(text) * sizeof *items);
    size_t count = 0;
    while (text.length > 0) {
        struct bytes item = bytes_cut(&text, ',');
        if (item.length > 0)
            items[count++] = item;
    }
    return (struct name_list){items, count};
}

/* ---- rows ---- */

static struct key_limits limits_of(const struct store_limits *limits)
{
    return (struct key_limits){.requests_per_minute = limits->requests_per_minute,
                               .tokens_per_minute = limits->tokens_per_minute,
                               .concurrency = limits->concurrency,
                               .day_nusd = limits->day_nusd,
                               .month_nusd = limits->month_nusd};
}

/* A class that only a newer version knows is not given away. */
static enum service_class class_of(struct bytes name)
{
    enum service_class class = CLASS_BATCH;
    if (name.length == 0)
        return CLASS_STANDARD;
    (void)service_class_read(name, &class);
    return class;
}

static size_t room_for_key(const struct store_key *row)
{
    size_t items = count_items(row->models) + count_items(row->routes) + count_items(row->regions);
    return items * sizeof(struct bytes) + row->name.length + row->tenant.length +
           row->labels.length + 3;
}

/* Lists come first: they are aligned as the block is. */
int key_row_read(struct key_scratch *scratch, const struct store_key *row, struct key *ret_key)
{
    if (make_room(scratch, room_for_key(row)) < 0)
        return -ENOMEM;
    struct key key = {
        .id = row->id,
        .tenant_id = row->tenant_id,
        .limits = limits_of(&row->limits),
        .expires_ms = row->expires_ms,
        .class = class_of(row->service_class),
        .is_revoked = row->revoked_ms != 0,
        .old_until_ms = row->old_until_ms,
    };
    key.models = take_list(scratch, row->models);
    key.routes = take_list(scratch, row->routes);
    key.regions = take_list(scratch, row->regions);
    key.name = take_text(scratch, row->name);
    key.tenant = take_text(scratch, row->tenant);
    key.labels = take_text(scratch, row->labels);
    memcpy(key.digest, row->digest, sizeof key.digest);
    memcpy(key.old_digest, row->old_digest, sizeof key.old_digest);
    *ret_key = key;
    return 0;
}

int tenant_row_read(struct key_scratch *scratch, const struct store_tenant *row,
                    struct tenant *ret_tenant)
{
    if (make_room(scratch, row->name.length + 1) < 0)
        return -ENOMEM;
    *ret_tenant = (struct tenant){
        .id = row->id, .name = take_text(scratch, row->name), .limits = limits_of(&row->limits)};
    return 0;
}
