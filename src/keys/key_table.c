/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key_table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "keys/key_block.h"
#include "keys/key_index.h"
#include "keys/secret_key.h"

struct key_table {
    struct counted counted;
    uint64_t seed;
    size_t count;
    struct key_index by_digest; /* a key stands here once more under its old digest */
    struct key_index by_id;
    struct key_index tenants; /* by name */
    struct key_index tenants_by_id;
};

/* ---- life ---- */

struct key_table *key_table_new(uint64_t seed)
{
    struct key_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    counted_init(&table->counted);
    table->seed = seed;
    return table;
}

struct key_table *key_table_fork(const struct key_table *base)
{
    struct key_table *table = key_table_new(base->seed);
    if (!table)
        return NULL;
    table->count = base->count;
    key_index_fork(&table->by_digest, &base->by_digest);
    key_index_fork(&table->by_id, &base->by_id);
    key_index_fork(&table->tenants, &base->tenants);
    key_index_fork(&table->tenants_by_id, &base->tenants_by_id);
    return table;
}

void key_table_hold(struct key_table *table)
{
    counted_hold(&table->counted);
}

void key_table_release(struct key_table *table)
{
    if (!table || !counted_drop(&table->counted))
        return;
    key_index_clear(&table->by_digest);
    key_index_clear(&table->by_id);
    key_index_clear(&table->tenants);
    key_index_clear(&table->tenants_by_id);
    free(table);
}

size_t key_table_count(const struct key_table *table)
{
    return table->count;
}

/* ---- hashes, and what is meant by them ---- */

/* A digest's bytes are as good as random; the seed keeps guessers from choosing where they lead. */
static uint64_t hash_digest(const struct key_table *table, const uint8_t *digest)
{
    uint64_t head;
    memcpy(&head, digest, sizeof head);
    return hash_mix(table->seed, head);
}

static uint64_t hash_id(const struct key_table *table, uint64_t id)
{
    return hash_mix(table->seed, id);
}

static uint64_t hash_name(const struct key_table *table, struct bytes name)
{
    return hash_bytes(name, table->seed);
}

static bool has_old_digest(const struct key *key)
{
    return key->old_until_ms != 0;
}

struct wanted_digest {
    const uint8_t *digest;
    uint64_t wall_ms;
};

static bool has_digest(const struct counted *block, const void *user)
{
    const struct key *key = key_of(block);
    const struct wanted_digest *wanted = user;
    return secret_key_digests_equal(key->digest, wanted->digest) ||
           (wanted->wall_ms < key->old_until_ms &&
            secret_key_digests_equal(key->old_digest, wanted->digest));
}

static bool has_id(const struct counted *block, const void *id)
{
    return key_of(block)->id == *(const uint64_t *)id;
}

static bool has_name(const struct counted *block, const void *name)
{
    return bytes_equal(bytes_from_cstr(tenant_of(block)->name), *(const struct bytes *)name);
}

static bool is_tenant_id(const struct counted *block, const void *id)
{
    return tenant_of(block)->id == *(const uint64_t *)id;
}

/* ---- questions ---- */

const struct key *key_table_find(const struct key_table *table,
                                 const uint8_t digest[KEY_DIGEST_BYTES], uint64_t wall_ms)
{
    struct wanted_digest wanted = {digest, wall_ms};
    const struct counted *found =
        key_index_find(&table->by_digest, hash_digest(table, digest), has_digest, &wanted);
    return found ? key_of(found) : NULL;
}

const struct key *key_table_find_id(const struct key_table *table, uint64_t id)
{
    const struct counted *found = key_index_find(&table->by_id, hash_id(table, id), has_id, &id);
    return found ? key_of(found) : NULL;
}

const struct tenant *key_table_tenant(const struct key_table *table, struct bytes name)
{
    const struct counted *found =
        key_index_find(&table->tenants, hash_name(table, name), has_name, &name);
    return found ? tenant_of(found) : NULL;
}

