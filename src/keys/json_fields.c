/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/json_fields.h"

/* The value, with all that is inside it. */
static bool read_whole(struct json_reader *reader, struct json_value *value)
{
    if (!json_read_value(reader, value) || !json_skip(reader, value))
        return false;
    value->raw.length = (size_t)(reader->at - value->raw.at);
    return true;
}

static bool note(struct json_field *field, const struct json_value *value)
{
    if (field->is_given)
        return false;
    field->value = *value;
    field->is_given = true;
    return true;
}

static bool note_member(struct bytes name, const struct json_value *value,
                        struct json_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].name.at && bytes_equal(fields[i].name, name) && !note(&fields[i], value))
            return false;
    return true;
}

bool json_fields_read_inside(struct json_reader *reader, struct json_field *fields, size_t count)
{
    struct json_text key;
    struct json_value value;
    while (json_next_member(reader, &key)) {
        char room[JSON_FIELD_NAME_BYTES];
        if (!read_whole(reader, &value))
            return false;
        if (key.raw.length > sizeof room)
            continue;
        struct bytes name = bytes_of(room, json_text_decode(key, room));
        if (!note_member(name, &value, fields, count))
            return false;
    }
    return reader->fault == JSON_SOUND;
}

bool json_fields_read(struct bytes text, struct json_field *fields, size_t count)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    return json_read_value(&reader, &value) && value.kind == JSON_OBJECT &&
           json_fields_read_inside(&reader, fields, count) && json_finish(&reader);
}
