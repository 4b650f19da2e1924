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

#include "openai/line_end.h"

#define USAGE_TOKENS_LIMIT UINT64_C(1000000000)
#define USAGE_KEY_BYTES 28 /* of the longest key that we look for */

/* What usage may tell, in whatever words. */
enum usage_field {
    USAGE_PROMPT,        /* what was cached is counted in it */
    USAGE_INPUT,         /* the same, but what CACHE_READ and CACHE_WRITTEN count is not */
    USAGE_CACHED,        /* of the prompt */
    USAGE_CACHE_READ,    /* of the prompt, beside USAGE_INPUT */
    USAGE_CACHE_WRITTEN, /* likewise */
    USAGE_ANSWER,
    USAGE_TOTAL, /* prompt and answer */
};
#define USAGE_FIELDS 7

/* The tokens of a prompt and its answer. */
struct usage_tokens {
    uint64_t prompt, cached; /* cached ones are counted in prompt */
    uint64_t answer;
    bool is_prompt_told; /* by the engine; if not, both are 0 */
    bool is_answer_told; /* by the engine, of all that has come; if not, it is counted from that */
};

enum usage_line {                   /* of an event stream */
                  USAGE_LINE_FIELD, /* at its beginning, or within the name of its field */
                  USAGE_LINE_DATA,
                  USAGE_LINE_OTHER,
};

enum usage_text {
    USAGE_TEXT_OUTSIDE, /* of any string, and of numbers that we look for */
    USAGE_TEXT_KEY,     /* a string that may be a key that we look for */
    USAGE_TEXT_STRING,
    USAGE_TEXT_ESCAPE, /* behind a backslash in such a string */
    USAGE_TEXT_ANSWER, /* a string that is some of the answer */
    USAGE_TEXT_ANSWER_ESCAPE,
    USAGE_TEXT_NUMBER,
    USAGE_TEXT_PASSING, /* behind the object, or no object at all */
};

/* The innermost object or array whose keys mean something to us. */
enum usage_place {
    USAGE_PLACE_TOP,
    USAGE_PLACE_HOLDER, /* "message" or "response": may have "usage" inside */
    USAGE_PLACE_USAGE,
    USAGE_PLACE_DETAILS,
    USAGE_PLACE_ANSWER, /* "choices" and the like, with all that is inside */
};

/* What the value that comes next means to us. */
enum usage_value {
    USAGE_VALUE_OTHER,
    USAGE_VALUE_HOLDER,
    USAGE_VALUE_USAGE,
    USAGE_VALUE_DETAILS,
    USAGE_VALUE_TOKENS, /* a number of `field` */
    USAGE_VALUE_CHOICES,
    USAGE_VALUE_ANSWER, /* has some of the answer inside, or is it */
    USAGE_VALUE_TEXT,   /* is some of the answer if it is a string */
};

enum usage_choices {
    USAGE_CHOICES_NONE,
    USAGE_CHOICES_OPEN, /* its end is awaited, and nothing has come */
    USAGE_CHOICES_EMPTY,
    USAGE_CHOICES_FILLED, /* for good */
};

struct usage_scan {
    uint64_t deltas;                       /* events that brought some of the answer */
    uint64_t text_bytes;                   /* of the answer itself, as JSON writes it */
    uint64_t told[USAGE_FIELDS];           /* by the last usage that has the field */
    unsigned told_mask;                    /* bits 1 << enum usage_field */
    uint64_t told_deltas, told_text_bytes; /* what had come by USAGE_ANSWER's event */

    /* The object that is being read; of a stream's event the last one that ended, too. */
    bool has_usage;
    enum usage_choices choices;
    bool tells_answer, has_text;

    bool is_event_stream;
    bool has_ended; /* an event, with the last byte that was read */
    enum usage_line line;
    uint8_t field_length; /* of "data:" that have come; USAGE_LINE_FIELD */
    bool last_was_cr;     /* a newline that follows belongs to it */

    enum usage_text text;
    enum usage_place place;
    enum usage_value value;
    enum usage_field field;
    bool is_member;              /* a colon has come: the next string is no key */
    uint32_t depth, place_depth; /* brackets open, and up to `place` */
    uint64_t number;             /* above USAGE_TOKENS_LIMIT: none of ours */
    char key[USAGE_KEY_BYTES];   /* of a key that is cut */
    uint8_t key_length;          /* more than fits: none of ours */
};

void usage_scan_init(struct usage_scan *scan, bool is_event_stream);
void usage_scan_feed(struct usage_scan *scan, struct bytes bytes);
/* The same for a stream, but no further than the end of an event (has_ended); returns how many
 * bytes were read. A newline that belongs to the carriage return with which one ended is read for
 * itself. `ends`: of the piece that `bytes` are the rest of. */
size_t usage_scan_feed_event(struct usage_scan *scan, struct bytes bytes, struct line_ends *ends);
/* What is known now: at any time, also of an answer that breaks off. */
struct usage_tokens usage_scan_tokens(const struct usage_scan *scan);

#endif