const struct tenant *key_table_tenant_id(const struct key_table *table, uint64_t id)
{
    const struct counted *found =
        key_index_find(&table->tenants_by_id, hash_id(table, id), is_tenant_id, &id);
    return found ? tenant_of(found) : NULL;
}

/* ---- changes: all that may fail comes first ---- */

static int own_digests(struct key_table *table, const struct key *key)
{
    if (key_index_own(&table->by_digest, hash_digest(table, key->digest)) < 0)
        return -ENOMEM;
    return has_old_digest(key)
               ? key_index_own(&table->by_digest, hash_digest(table, key->old_digest))
               : 0;
}

static int own_all(struct key_table *table, const struct key *key, const struct key *before)
{
    if (key_index_own(&table->by_id, hash_id(table, key->id)) < 0 || own_digests(table, key) < 0)
        return -ENOMEM;
    return before ? own_digests(table, before) : 0;
}

static void add_key(struct key_table *table, const struct key *key)
{
    struct counted *block = key_counted(key);
    key_index_add(&table->by_id, hash_id(table, key->id), block);
    key_index_add(&table->by_digest, hash_digest(table, key->digest), block);
    if (has_old_digest(key))
        key_index_add(&table->by_digest, hash_digest(table, key->old_digest), block);
    table->count++;
}

/* The hold of by_id goes last: with it the key may go. */
static void remove_key(struct key_table *table, const struct key *key)
{
    const struct counted *block = key_counted(key);
    key_index_remove(&table->by_digest, hash_digest(table, key->digest), block);
    if (has_old_digest(key))
        key_index_remove(&table->by_digest, hash_digest(table, key->old_digest), block);
    key_index_remove(&table->by_id, hash_id(table, key->id), block);
    table->count--;
}

int key_table_put(struct key_table *table, const struct key *key)
{
    const struct key *before = key_table_find_id(table, key->id);
    if (own_all(table, key, before) < 0)
        return -ENOMEM;
    const struct key *copy = key_copy(key);
    if (!copy)
        return -ENOMEM;
    if (before)
        remove_key(table, before);
    add_key(table, copy);
    key_release(copy); /* the index has its own holds */
    return 0;
}

static int own_tenant(struct key_table *table, const struct tenant *tenant)
{
    if (key_index_own(&table->tenants, hash_name(table, bytes_from_cstr(tenant->name))) < 0)
        return -ENOMEM;
    return key_index_own(&table->tenants_by_id, hash_id(table, tenant->id));
}

static void add_tenant(struct key_table *table, const struct tenant *tenant)
{
    uint64_t hash = hash_name(table, bytes_from_cstr(tenant->name));
    key_index_add(&table->tenants, hash, tenant_counted(tenant));
    key_index_add(&table->tenants_by_id, hash_id(table, tenant->id), tenant_counted(tenant));
}

/* The hold of `tenants` goes last: with it the tenant may go. */
static void remove_tenant(struct key_table *table, const struct tenant *tenant)
{
    uint64_t hash = hash_name(table, bytes_from_cstr(tenant->name));
    key_index_remove(&table->tenants_by_id, hash_id(table, tenant->id), tenant_counted(tenant));
    key_index_remove(&table->tenants, hash, tenant_counted(tenant));
}

int key_table_put_tenant(struct key_table *table, const struct tenant *tenant)
{
    const struct tenant *before = key_table_tenant(table, bytes_from_cstr(tenant->name));
    if (own_tenant(table, tenant) < 0 || (before && own_tenant(table, before) < 0))
        return -ENOMEM;
    const struct tenant *copy = tenant_copy(tenant);
    if (!copy)
        return -ENOMEM;
    if (before)
        remove_tenant(table, before);
    add_tenant(table, copy);
    tenant_release(copy); /* the indices have their own holds */
    return 0;
}
