/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/refusal.h"

#include <string.h>

#include "tests/test.h"

#define USD UINT64_C(1000000000)
#define HOUR_MS UINT64_C(3600000)

static const struct limit_names names = {.key = {"build", 5}, .tenant = {"acme", 4}};

static void assert_words(struct limit_refusal refusal, const char *expected)
{
    char words[LIMIT_WORDS_BYTES];
    struct bytes said = limit_refusal_words(&refusal, &names, words);
    assert_int_equal(said.length, strlen(expected));
    assert_string_equal(words, expected);
}

static void a_rate_says_which_whose_how_much_and_when_it_frees(void **state)
{
    (void)state;
    assert_words((struct limit_refusal){.kind = LIMIT_REQUESTS,
                                        .owner = LIMIT_OF_KEY,
                                        .limit = 60,
                                        .used = 60,
                                        .wanted = 1,
                                        .retry_after_ms = 800},
                 "Request limit reached: key build may make 60 requests per minute. Try again in "
                 "800 ms.");
    assert_words((struct limit_refusal){.kind = LIMIT_TOKENS,
                                        .owner = LIMIT_OF_TENANT,
                                        .limit = 10000,
                                        .used = 9000,
                                        .wanted = 2000,
                                        .retry_after_ms = 5001},
                 "Token limit reached: tenant acme may use 10000 tokens per minute, 9000 of them "
                 "are used or reserved, and this request needs about 2000. Try again in 6 s.");
}

static void concurrency_promises_no_moment(void **state)
{
    (void)state;
    assert_words((struct limit_refusal){.kind = LIMIT_CONCURRENCY,
                                        .owner = LIMIT_OF_KEY,
                                        .limit = 8,
                                        .used = 8,
                                        .wanted = 1,
                                        .retry_after_ms = 300},
                 "Too many requests at once: key build may have 8 in progress, and has 8. Try "
                 "again when one of them has ended.");
}

static void a_budget_says_when_it_begins_anew(void **state)
{
    (void)state;
    struct limit_refusal refusal = {.kind = LIMIT_MONTH_BUDGET,
                                    .owner = LIMIT_OF_TENANT,
                                    .limit = 50 * USD,
                                    .used = 50 * USD - USD / 100,
                                    .wanted = 3 * USD / 100,
                                    .retry_after_ms = 76 * HOUR_MS};
    assert_words(refusal, "Budget used up: tenant acme may spend $50.00 per month, $49.99 of it "
                          "is spent or reserved, and this request may cost $0.03. It begins anew "
                          "in 3 d 4 h, with the next month (UTC).");
    refusal.kind = LIMIT_DAY_BUDGET;
    refusal.retry_after_ms = 150 * 60000 + 1;
    refusal.used = 51 * USD;
    refusal.wanted = 0;
    assert_words(refusal, "Budget used up: tenant acme may spend $50.00 per day, $51.00 of it is "
                          "spent or reserved. It begins anew in 2 h 31 min, with the next day "
                          "(UTC).");
}

static void what_can_never_pass_is_told_so(void **state)
{
    (void)state;
    assert_words((struct limit_refusal){.kind = LIMIT_TOKENS,
                                        .owner = LIMIT_OF_KEY,
                                        .limit = 10000,
                                        .wanted = 12000,
                                        .is_never = true},
                 "This request can never pass: its prompt alone is about 12000 tokens, and key "
                 "build may use 10000 tokens per minute. Send less.");
    struct limit_refusal refusal = {.kind = LIMIT_DAY_BUDGET,
                                    .owner = LIMIT_OF_KEY,
                                    .limit = USD,
                                    .wanted = 2 * USD,
                                    .is_never = true};
    assert_words(refusal, "This request can never pass: its prompt alone costs about $2.00, and "
                          "key build may spend $1.00 per day. Send less.");
    refusal.kind = LIMIT_MONTH_BUDGET;
    assert_words(refusal, "This request can never pass: its prompt alone costs about $2.00, and "
                          "key build may spend $1.00 per month. Send less.");
}

static void assert_wait(uint64_t ms, const char *expected)
{
    char words[LIMIT_WORDS_BYTES];
    struct limit_refusal refusal = {.limit = 1, .retry_after_ms = ms};
    limit_refusal_words(&refusal, &names, words);
    const char *wait = strstr(words, "Try again in ");
    assert_non_null(wait);
    assert_string_equal(wait + strlen("Try again in "), expected);
}

