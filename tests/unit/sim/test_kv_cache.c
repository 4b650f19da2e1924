/* SPDX-License-Identifier: Apache-2.0
 *
 * A GPU's memory: no block is lost or made, and prefixes are found as long as there is room.
 */
#include "tests/test.h"

#include <errno.h>

#include "base/random.h"
#include "sim/gpu/kv_cache.h"

#define BLOCKS 8

static const uint64_t story[] = {11, 12, 13, 14, 15, 16, 17, 18};

static int setup(void **state)
{
    return kv_cache_open((struct kv_cache **)state, BLOCKS);
}

static int teardown(void **state)
{
    kv_cache_close(*state);
    return 0;
}

static uint64_t blocks_in_all(const struct kv_cache *cache)
{
    struct kv_use use = kv_cache_use(cache);
    return use.free + use.own + use.shared + use.idle;
}

/* A sequence that computes `count` blocks of a prefix, known or not. */
static struct kv_hold hold_of(struct kv_cache *cache, const uint64_t *hashes, size_t count)
{
    struct kv_hold hold = {0};
    kv_cache_match(cache, &hold, hashes, count);
    assert_true(kv_cache_take(cache, &hold, count - hold.shared_blocks));
    while (hold.shared_blocks < count)
        kv_cache_publish(cache, &hold, hashes[hold.shared_blocks]);
    return hold;
}

static void leave(struct kv_cache *cache, const uint64_t *hashes, size_t count)
{
    struct kv_hold hold = hold_of(cache, hashes, count);
    kv_cache_release(cache, &hold);
}

static uint64_t known(struct kv_cache *cache, const uint64_t *hashes, size_t count)
{
    struct kv_hold hold = {0};
    kv_cache_match(cache, &hold, hashes, count);
    uint64_t blocks = hold.shared_blocks;
    kv_cache_release(cache, &hold);
    return blocks;
}

static void a_memory_without_blocks_is_refused(void **state)
{
    (void)state;
    struct kv_cache *cache = NULL;
    assert_int_equal(kv_cache_open(&cache, 0), -EINVAL);
    assert_int_equal(kv_cache_open(&cache, KV_CACHE_BLOCK_LIMIT + 1), -EINVAL);
    assert_null(cache);
}

static void takes_all_or_nothing(void **state)
{
    struct kv_cache *cache = *state;
    struct kv_hold one = {0}, two = {0};

    assert_true(kv_cache_take(cache, &one, 5));
    assert_false(kv_cache_take(cache, &two, 4));
    assert_int_equal(two.own_blocks, 0);
    assert_int_equal(kv_cache_available(cache), 3);
    assert_true(kv_cache_take(cache, &two, 3));
    kv_cache_release(cache, &one);
    assert_int_equal(kv_cache_available(cache), 5);
    kv_cache_release(cache, &two);
    assert_int_equal(kv_cache_use(cache).free, BLOCKS);
}

static void what_was_published_is_found_when_its_holder_has_left(void **state)
{
    struct kv_cache *cache = *state;

    leave(cache, story, 4);
    assert_int_equal(kv_cache_use(cache).idle, 4);
    assert_int_equal(kv_cache_available(cache), BLOCKS);
    assert_int_equal(known(cache, story, 3), 3);
    assert_int_equal(known(cache, story, 8), 4);
}

static void holders_of_one_prefix_share_its_blocks(void **state)
{
    struct kv_cache *cache = *state;
    struct kv_hold one = hold_of(cache, story, 4), two = hold_of(cache, story, 5);

    assert_int_equal(kv_cache_use(cache).shared, 5);
    kv_cache_release(cache, &one);
    assert_int_equal(kv_cache_use(cache).shared, 5);
    assert_int_equal(kv_cache_use(cache).idle, 0);
    kv_cache_release(cache, &two);
    assert_int_equal(kv_cache_use(cache).idle, 5);
}

static void the_same_hash_behind_another_prefix_is_another_block(void **state)
{
    struct kv_cache *cache = *state;
    const uint64_t here[] = {1, 7}, there[] = {2, 7};

    leave(cache, here, 2);
    assert_int_equal(known(cache, there, 2), 0);
    leave(cache, there, 2);
    assert_int_equal(kv_cache_use(cache).idle, 4);
}

