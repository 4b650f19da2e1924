/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/answer_sizes.h"

#define ENOUGH 8
#define FADE_AT 512

/* The greatest size that falls into the bucket. */
static uint64_t upper_edge(unsigned bucket)
{
    uint64_t octave = UINT64_C(1) << bucket / 2;
    return bucket % 2 > 0 ? octave * 3 / 2 : octave;
}

static unsigned bucket_of(uint64_t tokens)
{
    if (tokens <= 1)
        return 0;
    unsigned bucket = 2 * (63 - (unsigned)__builtin_clzll(tokens));
    while (bucket < ANSWER_SIZES_BUCKETS - 1 && upper_edge(bucket) < tokens)
        bucket++;
    return bucket < ANSWER_SIZES_BUCKETS ? bucket : ANSWER_SIZES_BUCKETS - 1;
}

void answer_sizes_add(struct answer_sizes *sizes, uint64_t tokens)
{
    sizes->counts[bucket_of(tokens)]++;
    if (++sizes->total < FADE_AT)
        return;
    sizes->total = 0;
    for (unsigned i = 0; i < ANSWER_SIZES_BUCKETS; i++)
        sizes->total = (uint16_t)(sizes->total + (sizes->counts[i] /= 2));
}

uint64_t answer_sizes_usual(const struct answer_sizes *sizes)
{
    unsigned within = (sizes->total * 9U + 9) / 10, below = 0, bucket = 0;
    if (sizes->total < ENOUGH)
        return 0;
    while (below + sizes->counts[bucket] < within)
        below += sizes->counts[bucket++];
    /* As if those of the bucket were spread over it evenly. */
    uint64_t from = bucket > 0 ? upper_edge(bucket - 1) : 0;
    uint64_t width = upper_edge(bucket) - from;
    return from + (width * (within - below) + sizes->counts[bucket] - 1) / sizes->counts[bucket];
}
