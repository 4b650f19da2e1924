/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* splitmix64: spreads one seed over the state, which must not be all zero. */
static uint64_t next_seed(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void random_init(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = next_seed(&seed);
}

uint64_t random_u64(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    if (bound == 0)
        return 0;
    /* The lowest 2^64 mod bound values would make some remainders likelier than others. */
    uint64_t least_fair = (0 - bound) % bound;
    uint64_t value;
    do {
        value = random_u64(random);
    } while (value < least_fair);
    return value % bound;
}

uint64_t random_between(struct random *random, uint64_t least, uint64_t most)
{
    uint64_t span = most - least;
    return span == UINT64_MAX ? random_u64(random) : least + random_below(random, span + 1);
}

bool random_chance(struct random *random, uint64_t numerator, uint64_t denominator)
{
    return random_below(random, denominator) < numerator;
}