static void what_two_have_computed_at_once_is_kept_once(void **state)
{
    struct kv_cache *cache = *state;
    struct kv_hold one = {0}, two = {0};

    assert_true(kv_cache_take(cache, &one, 2));
    assert_true(kv_cache_take(cache, &two, 2));
    kv_cache_publish(cache, &one, story[0]);
    kv_cache_publish(cache, &two, story[0]);
    assert_ptr_equal(one.last, two.last);
    assert_int_equal(kv_cache_use(cache).free, BLOCKS - 3);
    kv_cache_release(cache, &one);
    kv_cache_release(cache, &two);
    assert_int_equal(blocks_in_all(cache), BLOCKS);
}

static void what_was_used_long_ago_goes_first_and_from_its_end(void **state)
{
    struct kv_cache *cache = *state;
    const uint64_t old[] = {1, 2, 3}, young[] = {4, 5, 6};
    struct kv_hold hold = {0};

    leave(cache, old, 3);
    leave(cache, young, 3);
    assert_true(kv_cache_take(cache, &hold, 4)); /* two are free */
    assert_int_equal(known(cache, old, 3), 1);
    assert_int_equal(known(cache, young, 3), 3);
    assert_int_equal(kv_cache_use(cache).evicted, 2);
    kv_cache_release(cache, &hold);
}

static void what_is_used_again_is_young_again(void **state)
{
    struct kv_cache *cache = *state;
    const uint64_t first[] = {1, 2, 3}, second[] = {4, 5, 6};
    struct kv_hold hold = {0};

    leave(cache, first, 3);
    leave(cache, second, 3);
    assert_int_equal(known(cache, first, 3), 3);
    assert_true(kv_cache_take(cache, &hold, 5));
    assert_int_equal(known(cache, first, 3), 3);
    assert_int_equal(known(cache, second, 3), 0);
    kv_cache_release(cache, &hold);
}

static void what_somebody_holds_is_never_evicted(void **state)
{
    struct kv_cache *cache = *state;
    struct kv_hold held = hold_of(cache, story, 5), hold = {0};

    assert_false(kv_cache_take(cache, &hold, 4));
    assert_true(kv_cache_take(cache, &hold, 3));
    assert_int_equal(known(cache, story, 5), 5);
    kv_cache_release(cache, &hold);
    kv_cache_release(cache, &held);
}

/* One of: begin to hold, take one more, publish, leave. */
static void act_at_random(struct kv_cache *cache, struct random *random, struct kv_hold *hold)
{
    uint64_t hash = random_below(random, 3);
    uint64_t hashes[] = {hash, hash, random_below(random, 2)};
    bool is_empty = hold->shared_blocks + hold->own_blocks == 0;

    switch (random_below(random, 4)) {
    case 0:
        if (is_empty)
            kv_cache_match(cache, hold, hashes, 3);
        break;
    case 1:
        kv_cache_take(cache, hold, 1 + random_below(random, 3));
        break;
    case 2:
        if (hold->own_blocks > 0)
            kv_cache_publish(cache, hold, hash);
        break;
    default:
        kv_cache_release(cache, hold);
    }
}

static void no_block_is_lost_whatever_happens(void **state)
{
    struct kv_cache *cache = *state;
    struct kv_hold holds[4] = {0};
    struct random random;

    random_init(&random, 1);
    for (unsigned i = 0; i < 20000; i++) {
        act_at_random(cache, &random, &holds[random_below(&random, 4)]);
        uint64_t own = 0;
        for (unsigned k = 0; k < 4; k++)
            own += holds[k].own_blocks;
        assert_int_equal(kv_cache_use(cache).own, own);
        assert_int_equal(blocks_in_all(cache), BLOCKS);
    }
    assert_true(kv_cache_use(cache).evicted > 100);
    for (unsigned k = 0; k < 4; k++)
        kv_cache_release(cache, &holds[k]);
    assert_int_equal(kv_cache_available(cache), BLOCKS);
}

#define WITH_CACHE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_memory_without_blocks_is_refused),
        WITH_CACHE(takes_all_or_nothing),
        WITH_CACHE(what_was_published_is_found_when_its_holder_has_left),
        WITH_CACHE(holders_of_one_prefix_share_its_blocks),
        WITH_CACHE(the_same_hash_behind_another_prefix_is_another_block),
        WITH_CACHE(what_two_have_computed_at_once_is_kept_once),
        WITH_CACHE(what_was_used_long_ago_goes_first_and_from_its_end),
        WITH_CACHE(what_is_used_again_is_young_again),
        WITH_CACHE(what_somebody_holds_is_never_evicted),
        WITH_CACHE(no_block_is_lost_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
