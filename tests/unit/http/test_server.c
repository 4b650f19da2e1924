/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/http/wire.h"

static void a_request_is_answered(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"));
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 200 OK\r\n"
                                          "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                                          "Content-Length: 15\r\n"
                                          "\r\n"
                                          "POST /a?b hello");
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
