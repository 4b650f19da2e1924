/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

const char *const engine_fault_names[ENGINE_FAULT_KINDS] = {
    "refuse",        "die_mid_stream", "end_mid_stream", "stall",     "stall_before_head",
    "garbage_head",  "garbage_body",   "error_500",      "error_503", "error_429",
    "error_in_band", "wrong_length",   "surplus",        "pause",     "slow",
};

/* The most each kind may be set to, in millionths: what seldom has an occasion fires often. */
static const uint32_t most_per_million[FAULT_KINDS] = {
    [FAULT_SHORT_READ] = 300000,
    [FAULT_SHORT_WRITE] = 300000,
    [FAULT_SPURIOUS_EVENT] = 300000,
    [FAULT_SEGMENTATION] = 300000,
    [FAULT_LATENCY] = 20000,
    [FAULT_CONNECT_REFUSED] = 200000,
    [FAULT_CONNECT_BLACKHOLE] = 100000,
    [FAULT_BACKLOG_FULL] = 300000,
    [FAULT_RESET] = 50000,
    [FAULT_HALF_OPEN] = 30000,
    [FAULT_PARTITION] = 10000,
    [FAULT_EMFILE] = 100000,
    [FAULT_RESOLVE] = 700000,
    [FAULT_SLOW_MAILBOX] = 500000,
    [FAULT_SLOW_JOB] = 300000,
    [FAULT_DISK_FULL] = 900000,
    [FAULT_DISK_ERROR] = 50000,
};

static bool is_of_disk(enum world_fault fault)
{
    return fault == FAULT_SLOW_JOB || fault == FAULT_DISK_FULL || fault == FAULT_DISK_ERROR;
}

/* These change how bytes come, not when or whether: a network with them alone is sound. */
static bool is_harmless(enum world_fault fault)
{
    return fault == FAULT_SHORT_READ || fault == FAULT_SHORT_WRITE ||
           fault == FAULT_SPURIOUS_EVENT || fault == FAULT_SEGMENTATION ||
           fault == FAULT_SLOW_MAILBOX;
}

bool faults_meet(enum world_fault fault)
{
    return most_per_million[fault] > 0;
}

static void draw_world(struct fault_plan *plan, struct random *random, bool only_harmless)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        uint32_t most = most_per_million[kind];
        if (most == 0 || is_of_disk((enum world_fault)kind) ||
            (only_harmless && !is_harmless((enum world_fault)kind)) || !random_chance(random, 1, 3))
            continue;
        plan->world[kind] = (uint32_t)random_between(random, most / 10, most);
        plan->network_is_sound &= is_harmless((enum world_fault)kind);
    }
}

static bool has_world_faults(const struct fault_plan *plan)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        if (plan->world[kind] > 0)
            return true;
    return false;
}

static void draw_engine(struct fault_plan *plan, struct random *random)
{
    plan->engine.after_tokens = (uint32_t)random_below(random, 12);
    for (int kind = 0; kind < ENGINE_FAULT_KINDS; kind++)
        if (random_chance(random, 1, 3))
            (void)engine_fault_set(&plan->engine, bytes_from_cstr(engine_fault_names[kind]),
                                   (uint32_t)random_between(random, 10000, 200000));
    /* Where bytes come in pieces, an answer too many may come behind the next request: nobody
     * could tell whose it is (RFC 9112 section 9.3). */
    if (has_world_faults(plan))
        plan->engine.surplus = 0;
    plan->engines_are_fast = plan->engine.stall == 0 && plan->engine.stall_before_head == 0 &&
                             plan->engine.pause == 0 && plan->engine.slow == 0;
}

/* In ten seeds: one without faults, three of engines alone, six of the network, of which two can
 * only shape what comes; half of them with engines' faults, too. */
void fault_plan_draw(struct fault_plan *plan, struct random *random)
{
    *plan = (struct fault_plan){
        .network_is_sound = true, .engines_are_fast = true, .disk_is_sound = true};
    uint64_t draw = random_below(random, 10);
    plan->is_fault_free = draw == 0;
    if (draw >= 4)
        draw_world(plan, random, draw >= 8);
    if (!plan->is_fault_free && (draw < 4 || random_chance(random, 1, 2)))
        draw_engine(plan, random);
}

void fault_plan_draw_disk(struct fault_plan *plan, struct random *random)
{
    plan->disk_is_sound = plan->world[FAULT_EMFILE] == 0; /* files are descriptors, too */
    if (plan->is_fault_free || random_chance(random, 1, 3))
        return;
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        uint32_t most = most_per_million[kind];
        bool has_few_occasions = kind == FAULT_DISK_FULL;
        if (!is_of_disk((enum world_fault)kind) ||
            (!has_few_occasions && random_chance(random, 1, 3)))
            continue;
        plan->world[kind] = (uint32_t)random_between(random, most / 2, most);
        plan->disk_is_sound = false;
    }
}
