/* SPDX-License-Identifier: Apache-2.0
 *
 * Every allocation of the client fails in turn, through a whole exchange: the request ends, whole
 * or failed, nothing is left behind, and the next request is fine.
 */
#include <errno.h>

#include "tests/failing_memory.h"
#include "tests/test.h"
#include "tests/unit/http/client_world.h"

#define MOST_ALLOCATIONS 500
#define HEAD_PIECE "HTTP/1.1 200 OK\r\nTransfer-"
#define BODY_PIECE "Encoding: chunked\r\n\r\n5\r\nhello\r\n"
#define LAST_PIECE "0\r\n\r\n"

static void answer_in_pieces(struct client_world *world, size_t at)
{
    static const char *const pieces[] = {HEAD_PIECE, BODY_PIECE, LAST_PIECE};
    for (size_t i = 0; i < 3; i++) {
        if (world->heard[at].stream)
            origin_say(world, at, bytes_from_cstr(pieces[i]));
        client_world_run_ms(world, 100);
    }
}

/* A request whose body is granted late, so that some of it waits. */
static bool exchange(struct client_world *world, struct asked *asked)
{
    size_t at = world->heard_count;
    *asked = asked_get();
    asked->outgoing.idle_ms = 500;
    asked->outgoing.fresh = true;
    char *place;
    assert_int_equal(buffer_reserve(&asked->body, 64, &place), 0);
    failing_memory_spare(false);
    int r = client_try(world, asked);
    if (r == 0) {
        client_world_run_ms(world, 300);
        if (world->heard_count > at)
            answer_in_pieces(world, at);
        if (asked->failures == 0)
            http_request_grant(asked->request, 5);
        client_world_run_ms(world, 3000);
    }
    failing_memory_spare(true);
    assert_true(r == 0 || r == -ENOMEM);
    return r == 0;
}

/* What the origin and the test note must not fail. */
static void reserve_notes(struct client_world *world)
{
    char *place;
    for (size_t i = 0; i < CLIENT_WORLD_CONNECTIONS; i++) {
        assert_int_equal(buffer_reserve(&world->heard[i].bytes, 4096, &place), 0);
        assert_int_equal(buffer_reserve(&world->heard[i].unsent, 4096, &place), 0);
    }
}

static bool exchange_without_nth(unsigned nth)
{
    struct client_world world;
    struct asked asked;
    failing_memory_spare(true);
    client_world_init(&world);
    world_memory_hook(world.world, failing_memory_spare);
    client_world_listen(&world);
    reserve_notes(&world);

    failing_memory_set(nth);
    failing_memory_spare(false);
    int r = http_origin_open(&world.origin, world.loop, &world.options);
    failing_memory_spare(true);
    if (r == 0) {
        bool has_begun = exchange(&world, &asked);
        assert_true(!has_begun || asked.ends + asked.failures == 1);
        if (has_begun && asked.ends == 1)
            expect_answer(&asked, 200, "hello");
        asked_clear(&asked);
    }
    bool has_failed = failing_memory_has_failed();
    failing_memory_set(0);
    assert_true(r == 0 || r == -ENOMEM);
    if (r == 0) {
        assert_true(exchange(&world, &asked));
        expect_answer(&asked, 200, "hello");
        asked_clear(&asked);
    }
    world.heard_count = CLIENT_WORLD_CONNECTIONS; /* all have notes */
    client_world_close(&world);
    failing_memory_spare(false);
    return has_failed;
}

static void each_allocation_may_fail(void **state)
{
    unsigned nth = 1;
    while (exchange_without_nth(nth))
        assert_true(nth++ < MOST_ALLOCATIONS);
    assert_true(nth > 10); /* it has tried something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("http/client_memory", tests, NULL, NULL);
}
