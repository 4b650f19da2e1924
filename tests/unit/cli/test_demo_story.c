/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <string.h>

#include "cli/demo/story.h"

static void scenes_follow_one_another_and_the_last_one_stays(void **state)
{
    assert_int_equal(demo_story_at(0, 10000), 0);
    for (size_t i = 1; i < DEMO_SCENES; i++) {
        uint64_t begin_ms = demo_story[i].begin_permille * UINT64_C(10);
        assert_int_equal(demo_story_at(begin_ms - 1, 10000), i - 1);
        assert_int_equal(demo_story_at(begin_ms, 10000), i);
    }
    assert_int_equal(demo_story_at(1000000, 10000), DEMO_SCENES - 1);
}

static void who_dies_comes_back_and_at_last_nobody_comes(void **state)
{
    int dead = 0;
    for (size_t i = 0; i < DEMO_SCENES; i++) {
        dead += demo_story[i].act == DEMO_ACT_KILL;
        dead -= demo_story[i].act == DEMO_ACT_REVIVE;
        assert_in_range(dead, 0, 1);
        assert_true(i + 1 == DEMO_SCENES ? demo_story[i].clients_per_s == 0
                                         : demo_story[i].clients_per_s > 0);
    }
    assert_int_equal(dead, 0);
}

static void words_fit_into_any_terminal(void **state)
{
    for (size_t i = 0; i < DEMO_SCENES; i++)
        for (const char *at = demo_story[i].text; *at; at++)
            assert_in_range(*at, ' ', '~');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenes_follow_one_another_and_the_last_one_stays),
        cmocka_unit_test(who_dies_comes_back_and_at_last_nobody_comes),
        cmocka_unit_test(words_fit_into_any_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
