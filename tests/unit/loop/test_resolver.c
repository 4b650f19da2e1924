/* SPDX-License-Identifier: Apache-2.0
 *
 * When names are looked up, without a body: the test answers the look-ups, and time is a number.
 */
#include "loop/resolver.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop_body.h"
#include "loop/resolver_body.h"
#include "tests/test.h"

struct lookup {
    void (*on_answer)(void *user, const struct lookup_answer *answer);
    void *user;
};

struct fixture {
    struct loop loop;
    uint64_t now_ns;
    struct lookup lookup;
    unsigned lookups, cancels, changes;
    int refuse; /* what lookup_start() fails with */
    struct resolver_name *name;
};

static struct fixture *fixture_of(const struct loop *loop)
{
    return (struct fixture *)(uintptr_t)loop;
}

void loop_body_wake(struct loop *loop)
{
    (void)loop;
}

uint64_t loop_now_ns(const struct loop *loop)
{
    return fixture_of(loop)->now_ns;
}

int lookup_start(struct lookup **ret_lookup, struct loop *loop, const char *host,
                 void (*on_answer)(void *user, const struct lookup_answer *answer), void *user)
{
    struct fixture *fixture = fixture_of(loop);
    if (fixture->refuse)
        return fixture->refuse;
    assert_string_equal(host, "core.example");
    fixture->lookups++;
    fixture->lookup.on_answer = on_answer;
    fixture->lookup.user = user;
    *ret_lookup = &fixture->lookup;
    return 0;
}

void lookup_cancel(struct lookup *lookup)
{
    CONTAINER_OF(lookup, struct fixture, lookup)->cancels++;
}

static void count_change(void *user)
{
    struct fixture *fixture = user;
    fixture->changes++;
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
    resolver_name_close(fixture->name);
    assert_int_equal(loop_next_timer_ns(&fixture->loop), LOOP_NEVER_NS);
    assert_false(loop_has_tasks(&fixture->loop));
    loop_clear(&fixture->loop);
    free(fixture);
    return 0;
}

static int open_name(struct fixture *fixture, const char *host)
{
    struct resolver_options options = {.refresh_ms = 30000, .port = 80};
    return resolver_name_open(&fixture->name, &fixture->loop, bytes_from_cstr(host), &options,
                              count_change, fixture);
}

static void answer(struct fixture *fixture, int error, const char *one, const char *other)
{
    struct lookup_answer reply = {.error = error};
    if (one)
        address_parse_ip(bytes_from_cstr(one), 0, &reply.addresses[reply.count++]);
    if (other)
        address_parse_ip(bytes_from_cstr(other), 0, &reply.addresses[reply.count++]);
    fixture->lookup.on_answer(fixture->lookup.user, &reply);
}

static void pass_ms(struct fixture *fixture, uint64_t duration_ms)
{
    fixture->now_ns += duration_ms * NS_PER_MS;
    loop_run_timers(&fixture->loop, fixture->now_ns);
}

static size_t count_of(struct fixture *fixture)
{
    size_t count = 0;
    resolver_name_addresses(fixture->name, &count);
    return count;
}

static void a_name_is_pending_until_its_first_answer(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(open_name(fixture, "core.example"), 0);
    assert_true(resolver_name_is_pending(fixture->name));
    assert_int_equal(fixture->changes, 0);

    answer(fixture, 0, "10.0.0.1", "10.0.0.2");
    assert_false(resolver_name_is_pending(fixture->name));
    assert_int_equal(fixture->changes, 1);
    assert_int_equal(count_of(fixture), 2);
    assert_int_equal(resolver_name_addresses(fixture->name, &(size_t){0})[1].port, 80);
}

static void a_name_is_looked_up_again_when_its_time_has_come(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, "10.0.0.1", NULL);
    pass_ms(fixture, 29999);
    assert_int_equal(fixture->lookups, 1);
    pass_ms(fixture, 1);
    assert_int_equal(fixture->lookups, 2);
    pass_ms(fixture, 60000); /* never two at a time */
    assert_int_equal(fixture->lookups, 2);
}

