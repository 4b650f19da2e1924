/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edge/answer_log.h"

#define SLAB 1024

struct fixture {
    struct memory_budget budget;
    struct block_pool heads, slabs;
    struct answer_log_writer writer;
    struct answer_log *log;
    struct answer_log_cursor cursor;
    int rooms, abandons;
    int news;
};

static struct fixture *of_writer(struct answer_log_writer *writer)
{
    return CONTAINER_OF(writer, struct fixture, writer);
}

static void on_room(struct answer_log_writer *writer)
{
    of_writer(writer)->rooms++;
}

static void on_abandoned(struct answer_log_writer *writer)
{
    of_writer(writer)->abandons++;
}

static void on_news(struct answer_log_cursor *cursor)
{
    CONTAINER_OF(cursor, struct fixture, cursor)->news++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    memory_budget_init(&f->budget, 1 << 20);
    block_pool_init(&f->heads, 4096, 4, &f->budget);
    block_pool_init(&f->slabs, SLAB, 4, &f->budget);
    f->writer = (struct answer_log_writer){.on_room = on_room, .on_abandoned = on_abandoned};
    assert_int_equal(answer_log_new(&f->log, &f->heads, &f->slabs, 4 * SLAB), 0);
    f->log->writer = &f->writer;
    answer_log_read(f->log, &f->cursor, on_news);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    answer_log_abandon(f->log);
    answer_log_leave(&f->cursor);
    assert_int_equal(memory_budget_used(&f->budget), 0);
    block_pool_clear(&f->heads);
    block_pool_clear(&f->slabs);
    free(f);
    return 0;
}

static void append(struct fixture *f, size_t bytes, char fill)
{
    char *text = malloc(bytes);
    memset(text, fill, bytes);
    assert_int_equal(answer_log_append(f->log, bytes_of(text, bytes)), 0);
    free(text);
}

static size_t readable(const struct answer_log_cursor *cursor)
{
    struct bytes parts[16];
    size_t count = answer_log_parts(cursor, cursor->log->length, parts, 16), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += parts[i].length;
    return sum;
}

static void a_reader_sees_what_was_appended_in_order(void **state)
{
    struct fixture *f = *state;
    append(f, 700, 'a');
    append(f, 700, 'b');
    struct bytes parts[16];
    size_t count = answer_log_parts(&f->cursor, 1400, parts, 16);
    assert_true(count >= 2);
    assert_int_equal(parts[0].at[0], 'a');
    assert_int_equal(parts[count - 1].at[parts[count - 1].length - 1], 'b');
    assert_int_equal(readable(&f->cursor), 1400);
    assert_int_equal(f->news, 2);
}

static void parts_end_where_they_were_asked_to(void **state)
{
    struct fixture *f = *state;
    append(f, 3000, 'x');
    answer_log_advance(&f->cursor, 10);
    struct bytes parts[16];
    size_t count = answer_log_parts(&f->cursor, 11, parts, 16);
    assert_int_equal(count, 1);
    assert_int_equal(parts[0].length, 1);
}

static void a_reader_that_keeps_up_holds_no_slab(void **state)
{
    struct fixture *f = *state;
    append(f, 2500, 'x');
    answer_log_advance(&f->cursor, 2500);
    assert_int_equal(f->slabs.live_blocks, 0);
    append(f, 1, 'y');
    assert_int_equal(readable(&f->cursor), 1);
}

static void ignore_news(struct answer_log_cursor *cursor)
{
}

static void the_slowest_reader_sets_the_room_slab_by_slab(void **state)
{
    struct fixture *f = *state;
    struct answer_log_cursor slow;
    uint64_t most = answer_log_room(f->log), slab = most / 4;
    assert_in_range(most, 1, 4 * SLAB);
    answer_log_read(f->log, &slow, ignore_news);
    append(f, most, 'x');
    assert_int_equal(answer_log_room(f->log), 0);
    assert_int_equal(f->slabs.live_blocks, 4);
    answer_log_advance(&f->cursor, 3 * slab);
    answer_log_advance(&slow, slab - 1);
    assert_int_equal(answer_log_room(f->log), 0);
    assert_int_equal(f->rooms, 0);
    answer_log_advance(&slow, 1);
    assert_int_equal(answer_log_room(f->log), slab);
    assert_int_equal(f->rooms, 1);
    answer_log_leave(&slow);
    assert_int_equal(answer_log_room(f->log), 3 * slab);
    assert_int_equal(f->slabs.live_blocks, 1);
}

static void the_last_reader_to_leave_tells_the_writer(void **state)
{
    struct fixture *f = *state;
    answer_log_leave(&f->cursor);
    assert_int_equal(f->abandons, 1);
    answer_log_leave(&f->cursor); /* leaving twice is fine */
    assert_int_equal(f->abandons, 1);
}

/* Else nobody would send pings while a core thinks. */
static void a_reset_log_begins_anew(void **state)
{
    struct fixture *f = *state;
    const struct http_answer_head head = {.status = 200};
    answer_log_open(f->log, &head);
    append(f, 1500, 'x');
    answer_log_reset(f->log);
    assert_int_equal(f->log->state, LOG_EMPTY);
    assert_int_equal(readable(&f->cursor), 0);
    append(f, 3, 'y');
    assert_int_equal(readable(&f->cursor), 3);
}

static void a_token_is_paid_for_once(void **state)
{
    struct fixture *f = *state;
    f->log->used = (struct usage_tokens){.prompt = 7, .cached = 2, .answer = 3};
    struct usage_tokens first = answer_log_pay(f->log);
    f->log->used.answer = 10;
    struct usage_tokens second = answer_log_pay(f->log);
    assert_int_equal(first.prompt + first.cached + first.answer, 7 + 2 + 3);
    assert_int_equal(second.prompt + second.cached + second.answer, 7);
    f->log->used.answer = 9; /* counted too many */
    assert_int_equal(answer_log_pay(f->log).answer, 0);
}

static void another_attempt_is_paid_for_anew(void **state)
{
    struct fixture *f = *state;
    f->log->used.answer = 5;
    assert_int_equal(answer_log_pay(f->log).answer, 5);
    answer_log_reset(f->log);
    assert_int_equal(answer_log_pay(f->log).answer, 0);
    f->log->used.answer = 4;
    assert_int_equal(answer_log_pay(f->log).answer, 4);
}

static void only_a_200_is_an_event_stream(void **state)
{
    struct fixture *f = *state;
    const struct http_field type = {BYTES("Content-Type"), BYTES("text/event-stream")};
    struct http_answer_head head = {.status = 503, .fields = {&type, 1}};
    answer_log_open(f->log, &head);
    assert_false(f->log->is_event_stream);
    head.status = 200;
    answer_log_open(f->log, &head);
    assert_true(f->log->is_event_stream);
}

static void a_full_budget_refuses_what_does_not_fit(void **state)
{
    struct fixture *f = *state;
    f->budget.limit_bytes = memory_budget_used(&f->budget) + SLAB;
    char text[3 * SLAB] = {0};
    assert_int_equal(answer_log_append(f->log, bytes_of(text, sizeof text)), -ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_reader_sees_what_was_appended_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(parts_end_where_they_were_asked_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_that_keeps_up_holds_no_slab, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_slowest_reader_sets_the_room_slab_by_slab, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_last_reader_to_leave_tells_the_writer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reset_log_begins_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_is_paid_for_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_attempt_is_paid_for_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_a_200_is_an_event_stream, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_budget_refuses_what_does_not_fit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
