/* SPDX-License-Identifier: Apache-2.0
 *
 * One row for each oddity of docs/http.md. Every row is sent whole and cut at every byte: the
 * verdict never depends on the cut, and what is refused never reaches a handler.
 */
#include "tests/test.h"

#include "tests/unit/http/wire.h"

struct row {
    const char *what;
    struct bytes request;
    unsigned status;
};

#define ROW(status, what, request)                                                                 \
    {                                                                                              \
        (what), {(request), sizeof(request) - 1}, (status)                                         \
    }
#define HOST "Host: h\r\n"
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct row rows[] = {
    ROW(200, "a plain request", GET HOST "\r\n"),
    ROW(200, "one empty line before it", "\r\n" GET HOST "\r\n"),
    ROW(400, "two empty lines before it", "\r\n\r\n" GET HOST "\r\n"),
    ROW(400, "a blank before it", " " GET HOST "\r\n"),

    /* Line ends, folds, control characters: RFC 9112 sections 2.2 and 5.2. */
    ROW(400, "bare LF behind the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n"),
    ROW(400, "bare LF behind a field", GET "Host: h\nA: b\r\n\r\n"),
    ROW(400, "bare LF for the empty line", GET HOST "\n"),
    ROW(400, "bare CR in a field", GET HOST "A: b\rc\r\n\r\n"),
    ROW(400, "bare CR for a line end", GET HOST "A: b\rB: c\r\n\r\n"),
    ROW(400, "CR CR LF", GET "Host: h\r\r\n\r\n"),
    ROW(400, "a folded field", GET HOST "A: b\r\n c\r\n\r\n"),
    ROW(400, "a folded field, by a tab", GET HOST "A: b\r\n\tc\r\n\r\n"),
    ROW(400, "a fold before the first field", GET " Host: h\r\n\r\n"),
    ROW(400, "NUL in a value", GET HOST "A: b\0c\r\n\r\n"),
    ROW(400, "NUL in a name", GET HOST "A\0: b\r\n\r\n"),
    ROW(400, "NUL in the target", "GET /\0 HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "ESC in a value", GET HOST "A: \033[2J\r\n\r\n"),
    ROW(400, "DEL in a value", GET HOST "A: \177\r\n\r\n"),
    ROW(200, "a tab in a value", GET HOST "A: b\tc\r\n\r\n"),
    ROW(200, "8-bit bytes in a value", GET HOST "A: \xc3\xa9\r\n\r\n"),

    /* The request line: section 3. */
    ROW(400, "two blanks before the target", "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "two blanks before the version", "GET /  HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "a tab for a blank", "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "a blank behind the version", "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    ROW(400, "HTTP/0.9", "GET /\r\n\r\n"),
    ROW(505, "HTTP/2.0 in words", "GET / HTTP/2.0\r\n" HOST "\r\n"),
    ROW(505, "HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n"),
    ROW(400, "HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n"),
    ROW(400, "http/1.1", "GET / http/1.1\r\n" HOST "\r\n"),
    ROW(400, "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ROW(400, "no method", " / HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "a method with a colon", "GE:T / HTTP/1.1\r\n" HOST "\r\n"),
    ROW(501, "an unknown method", "BREW / HTTP/1.1\r\n" HOST "\r\n"),
    ROW(501, "a method in lower case", "get / HTTP/1.1\r\n" HOST "\r\n"),
    ROW(501, "CONNECT", "CONNECT h:443 HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "absolute form", "GET http://h/ HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "authority form", "GET h:80 HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "asterisk form with GET", "GET * HTTP/1.1\r\n" HOST "\r\n"),
    ROW(200, "asterisk form with OPTIONS", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "a fragment in the target", "GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "a backslash in the target", "GET /a\\b HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "8-bit bytes in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"),
    ROW(400, "an empty target", "GET  HTTP/1.1\r\n" HOST "\r\n"),

    /* Fields: section 5. */
    ROW(400, "a blank before the colon", GET HOST "A : b\r\n\r\n"),
    ROW(400, "a tab before the colon", GET HOST "A\t: b\r\n\r\n"),
    ROW(400, "an empty name", GET HOST ": b\r\n\r\n"),
    ROW(400, "an empty name first", GET ": b\r\n" HOST "\r\n"),
    ROW(400, "a line without a colon", GET HOST "A\r\n\r\n"),
    ROW(400, "a name with a bracket", GET HOST "A[]: b\r\n\r\n"),
    ROW(200, "an empty value", GET HOST "A:\r\n\r\n"),

    /* Host: section 3.2. */
    ROW(400, "no Host", GET "\r\n"),
    ROW(200, "no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
    ROW(400, "two Hosts", GET HOST HOST "\r\n"),
    ROW(400, "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" HOST HOST "\r\n"),
    ROW(400, "an empty Host", GET "Host:\r\n\r\n"),
    ROW(400, "a Host with a path", GET "Host: h/x\r\n\r\n"),
    ROW(400, "a Host with a query", GET "Host: h?x\r\n\r\n"),
    ROW(400, "a Host with a fragment", GET "Host: h#x\r\n\r\n"),
    ROW(400, "a Host with a user", GET "Host: u@h\r\n\r\n"),
    ROW(400, "a Host with a blank", GET "Host: h x\r\n\r\n"),
    ROW(400, "two Hosts in one", GET "Host: h,i\r\n\r\n"),
    ROW(400, "a Host with a bad port", GET "Host: h:70000\r\n\r\n"),
    ROW(400, "a Host with two ports", GET "Host: h:1:2\r\n\r\n"),
    ROW(400, "a Host with an open bracket", GET "Host: [::1\r\n\r\n"),
    ROW(200, "a Host with a port", GET "Host: h.example:8080\r\n\r\n"),
    ROW(200, "a Host that is an IPv6 address", GET "Host: [::1]:8080\r\n\r\n"),

    /* Lengths: section 6.2 and RFC 9110 section 8.6. */
    ROW(200, "a length", POST "Content-Length: 1\r\n\r\nx"),
    ROW(400, "an empty length", POST "Content-Length:\r\n\r\nx"),
    ROW(400, "a signed length", POST "Content-Length: +1\r\n\r\nx"),
    ROW(400, "a negative length", POST "Content-Length: -1\r\n\r\nx"),
    ROW(400, "a hexadecimal length", POST "Content-Length: 0x1\r\n\r\nx"),
    ROW(400, "an octal-looking length", POST "Content-Length: 01\r\n\r\nx"),
    ROW(400, "a length with an underscore", POST "Content-Length: 1_0\r\n\r\nx"),
    ROW(400, "a length with a blank inside", POST "Content-Length: 1 0\r\n\r\nx"),
    ROW(400, "a length and words", POST "Content-Length: 1x\r\n\r\nx"),
    ROW(400, "a list of lengths", POST "Content-Length: 1, 1\r\n\r\nx"),
    ROW(400, "two equal lengths", POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
    ROW(400, "two lengths", POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
    ROW(400, "a length of 2^63", POST "Content-Length: 9223372036854775808\r\n\r\n"),
    ROW(400, "a length of 2^64 + 1", POST "Content-Length: 18446744073709551617\r\n\r\nx"),
    ROW(413, "a length over the limit", POST "Content-Length: 100001\r\n\r\n"),

    /* Transfer-Encoding: section 6.1. */
    ROW(200, "chunked", CHUNKED "1\r\nx\r\n0\r\n\r\n"),
    ROW(200, "Chunked", POST "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, "chunked and a length",
        POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n"),
    ROW(400, "a length and chunked",
        POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
             "0\r\n\r\n"),
    ROW(400, "chunked twice",
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n"),
    ROW(400, "chunked, chunked", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, "gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, "identity", POST "Transfer-Encoding: identity\r\n\r\n"),
    ROW(400, "xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ROW(400, "chunked with a tail", POST "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
    ROW(400, "an empty coding", POST "Transfer-Encoding:\r\n\r\n"),
    ROW(400, "chunked in HTTP/1.0",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),

    /* Chunks: section 7.1. */
    ROW(400, "a size in 0x", CHUNKED "0x1\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a signed size", CHUNKED "+1\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a negative size", CHUNKED "-1\r\nx\r\n0\r\n\r\n"),
    ROW(400, "an empty size", CHUNKED "\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a blank before a size", CHUNKED " 1\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a blank behind a size", CHUNKED "1 \r\nx\r\n0\r\n\r\n"),
    ROW(400, "a size with an underscore", CHUNKED "0_1\r\nx\r\n0\r\n\r\n"),
    ROW(200, "a size of 16 digits", CHUNKED "0000000000000001\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a size of 17 digits", CHUNKED "00000000000000001\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a size of 2^63", CHUNKED "8000000000000000\r\nx\r\n0\r\n\r\n"),
    ROW(400, "bare LF behind a size", CHUNKED "1\nx\r\n0\r\n\r\n"),
    ROW(400, "bare LF behind data", CHUNKED "1\r\nx\n0\r\n\r\n"),
    ROW(400, "nothing behind data", CHUNKED "1\r\nx0\r\n\r\n"),
    ROW(400, "more data than the size says", CHUNKED "1\r\nxy\r\n0\r\n\r\n"),
    ROW(400, "bare LF at the end", CHUNKED "0\r\n\n"),
    ROW(400, "CR and no LF at the end", CHUNKED "0\r\n\rx"),
    ROW(200, "an extension", CHUNKED "1;a=b;c;d=\"e f\\\"\"\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a bare LF in an extension", CHUNKED "1;a\nb\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a bare LF in a quoted extension", CHUNKED "1;a=\"\n\"\r\nx\r\n0\r\n\r\n"),
    ROW(400, "a blank before an extension", CHUNKED "1 ;a\r\nx\r\n0\r\n\r\n"),
    ROW(400, "an empty extension", CHUNKED "1;\r\nx\r\n0\r\n\r\n"),
    ROW(200, "a trailer", CHUNKED "0\r\nA: b\r\nC:\r\n\r\n"),
    ROW(400, "a folded trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n"),
    ROW(400, "a trailer without a name", CHUNKED "0\r\n: b\r\n\r\n"),
    ROW(400, "a trailer without a colon", CHUNKED "0\r\nA\r\n\r\n"),
    ROW(400, "a control character in a trailer", CHUNKED "0\r\nA: \001\r\n\r\n"),
    ROW(400, "a length as a trailer", CHUNKED "0\r\nContent-Length: 5\r\n\r\n"),

    /* Expect and Content-Encoding: RFC 9110 sections 10.1.1 and 8.4. */
    ROW(417, "an unknown expectation", POST "Expect: miracles\r\nContent-Length: 1\r\n\r\nx"),
    ROW(417, "an expectation with more",
        POST "Expect: 100-continue, x\r\nContent-Length: 1\r\n\r\n"),
    ROW(417, "two expectations",
        POST "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
    ROW(200, "an expectation in HTTP/1.0",
        "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx"),
    ROW(415, "an unknown coding", POST "Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx"),
    ROW(415, "gzip twice", POST "Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\nx"),
    ROW(415, "two coding fields",
        POST "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"),
    ROW(200, "identity coding", POST "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx"),
    ROW(400, "a body that is no gzip", POST "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"),
};

static void fail_row(const struct row *row, size_t cut, unsigned status)
{
    fail_msg("%s, cut at %zu: %u instead of %u", row->what, cut, status, row->status);
}

static void try_row(struct wire *wire, const struct row *row, size_t cut)
{
    buffer_clear(&wire->log);
    unsigned status = wire_ask(wire, row->request, cut);
    bool was_handled = wire->log.length > 0;
    if (status != row->status || was_handled != (row->status == 200))
        fail_row(row, cut, status);
    bool says_close = strstr(wire_text(wire), "Connection: close\r\n") != NULL;
    if (status != 200 && !says_close)
        fail_msg("%s, cut at %zu: the connection stays open", row->what, cut);
}

static void each_oddity_has_its_verdict_wherever_it_is_cut(void **state)
{
    struct wire wire;
    wire_open(&wire);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t cut = 0; cut <= rows[i].request.length; cut++)
            try_row(&wire, &rows[i], cut);
    wire_close(&wire);
}

static void nothing_behind_a_refused_request_is_served(void **state)
{
    struct wire wire;
    wire_open(&wire);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].status == 200)
            continue;
        wire_connect(&wire);
        wire_send(&wire, rows[i].request);
        wire_send(&wire, BYTES("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"));
        wire_run_ms(&wire, 10);
        if (strstr(wire_text(&wire), "smuggled"))
            fail_msg("%s: what followed was served", rows[i].what);
    }
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_oddity_has_its_verdict_wherever_it_is_cut),
        cmocka_unit_test(nothing_behind_a_refused_request_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
