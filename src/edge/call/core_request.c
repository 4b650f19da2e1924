/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/call/core_request.h"

#define VERSION BYTES("/v1")

static bool has_version(struct bytes path)
{
    return bytes_start_with(path, VERSION) && path.length > 3 && path.at[3] == '/';
}

struct bytes core_target(const struct core_entry *core, struct bytes path, struct bytes query,
                         struct arena *arena)
{
    struct bytes base = bytes_from_cstr(core->url.base_path);
    if (has_version(path))
        path = bytes_after(path, VERSION.length);
    else if (bytes_end_with(base, VERSION))
        base.length -= VERSION.length;
    const struct bytes parts[] = {base, path, query.length > 0 ? BYTES("?") : BYTES(""), query};
    return arena_join(arena, parts, 4);
}

static const struct {
    struct bytes name, before;
} key_fields[] = {
    [CORE_AUTH_BEARER] = {{"authorization", 13}, {"Bearer ", 7}},
    [CORE_AUTH_X_API_KEY] = {{"x-api-key", 9}, {"", 0}},
    [CORE_AUTH_API_KEY] = {{"api-key", 7}, {"", 0}},
};

bool core_key_field(const struct core_config *core, struct arena *arena,
                    struct http_field *ret_field)
{
    if (core->auth == CORE_AUTH_NONE || !secret_is_set(&core->key))
        return false;
    const struct bytes parts[] = {key_fields[core->auth].before, secret_reveal(&core->key)};
    *ret_field = (struct http_field){key_fields[core->auth].name, arena_join(arena, parts, 2)};
    return true;
}
