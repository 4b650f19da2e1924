/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds for slots and money in every schedule: requests of several keys and tenants begin, are
 * charged, cut, settled and abandoned in any order, limits change, the store fails, the process
 * crashes and midnight passes. Beside the limiter a book is kept that only adds up.
 */
#include <string.h>

#include "base/random.h"
#include "tests/unit/limit/desk.h"

#define SCHEDULES 3000
#define STEPS 150
#define KEYS 4
#define TENANTS 2
#define ACCOUNTS (KEYS + TENANTS)
#define RIDES 24
#define CHUNK 1000
#define NOTICES 16

enum ride_state {
    RIDE_FREE,
    RIDE_ADMITTED,
    RIDE_WAITS, /* for a draw that is not answered yet */
    RIDE_RESERVED,
};

/* One request. */
struct ride {
    enum ride_state state;
    unsigned key;
    uint32_t day; /* on which it was reserved */
    struct limit_subject subject;
    struct limit_admission admission;
    struct limit_reservation reservation;
    uint64_t estimate_nusd, so_far_nusd;
};

/* What is known of an account without asking the limiter. */
struct book {
    struct limits limits;
    unsigned slots;
    uint32_t day;
    uint64_t spent_nusd;   /* settled, of requests that began on `day` */
    uint64_t foreign_nusd; /* at most so much more: of requests that began on another day */
    uint64_t durable_nusd; /* drawn, as the store has it */
    bool is_overrun;       /* an answer cost more than its reservation since all was covered */
    bool is_all_drawn;     /* up to the limit or beyond: what comes on top is covered by nothing */
};

struct schedule {
    struct random *random;
    struct limiter *limiter;
    struct limit_time time;
    struct book books[ACCOUNTS];
    struct ride rides[RIDES];
    bool crosses_midnight;
};

static uint32_t today(const struct schedule *schedule)
{
    return (uint32_t)(schedule->time.wall_ms / DAY_MS);
}

static unsigned tenant_of(unsigned key)
{
    return KEYS + key % TENANTS;
}

static bool is_of(const struct ride *ride, unsigned account)
{
    return ride->key == account || tenant_of(ride->key) == account;
}

static void open_limiter(struct schedule *schedule)
{
    const struct limiter_options options = {
        .accounts = 2 * ACCOUNTS, .chunk_nusd = CHUNK, .seed = random_u64(schedule->random)};
    assert_int_equal(limiter_open(&schedule->limiter, &options), 0);
}

static void set_limits(struct schedule *schedule)
{
    struct random *random = schedule->random;
    struct book *book = &schedule->books[random_below(random, ACCOUNTS)];
    book->limits.concurrency = random_between(random, 1, 10);
    book->limits.day_nusd = random_between(random, 1, 20000);
}

static struct limit_subject subject_of(const struct schedule *schedule, unsigned key)
{
    unsigned tenant = tenant_of(key);
    return (struct limit_subject){.key = {100 + key, schedule->books[key].limits},
                                  .tenant = {100 + tenant, schedule->books[tenant].limits}};
}

/* --- what the books say --- */

static uint64_t held_of(const struct ride *ride)
{
    return ride->estimate_nusd > ride->so_far_nusd ? ride->estimate_nusd : ride->so_far_nusd;
}

/* What requests in progress hold that began on the book's day. */
static uint64_t held_nusd(const struct schedule *schedule, unsigned account)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < RIDES; i++) {
        const struct ride *ride = &schedule->rides[i];
        if (ride->state == RIDE_RESERVED && is_of(ride, account) &&
            ride->day == schedule->books[account].day)
            sum += held_of(ride);
    }
    return sum;
}

static void enter_day(struct schedule *schedule, unsigned account)
{
    struct book *book = &schedule->books[account];
    if (book->day == today(schedule))
        return;
    *book = (struct book){.limits = book->limits, .slots = book->slots, .day = today(schedule)};
}

static struct limit_gauge gauge_of(struct schedule *schedule, unsigned account,
                                   enum limit_kind kind)
{
    struct limit_view view;
    unsigned key = account < KEYS ? account : account - KEYS;
    struct limit_subject subject = subject_of(schedule, key);
    limit_view(schedule->limiter, &subject, schedule->time, &view);
    return account < KEYS ? view.key.of[kind] : view.tenant.of[kind];
}

