/* SPDX-License-Identifier: Apache-2.0
 *
 * What a simulated network does without faults, and what the owner of a stream sees of each fault.
 */
#include <errno.h>

#include "tests/test.h"
#include "tests/unit/loop/sim/pair.h"

#define MUCH ((size_t)1 << 20)

static void fault(struct pair *pair, enum world_fault kind, uint32_t per_million)
{
    world_fault_set(pair->world, kind, per_million);
}

static void assert_fired(const struct pair *pair, enum world_fault kind)
{
    assert_true(world_fault_count(pair->world, kind) > 0);
}

static void assert_all_arrives(struct pair *pair, size_t bytes)
{
    end_send(&pair->client, bytes);
    pair_run_ms(pair, 60000);
    assert_int_equal(pair->server.received, bytes);
    assert_int_equal(pair->server.wrong, 0);
}

static void much_arrives_whole_through_small_buffers(void **state)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct pair pair;
        pair_open(&pair, seed);
        pair_connect(&pair, 0);
        assert_all_arrives(&pair, MUCH);
        assert_true(pair.client.writable > 0);
        pair_close(&pair);
    }
}

static void latency_and_bandwidth_take_their_time(void **state)
{
    struct world_network slow = {40 * NS_PER_MS, 40 * NS_PER_MS, 100000};
    struct pair pair;
    pair_open(&pair, 1);
    world_network_set(pair.world, &slow);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 79);
    assert_int_equal(pair.client.connected, 0);
    pair_run_ms(&pair, 2);
    assert_int_equal(pair.client.connected, 1);

    end_send(&pair.client, 1000); /* 10 ms at 100 kB/s */
    pair_run_ms(&pair, 49);
    assert_int_equal(pair.server.received, 0);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.server.received, 1000);
    pair_close(&pair);
}

static void a_distant_node_is_far_from_everybody(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    world_node_set_distance(pair.server_node, 100 * NS_PER_MS);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 199);
    assert_int_equal(pair.client.connected, 0);
    pair_run_ms(&pair, 20);
    assert_int_equal(pair.client.connected, 1);
    pair_close(&pair);
}

static void writing_to_a_peer_that_has_closed_breaks_the_connection(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    end_close(&pair.server);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.ended, 1);

    end_send(&pair.client, 10); /* taken: nobody knows yet */
    assert_int_equal(pair.client.written, 10);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.broken, 1);
    assert_int_equal(pair.client.broken_error, -EPIPE);
    end_send(&pair.client, 10);
    assert_int_equal(pair.client.write_error, -EPIPE);
    pair_close(&pair);
}

static void a_reset_drops_what_was_not_read(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    pair.server.is_lazy = true;
    stream_want_read(pair.server.stream, false);
    end_send(&pair.client, 100);
    pair_run_ms(&pair, 10);
    stream_reset(pair.client.stream);
    pair.client.stream = NULL;
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.server.broken_error, -ECONNRESET);
    char byte;
    assert_int_equal(stream_read(pair.server.stream, &byte, 1), -ECONNRESET);
    pair_close(&pair);
}

static void a_closed_port_refuses(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair.place.port = 81;
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.connect_error, -ECONNREFUSED);
    pair_close(&pair);
}

static void an_address_of_nobody_never_answers(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    assert_int_equal(address_parse(BYTES("10.0.0.99:80"), &pair.place), 0);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 126000);
    assert_int_equal(pair.client.connected, 0);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.client.connect_error, -ETIMEDOUT);
    pair_close(&pair);
}

static void a_blocked_path_delays_what_tcp_sends_again(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    world_block_path(pair.client_node, pair.server_node, world_now_ns(pair.world) + NS_PER_S);
    end_send(&pair.client, 5000);
    pair_run_ms(&pair, 999);
    assert_int_equal(pair.server.received, 0);
    end_send(&pair.server, 10); /* the other direction passes, its acknowledgements do not */
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.server.received, 5000);
    assert_int_equal(pair.client.received, 10);
    assert_int_equal(pair.client.broken + pair.server.broken, 0);
    pair_close(&pair);
}

static void a_user_timeout_ends_the_wait_for_acknowledgements(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 5000);
    world_block_path(pair.server_node, pair.client_node, UINT64_MAX);
    end_send(&pair.client, 10);
    pair_run_ms(&pair, 4900);
    assert_int_equal(pair.server.received, 10);
    assert_int_equal(pair.client.broken, 0);
    pair_run_ms(&pair, 1000);
    assert_int_equal(pair.client.broken_error, -ETIMEDOUT);
    assert_int_equal(pair.server.broken, 0);
    pair_close(&pair);
}

