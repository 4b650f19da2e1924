/* SPDX-License-Identifier: Apache-2.0
 *
 * asked - what an engine answers to one request body, taken apart: its events, or its one body.
 *
 * Memory   the caller embeds the struct; asked_clear() frees what ask() made.
 * Errors   assertions.
 */
#ifndef TESTS_UNIT_SIM_ASKED_H
#define TESTS_UNIT_SIM_ASKED_H

#include <yyjson.h>

#include "sim/engine/generation.h"

#define ASKED_EVENTS 256
#define ASKED_DEFAULT_TOKENS 8
#define ASKED_CONTEXT 1000

struct asked {
    int result; /* of engine_question_read(); there are no events if it is not 0 */
    struct engine_refusal refusal;
    struct engine_generation generation;
    struct buffer out;
    char names[ASKED_EVENTS][48];     /* of events; "" without one */
    yyjson_doc *events[ASKED_EVENTS]; /* [0] is the body of a plain answer */
    size_t event_count;
    bool is_done; /* [DONE] came, and nothing behind it */
};

/* All at once, by the profile of no time. */
void ask(struct asked *asked, const char *dialect, enum engine_kind kind, const char *body);
void asked_clear(struct asked *asked);

/* By JSON pointer into an event; NULL: not there. */
yyjson_val *at(const struct asked *asked, size_t event, const char *pointer);
/* "" if it is no string. */
const char *text_at(const struct asked *asked, size_t event, const char *pointer);
uint64_t number_at(const struct asked *asked, size_t event, const char *pointer);
/* The strings at the pointer of all events one behind the other; the caller clears the buffer. */
void gather(const struct asked *asked, const char *pointer, struct buffer *ret_text);
bool buffer_is(const struct buffer *buffer, const char *text);
/* Words first..first+count of the answer to these raw bytes. */
void words_of(const char *raw_prompt, unsigned first, unsigned count, struct buffer *ret_text);

#endif
