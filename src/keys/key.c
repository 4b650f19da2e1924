/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key.h"

#include <stdatomic.h>
#include <stdlib.h>

const char *const service_class_names[CLASS_COUNT] = {
    [CLASS_REALTIME] = "realtime",
    [CLASS_INTERACTIVE] = "interactive",
    [CLASS_STANDARD] = "standard",
    [CLASS_BATCH] = "batch",
};

/* ---- questions ---- */

enum key_state key_state(const struct key *key, uint64_t wall_ms)
{
    if (key->is_revoked)
        return KEY_REVOKED;
    return key->expires_ms != 0 && wall_ms >= key->expires_ms ? KEY_EXPIRED : KEY_LIVE;
}

static bool pattern_fits(struct bytes pattern, struct bytes name)
{
    if (pattern.length == 0 || pattern.at[pattern.length - 1] != '*')
        return bytes_equal(pattern, name);
    return bytes_start_with(name, bytes_of(pattern.at, pattern.length - 1));
}

static bool any_fits(struct name_list list, struct bytes name)
{
    for (size_t i = 0; i < list.count; i++)
        if (pattern_fits(list.at[i], name))
            return true;
    return false;
}

bool key_allows_model(const struct key *key, struct bytes model)
{
    return any_fits(key->models, model);
}

bool key_allows_route(const struct key *key, struct bytes path)
{
    return any_fits(key->routes, path);
}

bool key_allows_region(const struct key *key, struct bytes region)
{
    return key->regions.count == 0 || any_fits(key->regions, region);
}

enum service_class key_class(const struct key *key, struct bytes service_tier)
{
    /* A smaller class is more urgent, so "priority" never gets more than the key has. */
    return bytes_equal(service_tier, BYTES("flex")) ? CLASS_BATCH : key->class;
}

bool service_class_read(struct bytes name, enum service_class *ret_class)
{
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        if (bytes_equal(name, bytes_from_cstr(service_class_names[i]))) {
            *ret_class = (enum service_class)i;
            return true;
        }
    return false;
}
