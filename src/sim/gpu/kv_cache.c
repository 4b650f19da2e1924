/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/kv_cache.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/list.h"

/* A block that was published. An idle one stands in the list before the block before it, because
 * a holder gives back the end of its prefix first: so nothing is evicted from under its followers.
 */
struct kv_block {
    uint64_t hash;
    struct kv_block *before;  /* in the prefix; NULL: it is the first */
    struct kv_block *chained; /* the next in its bucket, or among the spare ones */
    uint64_t holders;
    struct list idle;
};

struct kv_cache {
    struct kv_block *blocks; /* as many as could be published at once */
    uint64_t touched;        /* of them; the rest was never used */
    struct kv_block *spare;
    struct kv_block **buckets;
    unsigned bucket_bits;
    struct list idle; /* least recently used first */
    struct kv_use use;
};

int kv_cache_open(struct kv_cache **ret_cache, uint64_t blocks)
{
    if (blocks == 0 || blocks > KV_CACHE_BLOCK_LIMIT)
        return -EINVAL;
    struct kv_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return -ENOMEM;

    list_init(&cache->idle);
    cache->use.free = blocks;
    cache->bucket_bits = 1;
    while (UINT64_C(1) << cache->bucket_bits < blocks)
        cache->bucket_bits++;
    cache->blocks = calloc(blocks, sizeof *cache->blocks);
    cache->buckets = calloc((size_t)1 << cache->bucket_bits, sizeof *cache->buckets);
    if (!cache->blocks || !cache->buckets) {
        kv_cache_close(cache);
        return -ENOMEM;
    }
    *ret_cache = cache;
    return 0;
}

void kv_cache_close(struct kv_cache *cache)
{
    if (!cache)
        return;
    free(cache->buckets);
    free(cache->blocks);
    free(cache);
}

/* ---- published blocks by what they hold ---- */

static struct kv_block **bucket_of(struct kv_cache *cache, const struct kv_block *before,
                                   uint64_t hash)
{
    uint64_t position = before ? (uint64_t)(before - cache->blocks) + 1 : 0;
    uint64_t mixed =
        (hash ^ position * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    return &cache->buckets[mixed >> (64 - cache->bucket_bits)];
}

static struct kv_block *block_find(struct kv_cache *cache, const struct kv_block *before,
                                   uint64_t hash)
{
    struct kv_block *block = *bucket_of(cache, before, hash);
    while (block && (block->hash != hash || block->before != before))
        block = block->chained;
    return block;
}

static struct kv_block *block_add(struct kv_cache *cache, struct kv_block *before, uint64_t hash)
{
    struct kv_block **bucket = bucket_of(cache, before, hash);
    struct kv_block *block = cache->spare;
    if (block)
        cache->spare = block->chained;
    else
        block = &cache->blocks[cache->touched++];

    *block = (struct kv_block){.hash = hash, .before = before, .chained = *bucket};
    *bucket = block;
    return block;
}

static void block_evict(struct kv_cache *cache)
{
    struct kv_block *block = CONTAINER_OF(cache->idle.next, struct kv_block, idle);
    list_remove(&block->idle);
    struct kv_block **place = bucket_of(cache, block->before, block->hash);
    while (*place != block)
        place = &(*place)->chained;
    *place = block->chained;
    block->chained = cache->spare;
    cache->spare = block;
    cache->use.idle--;
    cache->use.free++;
    cache->use.evicted++;
}

/* Behind what the hold shares already. */
static void block_share(struct kv_cache *cache, struct kv_hold *hold, struct kv_block *block)
{
    if (list_is_linked(&block->idle)) {
        list_remove(&block->idle);
        cache->use.idle--;
    }
    if (block->holders++ == 0)
        cache->use.shared++;
    hold->last = block;
    hold->shared_blocks++;
}

/* ---- holds ---- */

void kv_cache_match(struct kv_cache *cache, struct kv_hold *hold, const uint64_t *hashes,
                    size_t hash_count)
{
    assert(hold->shared_blocks == 0 && hold->own_blocks == 0);
    for (size_t i = 0; i < hash_count; i++) {
        struct kv_block *block = block_find(cache, hold->last, hashes[i]);
        if (!block)
            break;
        block_share(cache, hold, block);
    }
}

bool kv_cache_take(struct kv_cache *cache, struct kv_hold *hold, uint64_t blocks)
{
    if (blocks > kv_cache_available(cache))
        return false;
    while (cache->use.free < blocks)
        block_evict(cache);
    cache->use.free -= blocks;
    cache->use.own += blocks;
    hold->own_blocks += blocks;
    return true;
}

void kv_cache_publish(struct kv_cache *cache, struct kv_hold *hold, uint64_t hash)
{
    assert(hold->own_blocks > 0);
    struct kv_block *block = block_find(cache, hold->last, hash);
    if (block)
        cache->use.free++; /* ours is not needed any more */
    else
        block = block_add(cache, hold->last, hash);
    cache->use.own--;
    hold->own_blocks--;
    block_share(cache, hold, block);
}

void kv_cache_release(struct kv_cache *cache, struct kv_hold *hold)
{
    for (struct kv_block *block = hold->last; block; block = block->before)
        if (--block->holders == 0) {
            list_push_back(&cache->idle, &block->idle);
            cache->use.shared--;
            cache->use.idle++;
        }
    cache->use.own -= hold->own_blocks;
    cache->use.free += hold->own_blocks;
    *hold = (struct kv_hold){0};
}

uint64_t kv_cache_available(const struct kv_cache *cache)
{
    return cache->use.free + cache->use.idle;
}

struct kv_use kv_cache_use(const struct kv_cache *cache)
{
    return cache->use;
}
