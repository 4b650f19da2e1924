/* SPDX-License-Identifier: Apache-2.0
 *
 * request - the facts an edge decides on, read from a request body whose bytes stay as they are.
 *
 * Refused with a sentence that names the field: what is no JSON object, nested deeper than
 * JSON_DEPTH_LIMIT, not UTF-8; a field that we know of the wrong type or out of its range (the
 * tables of request_rules.c say what we know), there twice, or written in another letter case (some
 * engines' readers take "Stream" for "stream"); a field that its route needs and that is not there.
 * Unknown fields are not looked at. docs/api.md has all of it for users.
 *
 * Memory   the body is only read; what *_raw are views of it, model and sentences lie in the arena.
 *          Nothing else is allocated, whatever the body. Threads  any.
 * Errors   -EINVAL with *ret_error filled (status 400, shape, param); -ENOMEM.
 * Cost     one pass over the body, each byte looked at a fixed number of times.
 */
#ifndef OPENAI_REQUEST_H
#define OPENAI_REQUEST_H

#include "base/arena.h"
#include "openai/error.h"
#include "openai/route.h"
#include "openai/splice.h"

struct openai_request {
    struct bytes model;     /* decoded; at == NULL: none; only RESPONSES and UNKNOWN allow it */
    struct bytes model_raw; /* with its quotes, as it stands in the body */
    bool stream;
    bool include_usage;  /* stream_options.include_usage */
    bool has_max_tokens; /* by whatever name its route has; the largest if there are several */
    uint64_t max_tokens; /* of each choice */
    uint64_t choices;    /* answers that are made: n or best_of, for each prompt; 1 or more */
    struct bytes service_tier; /* as it is written between its quotes; at == NULL: none */

    /* What the prompt is made of: bytes of text (messages, tools, prompt, input; as JSON writes
     * them; of OPENAI_UNKNOWN the whole body), and tokens where the client itself sent numbers, or
     * for each image, sound or file OPENAI_ATTACHMENT_TOKENS. */
    uint64_t prompt_text_bytes, prompt_tokens;

    /* Where include_usage is to be put; at == NULL: not there. */
    struct bytes stream_key_raw, stream_options_raw, include_usage_raw;

    /* A chat's "prompt" that stands for its messages; at == NULL: it has messages. */
    struct bytes prompt_raw;
    struct bytes prompt_key_raw;     /* "prompt", with its quotes */
    struct bytes messages_empty_raw; /* the null or [] that "messages" is, if it is there */
};

/* What an image, a sound or a file of a prompt is taken for, whatever its size. */
#define OPENAI_ATTACHMENT_TOKENS 1024

/* With OPENAI_UNKNOWN any object will do; its model and stream are read if they are there. */
int openai_request_read(struct openai_request *ret_request, enum openai_route route,
                        struct bytes body, struct arena *arena, struct openai_error *ret_error);

/* What makes one user message of the prompt: {"prompt":"Hi"} becomes
 * {"messages":[{"role":"user","content":"Hi"}]}. Only where prompt_raw is set. */
#define OPENAI_WRAP_EDITS 3
void openai_request_wrap_prompt(const struct openai_request *request,
                                struct splice_edit ret_edits[OPENAI_WRAP_EDITS]);

/* What makes the engine of a stream tell its usage at the end: `"include_usage":true` in its
 * stream_options. For chats and completions whose `stream` is true and include_usage is not. */
struct splice_edit openai_request_ask_usage(const struct openai_request *request);

/* The first of the names that is a top-level field of the body, in whatever letter case; `count`:
 * none is. The body must have been accepted by openai_request_read(). */
size_t openai_request_find_field(struct bytes body, const char *const *names, size_t count);

#endif
