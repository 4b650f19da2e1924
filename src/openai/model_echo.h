/* SPDX-License-Identifier: Apache-2.0
 *
 * model_echo - makes an answer name the model that its client asked for, while it goes by: the
 * first "model" of a plain answer, of each event's object, or of the "message" or "response" inside
 * that object gets another value. Every other byte passes as it came, and at once: nothing is held
 * back but the old value itself.
 *
 * What is not sure passes unchanged: a value that is no string, a key written with escapes, what is
 * no JSON, what is deeper.
 *
 * Whoever counts bytes of the answer (content-length, answer_scan's boundary) must count what comes
 * out here.
 *
 * Memory   the caller embeds the struct; what comes out is views of what went in, and of
 * `name_raw`. Threads  belongs to its owner. Errors   those of the sink, which ends the feeding.
 */
#ifndef OPENAI_MODEL_ECHO_H
#define OPENAI_MODEL_ECHO_H

#include "base/bytes.h"

/* Takes some bytes of the answer, in order and never none; 0 or -errno. */
typedef int model_echo_sink(void *user, struct bytes piece);

enum model_echo_line {                  /* of an event stream */
                       ECHO_LINE_FIELD, /* at its beginning, or within the name of its field */
                       ECHO_LINE_SPACE, /* just behind "data:", where one space is not data */
                       ECHO_LINE_DATA,
                       ECHO_LINE_OTHER,
};

enum model_echo_text {
    ECHO_TEXT_OUTSIDE, /* of any string */
    ECHO_TEXT_KEY,     /* a string that may be a key that we look for */
    ECHO_TEXT_STRING,
    ECHO_TEXT_ESCAPE, /* behind a backslash in a string */
    ECHO_TEXT_OLD,    /* the value that is dropped */
    ECHO_TEXT_OLD_ESCAPE,
    ECHO_TEXT_PASSING, /* found, or given up: the rest of this object passes */
};

enum model_echo_value { /* what the value that comes next means to us */
                        ECHO_VALUE_OTHER,
                        ECHO_VALUE_MODEL,
                        ECHO_VALUE_HOLDER, /* of "message" or "response": may have a "model" inside
                                            */
};

#define MODEL_ECHO_KEY_BYTES 8 /* of the longest key that we look for */

struct model_echo {
    struct bytes name_raw;

    bool is_event_stream;
    enum model_echo_line line;
    uint8_t field_length; /* of "data:" that have come; ECHO_LINE_FIELD */
    bool last_was_cr;     /* a newline that follows belongs to it */

    enum model_echo_text text;
    enum model_echo_value value;
    uint32_t depth;    /* brackets open */
    uint32_t searched; /* the depth whose keys are looked at: 1, or 2 in a holder */
    bool expects_key;  /* the next string is a key of that depth */
    char key[MODEL_ECHO_KEY_BYTES];
    uint8_t key_length; /* more than fits: none of ours */
};

/* `name_raw` is the new value as JSON text, with its quotes; openai_request.model_raw will do. */
void model_echo_init(struct model_echo *echo, bool is_event_stream, struct bytes name_raw);
int model_echo_feed(struct model_echo *echo, struct bytes bytes, model_echo_sink *sink, void *user);

#endif
