/* SPDX-License-Identifier: Apache-2.0
 *
 * One direction of a connection as numbers and bytes.
 */
#include "loop/sim/pipe.h"
#include "tests/test.h"

#define SEND_BYTES 5000
#define RECEIVE_BYTES 3000

struct line {
    struct world *world;
    struct pipe pipe;
};

static void line_open(struct line *line)
{
    assert_int_equal(world_open(&line->world, 1), 0);
    pipe_init(&line->pipe, line->world, SEND_BYTES, RECEIVE_BYTES);
}

static void line_close(struct line *line)
{
    pipe_free(&line->pipe);
    world_close(line->world);
}

static char payload_at(uint64_t position)
{
    return (char)(position * 11 + position / 253);
}

static size_t write_payload(struct pipe *pipe, size_t size)
{
    char bytes[2 * SEND_BYTES];
    assert_true(size <= sizeof bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = payload_at(pipe->written + i);
    return pipe_write(pipe, bytes_of(bytes, size));
}

static size_t read_payload(struct pipe *pipe, size_t size)
{
    char bytes[2 * SEND_BYTES];
    uint64_t from = pipe->read;
    size_t got = pipe_read(pipe, bytes, size);
    for (size_t i = 0; i < got; i++)
        assert_int_equal(bytes[i], payload_at(from + i));
    return got;
}

static void deliver_all(struct pipe *pipe)
{
    while (pipe_first_packet(pipe))
        pipe_take_packet(pipe);
}

static void a_write_takes_what_the_send_buffer_holds(void **state)
{
    struct line line;
    line_open(&line);
    assert_int_equal(write_payload(&line.pipe, SEND_BYTES - 1), SEND_BYTES - 1);
    assert_int_equal(write_payload(&line.pipe, 10), 1);
    assert_int_equal(write_payload(&line.pipe, 10), 0);
    line_close(&line);
}

static void no_more_is_sent_than_the_receiver_holds(void **state)
{
    struct line line;
    line_open(&line);
    write_payload(&line.pipe, SEND_BYTES);
    assert_int_equal(pipe_sendable(&line.pipe), RECEIVE_BYTES);
    pipe_send(&line.pipe, RECEIVE_BYTES, 1);
    assert_int_equal(pipe_sendable(&line.pipe), 0);
    deliver_all(&line.pipe);
    assert_int_equal(read_payload(&line.pipe, 1000), 1000);
    assert_int_equal(pipe_sendable(&line.pipe), 0); /* the sender has not heard of it */
    assert_true(pipe_hear(&line.pipe));
    assert_int_equal(pipe_sendable(&line.pipe), 1000);
    assert_false(pipe_hear(&line.pipe));
    line_close(&line);
}

static void packets_arrive_in_order_and_the_last_ones_share(void **state)
{
    struct line line;
    line_open(&line);
    write_payload(&line.pipe, 20);
    for (unsigned i = 0; i < 20; i++)
        pipe_send(&line.pipe, 1, 100 + i);
    assert_int_equal(line.pipe.packet_count, PIPE_DATA_PACKETS);
    assert_int_equal(pipe_after_packets(&line.pipe, 0), 119);
    for (unsigned i = 0; i < PIPE_DATA_PACKETS; i++)
        assert_int_equal(pipe_take_packet(&line.pipe).end, i + 1 < PIPE_DATA_PACKETS ? i + 1 : 20);
    assert_int_equal(read_payload(&line.pipe, 100), 20);
    line_close(&line);
}

static void there_is_always_a_place_for_the_end(void **state)
{
    struct line line;
    line_open(&line);
    write_payload(&line.pipe, 20);
    for (unsigned i = 0; i < 20; i++)
        pipe_send(&line.pipe, 1, i);
    pipe_send_end(&line.pipe, PACKET_FIN, 30);
    pipe_send_end(&line.pipe, PACKET_RESET, 31);
    for (unsigned i = 0; i < PIPE_DATA_PACKETS; i++)
        assert_int_equal(pipe_take_packet(&line.pipe).kind, PACKET_DATA);
    assert_int_equal(pipe_take_packet(&line.pipe).kind, PACKET_FIN);
    assert_int_equal(pipe_take_packet(&line.pipe).kind, PACKET_RESET);
    assert_null(pipe_first_packet(&line.pipe));
    line_close(&line);
}

static void what_is_lost_on_the_way_does_not_touch_what_has_arrived(void **state)
{
    struct line line;
    line_open(&line);
    write_payload(&line.pipe, 300);
    pipe_send(&line.pipe, 100, 1);
    pipe_take_packet(&line.pipe);
    pipe_send(&line.pipe, 100, 2);
    pipe_cut(&line.pipe);
    assert_int_equal(pipe_unsent(&line.pipe), 0);
    pipe_lose(&line.pipe);
    assert_null(pipe_first_packet(&line.pipe));
    assert_int_equal(read_payload(&line.pipe, 1000), 100);
    line_close(&line);
}

/* Property: whatever is written, sent and read in whatever pieces comes out as it went in, and
 * neither buffer ever holds more than it may. */
static void bytes_come_out_as_they_went_in(void **state)
{
    struct line line;
    line_open(&line);
    struct random *random = world_random(line.world);
    for (int i = 0; i < 20000; i++) {
        write_payload(&line.pipe, random_below(random, 2000));
        size_t sendable = pipe_sendable(&line.pipe);
        if (sendable > 0)
            pipe_send(&line.pipe, random_between(random, 1, sendable), (uint64_t)i);
        if (pipe_first_packet(&line.pipe) && random_chance(random, 2, 3))
            pipe_take_packet(&line.pipe);
        read_payload(&line.pipe, random_below(random, 3000));
        if (random_chance(random, 1, 2))
            pipe_hear(&line.pipe);
        assert_true(pipe_readable(&line.pipe) <= RECEIVE_BYTES);
        assert_true(line.pipe.written - line.pipe.acked <= SEND_BYTES);
    }
    assert_true(line.pipe.read > 1000000);
    assert_true(line.pipe.ring_bytes <= 2 * (SEND_BYTES + RECEIVE_BYTES));
    line_close(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_takes_what_the_send_buffer_holds),
        cmocka_unit_test(no_more_is_sent_than_the_receiver_holds),
        cmocka_unit_test(packets_arrive_in_order_and_the_last_ones_share),
        cmocka_unit_test(there_is_always_a_place_for_the_end),
        cmocka_unit_test(what_is_lost_on_the_way_does_not_touch_what_has_arrived),
        cmocka_unit_test(bytes_come_out_as_they_went_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
