/* SPDX-License-Identifier: Apache-2.0
 *
 * json_fields - the few members of a JSON object that somebody wants to know.
 *
 * Memory   values are views of the text.
 * Threads  any.
 * Errors   false: no JSON, no object, or a member that is wanted stands there twice (readers differ
 *          in which of the two they take).
 */
#ifndef KEYS_JSON_FIELDS_H
#define KEYS_JSON_FIELDS_H

#include "openai/json_reader.h"

#define JSON_FIELD_NAME_BYTES 255 /* a longer name is nobody's */

struct json_field {
    struct bytes name;       /* two fields may want the same member; at == NULL: wants none */
    struct json_value value; /* of an array or object `raw` is all of it */
    bool is_given;
};

/* The object that the reader has just entered, to its end. */
bool json_fields_read_inside(struct json_reader *reader, struct json_field *fields, size_t count);
/* A whole text. */
bool json_fields_read(struct bytes text, struct json_field *fields, size_t count);

#endif
