/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "loading.h"
#include "tests/test.h"

/* The linker sends every allocation of our code through these: the n-th from now fails. What
 * libyaml asks for itself goes past them. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);

static unsigned fail_in; /* 0: never */

static bool fails_now(void)
{
    return fail_in > 0 && --fail_in == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return fails_now() ? NULL : __real_realloc(piece, size);
}

/* Until nothing fails any more; what is left then shows under a leak checker. */
static unsigned fail_each_in_turn(const char *text, const char *const *arguments, int expected)
{
    for (unsigned nth = 1;; nth++) {
        fail_in = nth;
        struct loading loading = load_arguments(text, arguments);
        bool has_failed = fail_in == 0;
        fail_in = 0;
        assert_int_equal(loading.status, has_failed ? -ENOMEM : expected);
        assert_true((loading.config != NULL) == (loading.status == 0));
        loading_clear(&loading);
        if (!has_failed)
            return nth - 1;
        assert_true(nth < 1000);
    }
}

static void each_failing_allocation_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_in_turn("cores: {a: {url: http://a, key: ${KEY}}, b: unix:/b}\n"
                                  "listen: [127.0.0.1:1, 127.0.0.1:2]\n"
                                  "node: {name: x, region: ${REGION}}\n",
                                  NULL, 0) > 40);
    assert_true(fail_each_in_turn("cores: {a: {url: http://a, path: /x, deny_fields: [x, y]}}\n"
                                  "models: {x: y, z: {a: {model: ${REGION}, revision: r}}}\n"
                                  "routes: {/x: GET, /y/*: {cores: a}}\n",
                                  NULL, 0) > 60);
    assert_true(fail_each_in_turn("cores: {a: {url: http://a, region: eu}}\n"
                                  "auth: keys+jwt\n"
                                  "data_dir: /d\n"
                                  "jwt: {jwks_url: https://i/k, issuer: i, audience: a}\n"
                                  "prices: {m: {in: 1, out: 2}}\n"
                                  "budgets: {webhook: https://h/x, webhook_secret: "
                                  "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}\n",
                                  NULL, 0) > 60);
    assert_true(fail_each_in_turn(
                    NULL, ARGUMENTS("--core", "http://a:1", "--model", "a=b", "--route", "/x"), 0) >
                15);
    assert_true(fail_each_in_turn(NULL, ARGUMENTS("--core", "http://a:1", "--workers", "2"), 0) >
                5);
}

static void so_it_is_while_mistakes_are_told(void **state)
{
    (void)state;
    assert_true(fail_each_in_turn("workrs: 3\nlisten: x\ncores: {a: oops}\n", NULL, -EINVAL) > 5);
    assert_true(fail_each_in_turn("a: [", NULL, -EINVAL) > 2);
}

static void so_it_is_for_a_dump(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: http://a}\n");
    for (unsigned nth = 1;; nth++) {
        struct buffer text = {0};
        fail_in = nth;
        int r = config_dump_edge(loading.config, &text);
        bool has_failed = fail_in == 0;
        fail_in = 0;
        buffer_clear(&text);
        assert_int_equal(r, has_failed ? -ENOMEM : 0);
        if (!has_failed)
            break;
    }
    loading_clear(&loading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_is_said_and_leaves_nothing),
        cmocka_unit_test(so_it_is_while_mistakes_are_told),
        cmocka_unit_test(so_it_is_for_a_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
