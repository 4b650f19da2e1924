/* SPDX-License-Identifier: Apache-2.0
 *
 * key_cost [KEYS] - what knowing a key costs among KEYS others (default 100,000). One line each,
 * `keys NAME value unit`: the median of the rounds.
 *
 *   find       digest and look-up of a key; each time another, so that nothing of it is in a cache
 *   find_hot   the same key again and again
 *   refuse     digest and look-up of what is no key
 *   change     a fork of the table with one key revoked, shown, and the old one released
 *   load       the whole table, from nothing
 *   memory     what the table takes with all keys, 1000 tenants, and malloc's own share
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/keys/many_keys.h"

#define ROUNDS 15
#define GUESSES 20000 /* in a round */
#define CHANGES 200

struct bench {
    struct many_keys keys;
    struct random random;
};

typedef double round_fn(struct bench *bench);

static bool is_known(struct bench *bench, const char *secret)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    struct bytes text = bytes_of(secret, SECRET_KEY_CHARACTERS);
    if (secret_key_digest(bench->keys.hasher, text, digest) < 0)
        fail("no digest");
    const struct key *key = key_table_find(bench->keys.table, digest, 0);
    return key && key_state(key, 0) == KEY_LIVE;
}

static void expect(bool holds)
{
    if (!holds)
        fail("a wrong answer, and so no figure");
}

/* ---- rounds, each in nanoseconds for one ---- */

static double find_round(struct bench *bench)
{
    uint64_t began_ns = clock_ns();
    for (size_t i = 0; i < GUESSES; i++)
        expect(
            is_known(bench, bench->keys.secrets[random_below(&bench->random, bench->keys.count)]));
    return (double)(clock_ns() - began_ns) / GUESSES;
}

static double find_hot_round(struct bench *bench)
{
    const char *secret = bench->keys.secrets[random_below(&bench->random, bench->keys.count)];
    uint64_t began_ns = clock_ns();
    for (size_t i = 0; i < GUESSES; i++)
        expect(is_known(bench, secret));
    return (double)(clock_ns() - began_ns) / GUESSES;
}

static double refuse_round(struct bench *bench)
{
    char guess[SECRET_KEY_CHARACTERS + 1];
    memcpy(guess, bench->keys.secrets[0], sizeof guess);
    uint64_t began_ns = clock_ns();
    for (size_t i = 0; i < GUESSES; i++) {
        uint64_t other = random_u64(&bench->random);
        memcpy(guess + 4, &other, sizeof other);
        expect(!is_known(bench, guess));
    }
    return (double)(clock_ns() - began_ns) / GUESSES;
}

static void revoke_one(struct bench *bench)
{
    struct key_table *shown = bench->keys.table, *fork = key_table_fork(shown);
    uint64_t id = 1001 + random_below(&bench->random, bench->keys.count);
    struct key key = *key_table_find_id(shown, id);
    key.expires_ms = UINT64_MAX; /* a change that leaves it live for the other rounds */
    if (!fork || key_table_put(fork, &key) < 0)
        fail("no memory for a fork");
    bench->keys.table = fork;
    key_table_release(shown);
}

static double change_round(struct bench *bench)
{
    uint64_t began_ns = clock_ns();
    for (size_t i = 0; i < CHANGES; i++)
        revoke_one(bench);
    return (double)(clock_ns() - began_ns) / CHANGES;
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void measure(struct bench *bench, const char *name, round_fn *round)
{
    double rounds[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++)
        rounds[i] = round(bench);
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    printf("keys %-9s %8.0f ns   %.0f..%.0f\n", name, rounds[ROUNDS / 2], rounds[ROUNDS / 4],
           rounds[ROUNDS - 1 - ROUNDS / 4]);
}

static size_t memory_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd; /* small pieces, and those mapped one by one */
}

int main(int count, char **arguments)
{
    struct bench bench;
    size_t keys = count > 1 ? strtoul(arguments[1], NULL, 10) : 100000;
    if (keys == 0)
        fail("usage: key_cost [KEYS]");
    random_init(&bench.random, 1);

    size_t before_bytes = memory_bytes();
    uint64_t began_ns = clock_ns();
    many_keys_make(&bench.keys, keys, &bench.random);
    uint64_t took_ns = clock_ns() - began_ns;
    size_t bytes = memory_bytes() - before_bytes - keys * sizeof *bench.keys.secrets;

    measure(&bench, "find", find_round);
    measure(&bench, "find_hot", find_hot_round);
    measure(&bench, "refuse", refuse_round);
    measure(&bench, "change", change_round);
    printf("keys %-9s %8.0f ms\n", "load", (double)took_ns / 1e6);
    printf("keys %-9s %8.1f MiB  %.0f bytes a key\n", "memory", (double)bytes / (1 << 20),
           (double)bytes / (double)keys);
    many_keys_clear(&bench.keys);
    return 0;
}
