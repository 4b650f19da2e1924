/* SPDX-License-Identifier: Apache-2.0
 *
 * Timers and tasks without a body: the test is the body, and time is a number.
 */
#include "loop/timer.h"

#include <stdlib.h>

#include "loop/loop_body.h"
#include "tests/test.h"

struct fixture {
    struct loop loop;
    unsigned wakes;
};

struct alarm {
    struct timer timer;
    unsigned fired;
    struct alarm *restarts; /* the timer to start again when this one fires ... */
    uint64_t restart_ns;    /* ... for this time */
    struct alarm *stops;
};

void loop_body_wake(struct loop *loop)
{
    CONTAINER_OF(loop, struct fixture, loop)->wakes++;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    assert_int_equal(loop_init(&fixture->loop), 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    loop_clear(&fixture->loop);
    free(fixture);
    return 0;
}

static void alarm_fires(struct timer *timer)
{
    struct alarm *alarm = CONTAINER_OF(timer, struct alarm, timer);
    alarm->fired++;
    if (alarm->restarts)
        assert_int_equal(timer_start(&alarm->restarts->timer, alarm->restart_ns), 0);
    if (alarm->stops)
        timer_stop(&alarm->stops->timer);
}

static struct alarm alarm_on(struct fixture *fixture)
{
    struct alarm alarm = {0};
    timer_init(&alarm.timer, &fixture->loop, alarm_fires);
    return alarm;
}

static void a_timer_fires_once_when_its_time_has_come(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    timer_start(&alarm.timer, 100);
    assert_true(timer_is_started(&alarm.timer));
    loop_run_timers(&fixture->loop, 99);
    assert_int_equal(alarm.fired, 0);
    loop_run_timers(&fixture->loop, 100);
    loop_run_timers(&fixture->loop, 101);
    assert_int_equal(alarm.fired, 1);
    assert_false(timer_is_started(&alarm.timer));
}

static void pushing_back_only_notes_the_time(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    timer_start(&alarm.timer, 100);
    uint64_t sequence = fixture->loop.timers.next_sequence;
    for (uint64_t due_ns = 101; due_ns < 1100; due_ns++)
        timer_start(&alarm.timer, due_ns);
    assert_int_equal(fixture->loop.timers.next_sequence, sequence);

    loop_run_timers(&fixture->loop, 100);
    assert_int_equal(alarm.fired, 0);
    assert_int_equal(loop_next_timer_ns(&fixture->loop), 1099);
    loop_run_timers(&fixture->loop, 1099);
    assert_int_equal(alarm.fired, 1);
}

static void pulling_forward_moves_the_timer_and_wakes_the_body(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    timer_start(&alarm.timer, 1000);
    unsigned wakes = fixture->wakes;
    timer_start(&alarm.timer, 10);
    assert_int_equal(fixture->wakes, wakes + 1);
    assert_int_equal(loop_next_timer_ns(&fixture->loop), 10);
    loop_run_timers(&fixture->loop, 10);
    assert_int_equal(alarm.fired, 1);
    assert_int_equal(loop_next_timer_ns(&fixture->loop), LOOP_NEVER_NS);
}

static void only_an_earlier_least_timer_wakes_the_body(void **state)
{
    struct fixture *fixture = *state;
    struct alarm first = alarm_on(fixture), second = alarm_on(fixture);

    timer_start(&first.timer, 10);
    assert_int_equal(fixture->wakes, 1);
    timer_start(&second.timer, 20);
    assert_int_equal(fixture->wakes, 1);
    timer_stop(&first.timer);
    timer_stop(&second.timer);
}

static void a_stopped_timer_is_in_no_heap(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    timer_start(&alarm.timer, 10);
    timer_stop(&alarm.timer);
    timer_stop(&alarm.timer);
    assert_false(timer_is_started(&alarm.timer));
    assert_int_equal(loop_next_timer_ns(&fixture->loop), LOOP_NEVER_NS);
    loop_run_timers(&fixture->loop, 10);
    assert_int_equal(alarm.fired, 0);
}

static void stopping_a_timer_that_was_never_initialised_does_nothing(void **state)
{
    (void)state;
    struct timer timer = {0};
    timer_stop(&timer);
    assert_false(timer_is_started(&timer));
}

static void a_timer_may_stop_another_that_is_due_as_well(void **state)
{
    struct fixture *fixture = *state;
    struct alarm first = alarm_on(fixture), second = alarm_on(fixture);

    first.stops = &second;
    timer_start(&first.timer, 10);
    timer_start(&second.timer, 10);
    loop_run_timers(&fixture->loop, 10);
    assert_int_equal(first.fired, 1);
    assert_int_equal(second.fired, 0);
}

static void what_starts_while_timers_fire_waits_for_the_next_turn(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    alarm.restarts = &alarm;
    alarm.restart_ns = 5; /* long past */
    timer_start(&alarm.timer, 10);
    loop_run_timers(&fixture->loop, 10);
    assert_int_equal(alarm.fired, 1);
    loop_run_timers(&fixture->loop, 11);
    assert_int_equal(alarm.fired, 2);
    timer_stop(&alarm.timer);
}

static void a_timer_due_at_zero_is_started_all_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct alarm alarm = alarm_on(fixture);

    timer_start(&alarm.timer, 0);
    assert_true(timer_is_started(&alarm.timer));
    loop_run_timers(&fixture->loop, 1);
    assert_int_equal(alarm.fired, 1);
}

