/* SPDX-License-Identifier: Apache-2.0
 *
 * The schedule of a world: turns, time, seeds, loops, and the death of nodes.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "loop/timer.h"
#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

struct note {
    struct task task;
    struct timer timer;
    struct loop *loop;
    unsigned runs, fires;
    uint64_t ran_at_ns, fired_at_ns;
};

static void note_run(struct task *task)
{
    struct note *note = CONTAINER_OF(task, struct note, task);
    note->runs++;
    note->ran_at_ns = loop_now_ns(note->loop);
}

static void note_fire(struct timer *timer)
{
    struct note *note = CONTAINER_OF(timer, struct note, timer);
    note->fires++;
    note->fired_at_ns = loop_now_ns(note->loop);
}

static void note_init(struct note *note, struct loop *loop)
{
    *note = (struct note){.loop = loop};
    task_init(&note->task, note_run);
    timer_init(&note->timer, loop, note_fire);
}

static void count_signal(void *user)
{
    unsigned *count = user;
    (*count)++;
}

/* A lone node. */
struct lone {
    struct world *world;
    struct world_node *node;
    struct loop *loop;
};

static void lone_open(struct lone *lone, uint64_t seed)
{
    assert_int_equal(world_open(&lone->world, seed), 0);
    assert_int_equal(world_node_open(&lone->node, lone->world, "node", "10.0.0.1"), 0);
    lone->loop = world_node_loop(lone->node);
}

static void lone_close(struct lone *lone)
{
    assert_nothing_is_held(lone->node);
    world_node_close(lone->node);
    world_close(lone->world);
}

static void an_empty_world_has_nothing_to_do(void **state)
{
    struct lone lone;
    lone_open(&lone, 1);
    assert_false(world_step(lone.world));
    assert_false(world_run_until(lone.world, UINT64_MAX));
    lone_close(&lone);
}

static void timers_fire_in_their_own_nanosecond_when_the_loop_is_idle(void **state)
{
    struct lone lone;
    struct note note;
    lone_open(&lone, 1);
    note_init(&note, lone.loop);
    uint64_t due_ns = loop_now_ns(lone.loop) + 3600 * NS_PER_S;
    assert_int_equal(timer_start(&note.timer, due_ns), 0);
    assert_true(world_run_until(lone.world, due_ns - 1));
    assert_int_equal(note.fires, 0);
    assert_false(world_run_until(lone.world, due_ns));
    assert_int_equal(note.fires, 1);
    assert_int_equal(note.fired_at_ns, due_ns);
    lone_close(&lone);
}

static void a_task_posted_from_outside_gets_a_turn(void **state)
{
    struct lone lone;
    struct note note;
    lone_open(&lone, 1);
    note_init(&note, lone.loop);
    loop_post(lone.loop, &note.task);
    loop_post(lone.loop, &note.task);
    assert_true(world_step(lone.world));
    assert_int_equal(note.runs, 1);
    lone_close(&lone);
}

static void repost(struct task *task)
{
    struct note *note = CONTAINER_OF(task, struct note, task);
    note->runs++;
    loop_post(note->loop, task);
}

static void a_loop_that_never_rests_lets_time_pass(void **state)
{
    struct lone lone;
    struct note note;
    lone_open(&lone, 1);
    note_init(&note, lone.loop);
    task_init(&note.task, repost);
    loop_post(lone.loop, &note.task);
    assert_true(world_run_until(lone.world, loop_now_ns(lone.loop) + NS_PER_MS));
    assert_true(note.runs > 10);
    loop_cancel(lone.loop, &note.task);
    lone_close(&lone);
}

static void a_stalled_loop_takes_no_turn_until_then(void **state)
{
    struct lone lone;
    struct note note;
    lone_open(&lone, 1);
    note_init(&note, lone.loop);
    uint64_t until_ns = loop_now_ns(lone.loop) + 2 * NS_PER_S;
    loop_post(lone.loop, &note.task);
    world_loop_stall(lone.loop, until_ns);
    assert_false(world_run_until(lone.world, until_ns + NS_PER_S));
    assert_int_equal(note.ran_at_ns, until_ns);
    lone_close(&lone);
}

static void entropy_comes_from_the_seed(void **state)
{
    uint64_t drawn[3];
    for (size_t i = 0; i < 3; i++) {
        struct lone lone;
        lone_open(&lone, i / 2); /* 0, 0, 1 */
        loop_entropy(lone.loop, &drawn[i], sizeof drawn[i]);
        lone_close(&lone);
    }
    assert_true(drawn[0] == drawn[1]);
    assert_true(drawn[0] != drawn[2]);
}

