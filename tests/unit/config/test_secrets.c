/* SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"
#include "tests/test.h"

/* Wherever a mistake is made near a key, no message repeats the key. */
static const char *const texts[] = {
    "cores: {a: {url: oops, key: sk-hidden}}\n",
    "cores: {a: {key: sk-hidden, url: oops}}\n",
    "cores: {a: {\"key\" : \"sk-hidden, too\", url: oops}}\n",
    "cores: {a: {key: 'it''s sk-hidden', url: oops}}\n",
    "cores: {a: {key: ${NONE:-a,sk-hidden}, url: oops}}\n",
    "cores: {a: {url: http://a, keyy: sk-hidden}}\n",
    "cores: {a: {url: http://a, api_key: sk-hidden}}\n",
    "cores: {a: {url: http://a, Authorization-Token: sk-hidden}}\n",
    "cores: {a: {url: http://a, kye: sk-hidden}}\n",
    "cores: {a: {url: http://a, key: [sk-hidden]}}\n",
    "cores: {a: {url: http://a, key: {sk-hidden: 1}}}\n",
    "cores: {a: {url: http://a, key: \"sk-hidden with spaces\"}}\n",
    "cores: {a: {url: http://a, key: \"sk-hidden\\q\"}}\n",
    "cores: {a: {url: http://a, key: \"sk-hidden\n",
    "cores: {a: {url: http://a, key: sk-hidden\n",
    "cores: {a: {url: http://a, key: &sk-hidden x}}\n",
    "cores: {a: {url: http://a, key: *sk-hidden}}\n",
    "cores: {a: {url: http://a, key: !sk-hidden x}}\n",
    "cores:\n  a:\n    key: sk-hidden: x\n",
    "cores:\n  a:\n    key: sk-hidden\n   x\n",
    "cores:\n  a:\n    key:\n      sk-hidden no header can carry\n    url: http://a\n",
    "cores:\n  a:\n    key: |\n      sk-hidden\n      and more\n    url: http://a\n",
    "cores:\n  a:\n    key: >\n\n      sk-hidden: [\n    url: http://a\n",
    "cores:\n  a:\n    key: \"one\n\tsk-hidden\\q\"\n    url: http://a\n",
    "cores:\n  a:\n    key: 'one\nsk-hidden\n' : x\n",
    "cores:\n  a:\n    key: sk-hidden\n    key: sk-hidden\n",
    "cores: {a: http://user:sk-hidden@host/}\n",
    "cores: {a: \"http://sk-hidden@host/?x\"}\n",
    "cores: {a: http://user:p@sk-hidden@host}\n",
    "cores: {a: {url: http://a, key: sk-hidden\x01}}\n",
    "# key: sk-hidden \x01\n",
    "key: sk-hidden\n",
};

static void no_message_repeats_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct loading loading = load_text(texts[i]);
        struct bytes message = buffer_bytes(&loading.message);
        if (loading.status == 0 || bytes_find(message, BYTES("sk-hidden")) >= 0)
            print_error("%s%.*s", texts[i], (int)message.length, message.at);
        assert_true(loading.status < 0);
        assert_true(message.length > 0);
        assert_true(bytes_find(message, BYTES("sk-hidden")) < 0);
        loading_clear(&loading);
    }
}

static void nor_does_one_about_the_command_line_or_the_environment(void **state)
{
    (void)state;
    const char *const *const lines[] = {
        ARGUMENTS("--core", "http://user:sk-hidden@host"),
        ARGUMENTS("--core", "a=ftp://sk-hidden"),
        ARGUMENTS("--key=sk-hidden", "--core", "http://a"),
        ARGUMENTS("--core", "http://a", "--api-key", "sk-hidden"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct loading loading = load_arguments(NULL, lines[i]);
        assert_true(loading.status < 0);
        assert_true(bytes_find(buffer_bytes(&loading.message), BYTES("sk-hidden")) < 0);
        loading_clear(&loading);
    }
    struct loading loading = load_text("cores: {a: http://a}\nworkers: ${KEY}\n");
    assert_true(loading.status < 0);
    assert_true(bytes_find(buffer_bytes(&loading.message), BYTES("sk-from")) < 0);
    loading_clear(&loading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_repeats_a_key),
        cmocka_unit_test(nor_does_one_about_the_command_line_or_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
