/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "cli/demo/log.h"

static void an_exchange_tells_its_core(void **state)
{
    struct demo_log_line line;
    demo_log_read(&line, BYTES("{\"level\":\"info\",\"event\":\"exchange\",\"id\":\"demo-7\","
                               "\"route\":\"chat\",\"core\":\"west\",\"attempts\":2,"
                               "\"status\":200,\"error\":\"core_cut\",\"us\":1500}\n"));
    assert_int_equal(line.event, DEMO_LOG_EXCHANGE);
    assert_string_equal(line.id, "demo-7");
    assert_string_equal(line.route, "chat");
    assert_string_equal(line.core, "west");
    assert_string_equal(line.error, "core_cut");
    assert_int_equal(line.attempts, 2);
    assert_int_equal(line.status, 200);
    assert_int_equal(line.us, 1500);
}

static void an_ejection_tells_why(void **state)
{
    struct demo_log_line line;
    demo_log_read(&line,
                  BYTES("{\"event\":\"core_ejected\",\"core\":\"west\",\"why\":\"connect\"}"));
    assert_int_equal(line.event, DEMO_LOG_CORE_EJECTED);
    assert_string_equal(line.core, "west");
    assert_string_equal(line.why, "connect");
    assert_string_equal(line.id, "");
}

static void other_lines_and_none_are_other(void **state)
{
    struct demo_log_line line;
    demo_log_read(&line, BYTES("{\"event\":\"accept_paused\"}"));
    assert_int_equal(line.event, DEMO_LOG_OTHER);
    demo_log_read(&line, BYTES("{\"event\":"));
    assert_int_equal(line.event, DEMO_LOG_OTHER);
    assert_string_equal(line.core, "");
}

static void a_long_text_is_cut(void **state)
{
    struct demo_log_line line;
    demo_log_read(&line, BYTES("{\"event\":\"exchange\",\"id\":\"0123456789012345678901234567890123"
                               "456789012345678901234567890123456789\"}"));
    assert_int_equal(strlen(line.id), DEMO_LOG_TEXT_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exchange_tells_its_core),
        cmocka_unit_test(an_ejection_tells_why),
        cmocka_unit_test(other_lines_and_none_are_other),
        cmocka_unit_test(a_long_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
