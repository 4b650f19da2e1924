/* SPDX-License-Identifier: Apache-2.0
 *
 * dialect - whose engine this one sounds like: what the same facts are called, and what
 * stands beside them.
 *
 * "openai" is the bare API and the default. The "-old" ones are what a fleet still runs of vLLM
 * before 0.10 and of SGLang before 0.5: flat error bodies and names since renamed.
 *
 * Sources  vLLM vllm/entrypoints/openai, vllm/v1/metrics/loggers.py; SGLang
 *          python/sglang/srt/entrypoints/openai, python/sglang/srt/metrics/collector.py.
 * Memory   static tables.
 * Threads  any.
 */
#ifndef SIM_ENGINE_DIALECT_H
#define SIM_ENGINE_DIALECT_H

#include "openai/error.h"

enum engine_family { ENGINE_OPENAI, ENGINE_VLLM, ENGINE_SGLANG };

enum engine_error_form {
    ENGINE_ERROR_OPENAI, /* {"error":{"type":"invalid_request_error",...,"code":null}} */
    ENGINE_ERROR_NESTED, /* {"error":{"type":"BadRequestError",...,"code":400}} */
    ENGINE_ERROR_FLAT,   /* {"object":"error","type":"BadRequestError",...,"code":400} */
};

/* Texts are JSON members, each with the comma before it; "": there are none. */
struct engine_dialect {
    const char *name; /* for --dialect */
    enum engine_family family;
    bool is_old;
    enum engine_error_form errors;
    bool ends_errors_with_done;   /* [DONE] even behind an error in mid-stream */
    bool tells_cached_tokens;     /* in usage */
    uint64_t context_tokens;      /* max_model_len by default; 0: no limit */
    const char *head_more;        /* of an answer, behind "model" */
    const char *delta_before;     /* of a delta, before all others; ends with a comma */
    const char *delta_after;      /* of a delta with "content" */
    const char *no_calls;         /* of a message that calls no tool */
    const char *message_more;     /* of a message, at its end */
    const char *chunk_more;       /* of a streamed choice that goes on */
    const char *stop_member;      /* which stop string ended a choice; NULL: nobody tells */
    const char *usage_more;       /* of usage, at its end */
    const char *answer_more;      /* of a whole answer, at its end */
    const char *tool_call_prefix; /* of a call's id */
};

extern const struct engine_dialect engine_dialects[]; /* ends with name == NULL */

/* NULL: there is none of that name. */
const struct engine_dialect *engine_dialect_find(struct bytes name);

/* As a body. */
int engine_error_write(const struct engine_dialect *dialect, const struct openai_error *error,
                       struct buffer *out);
/* As an event of a stream that has begun. */
int engine_error_write_event(const struct engine_dialect *dialect, const struct openai_error *error,
                             struct buffer *out);
/* {"type":"error","error":{"type","message"}}: on /v1/messages, whatever the dialect. */
int engine_error_write_anthropic(const struct openai_error *error, struct buffer *out);
int engine_error_write_anthropic_event(const struct openai_error *error, struct buffer *out);

#endif
