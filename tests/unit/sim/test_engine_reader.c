/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdio.h>

#include "sim/engine/reader.h"

static const char post[] = "POST /v1/completions?x=1 HTTP/1.1\r\n"
                           "Host: a\r\n"
                           "Authorization: Bearer k\r\n"
                           "Content-Length: 5\r\n\r\nhello";

static void assert_is_post(const struct engine_reader *reader)
{
    assert_int_equal(reader->method, HTTP_POST);
    assert_true(reader->keeps_alive);
    assert_true(reader->knows_chunks);
    assert_true(bytes_equal(engine_reader_path(reader), BYTES("/v1/completions")));
    assert_true(bytes_equal(buffer_bytes(&reader->authorization), BYTES("Bearer k")));
    assert_true(bytes_equal(buffer_bytes(&reader->body), BYTES("hello")));
}

static enum engine_read feed(struct engine_reader *reader, const char *text, size_t *ret_taken)
{
    return engine_reader_feed(reader, bytes_from_cstr(text), ret_taken);
}

static void where_the_network_cuts_does_not_matter(void **state)
{
    for (size_t cut = 1; cut < sizeof post - 1; cut++) {
        struct engine_reader reader;
        size_t taken;

        engine_reader_init(&reader);
        assert_int_equal(engine_reader_feed(&reader, bytes_of(post, cut), &taken),
                         ENGINE_READ_MORE);
        assert_int_equal(feed(&reader, post + cut, &taken), ENGINE_READ_REQUEST);
        assert_int_equal(taken, sizeof post - 1 - cut);
        assert_is_post(&reader);
        engine_reader_clear(&reader);
    }
}

static void leaves_the_next_request_for_later(void **state)
{
    struct engine_reader reader;
    char both[2 * sizeof post];
    size_t taken;

    snprintf(both, sizeof both, "%s%s", post, post);
    engine_reader_init(&reader);
    assert_int_equal(feed(&reader, both, &taken), ENGINE_READ_REQUEST);
    assert_int_equal(taken, sizeof post - 1);
    assert_int_equal(feed(&reader, both + taken, &taken), ENGINE_READ_REQUEST);
    assert_int_equal(taken, sizeof post - 1);
    assert_is_post(&reader);
    engine_reader_clear(&reader);
}

static void says_once_that_a_client_waits_for_100_continue(void **state)
{
    struct engine_reader reader;
    size_t taken;

    engine_reader_init(&reader);
    assert_int_equal(feed(&reader,
                          "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                          "Content-Length: 2\r\n",
                          &taken),
                     ENGINE_READ_MORE);
    assert_int_equal(feed(&reader, "\r\n", &taken), ENGINE_READ_CONTINUE);
    assert_int_equal(feed(&reader, "o", &taken), ENGINE_READ_MORE);
    assert_int_equal(feed(&reader, "k", &taken), ENGINE_READ_REQUEST);
    engine_reader_clear(&reader);
}

static void knows_what_http_1_0_and_close_mean(void **state)
{
    struct engine_reader reader;
    size_t taken;

    engine_reader_init(&reader);
    feed(&reader, "GET / HTTP/1.0\r\n\r\n", &taken);
    assert_false(reader.keeps_alive);
    assert_false(reader.knows_chunks);
    engine_reader_clear(&reader);

    engine_reader_init(&reader);
    feed(&reader, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &taken);
    assert_false(reader.keeps_alive);
    assert_true(reader.knows_chunks);
    engine_reader_clear(&reader);
}

static void refuses_rubbish_and_heads_without_end(void **state)
{
    struct engine_reader reader;
    char line[1024];
    size_t taken;
    enum engine_read read = ENGINE_READ_MORE;

    engine_reader_init(&reader);
    assert_int_equal(feed(&reader, "\x16\x03\x01\r\n", &taken), ENGINE_READ_MALFORMED);
    engine_reader_clear(&reader);

    engine_reader_init(&reader);
    feed(&reader, "GET / HTTP/1.1\r\n", &taken);
    memset(line, 'a', sizeof line);
    memcpy(line + sizeof line - 5, ": b\r\n", 5);
    for (size_t i = 0; i <= ENGINE_HEAD_LIMIT / sizeof line && read == ENGINE_READ_MORE; i++)
        read = engine_reader_feed(&reader, bytes_of(line, sizeof line), &taken);
    assert_int_equal(read, ENGINE_READ_TOO_LARGE);
    engine_reader_clear(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_network_cuts_does_not_matter),
        cmocka_unit_test(leaves_the_next_request_for_later),
        cmocka_unit_test(says_once_that_a_client_waits_for_100_continue),
        cmocka_unit_test(knows_what_http_1_0_and_close_mean),
        cmocka_unit_test(refuses_rubbish_and_heads_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
