/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/field_name.h"

static bool find_exactly(const struct shape_rule *shape, struct bytes name,
                         struct field_match *match)
{
    unsigned index = 0;
    for (size_t group = 0; group < SHAPE_GROUPS; group++) {
        const struct field_group *fields = &shape->groups[group];
        for (size_t i = 0; i < fields->count; i++, index++) {
            if (!bytes_equal(fields->at[i].name, name))
                continue;
            *match = (struct field_match){.field = &fields->at[i], .index = index};
            return true;
        }
    }
    return false;
}

/* Our names are in small letters: only what has others can fold to one of them. */
static bool may_fold(struct bytes name)
{
    for (size_t i = 0; i < name.length; i++)
        if ((name.at[i] >= 'A' && name.at[i] <= 'Z') || (unsigned char)name.at[i] > 0x7f)
            return true;
    return false;
}

/* In place: no character becomes longer. */
static struct bytes fold(char *room, size_t length)
{
    struct bytes rest = bytes_of(room, length);
    size_t folded = 0;
    while (rest.length > 0) {
        size_t used = 1;
        char c = rest.at[0];
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c | 0x20);
        } else if (bytes_start_with(rest, BYTES("\xc5\xbf"))) {
            c = 's';
            used = 2;
        } else if (bytes_start_with(rest, BYTES("\xe2\x84\xaa"))) {
            c = 'k';
            used = 3;
        }
        room[folded++] = c;
        rest = bytes_after(rest, used);
    }
    return bytes_of(room, folded);
}

bool field_name_fold(struct json_text key, char ret_room[FIELD_NAME_BYTES], struct bytes *ret_name)
{
    if (key.raw.length > FIELD_NAME_BYTES)
        return false;
    *ret_name = fold(ret_room, json_text_decode(key, ret_room));
    return true;
}

bool field_find(const struct shape_rule *shape, struct json_text key, struct field_match *ret_match)
{
    if (!key.has_escapes && find_exactly(shape, key.raw, ret_match))
        return true;
    if (key.raw.length > FIELD_NAME_BYTES || (!key.has_escapes && !may_fold(key.raw)))
        return false;
    char room[FIELD_NAME_BYTES];
    struct bytes name = bytes_of(room, json_text_decode(key, room));
    if (find_exactly(shape, name, ret_match))
        return true;
    if (!may_fold(name) || !find_exactly(shape, fold(room, name.length), ret_match))
        return false;
    ret_match->is_misspelt = true;
    return true;
}
