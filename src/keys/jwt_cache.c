/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwt_cache.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/list.h"
#include "keys/secret_key.h"

struct entry {
    struct list age;       /* cache->entries, asked for longest ago first */
    struct entry *next;    /* of its bucket */
    const struct key *key; /* NULL: free */
    uint64_t hash;
};

struct jwt_cache {
    uint64_t seed;
    struct jwks *verified_by; /* held, so that no other set comes to lie there; NULL: none yet */
    struct list entries;
    struct entry **buckets;
    size_t bucket_count; /* a power of two */
    struct entry room[];
};

/* ---- life ---- */

static size_t power_of_two(size_t least)
{
    size_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

int jwt_cache_open(struct jwt_cache **ret_cache, size_t most, uint64_t seed)
{
    struct jwt_cache *cache = calloc(1, sizeof *cache + most * sizeof cache->room[0]);
    if (!cache)
        return -ENOMEM;
    list_init(&cache->entries);
    cache->seed = seed;
    cache->bucket_count = power_of_two(most);
    cache->buckets = calloc(cache->bucket_count, sizeof *cache->buckets);
    if (!cache->buckets) {
        jwt_cache_close(cache);
        return -ENOMEM;
    }
    for (size_t i = 0; i < most; i++)
        list_push_back(&cache->entries, &cache->room[i].age);
    *ret_cache = cache;
    return 0;
}

static struct entry *entry_of(struct list *age)
{
    return CONTAINER_OF(age, struct entry, age);
}

static struct entry **bucket_of(struct jwt_cache *cache, uint64_t hash)
{
    return &cache->buckets[hash & (cache->bucket_count - 1)];
}

/* It is the next to be used again. */
static void forget(struct jwt_cache *cache, struct entry *entry)
{
    struct entry **at = bucket_of(cache, entry->hash);
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    key_release(entry->key);
    entry->key = NULL;
    list_remove(&entry->age);
    list_push_front(&cache->entries, &entry->age);
}

static void forget_all(struct jwt_cache *cache)
{
    LIST_EACH_SAFE(age, &cache->entries)
    if (entry_of(age)->key)
        forget(cache, entry_of(age));
    jwks_release(cache->verified_by);
    cache->verified_by = NULL;
}

void jwt_cache_close(struct jwt_cache *cache)
{
    if (!cache)
        return;
    forget_all(cache);
    free(cache->buckets);
    free(cache);
}

/* ---- look-up ---- */

static uint64_t hash_digest(const struct jwt_cache *cache, const uint8_t *digest)
{
    uint64_t head;
    memcpy(&head, digest, sizeof head);
    return hash_mix(cache->seed, head);
}

static struct entry *find(struct jwt_cache *cache, const uint8_t *digest)
{
    struct entry *entry = *bucket_of(cache, hash_digest(cache, digest));
    while (entry && !secret_key_digests_equal(entry->key->digest, digest))
        entry = entry->next;
    return entry;
}

const struct key *jwt_cache_find(struct jwt_cache *cache, const struct jwks *jwks,
                                 const uint8_t digest[KEY_DIGEST_BYTES], uint64_t wall_ms)
{
    struct entry *entry = cache->verified_by == jwks ? find(cache, digest) : NULL;
    if (!entry)
        return NULL;
    if (key_state(entry->key, wall_ms) != KEY_LIVE) {
        forget(cache, entry);
        return NULL;
    }
    list_remove(&entry->age);
    list_push_back(&cache->entries, &entry->age);
    key_hold(entry->key);
    return entry->key;
}

/* ---- change ---- */

static void verify_by(struct jwt_cache *cache, struct jwks *jwks)
{
    if (cache->verified_by == jwks)
        return;
    forget_all(cache);
    jwks_hold(jwks);
    cache->verified_by = jwks;
}

static void keep(struct jwt_cache *cache, const struct key *key)
{
    struct entry *entry = entry_of(cache->entries.next); /* free, or asked for longest ago */
    if (entry->key)
        forget(cache, entry);
    entry->key = key;
    entry->hash = hash_digest(cache, key->digest);
    struct entry **bucket = bucket_of(cache, entry->hash);
    entry->next = *bucket;
    *bucket = entry;
    list_remove(&entry->age);
    list_push_back(&cache->entries, &entry->age);
    key_hold(key);
}

int jwt_cache_put(struct jwt_cache *cache, struct jwks *jwks, const struct key *key,
                  const struct key **ret_key)
{
    const struct key *copy = key_copy(key);
    if (!copy)
        return -ENOMEM;
    verify_by(cache, jwks);
    struct entry *before = find(cache, key->digest);
    if (before)
        forget(cache, before);
    keep(cache, copy);
    *ret_key = copy;
    return 0;
}
