/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds for rates in every schedule: thousands of them, drawn from seeds.
 */
#include <stdio.h>

#include "base/random.h"
#include "limit/gcra.h"
#include "tests/unit/limit/desk.h"

#define SCHEDULES 2000
#define STEPS 80
#define START (1000 * S)

static const struct limiter_options options = {.accounts = 100, .chunk_nusd = USD, .seed = 3};

/* Mostly small, sometimes prime, sometimes large. */
static uint32_t draw_rate(struct random *random)
{
    const uint32_t rates[] = {1, 2, 3, 7, 10, 59, 60, 61, 100, 599, 1000, 7919, 10000};
    return rates[random_below(random, sizeof rates / sizeof *rates)];
}

/* Nothing, a moment, or a while: in turn of a nanosecond, a unit's time and a minute. */
static uint64_t draw_pause_ns(struct random *random, uint32_t rate)
{
    switch (random_below(random, 6)) {
    case 0:
        return random_below(random, 5);
    case 1:
        return GCRA_MINUTE_NS / rate + random_below(random, 3) - 1;
    case 2:
        return random_below(random, 3 * GCRA_MINUTE_NS / rate);
    case 3:
        return random_below(random, 2 * GCRA_MINUTE_NS);
    default:
        return 0;
    }
}

/* --- a bucket that leaks, in exact arithmetic: a unit is a minute of nanoseconds high --- */

struct bucket {
    uint64_t level, at_ns;
};

static void bucket_leak(struct bucket *bucket, uint32_t rate, uint64_t now_ns)
{
    uint64_t leaked = (now_ns - bucket->at_ns) * rate;
    bucket->level -= leaked < bucket->level ? leaked : bucket->level;
    bucket->at_ns = now_ns;
}

static bool bucket_has_room(const struct bucket *bucket, uint32_t rate, uint64_t units)
{
    return bucket->level + units * GCRA_MINUTE_NS <= rate * GCRA_MINUTE_NS;
}

static uint64_t bucket_left(const struct bucket *bucket, uint32_t rate)
{
    uint64_t height = rate * GCRA_MINUTE_NS;
    return bucket->level < height ? (height - bucket->level) / GCRA_MINUTE_NS : 0;
}

static void check_bucket(struct random *random)
{
    uint32_t rate = draw_rate(random);
    struct gcra gcra = {0};
    struct bucket bucket = {.at_ns = START};
    uint64_t now_ns = START;
    for (unsigned step = 0; step < STEPS; step++) {
        now_ns += draw_pause_ns(random, rate);
        uint64_t units = random_below(random, rate) + 1;
        bucket_leak(&bucket, rate, now_ns);
        bool fits = gcra_fits_at(&gcra, rate, units) <= now_ns;
        assert_int_equal(fits, bucket_has_room(&bucket, rate, units));
        assert_int_equal(gcra_left(&gcra, rate, now_ns), bucket_left(&bucket, rate));
        if (fits || random_chance(random, 1, 10)) {
            gcra_take(&gcra, rate, units, now_ns);
            bucket.level += units * GCRA_MINUTE_NS;
        }
        if (random_chance(random, 1, 4)) {
            uint64_t back = random_below(random, units + 1) * GCRA_MINUTE_NS;
            gcra_give(&gcra, rate, back / GCRA_MINUTE_NS);
            bucket.level -= back < bucket.level ? back : bucket.level;
        }
    }
}

static void a_rate_is_a_leaking_bucket_to_the_nanosecond(void **state)
{
    (void)state;
    struct random random;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        random_init(&random, seed);
        check_bucket(&random);
    }
}

/* --- windows --- */

/* What was granted when, or given back. */
struct event {
    uint64_t at_ns;
    int64_t units;
};

/* For each grant and each window that ends with it: what was granted, less what was given back, is
 * at most rate * w + a minute's worth. */
static void assert_windows(const struct event *events, unsigned count, uint64_t rate)
{
    for (unsigned last = 0; last < count; last++) {
        int64_t units = 0;
        for (unsigned first = last + 1; first-- > 0 && events[last].units > 0;) {
            uint64_t width_ns = events[last].at_ns - events[first].at_ns;
            units += events[first].units;
            assert_true(units * (int64_t)GCRA_MINUTE_NS <=
                        (int64_t)(rate * (width_ns + GCRA_MINUTE_NS)));
        }
    }
}

static void check_request_windows(struct random *random)
{
    struct desk desk;
    struct event of_key[2][STEPS], of_tenant[STEPS];
    unsigned counts[2] = {0}, count = 0;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = draw_rate(random) % 100 + 1;
    desk.subject.tenant.limits.requests_per_minute = draw_rate(random) % 100 + 1;
    for (unsigned step = 0; step < STEPS; step++) {
        struct limit_admission admission = {0};
        unsigned key = (unsigned)random_below(random, 2);
        desk_pass(&desk, draw_pause_ns(random, 60));
        if (desk_admit_as(&desk, 10 + key, 7, &admission) == LIMIT_GRANTED)
            of_key[key][counts[key]++] = of_tenant[count++] = (struct event){desk.time.now_ns, 1};
        limit_leave(&admission, desk.time);
    }
    for (unsigned key = 0; key < 2; key++)
        assert_windows(of_key[key], counts[key], desk.subject.key.limits.requests_per_minute);
    assert_windows(of_tenant, count, desk.subject.tenant.limits.requests_per_minute);
    desk_close(&desk);
}

static void no_window_has_more_requests_than_its_rate_and_a_minute(void **state)
{
    (void)state;
    struct random random;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        random_init(&random, seed);
        check_request_windows(&random);
    }
}