static void wall_clocks_can_be_shifted_and_monotonic_ones_cannot(void **state)
{
    struct lone lone;
    lone_open(&lone, 1);
    uint64_t wall_ms = loop_wall_ms(lone.loop), now_ns = loop_now_ns(lone.loop);
    world_node_shift_clock(lone.node, -3600000);
    assert_int_equal(loop_wall_ms(lone.loop), wall_ms - 3600000);
    assert_int_equal(loop_now_ns(lone.loop), now_ns);
    world_run_until(lone.world, now_ns + 5 * NS_PER_MS);
    assert_int_equal(loop_wall_ms(lone.loop), wall_ms - 3600000 + 5);
    lone_close(&lone);
}

struct child {
    struct loop *loop;
    unsigned started, ended;
};

static void child_start(struct loop *loop, void *user)
{
    struct child *child = user;
    child->loop = loop;
    child->started++;
}

static void child_ended(void *user)
{
    struct child *child = user;
    child->ended++;
}

static void a_spawned_loop_starts_stops_and_tells_its_parent(void **state)
{
    struct lone lone;
    struct child child = {0};
    struct loop_child spawned = {child_start, child_ended, &child, "worker"};
    lone_open(&lone, 1);
    assert_int_equal(loop_spawn(lone.loop, &spawned), 0);
    assert_int_equal(child.started, 0);
    world_run_until(lone.world, UINT64_MAX);
    assert_int_equal(child.started, 1);
    assert_ptr_not_equal(child.loop, lone.loop);

    loop_stop(child.loop);
    assert_int_equal(child.ended, 0);
    world_run_until(lone.world, UINT64_MAX);
    assert_int_equal(child.ended, 1);
    lone_close(&lone);
}

static void a_signal_reaches_its_watch(void **state)
{
    struct lone lone;
    struct signal_watch *watch;
    unsigned terms = 0;
    lone_open(&lone, 1);
    assert_int_equal(signal_watch_open(&watch, lone.loop, SIGTERM, count_signal, &terms), 0);
    world_signal(lone.node, SIGTERM);
    assert_int_equal(terms, 0);
    world_run_until(lone.world, UINT64_MAX);
    assert_int_equal(terms, 1);
    signal_watch_close(watch);
    lone_close(&lone);
}

static void a_signal_without_a_watch_kills(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    world_signal(pair.server_node, SIGKILL);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.ended + pair.client.broken, 1);
    pair_close(&pair);
}

static void names_and_addresses_belong_to_one_node_at_a_time(void **state)
{
    struct lone lone;
    struct world_node *other;
    lone_open(&lone, 1);
    assert_int_equal(world_node_open(&other, lone.world, "node", "10.0.0.1"), -EEXIST);
    assert_int_equal(world_node_open(&other, lone.world, "other", "10.0.0.1"), -EADDRINUSE);
    assert_int_equal(world_node_open(&other, lone.world, "node", "10.0.0.2"), -EADDRINUSE);
    assert_int_equal(world_node_open(&other, lone.world, "other", "no ip"), -EINVAL);
    lone_close(&lone);
}

static void a_dead_node_reaches_nothing_and_hears_nothing(void **state)
{
    struct pair pair;
    struct note note;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    note_init(&note, world_node_loop(pair.server_node));
    assert_int_equal(timer_start(&note.timer, loop_now_ns(note.loop) + NS_PER_MS), 0);
    loop_post(note.loop, &note.task);
    world_node_kill(pair.server_node, false);

    unsigned readable = pair.server.readable;
    end_send(&pair.client, 100);
    end_send(&pair.server, 100);
    assert_int_equal(pair.server.write_error, -ESHUTDOWN);
    pair_run_ms(&pair, 1000);
    assert_int_equal(note.runs + note.fires, 0);
    assert_int_equal(pair.server.readable, readable);
    timer_stop(&note.timer);
    loop_cancel(note.loop, &note.task);
    pair_close(&pair);
}

static void the_peers_of_a_killed_node_hear_fin_or_rst(void **state)
{
    unsigned ended = 0, broken = 0;
    for (uint64_t seed = 0; seed < 32; seed++) {
        struct pair pair;
        pair_open(&pair, seed);
        pair_connect(&pair, 0);
        world_node_kill(pair.server_node, false);
        pair_run_ms(&pair, 10);
        ended += pair.client.ended;
        broken += pair.client.broken;
        pair_close(&pair);
    }
    assert_int_equal(ended + broken, 32);
    assert_true(ended > 0 && broken > 0);
}

