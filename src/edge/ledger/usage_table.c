/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/usage_table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

/* Whose rows are found by chance only is of no use to anybody: no secret seed. */
static uint64_t hash_of(const struct store_usage *usage)
{
    uint64_t hash = hash_bytes(usage->tenant, usage->day);
    return hash_bytes(usage->model, hash_bytes(usage->key, hash));
}

static bool is_row_of(const struct store_usage *row, const struct store_usage *usage)
{
    return row->day == usage->day && bytes_equal(row->model, usage->model) &&
           bytes_equal(row->key, usage->key) && bytes_equal(row->tenant, usage->tenant);
}

static void add_up(uint64_t *sum, uint64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = UINT64_MAX;
}

static void add_numbers(struct store_usage *sum, const struct store_usage *more)
{
    add_up(&sum->requests, more->requests);
    add_up(&sum->prompt_tokens, more->prompt_tokens);
    add_up(&sum->cached_tokens, more->cached_tokens);
    add_up(&sum->answer_tokens, more->answer_tokens);
    add_up(&sum->nusd, more->nusd);
    add_up(&sum->saved_nusd, more->saved_nusd);
}

static struct bytes put_name(char **at, struct bytes name)
{
    struct bytes kept = bytes_of(*at, name.length);
    if (name.length > 0)
        memcpy(*at, name.at, name.length);
    *at += name.length;
    return kept;
}

static struct usage_row *row_new(const struct store_usage *usage)
{
    size_t names = usage->tenant.length + usage->key.length + usage->model.length;
    struct usage_row *row = malloc(sizeof *row + names);
    if (!row)
        return NULL;
    char *at = row->names;
    row->usage = *usage;
    row->usage.tenant = put_name(&at, usage->tenant);
    row->usage.key = put_name(&at, usage->key);
    row->usage.model = put_name(&at, usage->model);
    return row;
}

/* Into the row that there is, or a new one while there are fewer than `most`. */
static bool add_below(struct usage_table *table, const struct store_usage *usage, size_t most)
{
    struct usage_row **bucket = &table->buckets[hash_of(usage) & (table->bucket_count - 1)];
    for (struct usage_row *row = *bucket; row; row = row->next) {
        if (!is_row_of(&row->usage, usage))
            continue;
        add_numbers(&row->usage, usage);
        return true;
    }
    struct usage_row *row = table->count < most ? row_new(usage) : NULL;
    if (!row)
        return false;
    row->next = *bucket;
    *bucket = row;
    table->count++;
    return true;
}

void usage_table_add(struct usage_table *table, const struct store_usage *usage)
{
    if (add_below(table, usage, table->most - table->most / 4))
        return;
    struct store_usage merged = *usage;
    merged.model = BYTES("*");
    if (!add_below(table, &merged, table->most))
        add_up(&table->dropped, usage->requests);
}

void usage_table_move(struct usage_table *into, struct usage_table *from)
{
    for (size_t i = 0; from->count > 0 && i < from->bucket_count; i++)
        for (const struct usage_row *row = from->buckets[i]; row; row = row->next)
            usage_table_add(into, &row->usage);
    usage_table_empty(from);
    add_up(&into->dropped, from->dropped);
    from->dropped = 0;
}

size_t usage_table_list(const struct usage_table *table, struct store_usage *ret_rows)
{
    size_t count = 0;
    for (size_t i = 0; count < table->count; i++)
        for (const struct usage_row *row = table->buckets[i]; row; row = row->next)
            ret_rows[count++] = row->usage;
    return count;
}

static void free_rows(struct usage_row *row)
{
    while (row) {
        struct usage_row *next = row->next;
        free(row);
        row = next;
    }
}

void usage_table_empty(struct usage_table *table)
{
    for (size_t i = 0; table->count > 0 && i < table->bucket_count; i++) {
        free_rows(table->buckets[i]);
        table->buckets[i] = NULL;
    }
    table->count = 0;
}

int usage_table_init(struct usage_table *table, size_t most)
{
    size_t buckets = 4;
    while (buckets < most)
        buckets *= 2;
    *table = (struct usage_table){.bucket_count = buckets, .most = most};
    table->buckets = calloc(buckets, sizeof(struct usage_row *));
    return table->buckets ? 0 : -ENOMEM;
}

void usage_table_clear(struct usage_table *table)
{
    usage_table_empty(table);
    free(table->buckets);
    *table = (struct usage_table){0};
}
