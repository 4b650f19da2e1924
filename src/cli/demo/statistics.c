/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/statistics.h"

#include <stdlib.h>

#define SLOT_NS UINT64_C(250000000)
#define SLOTS_PER_S 4

/* Empties the slots that have passed since the last count. */
static void rate_move(struct demo_rate *rate, uint64_t slot)
{
    const uint64_t size = DEMO_RATE_SLOTS + 1;
    if (slot >= rate->slot + size)
        *rate = (struct demo_rate){0};
    else
        for (uint64_t i = rate->slot + 1; i <= slot; i++)
            rate->counts[i % size] = 0;
    rate->slot = slot;
}

void demo_rate_add(struct demo_rate *rate, uint64_t count, uint64_t now_ns)
{
    rate_move(rate, now_ns / SLOT_NS);
    rate->counts[rate->slot % (DEMO_RATE_SLOTS + 1)] += count;
}

uint64_t demo_rate_per_s(const struct demo_rate *rate, uint64_t now_ns)
{
    struct demo_rate moved = *rate;
    rate_move(&moved, now_ns / SLOT_NS);
    uint64_t sum = 0;
    for (size_t i = 0; i <= DEMO_RATE_SLOTS; i++)
        if (i != moved.slot % (DEMO_RATE_SLOTS + 1)) /* that one is not over yet */
            sum += moved.counts[i];
    return sum * SLOTS_PER_S / DEMO_RATE_SLOTS;
}

void demo_statistics_token(struct demo_statistics *statistics, uint64_t count, uint64_t now_ns)
{
    statistics->tokens += count;
    demo_rate_add(&statistics->token_rate, count, now_ns);
}

void demo_statistics_end(struct demo_statistics *statistics, const struct demo_result *result,
                         uint64_t now_ns)
{
    statistics->ended[result->outcome]++;
    if (result->ttft_ns > 0) {
        size_t place = statistics->sample_count++ % DEMO_SAMPLES_MOST;
        statistics->samples[place].at_ns = now_ns;
        statistics->samples[place].ttft_ns = result->ttft_ns;
    }
    if (result->outcome != DEMO_ANSWERED || result->core < 0)
        return;
    statistics->answered_by[result->core]++;
    statistics->moved += result->attempts > 1;
}

uint64_t demo_statistics_open(const struct demo_statistics *statistics)
{
    uint64_t ended = 0;
    for (size_t i = 0; i < DEMO_OUTCOMES; i++)
        ended += statistics->ended[i];
    return statistics->requests - ended;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Nearest rank: the least sample that `percent` of all do not pass. */
static uint64_t rank(const uint64_t *sorted, size_t count, size_t percent)
{
    return sorted[(count * percent + 99) / 100 - 1];
}

struct demo_ttft demo_statistics_ttft(const struct demo_statistics *statistics, uint64_t since_ns)
{
    uint64_t sorted[DEMO_SAMPLES_MOST];
    size_t count = 0;
    for (size_t i = 0; i < statistics->sample_count && i < DEMO_SAMPLES_MOST; i++)
        if (statistics->samples[i].at_ns >= since_ns)
            sorted[count++] = statistics->samples[i].ttft_ns;
    if (count == 0)
        return (struct demo_ttft){0};
    qsort(sorted, count, sizeof *sorted, compare);
    return (struct demo_ttft){
        .p50_ns = rank(sorted, count, 50), .p95_ns = rank(sorted, count, 95), .count = count};
}