static void the_peers_of_a_powerless_node_hear_nothing_until_it_is_back(void **state)
{
    struct pair pair;
    struct world_node *reborn;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    world_node_kill(pair.server_node, true);
    end_send(&pair.client, 100);
    pair_run_ms(&pair, 10000);
    assert_int_equal(pair.client.ended + pair.client.broken, 0);

    assert_int_equal(world_node_open(&reborn, pair.world, "server", "10.0.0.2"), 0);
    pair_run_ms(&pair, 60000); /* TCP sends again at growing intervals */
    assert_int_equal(pair.client.broken_error, -ECONNRESET);
    world_node_close(reborn);
    pair_close(&pair);
}

static void what_is_left_open_is_counted(void **state)
{
    struct pair pair;
    struct world_holdings held;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    world_node_holdings(pair.server_node, &held);
    assert_int_equal(held.streams, 1);
    assert_int_equal(held.listeners, 2); /* the socket and its listener */
    world_node_holdings(pair.client_node, &held);
    assert_int_equal(held.streams, 1);
    assert_int_equal(held.listeners, 0);
    pair_close(&pair);
}

/* Everything at once, so that each source of chance is drawn from. */
static uint64_t hash_of_a_stormy_run(uint64_t seed)
{
    struct pair pair;
    pair_open(&pair, seed);
    for (enum world_fault kind = 0; kind < FAULT_KINDS; kind++)
        world_fault_set(pair.world, kind, 30000);
    for (unsigned i = 0; i < 40; i++) {
        end_close(&pair.client);
        if (pair_begin(&pair, 2000) < 0)
            continue;
        end_send(&pair.client, 100000);
        pair_run_ms(&pair, 500);
    }
    uint64_t hash = world_trace_hash(pair.world);
    pair_close(&pair);
    return hash;
}

static void the_same_seed_gives_the_same_events(void **state)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        uint64_t first = hash_of_a_stormy_run(seed);
        void *shift = malloc(12345 + seed * 1000); /* addresses differ in the second run */
        assert_true(hash_of_a_stormy_run(seed) == first);
        free(shift);
    }
}

static void another_seed_gives_other_events(void **state)
{
    assert_true(hash_of_a_stormy_run(1) != hash_of_a_stormy_run(2));
}

static void observations_of_the_program_count(void **state)
{
    struct lone lone;
    lone_open(&lone, 1);
    uint64_t before = world_trace_hash(lone.world);
    world_trace_mix(lone.world, 7);
    assert_true(world_trace_hash(lone.world) != before);
    lone_close(&lone);
}

static unsigned exemptions, exemption_depth;

static void count_exemptions(bool exempt)
{
    exemptions += exempt;
    exemption_depth += exempt ? 1 : -1U;
}

static void kernel_memory_can_be_told_from_the_programs(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    world_memory_hook(pair.world, count_exemptions);
    pair_connect(&pair, 0);
    assert_true(exemptions > 0);
    assert_int_equal(exemption_depth, 0);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_world_has_nothing_to_do),
        cmocka_unit_test(timers_fire_in_their_own_nanosecond_when_the_loop_is_idle),
        cmocka_unit_test(a_task_posted_from_outside_gets_a_turn),
        cmocka_unit_test(a_loop_that_never_rests_lets_time_pass),
        cmocka_unit_test(a_stalled_loop_takes_no_turn_until_then),
        cmocka_unit_test(entropy_comes_from_the_seed),
        cmocka_unit_test(wall_clocks_can_be_shifted_and_monotonic_ones_cannot),
        cmocka_unit_test(a_spawned_loop_starts_stops_and_tells_its_parent),
        cmocka_unit_test(a_signal_reaches_its_watch),
        cmocka_unit_test(a_signal_without_a_watch_kills),
        cmocka_unit_test(names_and_addresses_belong_to_one_node_at_a_time),
        cmocka_unit_test(a_dead_node_reaches_nothing_and_hears_nothing),
        cmocka_unit_test(the_peers_of_a_killed_node_hear_fin_or_rst),
        cmocka_unit_test(the_peers_of_a_powerless_node_hear_nothing_until_it_is_back),
        cmocka_unit_test(what_is_left_open_is_counted),
        cmocka_unit_test(the_same_seed_gives_the_same_events),
        cmocka_unit_test(another_seed_gives_other_events),
        cmocka_unit_test(observations_of_the_program_count),
        cmocka_unit_test(kernel_memory_can_be_told_from_the_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
