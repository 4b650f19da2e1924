/* SPDX-License-Identifier: Apache-2.0
 *
 * request_rules - what we know of the fields of requests, as tables: of which kind they are, and in
 * which range. request_check.h holds a request against them; docs/api.md tells users.
 *
 * The ranges are those that the API documents. Where engines are known to take more words, more
 * fields or other kinds, so do we: an edge that is stricter than the engines behind it would be in
 * the way. Null is the same as not there, wherever a field stands.
 *
 * Threads  any; the tables are constant.
 */
#ifndef OPENAI_REQUEST_RULES_H
#define OPENAI_REQUEST_RULES_H

#include "openai/json_reader.h"
#include "openai/route.h"

/* Fields whose value somebody wants to know. */
enum request_fact {
    FACT_NONE,
    FACT_MODEL,
    FACT_STREAM,
    FACT_STREAM_OPTIONS,
    FACT_INCLUDE_USAGE,
    FACT_MAX_TOKENS,
    FACT_CHOICES,
    FACT_SERVICE_TIER,
    FACT_MESSAGES,
    FACT_PROMPT, /* of a chat, where it may stand for messages */
    FACT_TEXT,   /* what a completion goes on from; may be empty */
    FACT_INPUT,  /* or what may be there instead of it */
    FACT_LOGPROBS,
    FACT_TOP_LOGPROBS,
};

/* What a value adds to the prompt. */
enum request_weight {
    WEIGHS_NOTHING,
    WEIGHS_TEXT,       /* the bytes of a string; a number is one token */
    WEIGHS_PROMPT,     /* the same; a string or an array is a prompt that is answered for itself */
    WEIGHS_WHOLE,      /* all its bytes, whatever it is */
    WEIGHS_ATTACHMENT, /* an image, a sound, a file */
};

/* What a value may be: bits 1 << enum json_kind, and this one, a number without fraction or
 * exponent. */
#define RULE_WHOLE (1u << (JSON_OBJECT + 1))

struct shape_rule;

struct value_rule {
    unsigned kinds;
    const char *expected; /* "an array of strings" */
    struct {
        double least, most;
    } range; /* of a number; both 0: any */
    struct {
        size_t least, most;
    } size;                         /* of a string in bytes, of an array in elements; most 0: any */
    const struct value_rule *items; /* of an array, or of an object that has no shape; NULL: any */
    const struct shape_rule *shape; /* of an object; NULL: any */
    const char *const *words;       /* all that a string may be, NULL behind them; NULL: any */
    enum request_weight weight;
};

struct field_rule {
    struct bytes name;
    const struct value_rule *value;
    enum request_fact fact;
    bool is_required;
};

struct field_group {
    const struct field_rule *at;
    size_t count;
};

#define SHAPE_GROUPS 3
#define SHAPE_FIELDS_LIMIT 64 /* of its groups together, so that a mask has a bit for each */

struct shape_rule {
    struct field_group groups[SHAPE_GROUPS];
};

const struct shape_rule *request_shape(enum openai_route route);

#endif
