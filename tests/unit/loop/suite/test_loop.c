/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include <errno.h>
#include <string.h>

#include "loop/job.h"
#include "loop/mailbox.h"
#include "loop/resolver.h"
#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

#define MANY 100

/* What happened, in order: one number an event. */
struct record {
    struct suite *suite;
    unsigned count;
    int values[MANY];
};

static void record_add(struct record *record, int value)
{
    assert_true(record->count < MANY);
    record->values[record->count++] = value;
    suite_moved(record->suite);
}

static void record_is_counting_up(const struct record *record, unsigned count)
{
    assert_int_equal(record->count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(record->values[i], i);
}

struct numbered_timer {
    struct timer timer;
    struct record *record;
    int number;
};

static void timer_records(struct timer *timer)
{
    struct numbered_timer *numbered = CONTAINER_OF(timer, struct numbered_timer, timer);
    assert_true(loop_now_ns(timer->loop) >= timer->entry.key);
    record_add(numbered->record, numbered->number);
}

static void timers_fire_in_the_order_of_their_times(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct numbered_timer timers[5] = {0};
    static const int order[5] = {3, 0, 4, 1, 2};
    uint64_t now_ns = loop_now_ns(suite->loop);

    for (size_t i = 0; i < 5; i++) {
        timers[i] = (struct numbered_timer){.record = &record, .number = order[i]};
        timer_init(&timers[i].timer, suite->loop, timer_records);
        timer_start(&timers[i].timer, now_ns + (uint64_t)(order[i] + 1) * 3 * NS_PER_MS / 2);
    }
    suite_until(suite, &record.count, 5);
    record_is_counting_up(&record, 5);
}

static void the_clock_stands_still_within_a_turn_and_goes_on_between_turns(void **state)
{
    struct suite *suite = *state;
    uint64_t before_ns = loop_now_ns(suite->loop);
    assert_true(before_ns > 0);
    suite_for_ms(suite, 10);
    uint64_t after_ns = loop_now_ns(suite->loop);
    assert_true(after_ns >= before_ns + 10 * NS_PER_MS);
    assert_int_equal(loop_now_ns(suite->loop), after_ns);
    assert_true(loop_wall_ms(suite->loop) > 0);
}

static void entropy_does_not_repeat(void **state)
{
    struct suite *suite = *state;
    char one[32] = "", other[32] = "";
    loop_entropy(suite->loop, one, sizeof one);
    loop_entropy(suite->loop, other, sizeof other);
    assert_memory_not_equal(one, other, sizeof one);
    assert_true(loop_cpu_count() >= 1);
}

struct letter {
    struct message message;
    int number;
};

static void letter_comes(void *user, struct message *message)
{
    record_add(user, CONTAINER_OF(message, struct letter, message)->number);
}

static void messages_come_in_a_later_turn_in_the_order_they_were_sent(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct mailbox *mailbox = NULL;
    struct letter letters[MANY] = {0};

    assert_int_equal(mailbox_open(&mailbox, suite->loop, MANY, letter_comes, &record), 0);
    for (int i = 0; i < MANY; i++) {
        letters[i].number = i;
        assert_int_equal(mailbox_send(mailbox, &letters[i].message), 0);
    }
    assert_int_equal(record.count, 0);
    suite_until(suite, &record.count, MANY);
    record_is_counting_up(&record, MANY);
    mailbox_close(mailbox);
}

static void a_full_mailbox_refuses(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct mailbox *mailbox = NULL;
    struct letter letters[3] = {{.number = 0}, {.number = 1}, {.number = 1}};

    assert_int_equal(mailbox_open(&mailbox, suite->loop, 1, letter_comes, &record), 0);
    assert_int_equal(mailbox_send(mailbox, &letters[0].message), 0);
    assert_int_equal(mailbox_send(mailbox, &letters[1].message), -ENOBUFS);
    suite_until(suite, &record.count, 1);
    assert_int_equal(mailbox_send(mailbox, &letters[2].message), 0);
    suite_until(suite, &record.count, 2);
    record_is_counting_up(&record, 2);
    mailbox_close(mailbox);
}

static void closing_a_mailbox_hands_over_what_was_not_delivered(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct mailbox *mailbox = NULL;
    struct letter letters[2] = {{.number = 0}, {.number = 1}};

    assert_int_equal(mailbox_open(&mailbox, suite->loop, 2, letter_comes, &record), 0);
    mailbox_send(mailbox, &letters[0].message);
    mailbox_send(mailbox, &letters[1].message);
    mailbox_close(mailbox);
    record_is_counting_up(&record, 2);
}

struct closing_box {
    struct record record;
    struct mailbox *mailbox;
};

static void letter_closes(void *user, struct message *message)
{
    struct closing_box *box = user;
    struct mailbox *mailbox = box->mailbox;
    int number = CONTAINER_OF(message, struct letter, message)->number;

    box->mailbox = NULL;
    mailbox_close(mailbox); /* the others come now, from within */
    record_add(&box->record, number);
}

static void a_mailbox_may_be_closed_by_its_first_message(void **state)
{
    struct suite *suite = *state;
    struct closing_box box = {.record.suite = suite};
    struct letter letters[3] = {{.number = 2}, {.number = 1}, {.number = 0}};

    assert_int_equal(mailbox_open(&box.mailbox, suite->loop, 3, letter_closes, &box), 0);
    for (size_t i = 0; i < 3; i++)
        mailbox_send(box.mailbox, &letters[i].message);
    suite_until(suite, &box.record.count, 3);
}

struct chore {
    struct job job;
    struct record *record;
    int *shared; /* by all runs; no two run at once */
    int number, seen;
    struct chore *next; /* submitted by done() */
};

static void chore_runs(struct job *job)
{
    struct chore *chore = CONTAINER_OF(job, struct chore, job);
    chore->seen = (*chore->shared)++;
}

static void chore_done(struct job *job)
{
    struct chore *chore = CONTAINER_OF(job, struct chore, job);
    assert_int_equal(chore->seen, chore->number);
    if (chore->next)
        assert_int_equal(job_submit(chore->record->suite->loop, &chore->next->job), 0);
    record_add(chore->record, chore->number);
}

static struct chore chore_of(struct record *record, int *shared, int number)
{
    return (struct chore){.job = {.run = chore_runs, .done = chore_done},
                          .record = record,
                          .shared = shared,
                          .number = number};
}

static void jobs_run_one_after_the_other_in_the_order_they_were_submitted(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct chore chores[MANY];
    int shared = 0;

    for (int i = 0; i < MANY; i++)
        chores[i] = chore_of(&record, &shared, i);
    chores[MANY - 2].next = &chores[MANY - 1];
    for (int i = 0; i < MANY - 1; i++)
        assert_int_equal(job_submit(suite->loop, &chores[i].job), 0);
    assert_int_equal(record.count, 0);
    suite_until(suite, &record.count, MANY);
    record_is_counting_up(&record, MANY);
}

struct idle_job {
    struct job job;
    struct record *record;
};

static void idle_job_runs(struct job *job)
{
    (void)job;
}

static void idle_job_done(struct job *job)
{
    struct record *record = CONTAINER_OF(job, struct idle_job, job)->record;
    record->count++;
    suite_moved(record->suite);
}

static void a_full_lane_refuses(void **state)
{
    static struct idle_job jobs[JOB_LANE_LIMIT + 1];
    struct suite *suite = *state;
    struct record record = {.suite = suite};

    for (size_t i = 0; i < JOB_LANE_LIMIT + 1; i++) {
        jobs[i] = (struct idle_job){.job = {.run = idle_job_runs, .done = idle_job_done},
                                    .record = &record};
        int r = job_submit(suite->loop, &jobs[i].job);
        assert_int_equal(r, i < JOB_LANE_LIMIT ? 0 : -ENOBUFS);
    }
    suite_until(suite, &record.count, JOB_LANE_LIMIT);
}

/* The child's letter and its end take two ways: either may come first. */
struct family {
    struct record record;
    struct mailbox *mailbox;
    struct letter letter;
};

static void child_starts(struct loop *loop, void *user)
{
    struct family *family = user;
    family->letter.number = 0;
    mailbox_send(family->mailbox, &family->letter.message);
    loop_stop(loop);
}

static void child_has_ended(void *user)
{
    struct family *family = user;
    record_add(&family->record, 1);
}

static void a_spawned_loop_speaks_to_its_parent_and_its_end_is_told(void **state)
{
    struct suite *suite = *state;
    struct family family = {.record.suite = suite};
    struct loop_child child = {
        .start = child_starts, .on_ended = child_has_ended, .user = &family, .name = "child"};

    assert_int_equal(mailbox_open(&family.mailbox, suite->loop, 1, letter_comes, &family.record),
                     0);
    assert_int_equal(loop_spawn(suite->loop, &child), 0);
    suite_until(suite, &family.record.count, 2);
    assert_int_equal(family.record.values[0] + family.record.values[1], 0 + 1);
    mailbox_close(family.mailbox);
}

static void name_changes(void *user)
{
    record_add(user, 0);
}

static void a_literal_is_an_address_at_once(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct resolver_options options = {.refresh_ms = 1000, .port = 8000};
    struct resolver_name *name = NULL;
    size_t count = 0;

    assert_int_equal(
        resolver_name_open(&name, suite->loop, BYTES("10.1.2.3"), &options, name_changes, &record),
        0);
    assert_int_equal(resolver_name_addresses(name, &count)->port, 8000);
    assert_int_equal(count, 1);
    suite_until(suite, &record.count, 1);
    resolver_name_close(name);
}

static void a_name_that_is_closed_at_once_says_nothing(void **state)
{
    struct suite *suite = *state;
    struct record record = {.suite = suite};
    struct resolver_options options = {.refresh_ms = 1000, .port = 8000};
    struct resolver_name *name = NULL;

    assert_int_equal(resolver_name_open(&name, suite->loop, BYTES("name.invalid"), &options,
                                        name_changes, &record),
                     0);
    assert_true(resolver_name_is_pending(name));
    resolver_name_close(name);
    suite_for_ms(suite, 20);
    assert_int_equal(record.count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(timers_fire_in_the_order_of_their_times),
        CASE(the_clock_stands_still_within_a_turn_and_goes_on_between_turns),
        CASE(entropy_does_not_repeat),
        CASE(messages_come_in_a_later_turn_in_the_order_they_were_sent),
        CASE(a_full_mailbox_refuses),
        CASE(closing_a_mailbox_hands_over_what_was_not_delivered),
        CASE(a_mailbox_may_be_closed_by_its_first_message),
        CASE(jobs_run_one_after_the_other_in_the_order_they_were_submitted),
        CASE(a_full_lane_refuses),
        CASE(a_spawned_loop_speaks_to_its_parent_and_its_end_is_told),
        CASE(a_literal_is_an_address_at_once),
        CASE(a_name_that_is_closed_at_once_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
