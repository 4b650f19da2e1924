/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/model_list.h"

#include <errno.h>
#include <stdlib.h>

#include "openai/json.h"
#include "openai/json_reader.h"

/* How much a sentence says of names: what a person reads. */
#define TOLD_NAMES 20
#define TOLD_BYTES 200

/* ---- reading ---- */

static bool is_key(struct json_text key, struct bytes name)
{
    return !key.has_escapes && bytes_equal(key.raw, name);
}

/* Walks over one entry. False: the text is broken, or memory has run out (then *ret_r says so).
 * Without an id of its own it is none: entry->id stays empty. */
static bool read_entry(struct json_reader *reader, struct model_entry *entry, struct arena *arena,
                       int *ret_r)
{
    struct json_value value;
    struct json_text key;
    if (!json_read_value(reader, &value))
        return false;
    if (value.kind != JSON_OBJECT)
        return json_skip(reader, &value);
    const char *start = value.raw.at;
    while (json_next_member(reader, &key)) {
        if (!json_read_value(reader, &value) || !json_skip(reader, &value))
            return false;
        if (!is_key(key, BYTES("id")) || value.kind != JSON_STRING || entry->id.length > 0)
            continue;
        entry->id_raw = value.raw;
        entry->id = json_text_copy(value.text, arena);
        if (!entry->id.at)
            *ret_r = -ENOMEM;
    }
    entry->raw = bytes_of(start, (size_t)(reader->at - start));
    return reader->fault == JSON_SOUND && *ret_r == 0;
}

/* Walks ahead, on a copy of the reader. */
static size_t count_elements(struct json_reader reader)
{
    struct json_value value;
    size_t count = 0;
    while (json_next_element(&reader) && json_read_value(&reader, &value) &&
           json_skip(&reader, &value))
        count++;
    return count;
}

static int read_entries(struct json_reader *reader, struct model_list *list, struct arena *arena)
{
    size_t count = count_elements(*reader);
    if (count > MODEL_LIST_LIMIT)
        return -E2BIG;
    list->count = 0;
    list->at = arena_alloc(arena, (count + 1) * sizeof *list->at);
    int r = list->at ? 0 : -ENOMEM;
    while (r == 0 && json_next_element(reader)) {
        struct model_entry entry = {0};
        if (!read_entry(reader, &entry, arena, &r))
            return r < 0 ? r : -EINVAL;
        if (entry.id.length > 0)
            list->at[list->count++] = entry;
    }
    return r;
}

int model_list_read(struct model_list *ret_list, struct bytes answer, struct arena *arena)
{
    struct json_reader reader;
    struct json_value value;
    struct json_text key;
    struct model_list list = {0};
    json_reader_init(&reader, answer);
    if (!json_read_value(&reader, &value) || value.kind != JSON_OBJECT)
        return -EINVAL;
    while (json_next_member(&reader, &key)) {
        if (!json_read_value(&reader, &value))
            return -EINVAL;
        bool is_data = is_key(key, BYTES("data")) && value.kind == JSON_ARRAY && !list.at;
        int r = is_data ? read_entries(&reader, &list, arena)
                        : (json_skip(&reader, &value) ? 0 : -EINVAL);
        if (r < 0)
            return r;
    }
    if (!json_finish(&reader) || !list.at)
        return -EINVAL;
    *ret_list = list;
    return 0;
}

/* ---- writing ---- */

struct bytes model_entry_name(const struct model_entry *entry)
{
    return entry->name.at ? entry->name : entry->id;
}

/* Whose name is all that is known, nobody knows when it was made. */
static int write_bare(struct buffer *out, struct bytes name)
{
    int r = buffer_append(out, BYTES("{\"id\":"));
    if (r == 0)
        r = json_write_string(out, name);
    return r == 0 ? buffer_append(out, BYTES(",\"object\":\"model\",\"created\":0,"
                                             "\"owned_by\":\"isthmus\"}"))
                  : r;
}

int model_entry_write(struct buffer *out, const struct model_entry *entry)
{
    if (!entry->raw.at)
        return write_bare(out, model_entry_name(entry));
    if (!entry->name.at)
        return buffer_append(out, entry->raw);
    size_t before = (size_t)(entry->id_raw.at - entry->raw.at);
    int r = buffer_append(out, bytes_of(entry->raw.at, before));
    if (r == 0)
        r = json_write_string(out, entry->name);
    return r == 0 ? buffer_append(out, bytes_after(entry->raw, before + entry->id_raw.length)) : r;
}

int model_list_write(struct buffer *out, const struct model_list *list)
{
    int r = buffer_append(out, BYTES("{\"object\":\"list\",\"data\":["));
    for (size_t i = 0; r == 0 && i < list->count; i++) {
        if (i > 0)
            r = buffer_append(out, BYTES(","));
        if (r == 0)
            r = model_entry_write(out, &list->at[i]);
    }
    return r == 0 ? buffer_append(out, BYTES("]}\n")) : r;
}

/* ---- many lists in one ---- */

static int compare_names(struct bytes a, struct bytes b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int difference = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;
    if (difference != 0)
        return difference;
    return (a.length > b.length) - (a.length < b.length);
}

/* Those of one name stay in their order. */
static int compare_entries(const void *a, const void *b)
{
    const struct model_entry *one = a, *other = b;
    int difference = compare_names(model_entry_name(one), model_entry_name(other));
    return difference != 0 ? difference : (one->rank > other->rank) - (one->rank < other->rank);
}

void model_list_make_unique(struct model_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        list->at[i].rank = i;
    if (list->count > 0)
        qsort(list->at, list->count, sizeof *list->at, compare_entries);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 ||
            !bytes_equal(model_entry_name(&list->at[kept - 1]), model_entry_name(&list->at[i])))
            list->at[kept++] = list->at[i];
    list->count = kept;
}

const struct model_entry *model_list_find(const struct model_list *list, struct bytes name)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int difference = compare_names(model_entry_name(&list->at[middle]), name);
        if (difference == 0)
            return &list->at[middle];
        if (difference < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- telling ---- */

/* What is longer is cut behind a whole character. */
static struct bytes shorten(struct bytes name)
{
    if (name.length <= TOLD_BYTES)
        return name;
    size_t length = TOLD_BYTES;
    while (length > 0 && ((unsigned char)name.at[length] & 0xc0) == 0x80)
        length--;
    return bytes_of(name.at, length);
}

static int tell_names(struct buffer *out, const struct model_list *list)
{
    int r = 0;
    size_t told = list->count < TOLD_NAMES ? list->count : TOLD_NAMES;
    for (size_t i = 0; r == 0 && i < told; i++) {
        struct bytes name = shorten(model_entry_name(&list->at[i]));
        r = buffer_append_format(out, "%s\"%.*s\"", i > 0 ? ", " : "", (int)name.length, name.at);
    }
    if (r == 0 && told < list->count)
        r = buffer_append_format(out, " and %zu more, which GET /v1/models lists",
                                 list->count - told);
    return r;
}

struct bytes model_list_tell_missing(const struct model_list *list, struct bytes name,
                                     struct arena *arena)
{
    struct bytes asked = shorten(name), text = {0};
    struct buffer names = {0};
    if (list->count == 0)
        return arena_format(arena, "The model \"%.*s\" does not exist: no core has any model now.",
                            (int)asked.length, asked.at);
    if (tell_names(&names, list) == 0)
        text =
            arena_format(arena, "The model \"%.*s\" does not exist. You may use %.*s.",
                         (int)asked.length, asked.at, (int)names.length, buffer_bytes(&names).at);
    buffer_clear(&names);
    return text;
}