static void a_user_timeout_ends_the_wait_for_a_reader(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 5000);
    stream_want_read(pair.server.stream, false);
    end_send(&pair.client, MUCH);
    pair_run_ms(&pair, 4900);
    assert_int_equal(pair.client.broken, 0);
    pair_run_ms(&pair, 1000);
    assert_int_equal(pair.client.broken_error, -ETIMEDOUT);
    pair_close(&pair);
}

static void short_reads_lose_nothing(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_SHORT_READ, ALWAYS);
    assert_all_arrives(&pair, 10000);
    assert_true(pair.server.largest_read < 10000);
    assert_fired(&pair, FAULT_SHORT_READ);
    pair_close(&pair);
}

static void a_short_write_is_followed_by_on_writable(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_SHORT_WRITE, ALWAYS);
    assert_all_arrives(&pair, 1000);
    assert_true(pair.client.writable > 0);
    assert_fired(&pair, FAULT_SHORT_WRITE);
    pair_close(&pair);
}

static void spurious_events_find_nothing_and_lose_nothing(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_SPURIOUS_EVENT, ALWAYS / 2);
    for (int i = 0; i < 20; i++) {
        end_send(&pair.client, 100);
        pair_run_ms(&pair, 10);
    }
    assert_int_equal(pair.server.received, 2000);
    assert_int_equal(pair.server.wrong, 0);
    assert_true(pair.server.in_vain > 0);
    assert_fired(&pair, FAULT_SPURIOUS_EVENT);
    pair_close(&pair);
}

static void segmentation_cuts_writes_into_pieces(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_SEGMENTATION, ALWAYS);
    assert_all_arrives(&pair, 3000);
    assert_true(pair.server.readable > 2);
    assert_true(pair.server.largest_read < 3000);
    assert_fired(&pair, FAULT_SEGMENTATION);
    pair_close(&pair);
}

static void a_latency_spike_delays_what_follows_too(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_LATENCY, ALWAYS);
    end_send(&pair.client, 100);
    fault(&pair, FAULT_LATENCY, 0);
    end_send(&pair.client, 100);
    pair_run_ms(&pair, 9);
    assert_int_equal(pair.server.received, 0);
    pair_run_ms(&pair, 4000);
    assert_int_equal(pair.server.received, 200);
    assert_fired(&pair, FAULT_LATENCY);
    pair_close(&pair);
}

static void a_connect_is_refused_by_fault(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    fault(&pair, FAULT_CONNECT_REFUSED, ALWAYS);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.connect_error, -ECONNREFUSED);
    assert_fired(&pair, FAULT_CONNECT_REFUSED);
    pair_close(&pair);
}

static void a_blackhole_swallows_a_connect_for_two_minutes(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    fault(&pair, FAULT_CONNECT_BLACKHOLE, ALWAYS);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 126000);
    assert_int_equal(pair.client.connected, 0);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.client.connect_error, -ETIMEDOUT);
    assert_fired(&pair, FAULT_CONNECT_BLACKHOLE);
    pair_close(&pair);
}

static void a_full_backlog_makes_the_client_ask_again(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    fault(&pair, FAULT_BACKLOG_FULL, ALWAYS);
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 900);
    assert_int_equal(pair.client.connected, 0);
    world_faults_stop(pair.world);
    pair_run_ms(&pair, 200);
    assert_int_equal(pair.client.connected, 1);
    assert_int_equal(pair.accepted, 1);
    assert_fired(&pair, FAULT_BACKLOG_FULL);
    pair_close(&pair);
}

static void a_reset_by_fault_reaches_both_ends(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_RESET, ALWAYS);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.client.broken_error, -ECONNRESET);
    assert_int_equal(pair.server.broken_error, -ECONNRESET);
    assert_int_equal(pair.client.broken + pair.server.broken, 2);
    assert_fired(&pair, FAULT_RESET);
    pair_close(&pair);
}

static void of_a_half_open_connection_only_timeouts_tell(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 3000);
    fault(&pair, FAULT_HALF_OPEN, ALWAYS);
    pair_run_ms(&pair, 2000);
    world_faults_stop(pair.world);
    end_send(&pair.client, 10);
    end_close(&pair.server);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.client.ended + pair.client.broken, 0);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.client.broken_error, -ETIMEDOUT);
    assert_fired(&pair, FAULT_HALF_OPEN);
    pair_close(&pair);
}

