/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/traffic.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/test.h"
#include "tests/unit/http/client_world.h"

static const char *const core_names[DEMO_CORES] = {"east", "west"};

struct fixture {
    struct client_world world;
    struct address edge;
    struct demo_statistics statistics;
    struct demo_traffic *traffic;
    unsigned done;
    struct demo_result last;
};

static void on_done(void *user, const struct demo_visit *visit)
{
    struct fixture *f = user;
    f->done++;
    f->last = visit->result;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    client_world_init(&f->world);
    client_world_listen(&f->world);
    address_parse_ip(BYTES(ORIGIN_IP), ORIGIN_PORT, &f->edge);
    const struct demo_traffic_options options = {.loop = f->world.loop,
                                                 .edge = &f->edge,
                                                 .core_names = core_names,
                                                 .seed = 5,
                                                 .statistics = &f->statistics,
                                                 .on_done = on_done,
                                                 .user = f};
    *state = f;
    return demo_traffic_open(&f->traffic, &options);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    demo_traffic_close(f->traffic);
    client_world_close(&f->world);
    free(f);
    return 0;
}

/* So many clients come, and nobody behind them. */
static void let_come(struct fixture *f, uint64_t count)
{
    demo_traffic_set_rate(f->traffic, 10);
    while (f->statistics.requests < count)
        client_world_run_ms(&f->world, 1);
    demo_traffic_set_rate(f->traffic, 0);
    client_world_run_ms(&f->world, 100);
}

/* Whoever came first gets no answer that is any use. */
static void fail_first(struct fixture *f)
{
    origin_reset(&f->world, 0);
    client_world_run_ms(&f->world, 100);
}

static bool note(struct fixture *f, unsigned number, const char *core, unsigned attempts)
{
    struct demo_log_line line = {.event = DEMO_LOG_EXCHANGE, .attempts = attempts};
    snprintf(line.id, sizeof line.id, "demo-%u", number);
    snprintf(line.core, sizeof line.core, "%s", core);
    return demo_traffic_note(f->traffic, &line);
}

static void clients_come_as_often_as_told(void **state)
{
    struct fixture *f = *state;
    client_world_run_ms(&f->world, 1000);
    assert_int_equal(f->statistics.requests, 0);
    demo_traffic_set_rate(f->traffic, 10);
    client_world_run_ms(&f->world, 1000);
    assert_in_range(f->statistics.requests, 5, CLIENT_WORLD_CONNECTIONS);
    demo_traffic_set_rate(f->traffic, 0);
    uint64_t before = f->statistics.requests;
    client_world_run_ms(&f->world, 2000);
    assert_int_equal(f->statistics.requests, before);
}

static void the_edges_word_may_come_first(void **state)
{
    struct fixture *f = *state;
    let_come(f, 1);
    assert_true(note(f, 1, "west", 2));
    assert_int_equal(f->done, 0);
    fail_first(f);
    assert_int_equal(f->done, 1);
    assert_int_equal(f->last.core, 1);
    assert_int_equal(f->last.attempts, 2);
    assert_int_equal(f->statistics.ended[DEMO_FAILED], 1);
    assert_int_equal(demo_statistics_open(&f->statistics), 0);
}

static void the_edges_word_may_come_behind(void **state)
{
    struct fixture *f = *state;
    let_come(f, 1);
    fail_first(f);
    assert_int_equal(f->done, 0);
    assert_true(note(f, 1, "", 0));
    assert_int_equal(f->done, 1);
    assert_int_equal(f->last.core, -1);
}

static void requests_of_others_are_not_ours(void **state)
{
    struct fixture *f = *state;
    let_come(f, 1);
    assert_false(note(f, 2, "east", 1));
}

static void at_last_those_count_of_whom_the_edge_said_nothing(void **state)
{
    struct fixture *f = *state;
    let_come(f, 2);
    fail_first(f);
    demo_traffic_settle(f->traffic);
    assert_int_equal(f->done, 1);
    assert_int_equal(demo_statistics_open(&f->statistics), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clients_come_as_often_as_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_edges_word_may_come_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_edges_word_may_come_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(requests_of_others_are_not_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_last_those_count_of_whom_the_edge_said_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