static void check_account(struct schedule *schedule, unsigned account)
{
    enter_day(schedule, account);
    struct book *book = &schedule->books[account];
    uint64_t used = gauge_of(schedule, account, LIMIT_DAY_BUDGET).used;
    uint64_t least = book->spent_nusd + held_nusd(schedule, account);
    assert_int_equal(gauge_of(schedule, account, LIMIT_CONCURRENCY).used, book->slots);
    assert_in_range(used, least, least + book->foreign_nusd);
    if (used <= book->durable_nusd)
        book->is_overrun = false;
    assert_true(used <= book->durable_nusd || book->is_overrun || book->is_all_drawn);
}

static void check_all(struct schedule *schedule)
{
    for (unsigned account = 0; account < ACCOUNTS; account++)
        check_account(schedule, account);
}

/* --- requests --- */

static struct ride *pick(struct schedule *schedule, enum ride_state state)
{
    unsigned from = (unsigned)random_below(schedule->random, RIDES);
    for (unsigned i = 0; i < RIDES; i++)
        if (schedule->rides[(from + i) % RIDES].state == state)
            return &schedule->rides[(from + i) % RIDES];
    return NULL;
}

static void admit(struct schedule *schedule)
{
    struct ride *ride = pick(schedule, RIDE_FREE);
    struct limit_refusal refusal;
    if (!ride)
        return;
    *ride = (struct ride){.key = (unsigned)random_below(schedule->random, KEYS)};
    ride->subject = subject_of(schedule, ride->key);
    struct book *key = &schedule->books[ride->key];
    struct book *tenant = &schedule->books[tenant_of(ride->key)];
    bool has_slots =
        key->slots < key->limits.concurrency && tenant->slots < tenant->limits.concurrency;
    enum limit_verdict verdict =
        limit_admit(schedule->limiter, &ride->subject, schedule->time, &ride->admission, &refusal);
    assert_int_equal(verdict, has_slots ? LIMIT_GRANTED : LIMIT_REFUSED);
    if (!has_slots)
        return;
    ride->state = RIDE_ADMITTED;
    ride->estimate_nusd = random_below(schedule->random, 800);
    key->slots++;
    tenant->slots++;
}

static void leave(struct schedule *schedule, struct ride *ride)
{
    if (!ride->admission.limiter)
        return;
    limit_leave(&ride->admission, schedule->time);
    schedule->books[ride->key].slots--;
    schedule->books[tenant_of(ride->key)].slots--;
}

static void reserve(struct schedule *schedule)
{
    struct ride *ride = pick(schedule, RIDE_ADMITTED);
    struct limit_refusal refusal;
    if (!ride)
        return;
    struct limit_estimate estimate = {.likely.nusd = ride->estimate_nusd};
    switch (
        limit_reserve(&ride->admission, schedule->time, &estimate, &ride->reservation, &refusal)) {
    case LIMIT_GRANTED:
        ride->state = RIDE_RESERVED;
        ride->day = today(schedule);
        ride->estimate_nusd = ride->reservation.held.nusd;
        break;
    case LIMIT_WANTS_DRAW:
        ride->state = RIDE_WAITS;
        return;
    case LIMIT_REFUSED:
    case LIMIT_UNAVAILABLE:
    case LIMIT_NO_ROOM:
        return;
    }
    for (unsigned account = 0; account < ACCOUNTS; account++)
        if (is_of(ride, account) && ride->estimate_nusd > 0) {
            enter_day(schedule, account);
            uint64_t used = gauge_of(schedule, account, LIMIT_DAY_BUDGET).used;
            assert_true(used <= schedule->books[account].durable_nusd);
        }
}

/* It came to more than was held, of whatever day. */
static void note_growth(struct schedule *schedule, const struct ride *ride, uint64_t growth_nusd)
{
    for (unsigned account = 0; account < ACCOUNTS; account++)
        if (is_of(ride, account)) {
            enter_day(schedule, account);
            struct book *book = &schedule->books[account];
            book->is_overrun |= growth_nusd > 0;
            if (ride->day != book->day)
                book->foreign_nusd += growth_nusd;
        }
}

