/* SPDX-License-Identifier: Apache-2.0 */
#include "config/core_url.h"
#include "tests/test.h"

static void expect(const char *text, bool tls, const char *host, uint16_t port, const char *path)
{
    struct core_url_parts parts = {0};
    assert_null(core_url_cut(bytes_from_cstr(text), &parts));
    assert_int_equal(parts.tls, tls);
    assert_true(bytes_equal(parts.host, bytes_from_cstr(host)));
    assert_int_equal(parts.port, port);
    assert_true(bytes_equal(parts.base_path, bytes_from_cstr(path)));
}

static void a_url_has_a_host_a_port_and_a_path(void **state)
{
    (void)state;
    expect("http://gpu:8000/v1", false, "gpu", 8000, "/v1");
    expect("https://gpu.example.org:8443/api", true, "gpu.example.org", 8443, "/api");
    expect("http://10.0.0.7:1", false, "10.0.0.7", 1, "/v1");
    expect("http://[::1]:65535", false, "[::1]", 65535, "/v1");
}

static void ports_and_paths_have_defaults(void **state)
{
    (void)state;
    expect("http://gpu", false, "gpu", 80, "/v1");
    expect("https://gpu", true, "gpu", 443, "/v1");
    expect("https://[2001:db8::1]/", true, "[2001:db8::1]", 443, "/v1");
    expect("http://gpu/v1/", false, "gpu", 80, "/v1");
    expect("http://gpu/a/b//", false, "gpu", 80, "/a/b");
}

static void a_socket_is_its_own_host(void **state)
{
    (void)state;
    expect("unix:/run/engine.sock", false, "unix:/run/engine.sock", 0, "/v1");
}

static void each_mistake_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", "begins with neither http:// nor https:// nor unix:/"},
        {"gpu:8000", "begins with neither http:// nor https:// nor unix:/"},
        {"HTTP://gpu", "begins with neither http:// nor https:// nor unix:/"},
        {"ftp://gpu", "begins with neither http:// nor https:// nor unix:/"},
        {"http://", "has no valid host"},
        {"http:///v1", "has no valid host"},
        {"http://-gpu", "has no valid host"},
        {"http://g pu", "has no valid host"},
        {"http://[::1", "has no valid host"},
        {"http://[gpu]", "has no valid host"},
        {"http://gpu:", "has no valid port"},
        {"http://gpu:0", "has no valid port"},
        {"http://gpu:65536", "has no valid port"},
        {"http://gpu:80a", "has no valid port"},
        {"http://[::1]80", "has no valid port"},
        {"http://gpu/?a=b", "has a query or a fragment"},
        {"http://gpu?a=b", "has a query or a fragment"},
        {"http://gpu/#a", "has a query or a fragment"},
        {"http://gpu/a b", "has a character that no path may hold"},
        {"http://user:password@gpu",
         "holds a user name or password; secrets have options of their own"},
        {"unix:", "has no valid socket path"},
        {"unix:engine.sock", "has no valid socket path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *wrong = core_url_check(bytes_from_cstr(cases[i].text));
        assert_non_null(wrong);
        assert_string_equal(wrong, cases[i].wrong);
    }
}

static void a_zero_byte_is_in_no_part(void **state)
{
    (void)state;
    assert_non_null(core_url_check(BYTES("http://g\0pu")));
    assert_non_null(core_url_check(BYTES("http://gpu/\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_has_a_host_a_port_and_a_path),
        cmocka_unit_test(ports_and_paths_have_defaults),
        cmocka_unit_test(a_socket_is_its_own_host),
        cmocka_unit_test(each_mistake_is_told_apart),
        cmocka_unit_test(a_zero_byte_is_in_no_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
