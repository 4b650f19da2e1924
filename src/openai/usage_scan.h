/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_scan - what an answer has cost, read while it goes by in whatever pieces it comes, without
 * changing it: the tokens that its engine tells, and until it does, how much of an answer has come.
 *
 * "usage" is read where engines put it: at the top of an object (chat, completions, embeddings,
 * rerank; each chunk, of which the last counts), or in its "response" (Responses) or "message"
 * (Anthropic's message_start, which message_delta adds to). Nowhere else: a tool's schema that an
 * engine repeats is its client's text. What is no whole number from 0 to USAGE_TOKENS_LIMIT is as
 * if it were not there.
 *
 * Memory   the caller embeds the struct; nothing allocates.
 * Threads  belongs to its owner.
 * Errors   none; what is no JSON tells nothing.
 */
#ifndef OPENAI_USAGE_SCAN_H
#define OPENAI_USAGE_SCAN_H

#include "base/bytes.h"

#define USAGE_TOKENS_LIMIT UINT64_C(1000000000)
#define USAGE_KEY_BYTES 32 /* longer than any key that we look for */

/* What usage may tell, in whatever words. */
enum usage_field {
    USAGE_PROMPT,
    USAGE_ANSWER,
    USAGE_TOTAL,
    USAGE_CACHED,        /* of the prompt, and counted in it */
    USAGE_CACHE_READ,    /* beside the prompt, as Anthropic counts */
    USAGE_CACHE_WRITTEN, /* likewise */
    USAGE_FIELDS,
};

/* The tokens of a prompt and its answer. */
struct usage_tokens {
    uint64_t prompt, cached; /* cached ones are counted in prompt */
    uint64_t answer;
    bool is_prompt_told; /* by the engine; if not, both are 0 */
    bool is_answer_told; /* and nothing came since; if not, it is counted from what came */
};

enum usage_line {                   /* of an event stream */
                  USAGE_LINE_FIELD, /* at its beginning, or within the name of its field */
                  USAGE_LINE_DATA,
                  USAGE_LINE_OTHER,
};

enum usage_text {
    USAGE_TEXT_OUTSIDE, /* of any string or number */
    USAGE_TEXT_KEY,
    USAGE_TEXT_STRING,
    USAGE_TEXT_ESCAPE,  /* behind a backslash in a string */
    USAGE_TEXT_NUMBER,  /* one that we look for */
    USAGE_TEXT_PASSING, /* no JSON, or behind its end */
};

struct usage_scan {
    uint64_t deltas;     /* events, or a whole answer, that brought some of it */
    uint64_t text_bytes; /* of the answer itself, as JSON writes it */
    uint64_t told[USAGE_FIELDS];
    uint8_t told_mask;                     /* bits 1 << enum usage_field */
    uint64_t told_deltas, told_text_bytes; /* what had come when USAGE_ANSWER was told */

    /* Of the event's object that is being read: for usage_strip. */
    bool has_usage;      /* an object */
    bool has_no_choices; /* "choices" is there and empty, as far as it came */
    bool has_choices;

    bool is_event_stream;
    enum usage_line line;
    uint8_t field_length; /* of "data:" that have come; USAGE_LINE_FIELD */
    bool last_was_cr;

    enum usage_text text;
    uint32_t depth;
    uint8_t place; /* the reader's own: in which object or array that we know */
    uint8_t value; /* and what the next value is to us */
    bool expects_key, has_text;
    char key[USAGE_KEY_BYTES];
    uint8_t key_length;
    uint64_t number;
};

void usage_scan_init(struct usage_scan *scan, bool is_event_stream);
void usage_scan_feed(struct usage_scan *scan, struct bytes bytes);
/* What is known now: at any time, also of an answer that breaks off. */
struct usage_tokens usage_scan_tokens(const struct usage_scan *scan);

#endif