static void waits_are_rounded_up_to_what_a_person_cares_for(void **state)
{
    (void)state;
    assert_wait(1, "1 ms.");
    assert_wait(999, "999 ms.");
    assert_wait(1000, "1 s.");
    assert_wait(119001, "120 s.");
    assert_wait(120000, "2 min.");
    assert_wait(120001, "3 min.");
    assert_wait(2 * HOUR_MS, "2 h 0 min.");
    assert_wait(48 * HOUR_MS, "2 d 0 h.");
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    char words[LIMIT_WORDS_BYTES], name[200];
    memset(name, 'a', sizeof name);
    memcpy(name + 62, "\xe2\x82\xac", 3); /* a euro sign: bytes 62 to 64 */
    struct limit_names long_names = {.key = bytes_of(name, sizeof name)};
    struct limit_refusal refusal = {.kind = LIMIT_REQUESTS, .limit = 1};
    limit_refusal_words(&refusal, &long_names, words);
    assert_null(strstr(words, "\xe2"));
    assert_non_null(strstr(words, "aa may make"));

    memset(name, '\x80', sizeof name); /* never a character's first byte */
    limit_refusal_words(&refusal, &long_names, words);
    assert_non_null(strstr(words, "key  may make"));

    refusal.owner = LIMIT_OF_TENANT;
    limit_refusal_words(&refusal, &long_names, words);
    assert_non_null(strstr(words, "tenant  may make"));
}

static void the_longest_words_fit(void **state)
{
    (void)state;
    char words[LIMIT_WORDS_BYTES], name[64];
    memset(name, 'n', sizeof name);
    struct limit_names long_names = {bytes_of(name, 64), bytes_of(name, 64)};
    for (unsigned kind = 0; kind <= LIMIT_MONTH_BUDGET; kind++)
        for (unsigned is_never = 0; is_never < 2; is_never++) {
            struct limit_refusal refusal = {.kind = kind,
                                            .owner = LIMIT_OF_TENANT,
                                            .limit = UINT64_MAX,
                                            .used = UINT64_MAX,
                                            .wanted = UINT64_MAX,
                                            .is_never = is_never,
                                            .retry_after_ms = UINT64_MAX / 2};
            struct bytes said = limit_refusal_words(&refusal, &long_names, words);
            assert_in_range(said.length, 1, LIMIT_WORDS_BYTES - 1);
            assert_int_equal(strlen(words), said.length);
        }
}

static void budgets_are_another_error_than_rates(void **state)
{
    (void)state;
    const char *const codes[] = {
        [LIMIT_REQUESTS] = "rate_limit_exceeded",    [LIMIT_TOKENS] = "rate_limit_exceeded",
        [LIMIT_CONCURRENCY] = "rate_limit_exceeded", [LIMIT_DAY_BUDGET] = "insufficient_quota",
        [LIMIT_MONTH_BUDGET] = "insufficient_quota",
    };
    for (unsigned kind = 0; kind <= LIMIT_MONTH_BUDGET; kind++)
        assert_string_equal(limit_refusal_code(&(struct limit_refusal){.kind = kind}), codes[kind]);
}

static void only_what_clients_wait_for_is_worth_retrying(void **state)
{
    (void)state;
    struct limit_refusal refusal = {.retry_after_ms = 120000};
    assert_true(limit_refusal_is_worth_retrying(&refusal));
    refusal.retry_after_ms++;
    assert_false(limit_refusal_is_worth_retrying(&refusal));
    refusal = (struct limit_refusal){.is_never = true};
    assert_false(limit_refusal_is_worth_retrying(&refusal));
}

static void assert_reset(uint64_t ms, const char *expected)
{
    char text[LIMIT_RESET_BYTES];
    struct bytes written = limit_reset_write(ms, text);
    assert_int_equal(written.length, strlen(expected));
    assert_memory_equal(written.at, expected, written.length);
}

static void resets_are_written_as_the_api_writes_durations(void **state)
{
    (void)state;
    assert_reset(0, "0ms");
    assert_reset(17, "17ms");
    assert_reset(1000, "1s");
    assert_reset(1050, "1.05s");
    assert_reset(7660, "7.66s");
    assert_reset(59999, "59.999s");
    assert_reset(360000, "6m0s");
    assert_reset(72172, "1m12.172s");
    assert_reset(3602000, "1h0m2s");
    assert_reset(744 * HOUR_MS + 1, "744h0m0.001s");
    assert_reset(UINT64_MAX, "5124095576030h25m51.615s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_says_which_whose_how_much_and_when_it_frees),
        cmocka_unit_test(concurrency_promises_no_moment),
        cmocka_unit_test(a_budget_says_when_it_begins_anew),
        cmocka_unit_test(what_can_never_pass_is_told_so),
        cmocka_unit_test(waits_are_rounded_up_to_what_a_person_cares_for),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(the_longest_words_fit),
        cmocka_unit_test(budgets_are_another_error_than_rates),
        cmocka_unit_test(only_what_clients_wait_for_is_worth_retrying),
        cmocka_unit_test(resets_are_written_as_the_api_writes_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