static bool is_over(struct schedule *schedule, const struct ride *ride)
{
    return gauge_of(schedule, ride->key, LIMIT_DAY_BUDGET).used >
               ride->subject.key.limits.day_nusd ||
           gauge_of(schedule, tenant_of(ride->key), LIMIT_DAY_BUDGET).used >
               ride->subject.tenant.limits.day_nusd;
}

static void charge(struct schedule *schedule)
{
    struct ride *ride = pick(schedule, RIDE_RESERVED);
    struct limit_refusal refusal;
    if (!ride)
        return;
    uint64_t before = held_of(ride);
    ride->so_far_nusd += random_below(schedule->random, 300);
    uint64_t growth = held_of(ride) - before;
    note_growth(schedule, ride, growth);
    enum limit_charge verdict =
        limit_charge(&ride->reservation, schedule->time,
                     (struct limit_cost){.nusd = ride->so_far_nusd}, &refusal);
    bool is_told = growth > 0 && is_over(schedule, ride);
    assert_int_equal(verdict, is_told ? LIMIT_OVER_BUDGET : LIMIT_WITHIN);
}

/* Cut where it stands, or brought to its end; with or without having left before. */
static void settle(struct schedule *schedule, struct ride *ride)
{
    struct random *random = schedule->random;
    uint64_t used = ride->so_far_nusd, held = held_of(ride);
    if (random_chance(random, 1, 2))
        used += random_below(random, 500);
    if (random_chance(random, 1, 2))
        leave(schedule, ride);
    note_growth(schedule, ride, used > held ? used - held : 0);
    limit_settle(&ride->reservation, schedule->time, (struct limit_cost){.nusd = used});
    for (unsigned account = 0; account < ACCOUNTS; account++)
        if (is_of(ride, account) && ride->day == schedule->books[account].day)
            schedule->books[account].spent_nusd += used;
    ride->state = RIDE_FREE;
    leave(schedule, ride);
}

static void settle_one(struct schedule *schedule)
{
    struct ride *ride = pick(schedule, RIDE_RESERVED);
    if (ride)
        settle(schedule, ride);
}

static void give_up(struct schedule *schedule)
{
    struct ride *ride =
        pick(schedule, random_chance(schedule->random, 1, 2) ? RIDE_ADMITTED : RIDE_WAITS);
    if (!ride)
        return;
    ride->state = RIDE_FREE;
    leave(schedule, ride);
}

/* --- the store --- */

static void write_draw(struct book *book, const struct limit_notice *draw)
{
    book->durable_nusd = draw->drawn_nusd;
    book->is_all_drawn = draw->drawn_nusd >= draw->limit_nusd;
}

static void answer(struct schedule *schedule, const struct limit_notice *draw, bool is_there)
{
    struct book *book = &schedule->books[draw->account - 100];
    uint64_t used = draw->used_nusd;
    assert_true(draw->drawn_nusd <= draw->limit_nusd || draw->drawn_nusd <= used ||
                draw->drawn_nusd <= book->durable_nusd);
    /* A failure does not say that nothing was written. */
    if (book->day == draw->first_day && (is_there || random_chance(schedule->random, 1, 2)))
        write_draw(book, draw);
    if (is_there)
        limiter_drawn(schedule->limiter, draw);
    else
        limiter_draw_failed(schedule->limiter, draw);
}

static void collect(struct schedule *schedule, bool is_there)
{
    struct limit_notice notices[NOTICES];
    size_t count = limiter_collect(schedule->limiter, notices, NOTICES);
    for (unsigned account = 0; account < ACCOUNTS; account++)
        enter_day(schedule, account);
    for (size_t i = 0; i < count; i++)
        if (notices[i].kind == LIMIT_DRAW)
            answer(schedule, &notices[i], is_there);
    for (unsigned i = 0; i < RIDES; i++)
        if (schedule->rides[i].state == RIDE_WAITS)
            schedule->rides[i].state = RIDE_ADMITTED;
}

