/* SPDX-License-Identifier: Apache-2.0
 *
 * prefix_timing [GUESSES] - does the time that a guess takes tell how much of it is right? Guesses
 * of two kinds come in random order among 100,000 keys: some share all but the end with a key, some
 * share nothing with any. If Welch's t of the two kinds' times tells them apart the exit status
 * is 1. One line each, `timing NAME value t`:
 *
 *   secret     the guess is text: 35 of its 43 random characters are right
 *   digest     the guess is a digest, as if SHA-256 could be steered: 7 bytes of 32 are right
 *   control    the text compared as strcmp() does; must be told, or this measures nothing
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/keys/many_keys.h"
#include "bench/keys/welch.h"

#define KEYS 100000
#define OTHER_END 8   /* characters: so many that no guess comes twice, and finds its way warm */
#define WARM_UP 20000 /* guesses; the slowest hundredth of them sets what is left out as noise */
#define BATCH 1000    /* guesses that are made before any of them is timed */

struct guess {
    char text[SECRET_KEY_CHARACTERS + 1];
    uint8_t digest[KEY_DIGEST_BYTES];
    const char *secret; /* the key that it resembles, or not */
    bool is_close;
    uint64_t took_ns;
};

typedef bool try_fn(struct many_keys *keys, const struct guess *guess);

struct trial {
    const char *name;
    try_fn *try;
    bool should_tell;
};

/* ---- what is timed ---- */

static bool try_secret(struct many_keys *keys, const struct guess *guess)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    if (secret_key_digest(keys->hasher, bytes_of(guess->text, SECRET_KEY_CHARACTERS), digest) < 0)
        fail("no digest");
    return key_table_find(keys->table, digest, 0) != NULL;
}

static bool try_digest(struct many_keys *keys, const struct guess *guess)
{
    return key_table_find(keys->table, guess->digest, 0) != NULL;
}

static bool try_plainly(struct many_keys *keys, const struct guess *guess)
{
    const volatile char *secret = guess->secret, *text = guess->text;
    size_t i = 0;
    while (i < SECRET_KEY_CHARACTERS && secret[i] == text[i])
        i++;
    return i == SECRET_KEY_CHARACTERS;
}

/* ---- guesses ---- */

/* Both kinds touch the same memory and draw the same numbers: they differ in what is kept. */
static void make_guess(struct many_keys *keys, struct random *random, struct guess *guess)
{
    bool is_close = guess->is_close = random_chance(random, 1, 2);
    char other_text[SECRET_KEY_CHARACTERS + 1];
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES];
    guess->secret = keys->secrets[random_below(random, keys->count)];
    for (size_t i = 0; i < sizeof entropy; i++)
        entropy[i] = (uint8_t)random_u64(random);
    secret_key_write(entropy, other_text);

    struct bytes secret = bytes_of(guess->secret, SECRET_KEY_CHARACTERS);
    if (secret_key_digest(keys->hasher, secret, guess->digest) < 0)
        fail("no digest");
    memcpy(guess->text, other_text, sizeof guess->text);
    memcpy(guess->text, is_close ? guess->secret : other_text, SECRET_KEY_CHARACTERS - OTHER_END);
    memcpy(guess->digest, is_close ? guess->digest : entropy, 7);
    memcpy(guess->digest + 7, entropy + 7, sizeof entropy - 7);
}

static void time_guess(struct many_keys *keys, struct guess *guess, try_fn *try)
{
    uint64_t began_ns = clock_ns();
    bool is_known = try(keys, guess);
    guess->took_ns = clock_ns() - began_ns;
    if (is_known)
        fail("a guess was right");
}

/* Nothing of the making of a guess, which differs with its kind, reaches into its time. */
static void time_batch(struct many_keys *keys, struct random *random, try_fn *try,
                       struct guess guesses[BATCH])
{
    for (size_t i = 0; i < BATCH; i++)
        make_guess(keys, random, &guesses[i]);
    for (size_t i = 0; i < BATCH; i++)
        time_guess(keys, &guesses[i], try);
}

/* ---- statistics ---- */

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Interrupts and the like take longer than this. */
static uint64_t noise_from(struct many_keys *keys, struct random *random, try_fn *try)
{
    static uint64_t times[WARM_UP];
    static struct guess guesses[BATCH];
    for (size_t done = 0; done < WARM_UP; done += BATCH) {
        time_batch(keys, random, try, guesses);
        for (size_t i = 0; i < BATCH; i++)
            times[done + i] = guesses[i].took_ns;
    }
    qsort(times, WARM_UP, sizeof *times, compare);
    return times[WARM_UP - WARM_UP / 100];
}

/* Whether the outcome is what it should be. */
static bool run(const struct trial *trial, struct many_keys *keys, struct random *random,
                size_t wanted)
{
    static struct guess guesses[BATCH];
    struct welch welch = {0};
    uint64_t noise_ns = noise_from(keys, random, trial->try);
    for (size_t done = 0; done < wanted; done += BATCH) {
        time_batch(keys, random, trial->try, guesses);
        for (size_t i = 0; i < BATCH; i++)
            if (guesses[i].took_ns < noise_ns)
                welch_add(&welch, guesses[i].is_close, guesses[i].took_ns);
    }
    welch_print(&welch, trial->name);
    return welch_tells(&welch) == trial->should_tell;
}

int main(int count, char **arguments)
{
    static const struct trial trials[] = {
        {"secret", try_secret, false},
        {"digest", try_digest, false},
        {"control", try_plainly, true},
    };
    size_t guesses = count > 1 ? strtoul(arguments[1], NULL, 10) : 1000000;
    struct random random;
    struct many_keys keys;
    random_init(&random, clock_ns());
    many_keys_make(&keys, KEYS, &random);
    bool is_well = guesses > 0;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
        is_well &= run(&trials[i], &keys, &random, guesses);
    many_keys_clear(&keys);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
