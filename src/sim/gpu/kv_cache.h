/* SPDX-License-Identifier: Apache-2.0
 *
 * kv_cache - a GPU's memory for attention keys and values, in blocks, with the prefixes that may
 * be used again.
 *
 *   free --take--> own --publish--> shared --last holder leaves--> idle --evict--> free
 *                                          '------ matched again --------'
 *
 * A published block is known by its hash and the block before it, so equal hashes behind different
 * prefixes are different blocks. Idle blocks are evicted when memory is needed, least recently
 * used first, the end of a prefix before its beginning (as vLLM does). A holder that publishes
 * what another has published shares that and frees its own (as SGLang does).
 *
 * Units    blocks.
 * Memory   kv_cache_open() allocates all of it; nothing else allocates.
 * Threads  belongs to its owner.
 * Errors   -ENOMEM, -EINVAL (no block, or more than KV_CACHE_BLOCK_LIMIT) from opening.
 */
#ifndef SIM_GPU_KV_CACHE_H
#define SIM_GPU_KV_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KV_CACHE_BLOCK_LIMIT (UINT64_C(1) << 26)

struct kv_cache;
struct kv_block;

/* What one sequence holds; zeroed, it holds nothing. */
struct kv_hold {
    struct kv_block *last; /* of the shared blocks; the others stand before it */
    uint64_t shared_blocks, own_blocks;
};

/* free + own + shared + idle is the same at all times. */
struct kv_use {
    uint64_t free, own, shared, idle;
    uint64_t evicted; /* so far */
};

int kv_cache_open(struct kv_cache **ret_cache, uint64_t blocks);
void kv_cache_close(struct kv_cache *cache); /* NULL is fine */

/* Shares the longest known prefix, for a hold that is empty. */
void kv_cache_match(struct kv_cache *cache, struct kv_hold *hold, const uint64_t *hashes,
                    size_t hash_count);
/* Takes all of `blocks`, evicting what is idle, or none. */
bool kv_cache_take(struct kv_cache *cache, struct kv_hold *hold, uint64_t blocks);
/* The own block that stands behind the shared ones becomes shared. */
void kv_cache_publish(struct kv_cache *cache, struct kv_hold *hold, uint64_t hash);
/* Gives everything back; shared blocks that nobody else holds stay as idle ones. */
void kv_cache_release(struct kv_cache *cache, struct kv_hold *hold);

/* What a hold could still take. */
uint64_t kv_cache_available(const struct kv_cache *cache);
struct kv_use kv_cache_use(const struct kv_cache *cache);

#endif
