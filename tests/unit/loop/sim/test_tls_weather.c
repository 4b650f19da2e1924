/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS in a world where reads and writes are short, bytes come in small pieces and events for
 * nothing: what was written arrives in order, and its end is a clean one.
 */
#include "tests/test.h"
#include "tests/unit/loop/sim/suite_body.h"
#include "tests/unit/loop/suite/tls_parties.h"

#define ROUNDS 20
#define OFTEN 300000 /* of a million */
#define SERVER_BYTES 200000
#define CLIENT_BYTES 60000

/* A peer that writes so much whenever it can, and then finishes. */
struct plan {
    size_t written, wanted;
    bool has_finished;
};

static void go_on(struct peer *peer)
{
    struct plan *plan = peer->on_event_user;
    if (!peer->connected || plan->has_finished)
        return;
    plan->written += peer_write(peer, plan->written, plan->wanted);
    if (plan->written < plan->wanted)
        return;
    assert_int_equal(stream_finish(peer->stream), 0);
    plan->has_finished = true;
}

static void give_plan(struct peer *peer, struct plan *plan)
{
    peer->on_event_user = plan;
    peer->on_event = go_on;
    go_on(peer);
}

static void talk(struct parties *parties)
{
    struct plan client = {.wanted = CLIENT_BYTES}, server = {.wanted = SERVER_BYTES};
    parties_meet_well(parties);
    give_plan(&parties->client, &client);
    give_plan(&parties->server, &server);
    suite_until(parties->suite, &parties->client.ends, 1);
    suite_until(parties->suite, &parties->server.ends, 1);
    assert_int_equal(parties->client.received, SERVER_BYTES);
    assert_int_equal(parties->server.received, CLIENT_BYTES);
    assert_int_equal(parties->client.wrong + parties->server.wrong, 0);
    parties_part(parties);
}

static void bytes_and_ends_survive_any_weather(void **state)
{
    struct world *world = suite_body_world(*state);
    struct parties parties = parties_of(*state);
    static const enum world_fault faults[] = {FAULT_SHORT_READ, FAULT_SHORT_WRITE,
                                              FAULT_SPURIOUS_EVENT, FAULT_SEGMENTATION};
    for (unsigned round = 0; round < ROUNDS; round++) {
        world_faults_stop(world);
        for (unsigned i = 0; i < 4; i++)
            if (round & 1U << i)
                world_fault_set(world, faults[i], OFTEN);
        talk(&parties);
    }
    for (unsigned i = 0; i < 4; i++)
        assert_true(world_fault_count(world, faults[i]) > 0);
    parties_forget(&parties);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_and_ends_survive_any_weather, suite_open,
                                        suite_close),
    };
    return cmocka_run_group_tests_name("loop-sim/tls_weather", tests, NULL, NULL);
}
