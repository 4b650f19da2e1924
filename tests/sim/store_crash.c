/* SPDX-License-Identifier: Apache-2.0
 *
 * store_crash - lives of a store on a simulated disk that tears, loses and refuses writes: behind
 * each of the crashes what was reported as stored is there.
 *
 *     store_crash FIRST COUNT      the seeds FIRST .. FIRST + COUNT - 1, CRASHES crashes each
 *
 * The same seed is the same life: its number is printed when it fails.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loop/file.h"
#include "loop/sim/world.h"
#include "tests/sim/sqlite_vfs.h"
#include "tests/unit/store/ledger_model.h"

#define CRASHES 10
#define CHANGES_MOST 40

struct life {
    uint64_t seed;
    struct world *world;
    struct random *random;
    struct world_node *node;
    struct sqlite_vfs *vfs;
    struct store *store;
    struct ledger_model model;
    bool is_power_failing; /* at some write of this round */
    unsigned crashes, changes, failures;
};

static void demand(const struct life *life, bool is_so, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "seed %llu, crash %u: %s\n", (unsigned long long)life->seed, life->crashes,
            what);
    abort();
}

static void boot(struct life *life)
{
    int r = world_node_open(&life->node, life->world, "edge", "10.0.0.1");
    if (r == 0)
        r = sqlite_vfs_open(&life->vfs, world_node_loop(life->node), "sim");
    demand(life, r == 0, "no node");
}

static enum store_status open_store(struct life *life)
{
    const struct store_options options = {.path = "data/isthmus.db", .vfs = "sim"};
    store_close(life->store);
    return store_open(&life->store, world_node_loop(life->node), &options);
}

/* One of the ways in which a disk fails, or none: then the crash comes between two changes. */
static void plan_one_trouble(struct life *life)
{
    struct random *random = life->random;
    switch (random_below(random, 5)) {
    case 0:
        world_fault_set(life->world, FAULT_DISK_ERROR, (uint32_t)random_below(random, 30000));
        break;
    case 1:
        world_fault_set(life->world, FAULT_DISK_FULL, (uint32_t)random_below(random, 100000));
        break;
    case 2:
        world_node_limit_disk(life->node, 100000 + random_below(random, 400000));
        break;
    case 3:
        world_node_kill_at_write(life->node, random_below(random, 200));
        life->is_power_failing = true;
        break;
    default:
        break;
    }
}

static void plan_trouble(struct life *life)
{
    plan_one_trouble(life);
    if (random_chance(life->random, 1, 3))
        plan_one_trouble(life);
}

static void end_trouble(struct life *life)
{
    world_faults_stop(life->world);
    world_node_limit_disk(life->node, 0);
}

static void verify(struct life *life)
{
    demand(life, ledger_model_verify(&life->model, life->store), "what was stored is not there");
}

/* What failed may be there behind it; false: the power is gone. */
static bool restart(struct life *life)
{
    end_trouble(life);
    if (open_store(life) != STORE_OK) {
        demand(life, life->is_power_failing, store_sentence(life->store));
        return false;
    }
    verify(life);
    plan_trouble(life);
    return true;
}

static void live(struct life *life)
{
    uint64_t changes = random_below(life->random, CHANGES_MOST);
    bool is_open = life->store && random_chance(life->random, 3, 4);
    bool goes_on = is_open || open_store(life) == STORE_OK;
    for (uint64_t i = 0; goes_on && i < changes; i++) {
        bool is_stored = ledger_model_change(&life->model, life->store, life->random);
        life->changes++;
        life->failures += !is_stored;
        if (random_chance(life->random, 1, 30))
            goes_on = restart(life);
        else if (!is_stored)
            goes_on = random_chance(life->random, 2, 3);
    }
}

static void crash(struct life *life)
{
    bool power_loss = life->is_power_failing || random_chance(life->random, 1, 2);
    life->is_power_failing = false;
    life->crashes++;
    world_node_kill(life->node, power_loss);
    store_close(life->store);
    life->store = NULL;
    sqlite_vfs_close(life->vfs);
    world_node_close(life->node);
    boot(life);

    enum store_status status = open_store(life);
    demand(life, status == STORE_OK, store_sentence(life->store));
    verify(life);
}

static void begin(struct life *life, uint64_t seed)
{
    *life = (struct life){.seed = seed};
    demand(life, world_open(&life->world, seed) == 0, "no world");
    life->random = world_random(life->world);
    boot(life);
    struct loop *loop = world_node_loop(life->node);
    int r = file_make_directory(loop, "data");
    if (r == 0)
        r = file_sync_directory(loop, ".");
    demand(life, r == 0, "no folder");
}

static void end(struct life *life)
{
    store_close(life->store);
    sqlite_vfs_close(life->vfs);
    world_node_close(life->node);
    world_close(life->world);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    unsigned crashes = 0, changes = 0, failures = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct life life;
        begin(&life, seed);
        while (life.crashes < CRASHES) {
            plan_trouble(&life);
            live(&life);
            end_trouble(&life);
            crash(&life);
        }
        end(&life);
        crashes += life.crashes;
        changes += life.changes;
        failures += life.failures;
    }
    printf("%u crashes, %u changes, of which %u were not stored\n", crashes, changes, failures);
    return failures > 0 && failures < changes / 2 ? 0 : 1; /* else it has shown nothing */
}
