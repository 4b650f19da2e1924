/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: where the network cuts a connection's bytes never changes what comes back.
 */
#include "tests/test.h"

#include "tests/unit/http/wire.h"

#define ROUNDS 300
#define REQUESTS 6

#define REQUEST(text)                                                                              \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static const struct bytes requests[] = {
    REQUEST("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n"),
    REQUEST("\r\nGET /blank HTTP/1.1\r\nHost: h\r\n\r\n"),
    REQUEST("HEAD /head HTTP/1.1\r\nHost: h\r\n\r\n"),
    REQUEST("POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world"),
    REQUEST("POST /chunks HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\n"),
    REQUEST("POST /expects HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"),
    REQUEST("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    REQUEST("GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
    REQUEST("GET /no-host HTTP/1.1\r\n\r\n"),
    REQUEST("POST /bad HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"),
};

static struct buffer some_requests(struct random *random)
{
    struct buffer text = {0};
    for (unsigned i = 0; i < REQUESTS; i++)
        buffer_append(&text, requests[random_below(random, sizeof requests / sizeof requests[0])]);
    return text;
}

/* In pieces of `least` to `most` bytes, each seen by the server before the next is sent. */
static void send_in_pieces(struct wire *wire, struct bytes text, struct random *random,
                           size_t least, size_t most)
{
    wire_open(wire);
    wire_connect(wire);
    while (text.length > 0) {
        uint64_t length = random_between(random, least, most);
        if (length > text.length)
            length = text.length;
        wire_send(wire, bytes_of(text.at, (size_t)length));
        wire_run_ms(wire, 1);
        text = bytes_after(text, (size_t)length);
    }
    wire_run_ms(wire, 20);
}

static void pieces_of_any_size_are_answered_alike(void **state)
{
    struct random random;
    random_init(&random, 42);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct wire whole, parts;
        struct buffer text = some_requests(&random);
        send_in_pieces(&whole, buffer_bytes(&text), &random, text.length, text.length);
        send_in_pieces(&parts, buffer_bytes(&text), &random, 1, 1 + random_below(&random, 40));
        assert_string_equal(wire_text(&parts), wire_text(&whole));
        assert_int_equal(parts.has_end, whole.has_end);
        wire_close(&whole);
        wire_close(&parts);
        buffer_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_are_answered_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