struct errand {
    struct task task;
    struct loop *loop;
    unsigned runs;
    struct errand *posts, *cancels;
};

static void errand_runs(struct task *task)
{
    struct errand *errand = CONTAINER_OF(task, struct errand, task);
    errand->runs++;
    if (errand->posts)
        loop_post(errand->loop, &errand->posts->task);
    if (errand->cancels)
        loop_cancel(errand->loop, &errand->cancels->task);
}

static struct errand errand_on(struct fixture *fixture)
{
    struct errand errand = {.loop = &fixture->loop};
    task_init(&errand.task, errand_runs);
    return errand;
}

static void a_task_runs_once_however_often_it_was_posted(void **state)
{
    struct fixture *fixture = *state;
    struct errand errand = errand_on(fixture);

    loop_post(&fixture->loop, &errand.task);
    loop_post(&fixture->loop, &errand.task);
    assert_true(loop_has_tasks(&fixture->loop));
    loop_run_tasks(&fixture->loop);
    loop_run_tasks(&fixture->loop);
    assert_int_equal(errand.runs, 1);
    assert_false(loop_has_tasks(&fixture->loop));
}

static void what_a_task_posts_runs_in_the_same_turn(void **state)
{
    struct fixture *fixture = *state;
    struct errand first = errand_on(fixture), second = errand_on(fixture);

    first.posts = &second;
    loop_post(&fixture->loop, &first.task);
    loop_run_tasks(&fixture->loop);
    assert_int_equal(second.runs, 1);
    assert_false(loop_has_tasks(&fixture->loop));
}

static void a_task_that_posts_itself_for_ever_does_not_hold_the_turn(void **state)
{
    struct fixture *fixture = *state;
    struct errand errand = errand_on(fixture);

    errand.posts = &errand;
    loop_post(&fixture->loop, &errand.task);
    loop_run_tasks(&fixture->loop);
    assert_int_equal(errand.runs, LOOP_TASK_ROUNDS);
    assert_true(loop_has_tasks(&fixture->loop));
    loop_cancel(&fixture->loop, &errand.task);
    assert_false(loop_has_tasks(&fixture->loop));
}

static void a_cancelled_task_does_not_run_even_in_this_turn(void **state)
{
    struct fixture *fixture = *state;
    struct errand first = errand_on(fixture), second = errand_on(fixture);

    first.cancels = &second;
    loop_post(&fixture->loop, &first.task);
    loop_post(&fixture->loop, &second.task);
    loop_run_tasks(&fixture->loop);
    assert_int_equal(first.runs, 1);
    assert_int_equal(second.runs, 0);
    loop_cancel(&fixture->loop, &second.task);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_timer_fires_once_when_its_time_has_come),
        CASE(pushing_back_only_notes_the_time),
        CASE(pulling_forward_moves_the_timer_and_wakes_the_body),
        CASE(only_an_earlier_least_timer_wakes_the_body),
        CASE(a_stopped_timer_is_in_no_heap),
        CASE(stopping_a_timer_that_was_never_initialised_does_nothing),
        CASE(a_timer_may_stop_another_that_is_due_as_well),
        CASE(what_starts_while_timers_fire_waits_for_the_next_turn),
        CASE(a_timer_due_at_zero_is_started_all_the_same),
        CASE(a_task_runs_once_however_often_it_was_posted),
        CASE(what_a_task_posts_runs_in_the_same_turn),
        CASE(a_task_that_posts_itself_for_ever_does_not_hold_the_turn),
        CASE(a_cancelled_task_does_not_run_even_in_this_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
