/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "cli/demo/request.h"
#include "openai/request.h"

static bool has(const struct demo_request *request, struct bytes word)
{
    return bytes_find(buffer_bytes(&request->body), word) >= 0;
}

/* Whether an edge would pass it on. */
static bool is_sound(const struct demo_request *request)
{
    struct block_pool blocks;
    struct arena arena;
    struct bytes rest;
    struct openai_request facts;
    struct openai_error error;
    block_pool_init(&blocks, 4096, 1, NULL);
    arena_init(&arena, &blocks);
    enum openai_route route = openai_route_of(bytes_from_cstr(request->path), &rest);
    bool sound =
        route != OPENAI_UNKNOWN &&
        (route == OPENAI_MODELS ||
         openai_request_read(&facts, route, buffer_bytes(&request->body), &arena, &error) == 0);
    arena_clear(&arena);
    block_pool_clear(&blocks);
    return sound;
}

static void only_mistakes_are_mistakes(void **state)
{
    struct random random;
    random_init(&random, 3);
    for (int kind = 0; kind < DEMO_KINDS; kind++) {
        struct demo_request request;
        assert_int_equal(demo_request_make(&request, (enum demo_kind)kind, &random), 0);
        assert_int_equal(is_sound(&request), kind < DEMO_NO_JSON);
        demo_request_clear(&request);
    }
}

static void streams_ask_for_streams_and_for_their_usage(void **state)
{
    static const bool streams[DEMO_KINDS] = {
        [DEMO_CHAT_STREAM] = true, [DEMO_TEXT_STREAM] = true, [DEMO_LEAVER] = true};
    struct random random;
    random_init(&random, 3);
    for (int kind = 0; kind < DEMO_KINDS; kind++) {
        struct demo_request request;
        assert_int_equal(demo_request_make(&request, (enum demo_kind)kind, &random), 0);
        assert_int_equal(has(&request, BYTES("\"stream\":true")), streams[kind]);
        assert_int_equal(has(&request, BYTES("\"include_usage\":true")), streams[kind]);
        assert_int_equal(request.leave_after > 0, kind == DEMO_LEAVER);
        demo_request_clear(&request);
    }
}

static void a_day_brings_all_kinds_and_mostly_chats(void **state)
{
    struct random random;
    unsigned counts[DEMO_KINDS] = {0};
    random_init(&random, 1);
    for (int i = 0; i < 1000; i++) {
        struct demo_request request;
        assert_int_equal(demo_request_draw(&request, &random), 0);
        counts[request.kind]++;
        demo_request_clear(&request);
    }
    for (int kind = 0; kind < DEMO_KINDS; kind++)
        assert_in_range(counts[kind], 1, kind == DEMO_CHAT_STREAM ? 600 : 200);
    assert_in_range(counts[DEMO_CHAT_STREAM], 300, 600);
}

static void the_seed_says_what_comes(void **state)
{
    struct random a, b;
    random_init(&a, 9);
    random_init(&b, 9);
    for (int i = 0; i < 50; i++) {
        struct demo_request one, other;
        assert_int_equal(demo_request_draw(&one, &a), 0);
        assert_int_equal(demo_request_draw(&other, &b), 0);
        assert_true(bytes_equal(buffer_bytes(&one.body), buffer_bytes(&other.body)));
        demo_request_clear(&one);
        demo_request_clear(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_mistakes_are_mistakes),
        cmocka_unit_test(streams_ask_for_streams_and_for_their_usage),
        cmocka_unit_test(a_day_brings_all_kinds_and_mostly_chats),
        cmocka_unit_test(the_seed_says_what_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
