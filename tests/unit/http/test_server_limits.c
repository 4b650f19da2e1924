/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>
#include <zlib.h>

#include "tests/unit/http/wire.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"
#define CHUNKED "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"

static void send_and_run(struct wire *wire, struct bytes bytes)
{
    wire_send(wire, bytes);
    wire_run_ms(wire, 10);
}

static void send_many(struct wire *wire, struct bytes bytes, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        wire_send(wire, bytes);
    wire_run_ms(wire, 10);
}

/* Deadlines. */

static void an_idle_connection_is_closed_in_silence(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES(GET("/")));
    buffer_clear(&wire.received);
    wire_run_ms(&wire, 29000);
    assert_false(wire.has_end);
    wire_run_ms(&wire, 2000);
    assert_true(wire.has_end);
    assert_string_equal(wire_text(&wire), "");
    wire_close(&wire);
}

static void a_head_that_drips_is_timed_from_its_first_byte(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_run_ms(&wire, 20000);
    for (unsigned second = 0; second < 4; second++) {
        send_and_run(&wire, BYTES("G"));
        wire_run_ms(&wire, 990);
    }
    assert_int_equal(wire_status(&wire), 0);
    wire_run_ms(&wire, 1100);
    assert_int_equal(wire_status(&wire), 408);
    assert_true(wire.has_end);
    wire_close(&wire);
}

static void a_body_that_stops_is_408(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"));
    for (unsigned i = 0; i < 4; i++) {
        wire_run_ms(&wire, 4000);
        send_and_run(&wire, BYTES("x"));
    }
    assert_int_equal(wire_status(&wire), 0);
    wire_run_ms(&wire, 5000);
    assert_int_equal(wire_status(&wire), 408);
    assert_int_equal(wire.gones, 1);
    assert_int_equal(wire.why_gone, HTTP_GONE_TIMEOUT);
    wire_close(&wire);
}

/* Offers more than any buffer on the way holds. */
struct big {
    struct http_exchange *exchange;
    struct bytes left;
    enum http_gone why_gone;
    unsigned gones;
};

static void offer_big(void *user)
{
    struct big *big = user;
    ssize_t n = http_exchange_write(big->exchange, &big->left, 1, true);
    assert_true(n >= 0);
    big->left = bytes_after(big->left, (size_t)n);
}

static void on_big_gone(void *user, enum http_gone why)
{
    struct big *big = user;
    big->gones++;
    big->why_gone = why;
    http_exchange_close(big->exchange);
}

static void on_big_request(void *user, struct http_exchange *exchange)
{
    static const struct http_exchange_events events = {.on_room = offer_big,
                                                       .on_gone = on_big_gone};
    struct big *big = user;
    struct http_answer_head head = {.status = 200, .content_length = big->left.length};
    big->exchange = exchange;
    http_exchange_bind(exchange, &events, big);
    assert_int_equal(http_exchange_answer(exchange, &head), 0);
    offer_big(big);
}

static void a_client_that_takes_nothing_is_cut_off(void **state)
{
    struct wire wire;
    size_t size = 64 << 20;
    char *much = calloc(1, size);
    struct big big = {.left = {much, size}};
    wire_init(&wire);
    wire.options.on_request = on_big_request;
    wire.options.on_refusal = NULL;
    wire.options.on_drained = NULL;
    wire.options.user = &big;
    wire_start(&wire);
    wire_connect(&wire);
    wire.is_lazy = true;
    send_and_run(&wire, BYTES(GET("/")));
    wire_run_ms(&wire, 4000);
    assert_int_equal(big.gones, 0);
    wire_run_ms(&wire, 1500);
    assert_int_equal(big.gones, 1);
    assert_int_equal(big.why_gone, HTTP_GONE_TIMEOUT);
    wire_close(&wire);
    free(much);
}

/* Sizes. */

static void a_head_over_the_limit_is_431(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES("GET / HTTP/1.1\r\nHost: h\r\nA: "));
    send_many(&wire, BYTES("0123456789abcdef"), 1024);
    assert_int_equal(wire_status(&wire), 431);
    assert_int_equal(wire.requests, 0);
    wire_close(&wire);
}

