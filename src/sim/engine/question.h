/* SPDX-License-Identifier: Apache-2.0
 *
 * question - what a request asks of an engine, and by that all of its answer but the time:
 * read once, before anything is generated.
 *
 * The answer is made from the hash of the raw bytes of what was asked ("messages", "prompt",
 * "input", "query"). Where the request continues its final message, these are the bytes without
 * that message and the comma before it: what an edge had asked before it came to the continuation.
 *
 * Memory   the caller embeds the question, zeroed; views point into the request's body, which
 *          outlives it, or into its own document.
 * Threads  belongs to its generation.
 * Errors   -EINVAL with *ret_refusal filled; -ENOMEM.
 */
#ifndef SIM_ENGINE_QUESTION_H
#define SIM_ENGINE_QUESTION_H

#include <yyjson.h>

#include "sim/engine/dialect.h"
#include "sim/engine/script.h"

#define ENGINE_ID_BYTES 40
#define ENGINE_SENTENCE_BYTES 512
#define ENGINE_TOKEN_LIMIT UINT64_C(10000000) /* of one answer */
#define ENGINE_LOGPROB_LIMIT 20               /* alternatives told for each token */

enum engine_kind {
    ENGINE_CHAT,
    ENGINE_TEXT,
    ENGINE_EMBEDDINGS,
    ENGINE_RERANK,
    ENGINE_SCORE,
    ENGINE_RESPONSES,
    ENGINE_MESSAGES, /* as Anthropic has them */
};

/* An error and the memory of its sentence. */
struct engine_refusal {
    struct openai_error error;
    char sentence[ENGINE_SENTENCE_BYTES];
};

struct engine_question {
    enum engine_kind kind;
    const struct engine_dialect *dialect;
    const char *model; /* as the engine has it */
    char id[ENGINE_ID_BYTES];
    uint64_t created_s;
    yyjson_doc *document; /* the whole body */
    struct bytes prompt;  /* raw */
    uint64_t prompt_tokens;
    uint64_t cached_tokens; /* of the prompt; known when the first token is */
    int64_t priority;
    struct engine_script script;
    unsigned choice_count;
    unsigned top_logprobs; /* alternatives for each token */
    struct bytes echo;     /* stands before the answer; at == NULL: nothing does */
    bool streams;
    bool includes_usage, repeats_usage; /* at the end of a stream; in all of its chunks */
    bool tells_logprobs, tells_token_ids;
    bool calls_by_name;       /* tool_choice names the tool */
    size_t answer_bytes;      /* 0, or plain text goes on to this size */
    size_t first_event_bytes; /* blanks make a stream's first event about so large */
};

/* What does not come from the request. */
struct engine_setting {
    const struct engine_dialect *dialect;
    uint64_t default_tokens;
    uint64_t context_tokens; /* 0: no limit */
};

/* The raw value of `body` that a kind of request is about, and what its id begins with. */
struct bytes engine_question_prompt(enum engine_kind kind, struct bytes body);
const char *engine_question_id_prefix(enum engine_kind kind);

/* Reads all but model, id and created_s. */
int engine_question_read(struct engine_question *question, enum engine_kind kind, struct bytes body,
                         const struct engine_setting *setting, struct engine_refusal *ret_refusal);
yyjson_val *engine_question_root(const struct engine_question *question);
void engine_question_clear(struct engine_question *question);

/* Fills *refusal with a sentence that printf would make; returns -EINVAL. */
int engine_refuse(struct engine_refusal *refusal, const char *param, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
