/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter_cost [KEYS] - what limits cost a request among KEYS keys (default 100,000) of 1000
 * tenants. One line each, `limits NAME value unit`: the median of the rounds, in processor time.
 *
 *   request      admit, estimate, reserve, charge twice, settle, learn, leave; each time another
 *                key, with all five limits on the key and on its tenant
 *   request_hot  the same of one key again and again
 *   view         what the headers of an answer are made of
 *   memory       what the accounts take when every key and tenant has one, by malloc's account
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "limit/estimate.h"
#include "limit/limiter.h"

#define TENANTS 1000
#define ROUNDS 15
#define REQUESTS 50000 /* in a round */
#define NOTICES 256
#define NOON_MS UINT64_C(1795348800000)

static const struct limits many = {
    .requests_per_minute = 100000000,
    .tokens_per_minute = 300000000,
    .concurrency = 1000,
    .day_nusd = UINT64_C(1000000000000000),
    .month_nusd = UINT64_C(1000000000000000),
};

struct bench {
    struct limiter *limiter;
    struct estimator *estimator;
    uint64_t keys;
    struct random random;
    struct limit_time time;
};

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void expect(bool holds)
{
    if (holds)
        return;
    fprintf(stderr, "limiter_cost: a wrong answer, and so no figure\n");
    exit(EXIT_FAILURE);
}

static size_t memory_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static struct limit_subject subject_of(uint64_t key)
{
    return (struct limit_subject){.key = {TENANTS + 1 + key, many},
                                  .tenant = {1 + key % TENANTS, many}};
}

/* As a ledger whose store is at hand. */
static void draw(struct bench *bench)
{
    struct limit_notice notices[NOTICES];
    size_t count;
    while ((count = limiter_collect(bench->limiter, notices, NOTICES)) > 0)
        for (size_t i = 0; i < count; i++)
            if (notices[i].kind == LIMIT_DRAW)
                limiter_drawn(bench->limiter, &notices[i]);
}

static bool ask(struct bench *bench, uint64_t key)
{
    struct limit_subject subject = subject_of(key);
    struct estimate_subject learner = {BYTES("llama-3.1-8b-instruct"), subject.tenant.account};
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_refusal refusal;
    bench->time.now_ns += 1000000;
    expect(limit_admit(bench->limiter, &subject, bench->time, &admission, &refusal) ==
           LIMIT_GRANTED);
    uint64_t prompt = estimate_prompt(bench->estimator, learner.model, 4000);
    uint64_t answer = estimate_answer(bench->estimator, &learner, 400);
    struct limit_estimate estimate = {{prompt, prompt * 150},
                                      {prompt + answer, prompt * 150 + answer * 600}};
    enum limit_verdict verdict =
        limit_reserve(&admission, bench->time, &estimate, &reservation, &refusal);
    if (verdict == LIMIT_WANTS_DRAW)
        draw(bench);
    if (verdict == LIMIT_GRANTED) {
        struct limit_cost half = {1100, 210000}, used = {1200, 270000};
        limit_charge(&reservation, bench->time, half, &refusal);
        limit_charge(&reservation, bench->time, used, &refusal);
        limit_settle(&reservation, bench->time, used);
        estimate_learn_prompt(bench->estimator, learner.model, 4000, 1000);
        estimate_learn_answer(bench->estimator, &learner, 200);
    }
    limit_leave(&admission, bench->time);
    return verdict == LIMIT_GRANTED;
}

/* Everybody twice, so that everybody has an account with something drawn. */
static void ask_everybody(struct bench *bench)
{
    for (uint64_t key = 0; key < bench->keys; key++)
        expect(ask(bench, key) || ask(bench, key));
}

/* --- rounds, each in nanoseconds for one --- */

typedef double round_fn(struct bench *bench);

static double request_round(struct bench *bench)
{
    uint64_t began_ns = clock_ns();
    for (unsigned i = 0; i < REQUESTS; i++)
        expect(ask(bench, random_below(&bench->random, bench->keys)));
    return (double)(clock_ns() - began_ns) / REQUESTS;
}

static double request_hot_round(struct bench *bench)
{
    uint64_t began_ns = clock_ns();
    for (unsigned i = 0; i < REQUESTS; i++)
        expect(ask(bench, 77));
    return (double)(clock_ns() - began_ns) / REQUESTS;
}

static double view_round(struct bench *bench)
{
    uint64_t began_ns = clock_ns(), sum = 0;
    for (unsigned i = 0; i < REQUESTS; i++) {
        struct limit_subject subject = subject_of(random_below(&bench->random, bench->keys));
        struct limit_view view;
        limit_view(bench->limiter, &subject, bench->time, &view);
        sum += view.key.of[LIMIT_TOKENS].remaining;
    }
    expect(sum > 0);
    return (double)(clock_ns() - began_ns) / REQUESTS;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void measure(struct bench *bench, const char *name, round_fn *round)
{
    double ns[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        ns[i] = round(bench);
        draw(bench);
    }
    qsort(ns, ROUNDS, sizeof *ns, compare);
    printf("limits %-12s %8.1f ns\n", name, ns[ROUNDS / 2]);
}

int main(int count, char **arguments)
{
    struct bench bench = {.time = {.now_ns = UINT64_C(1000000000000), .wall_ms = NOON_MS}};
    bench.keys = count > 1 ? strtoull(arguments[1], NULL, 10) : 100000;
    random_init(&bench.random, 1);
    size_t before = memory_bytes();
    const struct limiter_options options = {
        .accounts = bench.keys + TENANTS, .chunk_nusd = UINT64_C(100000000000), .seed = 1};
    const struct estimator_options learning = {.pairs = 4096, .default_answer_tokens = 500};
    expect(bench.keys > 77 && limiter_open(&bench.limiter, &options) == 0);
    size_t empty = memory_bytes();
    expect(estimator_open(&bench.estimator, &learning) == 0);
    size_t learned = memory_bytes() - empty;
    ask_everybody(&bench);

    measure(&bench, "request", request_round);
    measure(&bench, "request_hot", request_hot_round);
    measure(&bench, "view", view_round);
    printf("limits %-12s %8.1f MiB\n", "memory",
           (double)(memory_bytes() - before - learned) / (1 << 20));
    printf("limits %-12s %8.1f MiB\n", "estimates", (double)learned / (1 << 20));
    estimator_close(bench.estimator);
    limiter_close(bench.limiter);
    return EXIT_SUCCESS;
}
