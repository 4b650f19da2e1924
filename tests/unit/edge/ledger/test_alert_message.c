/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/alert_message.h"
#include "tests/test.h"

static const struct alert of_key = {
    .notice = {.kind = LIMIT_ALERT,
               .period = LIMIT_MONTH,
               .account = 0x1234,
               .tenant = 0x99,
               .first_day = 20454, /* 2026-01-01 */
               .percent = 80,
               .used_nusd = 40120000000,
               .limit_nusd = 50000000000},
    .wall_ms = 1767225599000,
    .key = "alice",
    .tenant = "acme",
};

static void expect_text(struct buffer *buffer, const char *text)
{
    struct bytes got = buffer_bytes(buffer);
    assert_int_equal(got.length, strlen(text));
    assert_memory_equal(got.at, text, got.length);
    buffer_clear(buffer);
}

static void a_keys_budget_is_told_with_names_and_dollars(void **state)
{
    (void)state;
    struct buffer body = {0};
    assert_int_equal(alert_message_write(&body, &of_key, "edge-1"), 0);
    expect_text(&body, "{\"type\":\"budget.threshold\",\"timestamp\":\"2025-12-31T23:59:59Z\","
                       "\"data\":{\"node\":\"edge-1\",\"budget_of\":\"key\",\"key\":\"alice\","
                       "\"tenant\":\"acme\",\"account\":\"0000000000001234\",\"period\":\"month\","
                       "\"period_begin\":\"2026-01-01T00:00:00Z\",\"percent\":80,"
                       "\"limit_usd\":50.00,\"used_usd\":40.12}}");
}

static void a_tenants_budget_has_no_key(void **state)
{
    (void)state;
    struct buffer body = {0};
    struct alert alert = of_key;
    alert.notice.account = alert.notice.tenant;
    alert.notice.period = LIMIT_DAY;
    alert.key[0] = '\0';
    assert_int_equal(alert_message_write(&body, &alert, "e"), 0);
    struct bytes got = buffer_bytes(&body);
    assert_true(
        bytes_find(got, BYTES("\"budget_of\":\"tenant\",\"key\":null,\"tenant\":\"acme\"")) > 0);
    assert_true(bytes_find(got, BYTES("\"period\":\"day\"")) > 0);
    buffer_clear(&body);
}

static void names_cannot_break_out_of_their_quotes(void **state)
{
    (void)state;
    struct buffer body = {0};
    struct alert alert = of_key;
    strncpy(alert.key, "a\",\"percent\":1,\"\n", sizeof alert.key);
    assert_int_equal(alert_message_write(&body, &alert, "e"), 0);
    assert_true(bytes_find(buffer_bytes(&body), BYTES("\"a\\\",\\\"percent\\\":1,\\\"\\n\"")) > 0);
    buffer_clear(&body);
}

static void the_name_is_the_same_each_time_and_differs_by_threshold(void **state)
{
    (void)state;
    struct buffer id = {0};
    struct limit_notice notice = of_key.notice;
    assert_int_equal(alert_message_name(&id, &notice), 0);
    expect_text(&id, "bud_0000000000001234-month-20454-80");
    notice.percent = 100;
    notice.period = LIMIT_DAY;
    assert_int_equal(alert_message_name(&id, &notice), 0);
    expect_text(&id, "bud_0000000000001234-day-20454-100");
}

static void expect_signature(const char *secret_text, const char *expected)
{
    const struct alert_envelope envelope = {BYTES("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                            BYTES("1614265330"), BYTES("{\"test\": 2432232314}")};
    struct secret secret = {0};
    struct buffer signature = {0};
    assert_int_equal(secret_set(&secret, bytes_from_cstr(secret_text)), 0);
    assert_int_equal(alert_message_sign(&signature, &secret, &envelope), 0);
    expect_text(&signature, expected);
    secret_clear(&secret);
}

/* The example of the specification. */
static void the_signature_is_that_of_standard_webhooks(void **state)
{
    (void)state;
    expect_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void a_secret_that_is_no_base64_is_taken_as_it_is(void **state)
{
    (void)state;
    expect_signature("correct horse", "v1,ZquVke8vjahY5FUylxSXNumFQQGbjldZLz39AEzazrc=");
    expect_signature("whsec_MfKQ8Q==", "v1,HZlXB5768adqj9NXFYVQK+yCOfqcncPjRBMnDDeA9k8=");
    expect_signature("whsec_not base64", "v1,OmLQ6MXVkjCGe3xBmq1ppCkfbHxzMa/f4Lh6QdMpLRg=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keys_budget_is_told_with_names_and_dollars),
        cmocka_unit_test(a_tenants_budget_has_no_key),
        cmocka_unit_test(names_cannot_break_out_of_their_quotes),
        cmocka_unit_test(the_name_is_the_same_each_time_and_differs_by_threshold),
        cmocka_unit_test(the_signature_is_that_of_standard_webhooks),
        cmocka_unit_test(a_secret_that_is_no_base64_is_taken_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
