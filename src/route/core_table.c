/* SPDX-License-Identifier: Apache-2.0 */
#include "route/core_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define NS_PER_S UINT64_C(1000000000)

#define FAILURES_TO_EJECT 3
#define EJECTION_LEAST_NS (1 * NS_PER_S)
#define EJECTION_MOST_NS (30 * NS_PER_S)
#define PROBE_NS (1 * NS_PER_S)

/* All atomics are relaxed: each is a number that a choice is made by, none guards other memory,
 * and a choice by a value of a moment ago is as good. */
#define LOAD(number) atomic_load_explicit((number), memory_order_relaxed)
#define STORE(number, value) atomic_store_explicit((number), (value), memory_order_relaxed)
#define ADD(number, value) atomic_fetch_add_explicit((number), (value), memory_order_relaxed)
#define SUBTRACT(number, value) atomic_fetch_sub_explicit((number), (value), memory_order_relaxed)
/* True for one thread alone, if several saw the same old value. */
#define REPLACE(number, old, value)                                                                \
    atomic_compare_exchange_strong_explicit((number), &(uint64_t){old}, (value),                   \
                                            memory_order_relaxed, memory_order_relaxed)

int core_table_init(struct core_table *table, const char *const *names, size_t count)
{
    assert(count <= CORE_TABLE_LIMIT);
    *table = (struct core_table){0};
    struct core_state *cores = calloc(count > 0 ? count : 1, sizeof *cores);
    if (!cores)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        cores[i].name = names[i];
    *table = (struct core_table){.cores = cores, .count = count};
    return 0;
}

void core_table_clear(struct core_table *table)
{
    free(table->cores);
    *table = (struct core_table){0};
}

bool core_is_ejected(const struct core_state *core, uint64_t now_ns)
{
    return now_ns < LOAD(&core->ejected_until_ns);
}

/* Back from an ejection, and nothing has worked since. */
static bool is_on_probation(const struct core_state *core)
{
    return LOAD(&core->ejections) > 0;
}

static bool is_in(uint64_t set, size_t core)
{
    return set >> core & 1;
}

static int least_loaded(const struct core_table *table, uint64_t skipped, uint64_t now_ns,
                        struct random *random)
{
    int choice = -1;
    uint32_t least = 0;
    uint64_t ties = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct core_state *core = &table->cores[i];
        if (is_in(skipped, i) || core_is_ejected(core, now_ns))
            continue;
        uint32_t load = LOAD(&core->in_flight);
        if (choice < 0 || load < least) {
            choice = (int)i;
            least = load;
            ties = 1;
        } else if (load == least && random_chance(random, 1, ++ties)) {
            choice = (int)i; /* the n-th of n equals wins with 1/n: each has the same chance */
        }
    }
    return choice;
}

static int first_to_return(const struct core_table *table, uint64_t tried)
{
    int choice = -1;
    uint64_t first_ns = UINT64_MAX;
    for (size_t i = 0; i < table->count; i++) {
        uint64_t until_ns = LOAD(&table->cores[i].ejected_until_ns);
        if (is_in(tried, i) || (choice >= 0 && until_ns >= first_ns))
            continue;
        choice = (int)i;
        first_ns = until_ns;
    }
    return choice;
}

/* A core on probation gets one call, the probe, in a while; false: another call is that one. */
static bool may_go(struct core_state *core, uint64_t now_ns)
{
    if (!is_on_probation(core))
        return true;
    uint64_t until_ns = LOAD(&core->probed_until_ns);
    return now_ns >= until_ns && REPLACE(&core->probed_until_ns, until_ns, now_ns + PROBE_NS);
}

int core_table_choose(struct core_table *table, uint64_t tried, uint64_t now_ns,
                      struct random *random)
{
    uint64_t skipped = tried;
    int choice = least_loaded(table, skipped, now_ns, random);
    while (choice >= 0 && !may_go(&table->cores[choice], now_ns)) {
        skipped |= UINT64_C(1) << choice;
        choice = least_loaded(table, skipped, now_ns, random);
    }
    if (choice < 0)
        choice = first_to_return(table, tried);
    if (choice >= 0)
        ADD(&table->cores[choice].in_flight, 1);
    return choice;
}

/* Written only when something changes: all threads read these for each call. */
static void note_success(struct core_state *core)
{
    if (LOAD(&core->failures) > 0)
        STORE(&core->failures, 0);
    if (!is_on_probation(core))
        return;
    STORE(&core->ejections, 0);
    STORE(&core->ejected_until_ns, 0);
    STORE(&core->probed_until_ns, 0);
}

static uint64_t ejection_length_ns(uint32_t ejections_before)
{
    uint64_t length_ns = EJECTION_LEAST_NS;
    while (ejections_before-- > 0 && length_ns < EJECTION_MOST_NS)
        length_ns *= 2;
    return length_ns < EJECTION_MOST_NS ? length_ns : EJECTION_MOST_NS;
}

/* Calls that began before an ejection and fail during it say nothing new. */
static bool note_failure(struct core_state *core, uint64_t now_ns)
{
    uint64_t until_ns = LOAD(&core->ejected_until_ns);
    if (now_ns < until_ns)
        return false;
    uint32_t failures = ADD(&core->failures, 1) + 1;
    if (failures < FAILURES_TO_EJECT && !is_on_probation(core))
        return false;
    uint64_t length_ns = ejection_length_ns(LOAD(&core->ejections));
    if (!REPLACE(&core->ejected_until_ns, until_ns, now_ns + length_ns))
        return false;
    ADD(&core->ejections, 1);
    STORE(&core->failures, 0);
    STORE(&core->probed_until_ns, 0);
    return true;
}

bool core_table_end(struct core_table *table, int core, enum core_outcome outcome, uint64_t now_ns)
{
    assert(core >= 0 && (size_t)core < table->count);
    struct core_state *state = &table->cores[core];
    uint32_t before = SUBTRACT(&state->in_flight, 1);
    assert(before > 0);
    (void)before;

    switch (outcome) {
    case CORE_WORKED:
        note_success(state);
        return false;
    case CORE_FAILED:
        return note_failure(state, now_ns);
    case CORE_NEUTRAL:
        return false;
    }
    return false;
}
