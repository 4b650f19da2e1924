/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation of a connection and its exchange fails once: that request ends with 503, a
 * broken connection or its true answer, nothing is left, and the next request is fine.
 */
#include "tests/failing_memory.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "tests/unit/http/wire.h"

/* A handler that allocates nothing itself: it counts the body and answers. */
struct counting {
    struct http_exchange *exchange; /* NULL: none open */
    size_t bytes;
    unsigned answered;
};

static void end(struct counting *counting)
{
    http_exchange_close(counting->exchange);
    counting->exchange = NULL;
}

static void on_body(void *user, struct bytes bytes, bool last)
{
    struct counting *counting = user;
    counting->bytes += bytes.length;
    if (!last)
        return;
    struct bytes body = BYTES("counted");
    struct http_answer_head head = {.status = 200, .content_length = HTTP_LENGTH_UNKNOWN};
    if (http_exchange_answer(counting->exchange, &head) == 0 &&
        http_exchange_write(counting->exchange, &body, 1, true) == (ssize_t)body.length)
        counting->answered++;
    end(counting);
}

static void on_gone(void *user, enum http_gone why)
{
    (void)why;
    end(user);
}

static void on_request(void *user, struct http_exchange *exchange)
{
    static const struct http_exchange_events events = {.on_body = on_body, .on_gone = on_gone};
    struct counting *counting = user;
    counting->exchange = exchange;
    counting->bytes = 0;
    http_exchange_bind(exchange, &events, counting);
    http_exchange_grant(exchange, 100);
}

static void send_and_run(struct wire *wire, struct bytes bytes)
{
    wire_send(wire, bytes);
    wire_run_ms(wire, 10);
}

/* One whole exchange whose n-th allocation fails; false once there is no n-th. */
static bool survives(struct bytes head, struct bytes body, unsigned n)
{
    struct wire wire;
    struct counting counting = {0};
    char *room;
    wire_init(&wire);
    wire.options.on_request = on_request;
    wire.options.on_refusal = NULL;
    wire.options.on_drained = NULL;
    wire.options.user = &counting;
    wire.blocks.keep_spans = 0;
    world_memory_hook(wire.world, failing_memory_spare);
    wire_start(&wire);
    wire_begin_connect(&wire);
    assert_int_equal(buffer_reserve(&wire.received, 65536, &room), 0);
    assert_int_equal(buffer_reserve(&wire.unsent, 65536, &room), 0);

    failing_memory_set(n + 1);
    wire_run_ms(&wire, 10);
    send_and_run(&wire, bytes_of(head.at, 10));
    wire_send(&wire, bytes_after(head, 10));
    send_and_run(&wire, bytes_of(body.at, body.length - 10));
    if (counting.exchange)
        http_exchange_grant(counting.exchange, 1000000);
    send_and_run(&wire, bytes_after(body, body.length - 10));
    wire_run_ms(&wire, 1000); /* accepting may have paused */
    if (counting.exchange)
        http_exchange_grant(counting.exchange, 1000000);
    wire_run_ms(&wire, 10);

    bool has_failed_once = failing_memory_has_failed();
    failing_memory_set(0);
    unsigned status = wire_status(&wire);
    bool is_over = status != 0 || wire.has_end || wire.error < 0;
    if (!is_over || (status != 0 && status != 200 && status != 503))
        fail_msg("allocation %u: status %u", n, status);
    assert_true(has_failed_once || counting.answered == 1);

    wire_connect(&wire);
    send_and_run(&wire, BYTES("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(wire_status(&wire), 200);
    wire_close(&wire);
    return has_failed_once;
}

static void each_allocation_may_fail(void **state)
{
    static char body[20000];
    memset(body, 'x', sizeof body);
    struct bytes head = BYTES("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n");
    unsigned n = 0;
    while (survives(head, bytes_of(body, sizeof body), n))
        n++;
    assert_true(n >= 5); /* stream, connection, head (twice), block */
}

static void each_allocation_may_fail_with_gzip(void **state)
{
    static unsigned char plain[20000], packed[20000];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof plain; i++) {
        random = random * 1664525 + 1013904223;
        plain[i] = (unsigned char)(random >> 24);
    }
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = plain;
    stream.avail_in = 15000;
    stream.next_out = packed;
    stream.avail_out = sizeof packed;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    char head[128];
    int length = snprintf(head, sizeof head,
                          "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n"
                          "Content-Length: %lu\r\n\r\n",
                          stream.total_out);
    unsigned n = 0;
    while (survives(bytes_of(head, (size_t)length),
                    bytes_of((const char *)packed, stream.total_out), n))
        n++;
    deflateEnd(&stream);
    assert_true(n >= 8); /* the decoder as well */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_allocation_may_fail_with_gzip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