static void a_request_line_over_the_limit_is_414(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES("GET /"));
    send_many(&wire, BYTES("0123456789abcdef"), 1024);
    assert_int_equal(wire_status(&wire), 414);

    wire_connect(&wire);
    wire_send(&wire, BYTES("GET /"));
    send_many(&wire, BYTES("0123456789abcdef"), 512);
    send_and_run(&wire, BYTES(" HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(wire_status(&wire), 414);
    wire_close(&wire);
}

static void too_many_fields_are_431(void **state)
{
    for (unsigned fields = 64; fields <= 65; fields++) {
        struct wire wire;
        wire_open(&wire);
        wire_connect(&wire);
        wire_send(&wire, BYTES("GET / HTTP/1.1\r\nHost: h\r\n"));
        send_many(&wire, BYTES("A: b\r\n"), fields - 1);
        send_and_run(&wire, BYTES("\r\n"));
        assert_int_equal(wire_status(&wire), fields == 64 ? 200 : 431);
        wire_close(&wire);
    }
}

static void a_body_that_grows_over_the_limit_is_413(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES(CHUNKED "\r\n"));
    send_many(&wire, BYTES("10\r\n0123456789abcdef\r\n"), 6251);
    wire_run_ms(&wire, 100);
    assert_int_equal(wire_status(&wire), 413);
    assert_int_equal(wire.why_gone, HTTP_GONE_TOO_LARGE);
    wire_close(&wire);
}

static void chunk_extensions_are_limited_together(void **state)
{
    for (unsigned chunks = 1000; chunks <= 2000; chunks += 1000) {
        struct wire wire;
        wire_open(&wire);
        wire_connect(&wire);
        wire_send(&wire, BYTES(CHUNKED "\r\n"));
        send_many(&wire, BYTES("1;extension=v\r\nx\r\n"), chunks);
        send_and_run(&wire, BYTES("0\r\n\r\n"));
        wire_run_ms(&wire, 100);
        assert_int_equal(wire_status(&wire), chunks == 1000 ? 200 : 400);
        wire_close(&wire);
    }
}

static void trailers_are_limited_together(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES(CHUNKED "\r\n0\r\n"));
    send_many(&wire, BYTES("A: 0123456789abcdef\r\n"), 500);
    assert_int_equal(wire_status(&wire), 400);
    wire_close(&wire);
}

static void a_refusal_has_the_fillers_shape(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("GET / HTTP/1.1\r\n\r\n"));
    assert_string_equal(wire_text(&wire), "HTTP/1.1 400 Bad Request\r\n"
                                          "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                                          "Connection: close\r\n"
                                          "Content-Length: 48\r\n"
                                          "X-Refused: yes\r\n"
                                          "\r\n"
                                          "refused: A request needs exactly one Host field.");
    wire_close(&wire);
}

static void ignore_error(void *user, int error)
{
    (void)user;
    (void)error;
}

static void ignore(void *user)
{
    (void)user;
}

static void connections_over_the_limit_wait_for_a_place(void **state)
{
    static const struct stream_events no_events = {ignore_error, ignore, ignore, ignore_error};
    static const struct stream_options no_options = {0};
    struct wire wire;
    struct address place;
    struct stream *first;
    wire_init(&wire);
    wire.options.limits.connections = 1;
    wire_start(&wire);
    address_parse(BYTES("10.0.0.1:8080"), &place);
    assert_int_equal(
        stream_connect(&first, wire.client_loop, &place, &no_options, &no_events, NULL), 0);
    stream_want_read(first, false);
    wire_run_ms(&wire, 10);

    wire_connect(&wire);
    send_and_run(&wire, BYTES(GET("/")));
    assert_int_equal(wire.requests, 0);
    stream_close(first);
    wire_run_ms(&wire, 10);
    assert_int_equal(wire.requests, 1);
    wire_close(&wire);
}

/* gzip. */

struct packed {
    unsigned char bytes[200000];
    size_t length;
};

/* `size` bytes that compress well (spread 1) or badly (spread 256). */
static void pack(struct packed *packed, size_t size, unsigned spread)
{
    unsigned char *plain = malloc(size);
    assert_non_null(plain);
    uint32_t random = 1;
    for (size_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        plain[i] = (unsigned char)('a' + (random >> 24) % spread);
    }
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = plain;
    stream.avail_in = (unsigned)size;
    stream.next_out = packed->bytes;
    stream.avail_out = sizeof packed->bytes;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed->length = stream.total_out;
    deflateEnd(&stream);
    free(plain);
}

