/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/usage_strip.h"

#include <errno.h>

#include "base/buffer.h"
#include "tests/test.h"

#define CHUNK(content)                                                                             \
    "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"content\":\"" content "\"}}]}"
#define USAGE "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}"
#define ONLY_USAGE "data: {\"id\":\"c\",\"choices\":[]," USAGE "}"
#define DONE "data: [DONE]\n\n"

static int collect(void *user, struct bytes piece)
{
    assert_true(piece.length > 0);
    return buffer_append(user, piece);
}

static void feed(struct usage_strip *strip, struct bytes piece, struct buffer *out)
{
    assert_int_equal(usage_strip_feed(strip, piece, collect, out), 0);
}

/* Fed in two pieces, or byte by byte if the cut lies behind the end. */
static void strip_cut(struct usage_strip *strip, struct bytes answer, size_t cut,
                      struct buffer *ret_out)
{
    usage_strip_init(strip);
    if (cut <= answer.length) {
        feed(strip, bytes_of(answer.at, cut), ret_out);
        feed(strip, bytes_after(answer, cut), ret_out);
    } else {
        for (size_t i = 0; i < answer.length; i++)
            feed(strip, bytes_of(answer.at + i, 1), ret_out);
    }
    assert_int_equal(usage_strip_end(strip, collect, ret_out), 0);
}

static void assert_stripped(const char *text, const char *expected)
{
    struct bytes answer = bytes_from_cstr(text);
    for (size_t cut = 0; cut <= answer.length + 1; cut++) {
        struct usage_strip strip;
        struct buffer out = {0};
        strip_cut(&strip, answer, cut, &out);
        bool is_right = bytes_equal(buffer_bytes(&out), bytes_from_cstr(expected));
        if (!is_right)
            print_error("cut at %zu: %.*s\n", cut, (int)out.length, buffer_bytes(&out).at);
        assert_true(is_right);
        buffer_clear(&out);
    }
}

static void the_chunk_that_only_tells_usage_is_taken_out(void **state)
{
    (void)state;
    assert_stripped(CHUNK("a") "\n\n" CHUNK("b") "\n\n" ONLY_USAGE "\n\n" DONE,
                    CHUNK("a") "\n\n" CHUNK("b") "\n\n" DONE);
    assert_stripped(CHUNK("a") "\r\n\r\n" ONLY_USAGE "\r\n\r\ndata: [DONE]\r\n\r\n",
                    CHUNK("a") "\r\n\r\ndata: [DONE]\r\n\r\n");
    assert_stripped(CHUNK("a") "\r\r" ONLY_USAGE "\r\r" DONE, CHUNK("a") "\r\r" DONE);
    assert_stripped(ONLY_USAGE "\n\n", "");
    assert_stripped("id: 7\nevent: x\ndata: {" USAGE ",\ndata:\"choices\":[ ]}\n\n" DONE, DONE);
}

static void what_was_taken_out_is_counted(void **state)
{
    (void)state;
    struct usage_strip strip;
    struct buffer out = {0};
    strip_cut(&strip, BYTES(CHUNK("a") "\n\n" ONLY_USAGE "\n\n" DONE), 100, &out);
    struct usage_tokens tokens = usage_scan_tokens(&strip.scan);
    assert_int_equal(tokens.prompt, 9);
    assert_int_equal(tokens.answer, 2);
    buffer_clear(&out);
}

static void all_else_passes_as_it_came(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "data: {\"choices\":[{\"delta\":{}}]," USAGE "}\n\n",
        "data: {\"choices\":[],\"prompt_filter_results\":[{}],\"usage\":null}\n\n",
        "data: {\"choices\":[]}\n\n",
        "data: {" USAGE "}\n\n",
        "data: {\"choices\":null," USAGE "}\n\n",
        "data: {\"x\":{\"choices\":[]}," USAGE "}\n\n",
        "data: {\"x\":\"" ONLY_USAGE "\"}\n\n",
        ": ping\n\n: ping\r\n\r\n\r\n\n\n",
        ": " ONLY_USAGE "\n\n",
        "data: {\"error\":{\"message\":\"x\"}}\n\n",
        CHUNK("a") "\r\n\r\n" CHUNK("b") "\n\r\n\r" CHUNK("c") "\r\r\n\n",
        DONE DONE,
        ONLY_USAGE,
        ONLY_USAGE "\n",
        ONLY_USAGE " it breaks off",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_stripped(texts[i], texts[i]);
}

static void what_has_choices_passes_at_once(void **state)
{
    (void)state;
    static const char beginning[] = "data: {\"id\":\"c\",\"choices\":[{";
    struct usage_strip strip;
    struct buffer out = {0};
    usage_strip_init(&strip);
    feed(&strip, bytes_of(beginning, sizeof beginning - 2), &out);
    assert_int_equal(out.length, 0);
    feed(&strip, BYTES("{"), &out);
    assert_true(bytes_equal(buffer_bytes(&out), BYTES(beginning)));
    feed(&strip, BYTES("\"delta\""), &out);
    assert_int_equal(out.length, sizeof beginning - 1 + 7);
    buffer_clear(&out);
}

static void a_beginning_that_is_too_long_passes(void **state)
{
    (void)state;
    static const char beginning[] = "data: {\"choices\":[]," USAGE ",\"x\":\"";
    struct usage_strip strip;
    struct buffer out = {0};
    usage_strip_init(&strip);
    feed(&strip, BYTES(beginning), &out);
    for (size_t i = sizeof beginning - 1; i < USAGE_STRIP_HELD; i++)
        feed(&strip, BYTES("x"), &out);
    assert_int_equal(out.length, 0);
    feed(&strip, BYTES("x"), &out);
    assert_int_equal(out.length, USAGE_STRIP_HELD + 1);
    feed(&strip, BYTES("\"}\n\n" ONLY_USAGE "\n\n"), &out);
    assert_int_equal(out.length, USAGE_STRIP_HELD + 1 + 4);
    buffer_clear(&out);
}

static int refuse(void *user, struct bytes piece)
{
    (void)piece;
    ++*(unsigned *)user;
    return -ENOSPC;
}

static void a_sink_that_fails_ends_the_feeding(void **state)
{
    (void)state;
    struct usage_strip strip;
    unsigned calls = 0;
    usage_strip_init(&strip);
    assert_int_equal(usage_strip_feed(&strip, BYTES(DONE ONLY_USAGE "\n\n" DONE), refuse, &calls),
                     -ENOSPC);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chunk_that_only_tells_usage_is_taken_out),
        cmocka_unit_test(what_was_taken_out_is_counted),
        cmocka_unit_test(all_else_passes_as_it_came),
        cmocka_unit_test(what_has_choices_passes_at_once),
        cmocka_unit_test(a_beginning_that_is_too_long_passes),
        cmocka_unit_test(a_sink_that_fails_ends_the_feeding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
