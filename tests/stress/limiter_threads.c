/* SPDX-License-Identifier: Apache-2.0
 *
 * Several workers and a ledger at one limiter, with fewer accounts than keys, so that accounts come
 * and go: nothing is lost, doubled or granted beyond its limit. Time is a counter that all of them
 * move.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/random.h"
#include "limit/estimate.h"
#include "limit/limiter.h"
#include "tests/test.h"

#define WORKERS 4
#define ROUNDS 20000
#define TENANTS 3
#define KEYS 60
#define ACCOUNTS 50
#define TICK_NS 100000
#define START_NS UINT64_C(1000000000000)
#define START_MS UINT64_C(1795348800000)
#define REQUESTS_PER_MINUTE 6000
#define CONCURRENCY 2
#define BUDGET_NUSD UINT64_C(20000000)
#define NOTICES 32
#define PATIENCE 10000 /* of one who waits for a draw */

struct crowd {
    struct limiter *limiter;
    struct estimator *estimator;
    _Atomic uint64_t now_ns;
    _Atomic uint64_t requests[TENANTS], nusd[TENANTS];
    _Atomic int slots[TENANTS];
    _Atomic unsigned wrong;
    _Atomic bool is_over;
};

struct worker {
    struct crowd *crowd;
    struct random random;
    pthread_t thread;
};

static struct limit_time tick(struct crowd *crowd)
{
    uint64_t now_ns = atomic_fetch_add(&crowd->now_ns, TICK_NS);
    return (struct limit_time){now_ns, START_MS + (now_ns - START_NS) / 1000000};
}

static struct limit_subject subject_of(uint64_t key)
{
    return (struct limit_subject){
        .key = {1000 + key, {.tokens_per_minute = 1000000, .concurrency = 1}},
        .tenant = {1 + key % TENANTS,
                   {.requests_per_minute = REQUESTS_PER_MINUTE,
                    .concurrency = CONCURRENCY,
                    .day_nusd = BUDGET_NUSD}},
    };
}

static void spend(struct worker *worker, struct limit_admission *admission, uint64_t tenant)
{
    struct crowd *crowd = worker->crowd;
    struct limit_reservation reservation = {0};
    struct limit_refusal refusal;
    struct estimate_subject subject = {.model = BYTES("m"), .tenant = tenant};
    uint64_t answer = estimate_answer(crowd->estimator, &subject, 500);
    struct limit_cost cost = {.tokens = answer, .nusd = random_below(&worker->random, 1000)};
    struct limit_cost used = {random_below(&worker->random, 900), cost.nusd / 2};
    enum limit_verdict verdict = LIMIT_WANTS_DRAW;
    for (unsigned i = 0; i < PATIENCE && verdict == LIMIT_WANTS_DRAW; i++) {
        verdict = limit_reserve(admission, tick(crowd), &(struct limit_estimate){.likely = cost},
                                &reservation, &refusal);
        if (verdict == LIMIT_WANTS_DRAW)
            sched_yield();
    }
    if (verdict != LIMIT_GRANTED)
        return;
    limit_charge(&reservation, tick(crowd), used, &refusal);
    limit_settle(&reservation, tick(crowd), used);
    estimate_learn_answer(crowd->estimator, &subject, used.tokens);
    atomic_fetch_add(&crowd->nusd[tenant - 1], used.nusd);
}

static void ask(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;
    struct limit_subject subject = subject_of(random_below(&worker->random, KEYS));
    uint64_t tenant = subject.tenant.account;
    struct limit_admission admission;
    struct limit_refusal refusal;
    if (limit_admit(crowd->limiter, &subject, tick(crowd), &admission, &refusal) != LIMIT_GRANTED)
        return;
    atomic_fetch_add(&crowd->requests[tenant - 1], 1);
    if (atomic_fetch_add(&crowd->slots[tenant - 1], 1) >= CONCURRENCY)
        atomic_fetch_add(&crowd->wrong, 1);
    spend(worker, &admission, tenant);
    atomic_fetch_sub(&crowd->slots[tenant - 1], 1);
    limit_leave(&admission, tick(crowd));
}

static void *work(void *user)
{
    struct worker *worker = user;
    for (unsigned i = 0; i < ROUNDS; i++)
        ask(worker);
    return NULL;
}

/* Draws, of which every tenth fails, and a look at everything now and then. */
static void *keep_ledger(void *user)
{
    struct worker *worker = user;
    struct crowd *crowd = worker->crowd;
    struct limit_notice notices[NOTICES];
    struct limiter_counts counts;
    while (!atomic_load(&crowd->is_over)) {
        size_t count = limiter_collect(crowd->limiter, notices, NOTICES);
        for (size_t i = 0; i < count; i++)
            if (notices[i].kind == LIMIT_DRAW && random_chance(&worker->random, 1, 10))
                limiter_draw_failed(crowd->limiter, &notices[i]);
            else if (notices[i].kind == LIMIT_DRAW)
                limiter_drawn(crowd->limiter, &notices[i]);
        limiter_count(crowd->limiter, &counts);
        if (counts.accounts > ACCOUNTS + WORKERS)
            atomic_fetch_add(&crowd->wrong, 1);
    }
    return NULL;
}

static void start(struct worker *worker, struct crowd *crowd, uint64_t seed, void *(*run)(void *))
{
    worker->crowd = crowd;
    random_init(&worker->random, seed);
    assert_int_equal(pthread_create(&worker->thread, NULL, run, worker), 0);
}

static void check_tenant(struct crowd *crowd, uint64_t tenant)
{
    struct limit_view view;
    struct limit_subject subject = subject_of(tenant - 1);
    limit_view(crowd->limiter, &subject, tick(crowd), &view);
    uint64_t width_ns = atomic_load(&crowd->now_ns) - START_NS, minute_ns = 60000000000;
    uint64_t most = REQUESTS_PER_MINUTE + REQUESTS_PER_MINUTE * width_ns / minute_ns + 1;
    assert_in_range(crowd->requests[tenant - 1], REQUESTS_PER_MINUTE / 10, most);
    assert_int_equal(view.tenant.of[LIMIT_CONCURRENCY].used, 0);
    assert_int_equal(view.tenant.of[LIMIT_DAY_BUDGET].used, crowd->nusd[tenant - 1]);
    assert_in_range(crowd->nusd[tenant - 1], 1, BUDGET_NUSD);
}

static void nothing_is_lost_or_doubled_among_threads(void **state)
{
    (void)state;
    struct crowd crowd = {.now_ns = START_NS};
    struct worker workers[WORKERS], ledger;
    const struct limiter_options options = {.accounts = ACCOUNTS, .chunk_nusd = 5000, .seed = 1};
    const struct estimator_options learning = {.pairs = 64, .default_answer_tokens = 100};
    assert_int_equal(limiter_open(&crowd.limiter, &options), 0);
    assert_int_equal(estimator_open(&crowd.estimator, &learning), 0);
    start(&ledger, &crowd, 99, keep_ledger);
    for (unsigned i = 0; i < WORKERS; i++)
        start(&workers[i], &crowd, i, work);
    for (unsigned i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    atomic_store(&crowd.is_over, true);
    assert_int_equal(pthread_join(ledger.thread, NULL), 0);
    assert_int_equal(crowd.wrong, 0);
    for (uint64_t tenant = 1; tenant <= TENANTS; tenant++)
        check_tenant(&crowd, tenant);
    estimator_close(crowd.estimator);
    limiter_close(crowd.limiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_or_doubled_among_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
