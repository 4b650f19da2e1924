/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web_url.h"
#include "tests/test.h"

static struct web_url_parts cut(const char *text)
{
    struct web_url_parts url = {0};
    assert_null(web_url_cut(bytes_from_cstr(text), &url));
    return url;
}

static void expect_bytes(struct bytes got, const char *expected)
{
    assert_int_equal(got.length, strlen(expected));
    assert_memory_equal(got.at, expected, got.length);
}

static void path_and_query_are_kept_as_they_stand(void **state)
{
    (void)state;
    struct web_url_parts url = cut("https://hooks.example.org:8443/a/b/?sig=%2F&v=1?");
    assert_true(url.tls);
    assert_int_equal(url.port, 8443);
    expect_bytes(url.host, "hooks.example.org");
    expect_bytes(url.path, "/a/b/?sig=%2F&v=1?");
}

static void a_page_without_a_path_is_the_root(void **state)
{
    (void)state;
    struct web_url_parts url = cut("http://[::1]");
    assert_false(url.tls);
    assert_int_equal(url.port, 80);
    expect_bytes(url.host, "[::1]");
    expect_bytes(url.path, "/");
}

static void each_mistake_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", "begins with neither http:// nor https://"},
        {"unix:/run/x.sock", "begins with neither http:// nor https://"},
        {"http://", "has no valid host"},
        {"http://a:0/", "has no valid port"},
        {"http://u:p@a/", "holds a user name or password; secrets have options of their own"},
        {"http://a?b=c", "has a query without a path"},
        {"http://a/#top", "has a fragment"},
        {"http://a/b c", "has a character that no path or query may hold"},
        {"http://a/?b\r\nc: d", "has a character that no path or query may hold"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(web_url_check(bytes_from_cstr(cases[i].text)), cases[i].wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_and_query_are_kept_as_they_stand),
        cmocka_unit_test(a_page_without_a_path_is_the_root),
        cmocka_unit_test(each_mistake_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