/* What is drawn ahead is a chunk at most, and what those want who wait. */
static void check_ahead(struct schedule *schedule)
{
    for (unsigned i = 0; i < 3; i++)
        collect(schedule, true);
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        const struct book *book = &schedule->books[account];
        uint64_t wanted = 0;
        for (unsigned i = 0; i < RIDES; i++)
            if (schedule->rides[i].state == RIDE_ADMITTED && is_of(&schedule->rides[i], account))
                wanted += schedule->rides[i].estimate_nusd;
        uint64_t used = gauge_of(schedule, account, LIMIT_DAY_BUDGET).used;
        assert_true(book->durable_nusd <= used + CHUNK + wanted);
    }
}

/* Requests in progress are gone, and all that was drawn counts as used. */
static void crash(struct schedule *schedule)
{
    check_all(schedule);
    limiter_close(schedule->limiter);
    open_limiter(schedule);
    memset(schedule->rides, 0, sizeof schedule->rides);
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        struct book *book = &schedule->books[account];
        *book = (struct book){.limits = book->limits,
                              .day = book->day,
                              .spent_nusd = book->durable_nusd,
                              .durable_nusd = book->durable_nusd};
        struct limit_loaded loaded = {.account = 100 + account,
                                      .period = LIMIT_DAY,
                                      .first_day = book->day,
                                      .drawn_nusd = book->durable_nusd};
        assert_int_equal(limiter_load(schedule->limiter, &loaded), 0);
    }
}

/* --- schedules --- */

static void pass(struct schedule *schedule)
{
    uint64_t most_ms = schedule->crosses_midnight ? DAY_MS / 8 : 60000;
    uint64_t ms = random_below(schedule->random, most_ms);
    schedule->time.wall_ms += ms;
    schedule->time.now_ns += ms * MS;
}

static void step(struct schedule *schedule)
{
    struct random *random = schedule->random;
    switch (random_below(random, 16)) {
    case 0:
        set_limits(schedule);
        break;
    case 1:
        pass(schedule);
        break;
    case 2:
        give_up(schedule);
        break;
    case 3:
    case 4:
    case 5:
        admit(schedule);
        break;
    case 6:
    case 7:
    case 8:
        reserve(schedule);
        break;
    case 9:
    case 10:
        charge(schedule);
        break;
    case 11:
    case 12:
        settle_one(schedule);
        break;
    case 13:
        check_account(schedule, (unsigned)random_below(random, ACCOUNTS));
        break;
    default:
        collect(schedule, random_chance(random, 9, 10));
        break;
    }
}

static void end(struct schedule *schedule)
{
    for (struct ride *ride; (ride = pick(schedule, RIDE_RESERVED)) != NULL;)
        settle(schedule, ride);
    check_ahead(schedule);
    for (struct ride *ride; (ride = pick(schedule, RIDE_ADMITTED)) != NULL;) {
        ride->state = RIDE_FREE;
        leave(schedule, ride);
    }
    check_ahead(schedule);
    check_all(schedule);
    for (unsigned account = 0; account < ACCOUNTS; account++)
        assert_int_equal(gauge_of(schedule, account, LIMIT_CONCURRENCY).used, 0);
    limiter_close(schedule->limiter);
}

static void run(uint64_t seed, bool crashes, bool crosses_midnight)
{
    struct random random;
    struct schedule schedule = {.random = &random, .crosses_midnight = crosses_midnight};
    random_init(&random, seed);
    schedule.time = (struct limit_time){.now_ns = 1000 * S, .wall_ms = NOON_MS};
    open_limiter(&schedule);
    for (unsigned account = 0; account < ACCOUNTS; account++) {
        schedule.books[account].day = today(&schedule);
        schedule.books[account].limits = (struct limits){.concurrency = 8, .day_nusd = 10000};
    }
    for (unsigned i = 0; i < STEPS; i++) {
        step(&schedule);
        if (crashes && random_chance(&random, 1, 40))
            crash(&schedule);
    }
    end(&schedule);
}

static void all_that_is_given_is_charged_and_no_slot_is_lost(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++)
        run(seed, false, false);
}

static void a_crash_forgets_nothing_that_was_spent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++)
        run(seed, true, false);
}

static void midnight_begins_new_budgets_and_loses_no_excess(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SCHEDULES; seed++)
        run(seed, seed % 2 > 0, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_given_is_charged_and_no_slot_is_lost),
        cmocka_unit_test(a_crash_forgets_nothing_that_was_spent),
        cmocka_unit_test(midnight_begins_new_budgets_and_loses_no_excess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
