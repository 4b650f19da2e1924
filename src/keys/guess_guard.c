/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/guess_guard.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

#define SET_SLOTS 8 /* an address has so many places where it can stand */
#define NS_PER_MINUTE UINT64_C(60000000000)
#define NS_PER_MS UINT64_C(1000000)

/* An address is only known by its hash: who shares one is slowed together, no more. */
struct slot {
    uint64_t hash;
    uint64_t rests_from_ns; /* all that it failed will be forgiven then (GCRA's TAT) */
};

struct guess_guard {
    struct guess_guard_options options;
    uint64_t interval_ns; /* between two failures that are forgiven */
    size_t set_count;     /* a power of two */
    uint32_t parked;
    struct slot slots[];
};

static bool is_in_range(uint32_t number)
{
    return number > 0 && number <= GUESS_GUARD_MOST;
}

int guess_guard_open(struct guess_guard **ret_guard, const struct guess_guard_options *options)
{
    size_t set_count = 1;
    if (!is_in_range(options->per_minute) || !is_in_range(options->burst))
        return -EINVAL;
    while (set_count * SET_SLOTS < options->addresses)
        set_count *= 2;
    struct guess_guard *guard =
        calloc(1, sizeof *guard + set_count * SET_SLOTS * sizeof guard->slots[0]);
    if (!guard)
        return -ENOMEM;
    guard->options = *options;
    guard->interval_ns = NS_PER_MINUTE / options->per_minute;
    guard->set_count = set_count;
    *ret_guard = guard;
    return 0;
}

void guess_guard_close(struct guess_guard *guard)
{
    free(guard);
}

/* What of an address names a site: an IPv4 address, also inside IPv6 (RFC 4291 section 2.5.5.2), or
 * the /64 of an IPv6 address, in which one host can take any. */
static struct bytes site_of(struct bytes address)
{
    static const char mapped[12] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
    if (address.length != 16)
        return address;
    bool is_mapped = memcmp(address.at, mapped, sizeof mapped) == 0;
    return is_mapped ? bytes_after(address, sizeof mapped) : bytes_of(address.at, 8);
}

/* The address's slot, or the one of its set that has been at rest for longest. */
static struct slot *slot_of(struct guess_guard *guard, struct bytes address)
{
    uint64_t hash = hash_bytes(site_of(address), guard->options.seed);
    struct slot *set = &guard->slots[(hash & (guard->set_count - 1)) * SET_SLOTS], *oldest = set;
    for (size_t i = 0; i < SET_SLOTS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].rests_from_ns < oldest->rests_from_ns)
            oldest = &set[i];
    }
    *oldest = (struct slot){.hash = hash};
    return oldest;
}

enum guess_verdict guess_guard_note(struct guess_guard *guard, struct bytes address,
                                    uint64_t now_ns, uint32_t *ret_delay_ms)
{
    struct slot *slot = slot_of(guard, address);
    uint64_t from_ns = slot->rests_from_ns > now_ns ? slot->rests_from_ns : now_ns;
    uint64_t debt_ns = from_ns + guard->interval_ns - now_ns; /* with this failure */
    uint64_t grace_ns = guard->options.burst * guard->interval_ns;
    if (debt_ns <= grace_ns) {
        slot->rests_from_ns = from_ns + guard->interval_ns;
        return GUESS_PASS;
    }
    uint64_t delay_ms = (debt_ns - grace_ns + NS_PER_MS - 1) / NS_PER_MS;
    if (delay_ms > guard->options.delay_most_ms || guard->parked >= guard->options.parked_most)
        return GUESS_REFUSE; /* and not counted: who goes on is not locked out for ever */
    slot->rests_from_ns = from_ns + guard->interval_ns;
    guard->parked++;
    *ret_delay_ms = (uint32_t)delay_ms;
    return GUESS_DELAY;
}

void guess_guard_unpark(struct guess_guard *guard)
{
    guard->parked--;
}