static void a_partition_heals_and_loses_nothing(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    pair_connect(&pair, 0);
    fault(&pair, FAULT_PARTITION, ALWAYS);
    pair_run_ms(&pair, 2000);
    assert_fired(&pair, FAULT_PARTITION);
    world_block_path(pair.client_node, pair.server_node, UINT64_MAX);
    end_send(&pair.client, 1000);
    pair_run_ms(&pair, 1000);
    assert_int_equal(pair.server.received, 0);
    world_faults_stop(pair.world);
    pair_run_ms(&pair, 60000);
    assert_int_equal(pair.server.received, 1000);
    assert_int_equal(pair.server.wrong, 0);
    pair_close(&pair);
}

static void without_descriptors_a_connect_fails_at_once(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    fault(&pair, FAULT_EMFILE, ALWAYS);
    assert_int_equal(pair_begin(&pair, 0), -EMFILE);
    fault(&pair, FAULT_EMFILE, 0);
    world_node_limit_files(pair.client_node, 1);
    pair_connect(&pair, 0);
    struct end second = {0};
    struct end first = pair.client;
    assert_int_equal(pair_begin(&pair, 0), -EMFILE);
    assert_ptr_equal(pair.client.stream, first.stream);
    assert_null(second.stream);
    pair_close(&pair);
}

static void without_descriptors_accepting_pauses_and_says_so(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    world_node_limit_files(pair.server_node, 1); /* the listening socket itself */
    assert_int_equal(pair_begin(&pair, 0), 0);
    pair_run_ms(&pair, 100);
    assert_int_equal(pair.trouble, -EMFILE);
    assert_int_equal(pair.troubles, 1);
    assert_int_equal(pair.accepted, 0);
    world_node_limit_files(pair.server_node, 0);
    pair_run_ms(&pair, 2000);
    assert_int_equal(pair.accepted, 1);
    assert_int_equal(pair.troubles, 1);
    pair_close(&pair);
}

static void paths_of_other_nodes_are_their_own(void **state)
{
    struct pair pair;
    pair_open(&pair, 1);
    assert_int_equal(address_parse(BYTES("127.0.0.1:80"), &pair.place), 0);
    assert_int_equal(pair_begin(&pair, 0), 0); /* the client's own port 80, where nobody listens */
    pair_run_ms(&pair, 10);
    assert_int_equal(pair.client.connect_error, -ECONNREFUSED);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(much_arrives_whole_through_small_buffers),
        cmocka_unit_test(latency_and_bandwidth_take_their_time),
        cmocka_unit_test(a_distant_node_is_far_from_everybody),
        cmocka_unit_test(writing_to_a_peer_that_has_closed_breaks_the_connection),
        cmocka_unit_test(a_reset_drops_what_was_not_read),
        cmocka_unit_test(a_closed_port_refuses),
        cmocka_unit_test(an_address_of_nobody_never_answers),
        cmocka_unit_test(a_blocked_path_delays_what_tcp_sends_again),
        cmocka_unit_test(a_user_timeout_ends_the_wait_for_acknowledgements),
        cmocka_unit_test(a_user_timeout_ends_the_wait_for_a_reader),
        cmocka_unit_test(short_reads_lose_nothing),
        cmocka_unit_test(a_short_write_is_followed_by_on_writable),
        cmocka_unit_test(spurious_events_find_nothing_and_lose_nothing),
        cmocka_unit_test(segmentation_cuts_writes_into_pieces),
        cmocka_unit_test(a_latency_spike_delays_what_follows_too),
        cmocka_unit_test(a_connect_is_refused_by_fault),
        cmocka_unit_test(a_blackhole_swallows_a_connect_for_two_minutes),
        cmocka_unit_test(a_full_backlog_makes_the_client_ask_again),
        cmocka_unit_test(a_reset_by_fault_reaches_both_ends),
        cmocka_unit_test(of_a_half_open_connection_only_timeouts_tell),
        cmocka_unit_test(a_partition_heals_and_loses_nothing),
        cmocka_unit_test(without_descriptors_a_connect_fails_at_once),
        cmocka_unit_test(without_descriptors_accepting_pauses_and_says_so),
        cmocka_unit_test(paths_of_other_nodes_are_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