static void only_another_set_of_addresses_is_a_change(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, "10.0.0.1", "10.0.0.2");
    pass_ms(fixture, 30000);
    answer(fixture, 0, "10.0.0.2", "10.0.0.1");
    assert_int_equal(fixture->changes, 1);
    pass_ms(fixture, 30000);
    answer(fixture, 0, "10.0.0.2", NULL);
    assert_int_equal(fixture->changes, 2);
    assert_int_equal(count_of(fixture), 1);
    pass_ms(fixture, 30000);
    answer(fixture, 0, "10.0.0.3", NULL);
    assert_int_equal(fixture->changes, 3);
}

static void the_same_address_twice_counts_once(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, "10.0.0.1", "10.0.0.1");
    assert_int_equal(count_of(fixture), 1);
}

static void a_failure_keeps_the_last_good_addresses(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, "10.0.0.1", NULL);
    pass_ms(fixture, 30000);
    answer(fixture, -EAGAIN, NULL, NULL);
    assert_int_equal(count_of(fixture), 1);
    assert_int_equal(resolver_name_error(fixture->name), -EAGAIN);
    assert_int_equal(fixture->changes, 1);
    pass_ms(fixture, 1000);
    answer(fixture, 0, "10.0.0.1", NULL);
    assert_int_equal(resolver_name_error(fixture->name), 0);
}

static void an_empty_answer_is_a_failure(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, NULL, NULL);
    assert_int_equal(resolver_name_error(fixture->name), -ENOENT);
    assert_false(resolver_name_is_pending(fixture->name));
    assert_int_equal(fixture->changes, 1);
    assert_int_equal(count_of(fixture), 0);
}

static void failures_are_tried_again_later_and_later_up_to_the_refresh(void **state)
{
    static const uint64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");

    for (size_t i = 0; i < sizeof waits_ms / sizeof waits_ms[0]; i++) {
        answer(fixture, -EIO, NULL, NULL);
        pass_ms(fixture, waits_ms[i] - 1);
        assert_int_equal(fixture->lookups, i + 1);
        pass_ms(fixture, 1);
        assert_int_equal(fixture->lookups, i + 2);
    }
    answer(fixture, 0, "10.0.0.1", NULL);
    pass_ms(fixture, 30000);
    answer(fixture, -EIO, NULL, NULL); /* a success has forgotten how often it failed */
    pass_ms(fixture, 1000);
    assert_int_equal(fixture->lookups, 10);
}

static void a_look_up_that_cannot_start_is_a_failure_too(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    answer(fixture, 0, "10.0.0.1", NULL);
    fixture->refuse = -ENOMEM;
    pass_ms(fixture, 30000);
    assert_int_equal(resolver_name_error(fixture->name), -ENOMEM);
    fixture->refuse = 0;
    pass_ms(fixture, 1000);
    assert_int_equal(fixture->lookups, 2);
}

static void an_ip_literal_is_its_own_address_at_once_and_for_ever(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(open_name(fixture, "[::1]"), 0);
    assert_false(resolver_name_is_pending(fixture->name));
    assert_int_equal(count_of(fixture), 1);
    assert_int_equal(fixture->changes, 0);
    loop_run_tasks(&fixture->loop);
    assert_int_equal(fixture->changes, 1);
    pass_ms(fixture, 1000000);
    assert_int_equal(fixture->lookups, 0);
}

static void what_cannot_be_a_name_is_refused(void **state)
{
    static const char *const hosts[] = {"", "a b", "a/b", "a:80", "h\xc3\xb6st", "[core]", "a%"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        assert_int_equal(open_name(fixture, hosts[i]), -EINVAL);
}

static void closing_cancels_what_is_under_way(void **state)
{
    struct fixture *fixture = *state;
    open_name(fixture, "core.example");
    resolver_name_close(fixture->name);
    fixture->name = NULL;
    assert_int_equal(fixture->cancels, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_name_is_pending_until_its_first_answer),
        CASE(a_name_is_looked_up_again_when_its_time_has_come),
        CASE(only_another_set_of_addresses_is_a_change),
        CASE(the_same_address_twice_counts_once),
        CASE(a_failure_keeps_the_last_good_addresses),
        CASE(an_empty_answer_is_a_failure),
        CASE(failures_are_tried_again_later_and_later_up_to_the_refresh),
        CASE(a_look_up_that_cannot_start_is_a_failure_too),
        CASE(an_ip_literal_is_its_own_address_at_once_and_for_ever),
        CASE(what_cannot_be_a_name_is_refused),
        CASE(closing_cancels_what_is_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