static void check_token_windows(struct random *random)
{
    struct desk desk;
    struct event events[2 * STEPS];
    struct limit_admission admission;
    unsigned count = 0;
    desk_open(&desk, &options);
    uint64_t rate = desk.subject.key.limits.tokens_per_minute = draw_rate(random);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    for (unsigned step = 0; step < STEPS; step++) {
        struct limit_reservation reservation;
        struct limit_cost cost = {.tokens = random_below(random, rate) + 1};
        desk_pass(&desk, draw_pause_ns(random, 60));
        if (desk_reserve(&desk, &admission, cost, &reservation) != LIMIT_GRANTED)
            continue;
        events[count++] = (struct event){desk.time.now_ns, (int64_t)cost.tokens};
        desk_pass(&desk, draw_pause_ns(random, 60));
        struct limit_cost used = {.tokens = random_below(random, cost.tokens + 1)};
        events[count++] =
            (struct event){desk.time.now_ns, (int64_t)used.tokens - (int64_t)cost.tokens};
        limit_settle(&reservation, desk.time, used);
    }
    assert_windows(events, count, rate);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void no_window_has_more_tokens_than_its_rate_and_a_minute(void **state)
{
    (void)state;
    struct random random;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        random_init(&random, seed);
        check_token_windows(&random);
    }
}

/* --- waits --- */

static struct limits draw_limits(struct random *random)
{
    struct limits limits = {0};
    if (random_chance(random, 2, 3))
        limits.requests_per_minute = draw_rate(random) % 50 + 1;
    if (random_chance(random, 2, 3))
        limits.tokens_per_minute = draw_rate(random) + 20;
    if (random_chance(random, 1, 3))
        limits.day_nusd = random_between(random, 100, 1000);
    if (random_chance(random, 1, 3))
        limits.month_nusd = random_between(random, 100, 3000);
    return limits;
}

/* What passes is settled at once. */
static enum limit_verdict spend(struct desk *desk, struct limit_admission *admission,
                                struct limit_cost cost)
{
    struct limit_reservation reservation;
    enum limit_verdict verdict = desk_reserve(desk, admission, cost, &reservation);
    for (unsigned i = 0; i < 3 && verdict == LIMIT_WANTS_DRAW; i++) {
        desk_answer(desk, true);
        verdict = desk_reserve(desk, admission, cost, &reservation);
    }
    if (verdict == LIMIT_GRANTED)
        limit_settle(&reservation, desk->time, cost);
    return verdict;
}

/* Spends until it is refused, and then asks at both sides of the moment that it was told. */
static unsigned check_wait_to_reserve(struct random *random)
{
    struct desk desk;
    struct limit_admission admission;
    struct limit_cost cost = {random_between(random, 1, 20), random_between(random, 1, 99)};
    desk_open(&desk, &options);
    desk.subject.key.limits = draw_limits(random);
    desk.subject.tenant.limits = draw_limits(random);
    desk.time.wall_ms += random_below(random, 40 * DAY_MS);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    enum limit_verdict verdict = LIMIT_GRANTED;
    for (unsigned i = 0; i < 500 && verdict == LIMIT_GRANTED; i++) {
        desk_pass(&desk, draw_pause_ns(random, 10000) / 1000);
        verdict = spend(&desk, &admission, cost);
    }
    if (verdict == LIMIT_REFUSED) {
        desk_pass(&desk, (desk.refusal.retry_after_ms - 1) * MS);
        assert_int_equal(spend(&desk, &admission, cost), LIMIT_REFUSED);
        assert_int_equal(desk.refusal.retry_after_ms, 1);
        desk_pass(&desk, MS);
        assert_int_equal(spend(&desk, &admission, cost), LIMIT_GRANTED);
    }
    limit_leave(&admission, desk.time);
    desk_close(&desk);
    return verdict == LIMIT_REFUSED;
}

static void whoever_waits_as_long_as_told_gets_what_was_refused_and_not_sooner(void **state)
{
    (void)state;
    struct random random;
    unsigned refused = 0;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        random_init(&random, seed);
        refused += check_wait_to_reserve(&random);
    }
    assert_in_range(refused, SCHEDULES / 2, SCHEDULES);
}

/* --- the last cent --- */

static void five_hundred_at_once_spend_the_last_cent_once(void **state)
{
    (void)state;
    enum { CROWD = 500 };
    static struct limit_admission admissions[CROWD];
    static struct limit_reservation reservations[CROWD];
    const uint64_t cent = USD / 100;
    struct desk desk;
    unsigned granted = 0;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = cent;
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < CROWD; i++) {
            if (round == 0)
                assert_int_equal(desk_admit(&desk, &admissions[i]), LIMIT_GRANTED);
            if (!reservations[i].limiter)
                granted +=
                    desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = cent / 10},
                                 &reservations[i]) == LIMIT_GRANTED;
            if (i % 100 == 0)
                desk_answer(&desk, true);
        }
    assert_int_equal(granted, 10);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).remaining, 0);
    for (unsigned i = 0; i < CROWD; i++) {
        limit_settle(&reservations[i], desk.time, (struct limit_cost){.nusd = cent / 10});
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, cent);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_a_leaking_bucket_to_the_nanosecond),
        cmocka_unit_test(no_window_has_more_requests_than_its_rate_and_a_minute),
        cmocka_unit_test(no_window_has_more_tokens_than_its_rate_and_a_minute),
        cmocka_unit_test(whoever_waits_as_long_as_told_gets_what_was_refused_and_not_sooner),
        cmocka_unit_test(five_hundred_at_once_spend_the_last_cent_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
