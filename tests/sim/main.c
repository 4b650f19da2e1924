/* SPDX-License-Identifier: Apache-2.0
 *
 * worlds FIRST COUNT           runs seeds, each twice, and says what was wrong with which
 * worlds FIRST COUNT --first   no further than the first that does not hold
 * worlds --seed N [-v]         replays one, -v: with each event
 *
 * A seed that ends the program, or takes longer than any should, is named, too.
 *
 * Exit status 0: every seed held, and, over 100 seeds or more, every kind of fault fired in at
 * least one in twenty.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "edge_world.h"

/* Of processor time; most take a tenth of one, under sanitizers a few tenths. */
#define SEED_SECONDS 20

struct tally {
    uint64_t seeds, failed, fault_free, questions, retries;
    uint64_t outcomes[OUTCOMES];
    uint64_t world_faults[FAULT_KINDS], engine_faults[ENGINE_FAULT_KINDS]; /* seeds */
};

/* A signal's handler gets nothing passed. */
static char last_words[64];
static struct sigaction before[NSIG];

static void on_signal(int number)
{
    ssize_t n = write(STDOUT_FILENO, last_words, strlen(last_words));
    (void)n;
    if (number == SIGPROF)
        _exit(1);
    (void)sigaction(number, &before[number], NULL); /* and what caused it happens again */
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGPROF};
    const struct sigaction action = {.sa_handler = on_signal};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)sigaction(numbers[i], &action, &before[numbers[i]]);
}

/* Whatever ends the program from here on names this seed. */
static void name_seed(uint64_t seed)
{
    const struct itimerval limit = {.it_value.tv_sec = SEED_SECONDS};
    (void)snprintf(last_words, sizeof last_words, "seed %" PRIu64 ": crashed, or does not end\n",
                   seed);
    (void)fflush(stdout);
    (void)setitimer(ITIMER_PROF, &limit, NULL);
}

static bool run_seed(uint64_t seed, bool is_verbose, struct tally *tally)
{
    struct edge_world_result first, second;
    name_seed(seed);
    edge_world_run(seed, is_verbose, &first);
    edge_world_run(seed, false, &second);
    bool is_same = first.hash == second.hash;
    bool holds = first.violations.length == 0 && is_same;
    if (!is_same)
        (void)printf("seed %" PRIu64 ": two runs gave two hashes\n", seed);
    if (first.violations.length > 0)
        (void)printf("seed %" PRIu64 " (%u workers, %u engines, %u clients):\n%.*s", seed,
                     first.workers, first.engines, first.clients, (int)first.violations.length,
                     buffer_bytes(&first.violations).at);
    tally->seeds++;
    tally->failed += !holds;
    tally->fault_free += first.is_fault_free;
    tally->questions += first.questions;
    tally->retries += first.retries;
    for (int i = 0; i < OUTCOMES; i++)
        tally->outcomes[i] += first.outcomes[i];
    for (int i = 0; i < FAULT_KINDS; i++)
        tally->world_faults[i] += first.world_faults[i] > 0;
    for (int i = 0; i < ENGINE_FAULT_KINDS; i++)
        tally->engine_faults[i] += first.engine_faults >> i & 1;
    buffer_clear(&first.violations);
    buffer_clear(&second.violations);
    return holds;
}

/* A fault that hardly ever fires proves nothing. */
static bool fires_often(const struct tally *tally, const char *name, uint64_t seeds)
{
    bool is_often = tally->seeds < 100 || seeds * 20 >= tally->seeds;
    (void)printf(" %s %" PRIu64 "%s", name, seeds, is_often ? "" : " (too seldom)");
    return is_often;
}

static bool report_faults(const struct tally *tally)
{
    bool is_often = true;
    (void)printf("seeds in which each fault fired:");
    for (int i = 0; i < FAULT_KINDS; i++)
        is_often &= !faults_meet((enum world_fault)i) ||
                    fires_often(tally, world_fault_names[i], tally->world_faults[i]);
    for (int i = 0; i < ENGINE_FAULT_KINDS; i++)
        is_often &= fires_often(tally, engine_fault_names[i], tally->engine_faults[i]);
    (void)printf("\n");
    return is_often;
}

static bool report(const struct tally *tally)
{
    (void)printf("%" PRIu64 " seeds (%" PRIu64 " without faults), %" PRIu64 " questions, %" PRIu64
                 " retries; outcomes:",
                 tally->seeds, tally->fault_free, tally->questions, tally->retries);
    for (int i = 0; i < OUTCOMES; i++)
        (void)printf(" %s %" PRIu64, outcome_names[i], tally->outcomes[i]);
    (void)printf("\n");
    bool is_often = report_faults(tally);
    (void)printf("%" PRIu64 " passed, %" PRIu64 " failed\n", tally->seeds - tally->failed,
                 tally->failed);
    return is_often && tally->failed == 0;
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    catch_signals();
    if (argc >= 3 && strcmp(argv[1], "--seed") == 0)
        return run_seed(strtoull(argv[2], NULL, 10), argc > 3, &tally) ? 0 : 1;
    bool stops_at_first = argc == 4 && strcmp(argv[3], "--first") == 0;
    if (argc != 3 && !stops_at_first) {
        (void)fprintf(stderr, "usage: worlds FIRST COUNT [--first] | worlds --seed N [-v]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    for (uint64_t seed = first; seed < first + count; seed++)
        if (!run_seed(seed, false, &tally) && stops_at_first)
            break;
    return report(&tally) ? 0 : 1;
}
