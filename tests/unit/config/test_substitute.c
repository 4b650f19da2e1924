/* SPDX-License-Identifier: Apache-2.0 */
#include "config/substitute.h"
#include "tests/test.h"

static char big[SUBSTITUTE_LIMIT];

static const char *get(void *user, const char *name)
{
    (void)user;
    if (strcmp(name, "BIG") == 0)
        return big;
    if (strcmp(name, "TRICK") == 0)
        return "${REGION}";
    if (strcmp(name, "EMPTY") == 0)
        return "";
    return strcmp(name, "REGION") == 0 ? "eu" : NULL;
}

static void expect(const char *text, enum substitute_verdict verdict, const char *wanted)
{
    struct environment environment = {.get = get};
    struct memory memory = {0};
    struct bytes result = {0}, name = {0};
    assert_int_equal(substitute(&memory, &environment, bytes_from_cstr(text), &result, &name),
                     verdict);
    if (verdict != SUBSTITUTE_FINE)
        result = name;
    if (wanted)
        assert_true(bytes_equal(result, bytes_from_cstr(wanted)));
    memory_clear(&memory);
}

static void variables_are_filled_in(void **state)
{
    (void)state;
    expect("plain", SUBSTITUTE_FINE, "plain");
    expect("${REGION}", SUBSTITUTE_FINE, "eu");
    expect("a-${REGION}-${REGION}.b", SUBSTITUTE_FINE, "a-eu-eu.b");
    expect("${EMPTY}", SUBSTITUTE_FINE, "");
    expect("$REGION $ {x} }", SUBSTITUTE_FINE, "$REGION $ {x} }");
}

static void a_default_stands_in_for_what_is_unset_or_empty(void **state)
{
    (void)state;
    expect("${NONE:-fallback}", SUBSTITUTE_FINE, "fallback");
    expect("${EMPTY:-fallback}", SUBSTITUTE_FINE, "fallback");
    expect("${REGION:-fallback}", SUBSTITUTE_FINE, "eu");
    expect("${NONE:-}", SUBSTITUTE_FINE, "");
    expect("${NONE:-a:-b}", SUBSTITUTE_FINE, "a:-b");
}

static void two_dollars_make_a_plain_one(void **state)
{
    (void)state;
    expect("$${REGION}", SUBSTITUTE_FINE, "${REGION}");
    expect("$$${REGION}", SUBSTITUTE_FINE, "$${REGION}");
    expect("$$", SUBSTITUTE_FINE, "$$");
}

static void what_a_variable_holds_is_not_looked_at_again(void **state)
{
    (void)state;
    expect("${TRICK}", SUBSTITUTE_FINE, "${REGION}");
}

static void mistakes_name_the_variable(void **state)
{
    (void)state;
    expect("${NONE}", SUBSTITUTE_UNSET, "NONE");
    expect("${}", SUBSTITUTE_BAD_NAME, "");
    expect("${1}", SUBSTITUTE_BAD_NAME, "1");
    expect("${A B}", SUBSTITUTE_BAD_NAME, "A B");
    expect("a ${REGION", SUBSTITUTE_UNCLOSED, NULL);
}

static void the_result_has_a_limit(void **state)
{
    (void)state;
    memset(big, 'x', sizeof big - 1);
    expect("${BIG}", SUBSTITUTE_FINE, big);
    expect("${BIG}yy", SUBSTITUTE_TOO_LARGE, NULL);
}

static void expect_shield(const char *text, const char *wanted)
{
    struct memory memory = {0};
    struct bytes shielded = substitute_shield(&memory, bytes_from_cstr(text));
    assert_true(bytes_equal(shielded, bytes_from_cstr(wanted)));
    struct bytes back = substitute_unshield(&memory, shielded);
    assert_true(bytes_equal(back, bytes_from_cstr(text)));
    memory_clear(&memory);
}

#define OPEN "\xee\x81\xbb"  /* { at U+E07B */
#define CLOSE "\xee\x81\xbd" /* } at U+E07D */
#define COMMA "\xee\x80\xac"
#define B "\xee\x81\x82"

static void shields_hide_what_stands_in_a_variable(void **state)
{
    (void)state;
    expect_shield("{a: ${B}, c: {d: $${B,B}}}",
                  "{a: $" OPEN B CLOSE ", c: {d: $$" OPEN B COMMA B CLOSE "}}");
    expect_shield("${\xc3\xa4}", "$" OPEN "\xc3\xa4" CLOSE);
}

static void what_is_not_closed_or_quoted_is_left_to_yaml(void **state)
{
    (void)state;
    static const char *const texts[] = {"${B\n}", "{a: \"${B\"}", "${B:-\\}}", "$ {B}", "$", "{B}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_shield(texts[i], texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_filled_in),
        cmocka_unit_test(a_default_stands_in_for_what_is_unset_or_empty),
        cmocka_unit_test(two_dollars_make_a_plain_one),
        cmocka_unit_test(what_a_variable_holds_is_not_looked_at_again),
        cmocka_unit_test(mistakes_name_the_variable),
        cmocka_unit_test(the_result_has_a_limit),
        cmocka_unit_test(shields_hide_what_stands_in_a_variable),
        cmocka_unit_test(what_is_not_closed_or_quoted_is_left_to_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