static unsigned ask_packed(struct wire *wire, const struct packed *packed, size_t length,
                           size_t cut)
{
    struct buffer request = {0};
    buffer_append_format(&request,
                         "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n"
                         "Content-Length: %zu\r\n\r\n",
                         length);
    size_t head = request.length;
    buffer_append(&request, bytes_of((const char *)packed->bytes, length));
    buffer_clear(&wire->log);
    unsigned status = wire_ask(wire, buffer_bytes(&request), head + cut);
    buffer_clear(&request);
    return status;
}

static void a_gzip_body_arrives_decoded_wherever_it_is_cut(void **state)
{
    static struct packed packed;
    struct wire wire;
    wire_open(&wire);
    pack(&packed, 40, 3);
    for (size_t cut = 0; cut <= packed.length; cut++) {
        assert_int_equal(ask_packed(&wire, &packed, packed.length, cut), 200);
        assert_int_equal(wire.log.length, sizeof "POST / " - 1 + 40 + 1);
    }
    wire_close(&wire);
}

static void a_gzip_body_may_be_larger_than_the_scratch_memory(void **state)
{
    static struct packed packed;
    struct wire wire;
    wire_open(&wire);
    pack(&packed, 99000, 26);
    assert_int_equal(ask_packed(&wire, &packed, packed.length, packed.length / 2), 200);
    assert_int_equal(wire.log.length, sizeof "POST / " - 1 + 99000 + 1);
    wire_close(&wire);
}

static void a_gzip_body_that_is_cut_or_goes_on_is_malformed(void **state)
{
    static struct packed packed;
    struct wire wire;
    wire_open(&wire);
    pack(&packed, 40, 3);
    for (size_t length = 1; length < packed.length; length++)
        assert_int_equal(ask_packed(&wire, &packed, length, 0), 400);
    packed.bytes[packed.length] = 'x';
    for (size_t cut = 0; cut <= packed.length; cut++)
        assert_int_equal(ask_packed(&wire, &packed, packed.length + 1, cut), 400);
    packed.bytes[packed.length - 5] ^= 1; /* the checksum */
    assert_int_equal(ask_packed(&wire, &packed, packed.length, 0), 400);
    wire_close(&wire);
}

static void a_gzip_bomb_is_413(void **state)
{
    static struct packed packed;
    struct wire wire;
    wire_init(&wire);
    wire.options.limits.body_bytes = 1 << 30;
    wire.options.limits.gzip_ratio = 50;
    wire_start(&wire);
    pack(&packed, 150000, 1);
    assert_int_equal(ask_packed(&wire, &packed, packed.length, 0), 413);
    assert_int_equal(wire.why_gone, HTTP_GONE_TOO_LARGE);
    pack(&packed, 60000, 1);
    assert_int_equal(ask_packed(&wire, &packed, packed.length, 0), 200);
    wire_close(&wire);
}

static void the_limit_on_bodies_counts_decoded_bytes(void **state)
{
    static struct packed packed;
    struct wire wire;
    wire_open(&wire);
    pack(&packed, 100001, 4);
    assert_int_equal(ask_packed(&wire, &packed, packed.length, 0), 413);
    pack(&packed, 100000, 4);
    assert_int_equal(ask_packed(&wire, &packed, packed.length, 0), 200);
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_connection_is_closed_in_silence),
        cmocka_unit_test(a_head_that_drips_is_timed_from_its_first_byte),
        cmocka_unit_test(a_body_that_stops_is_408),
        cmocka_unit_test(a_client_that_takes_nothing_is_cut_off),
        cmocka_unit_test(a_head_over_the_limit_is_431),
        cmocka_unit_test(a_request_line_over_the_limit_is_414),
        cmocka_unit_test(too_many_fields_are_431),
        cmocka_unit_test(a_body_that_grows_over_the_limit_is_413),
        cmocka_unit_test(chunk_extensions_are_limited_together),
        cmocka_unit_test(trailers_are_limited_together),
        cmocka_unit_test(a_refusal_has_the_fillers_shape),
        cmocka_unit_test(connections_over_the_limit_wait_for_a_place),
        cmocka_unit_test(a_gzip_body_arrives_decoded_wherever_it_is_cut),
        cmocka_unit_test(a_gzip_body_may_be_larger_than_the_scratch_memory),
        cmocka_unit_test(a_gzip_body_that_is_cut_or_goes_on_is_malformed),
        cmocka_unit_test(a_gzip_bomb_is_413),
        cmocka_unit_test(the_limit_on_bodies_counts_decoded_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
