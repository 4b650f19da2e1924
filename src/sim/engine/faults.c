/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/faults.h"

#include <errno.h>
#include <stdlib.h>
#include <yyjson.h>

#define PER_MILLION 1000000

#define ROW(name, kind)                                                                            \
    {                                                                                              \
#name, offsetof(struct engine_faults, name), kind                                          \
    }

/* NONE: a member that is no kind of its own. */
static const struct {
    const char *name;
    size_t offset;
    enum engine_fault kind;
} rows[] = {
    ROW(refuse, ENGINE_FAULT_REFUSE),
    ROW(die_mid_stream, ENGINE_FAULT_DIE),
    ROW(end_mid_stream, ENGINE_FAULT_END),
    ROW(stall, ENGINE_FAULT_STALL),
    ROW(stall_before_head, ENGINE_FAULT_STALL_BEFORE_HEAD),
    ROW(garbage_head, ENGINE_FAULT_GARBAGE_HEAD),
    ROW(garbage_body, ENGINE_FAULT_GARBAGE_BODY),
    ROW(error_500, ENGINE_FAULT_ERROR_500),
    ROW(error_503, ENGINE_FAULT_ERROR_503),
    ROW(error_429, ENGINE_FAULT_ERROR_429),
    ROW(error_in_band, ENGINE_FAULT_ERROR_IN_BAND),
    ROW(wrong_length, ENGINE_FAULT_WRONG_LENGTH),
    ROW(surplus, ENGINE_FAULT_SURPLUS),
    ROW(pause, ENGINE_FAULT_PAUSE),
    ROW(slow, ENGINE_FAULT_NONE),
    ROW(after_tokens, ENGINE_FAULT_NONE),
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static uint32_t row_get(const struct engine_faults *faults, size_t row)
{
    uint32_t value;
    memcpy(&value, (const char *)faults + rows[row].offset, sizeof value);
    return value;
}

bool engine_fault_set(struct engine_faults *faults, struct bytes name, uint32_t value)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (bytes_equal(name, bytes_from_cstr(rows[i].name))) {
            memcpy((char *)faults + rows[i].offset, &value, sizeof value);
            return true;
        }
    return false;
}

enum engine_fault engine_faults_draw(const struct engine_faults *faults, struct random *random,
                                     bool *ret_slow)
{
    *ret_slow = faults->slow && random_chance(random, faults->slow, PER_MILLION);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint32_t per_million = row_get(faults, i);
        if (rows[i].kind != ENGINE_FAULT_NONE && per_million &&
            random_chance(random, per_million, PER_MILLION))
            return rows[i].kind;
    }
    return ENGINE_FAULT_NONE;
}

static int members_read(struct engine_faults *faults, yyjson_val *root, const char **ret_why)
{
    struct engine_faults changed = *faults;
    size_t i, count;
    yyjson_val *key, *value;

    if (!yyjson_is_obj(root)) {
        *ret_why = "Send a JSON object such as {\"refuse\": 10000}.";
        return -EINVAL;
    }
    yyjson_obj_foreach(root, i, count, key, value)
    {
        struct bytes name = bytes_of(yyjson_get_str(key), yyjson_get_len(key));
        if (!yyjson_is_uint(value) || yyjson_get_uint(value) > UINT32_MAX) {
            *ret_why = "Each fault takes a whole number: requests per million.";
            return -EINVAL;
        }
        if (!engine_fault_set(&changed, name, (uint32_t)yyjson_get_uint(value))) {
            *ret_why = "No fault has that name; GET /sim/faults lists them.";
            return -EINVAL;
        }
    }
    *faults = changed;
    return 0;
}

int engine_faults_read(struct engine_faults *faults, struct bytes json, const char **ret_why)
{
    yyjson_doc *document = yyjson_read(json.at, json.length, 0);
    int r = members_read(faults, yyjson_doc_get_root(document), ret_why);
    yyjson_doc_free(document);
    return r;
}

int engine_faults_write(const struct engine_faults *faults, struct buffer *out)
{
    int r = 0;
    for (size_t i = 0; i < ROW_COUNT && r == 0; i++)
        r = buffer_append_format(out, "%s\"%s\":%u", i ? "," : "{", rows[i].name,
                                 row_get(faults, i));
    return r == 0 ? buffer_append(out, BYTES("}\n")) : r;
}
