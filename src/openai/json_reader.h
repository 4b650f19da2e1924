/* SPDX-License-Identifier: Apache-2.0
 *
 * json_reader - walks over JSON text (RFC 8259) value by value. Strict: one value, valid UTF-8, no
 * halves of surrogate pairs, no byte order mark, nothing nested deeper than JSON_DEPTH_LIMIT. What
 * a number is worth is left to whoever wants to know.
 *
 *   json_reader_init(&reader, text);
 *   json_read_value(&reader, &value);          an array or object is entered ...
 *   while (json_next_member(&reader, &key)) {  ... and left when there is no further member
 *       json_read_value(&reader, &value);
 *       json_skip(&reader, &value);            what is entered must be walked over or skipped
 *   }
 *   json_finish(&reader);                      nothing but space may follow
 *
 * Memory   the caller embeds the struct; nothing is allocated, nothing recurses. Keys and values
 *          are views of the text.
 * Threads  belongs to its owner.
 * Errors   false from all that is called once there is a fault; `fault` and `at` tell which and
 *          where.
 * Cost     `at` never goes back: each byte is looked at a fixed number of times.
 */
#ifndef OPENAI_JSON_READER_H
#define OPENAI_JSON_READER_H

#include "base/arena.h"

#define JSON_DEPTH_LIMIT 64

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

enum json_fault {
    JSON_SOUND,
    JSON_ENDS_EARLY,
    JSON_NO_VALUE,
    JSON_NO_KEY,
    JSON_NO_COLON,
    JSON_NO_COMMA,
    JSON_BAD_NUMBER,
    JSON_BAD_ESCAPE,
    JSON_LONE_SURROGATE,
    JSON_CONTROL_CHARACTER,
    JSON_NOT_UTF8,
    JSON_TOO_DEEP,
    JSON_GOES_ON,
};

/* "a key in double quotes was expected" */
extern const char *const json_fault_texts[];

struct json_reader {
    const char *start, *at, *end;
    uint64_t are_objects; /* bit n: what is open at depth n is an object, else an array */
    unsigned depth;       /* how many are open */
    bool is_fresh;        /* nothing was read yet in the innermost of them */
    enum json_fault fault;
};

/* What stands between the quotes of a string. */
struct json_text {
    struct bytes raw;
    bool has_escapes; /* without, `raw` is the text itself */
};

struct json_value {
    enum json_kind kind;
    struct bytes raw;      /* of an array or object: its opening bracket only */
    struct json_text text; /* of a string */
};

void json_reader_init(struct json_reader *reader, struct bytes text);
bool json_read_value(struct json_reader *reader, struct json_value *ret_value);
/* In an object: the key of the next member, whose value has to be read. False: that was all. */
bool json_next_member(struct json_reader *reader, struct json_text *ret_key);
/* In an array: whether there is another value. */
bool json_next_element(struct json_reader *reader);
/* Walks over what is inside a value that was just read. */
bool json_skip(struct json_reader *reader, const struct json_value *value);
bool json_finish(struct json_reader *reader);

/* The text itself, into room for raw.length bytes; returns how many there are. */
size_t json_text_decode(struct json_text text, char *ret_decoded);
/* The same in the arena; at == NULL: out of memory. */
struct bytes json_text_copy(struct json_text text, struct arena *arena);

#endif
