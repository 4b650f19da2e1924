/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/question.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "sim/engine/embedding.h"
#include "sim/engine/prompt.h"
#include "sim/engine/tools.h"
#include "sim/engine/wording.h"
#include "sim/value.h"

static const struct {
    const char *prompt, *id_prefix;
} kinds[] = {
    [ENGINE_CHAT] = {"messages", "chatcmpl-"}, [ENGINE_TEXT] = {"prompt", "cmpl-"},
    [ENGINE_EMBEDDINGS] = {"input", "embd-"},  [ENGINE_RERANK] = {"query", "rerank-"},
    [ENGINE_SCORE] = {"text_1", "score-"},     [ENGINE_RESPONSES] = {"input", "resp_"},
    [ENGINE_MESSAGES] = {"messages", "msg_"},
};

int engine_refuse(struct engine_refusal *refusal, const char *param, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(refusal->sentence, sizeof refusal->sentence, format, arguments);
    va_end(arguments);
    refusal->error = (struct openai_error){
        .status = 400, .param = param, .message = bytes_from_cstr(refusal->sentence)};
    return -EINVAL;
}

struct bytes engine_question_prompt(enum engine_kind kind, struct bytes body)
{
    return engine_member_raw(body, bytes_from_cstr(kinds[kind].prompt));
}

const char *engine_question_id_prefix(enum engine_kind kind)
{
    return kinds[kind].id_prefix;
}

yyjson_val *engine_question_root(const struct engine_question *question)
{
    return yyjson_doc_get_root(question->document);
}

static yyjson_val *member(const struct engine_question *question, const char *name)
{
    yyjson_val *value = yyjson_obj_get(engine_question_root(question), name);
    return yyjson_is_null(value) ? NULL : value;
}

/* ---- the body ---- */

static int document_read(struct engine_question *question, struct bytes body,
                         struct engine_refusal *refusal)
{
    yyjson_read_err error;

    /* Without the flag for reading in place the text is not written to. */
    question->document = yyjson_read_opts((char *)(uintptr_t)body.at, body.length, 0, NULL, &error);
    if (!question->document && error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return -ENOMEM;
    if (!question->document)
        return engine_refuse(refusal, NULL, "The body is no JSON: %s at byte %zu.", error.msg,
                             error.pos);
    if (!yyjson_is_obj(engine_question_root(question)))
        return engine_refuse(refusal, NULL, "The body must be a JSON object.");
    return 0;
}

static int prompt_read(struct engine_question *question, struct bytes body,
                       struct engine_refusal *refusal)
{
    const char *name = kinds[question->kind].prompt;
    yyjson_val *value = member(question, name);
    bool is_list = question->kind == ENGINE_CHAT || question->kind == ENGINE_MESSAGES;

    if (!value || (is_list && yyjson_arr_size(value) == 0))
        return engine_refuse(refusal, name, "\"%s\" is missing or empty.", name);
    question->prompt = engine_question_prompt(question->kind, body);
    question->prompt_tokens = engine_prompt_tokens(question->prompt, value);
    return 0;
}

/* ---- numbers and flags ---- */

/* A whole number in this range; *ret_given: there is one. */
struct range {
    const char *name;
    uint64_t least, most;
};

static int number_read(const struct engine_question *question, struct range range, uint64_t *number,
                       struct engine_refusal *refusal)
{
    yyjson_val *value = member(question, range.name);

    if (!value)
        return 0;
    if (!yyjson_is_uint(value) || yyjson_get_uint(value) < range.least ||
        yyjson_get_uint(value) > range.most)
        return engine_refuse(refusal, range.name,
                             "%s must be a whole number from %llu to %llu here.", range.name,
                             (unsigned long long)range.least, (unsigned long long)range.most);
    *number = yyjson_get_uint(value);
    return 0;
}

static int flag_read(const struct engine_question *question, const char *name, bool *flag,
                     struct engine_refusal *refusal)
{
    yyjson_val *value = member(question, name);

    if (value && !yyjson_is_bool(value))
        return engine_refuse(refusal, name, "%s must be true or false.", name);
    *flag = yyjson_is_true(value);
    return 0;
}

static int streaming_read(struct engine_question *question, struct engine_refusal *refusal)
{
    yyjson_val *options = member(question, "stream_options");

    int r = flag_read(question, "stream", &question->streams, refusal);
    question->repeats_usage = yyjson_is_true(yyjson_obj_get(options, "continuous_usage_stats"));
    question->includes_usage = yyjson_is_true(yyjson_obj_get(options, "include_usage"));
    return r;
}

/* Chat: "logprobs": true and "top_logprobs"; completions: "logprobs" is the number. */
static int logprobs_read(struct engine_question *question, struct engine_refusal *refusal)
{
    const char *name = question->kind == ENGINE_CHAT ? "top_logprobs" : "logprobs";
    struct range range = {name, 0, ENGINE_LOGPROB_LIMIT};
    uint64_t top = 0;
    int r = 0;

    if (question->kind == ENGINE_CHAT)
        r = flag_read(question, "logprobs", &question->tells_logprobs, refusal);
    else
        question->tells_logprobs = question->kind == ENGINE_TEXT && member(question, name);
    if (r == 0 && question->tells_logprobs)
        r = number_read(question, range, &top, refusal);
    question->top_logprobs = (unsigned)top;
    return r;
}

static int choices_read(struct engine_question *question, struct engine_refusal *refusal)
{
    bool has_choices = question->kind == ENGINE_CHAT || question->kind == ENGINE_TEXT;
    struct range range = {"n", 1, ENGINE_CHOICE_LIMIT};
    uint64_t count = 1;
    yyjson_val *priority = member(question, "priority");

    int r = has_choices ? number_read(question, range, &count, refusal) : 0;
    question->choice_count = (unsigned)count;
    if (r == 0)
        r = logprobs_read(question, refusal);
    if (r == 0)
        r = flag_read(question, "return_token_ids", &question->tells_token_ids, refusal);
    question->priority = yyjson_is_int(priority) ? yyjson_get_sint(priority) : 0;
    return r;
}

/* ---- how long ---- */

/* The larger one counts where several names are given; a negative one is none, as for vLLM. */
static int limit_read(const struct engine_question *question, uint64_t *limit, bool *ret_given,
                      struct engine_refusal *refusal)
{
    static const char *const names[] = {"max_tokens", "max_completion_tokens", "max_output_tokens"};

    *limit = 0;
    *ret_given = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        yyjson_val *value = member(question, names[i]);
        uint64_t tokens = *limit;
        if (yyjson_is_sint(value) && yyjson_get_sint(value) < 0)
            continue;
        int r = number_read(question, (struct range){names[i], 0, ENGINE_TOKEN_LIMIT}, &tokens,
                            refusal);
        if (r < 0)
            return r;
        *ret_given |= value != NULL;
        *limit = tokens > *limit ? tokens : *limit;
    }
    return 0;
}

static int too_long(const struct engine_question *question, uint64_t context, uint64_t wanted,
                    struct engine_refusal *refusal)
{
    unsigned long long prompt = question->prompt_tokens, most = context, more = wanted;

    if (question->dialect->family == ENGINE_SGLANG && prompt >= most)
        return engine_refuse(refusal, NULL,
                             "The input (%llu tokens) is longer than the model's context length "
                             "(%llu tokens).",
                             prompt, most);
    if (question->dialect->family == ENGINE_SGLANG)
        return engine_refuse(
            refusal, NULL,
            "Requested token count exceeds the model's maximum context length of %llu tokens. You "
            "requested a total of %llu tokens: %llu tokens from the input messages and %llu tokens "
            "for the completion. Please reduce the number of tokens in the input messages or the "
            "completion to fit within the limit.",
            most, prompt + more, prompt, more);
    if (prompt >= most)
        return engine_refuse(refusal, "input_tokens",
                             "This model's maximum context length is %llu tokens. However, your "
                             "request has %llu input tokens. Please reduce the length of the input "
                             "messages.",
                             most, prompt);
    return engine_refuse(refusal, "max_tokens",
                         "'max_tokens' or 'max_completion_tokens' is too large: %llu. This model's "
                         "maximum context length is %llu tokens and your request has %llu input "
                         "tokens (%llu > %llu - %llu).",
                         more, most, prompt, more, most, prompt);
}

/* Within what is left of the context; an answer that nobody limited just ends there. */
static int length_set(struct engine_question *question, const struct engine_setting *setting,
                      struct engine_refusal *refusal)
{
    uint64_t context = setting->context_tokens, limit, fallback = setting->default_tokens;
    bool is_given;

    int r = limit_read(question, &limit, &is_given, refusal);
    if (r < 0)
        return r;
    uint64_t left = context > question->prompt_tokens ? context - question->prompt_tokens : 0;
    if (context > 0 && (left == 0 || (is_given && limit > left)))
        return too_long(question, context, is_given ? limit : 0, refusal);
    if (context > 0 && fallback > left)
        fallback = left;
    engine_script_limit(&question->script, is_given ? &limit : NULL, fallback);
    return 0;
}

/* ---- all of it ---- */

static bool generates(enum engine_kind kind)
{
    return kind != ENGINE_EMBEDDINGS && kind != ENGINE_RERANK && kind != ENGINE_SCORE;
}

static int generated_read(struct engine_question *question, const struct engine_setting *setting,
                          struct engine_refusal *refusal)
{
    int r = streaming_read(question, refusal);
    if (r == 0)
        r = choices_read(question, refusal);
    if (r == 0)
        r = engine_wording_read(question, refusal);
    if (r == 0)
        r = length_set(question, setting, refusal);
    return r == 0 ? engine_wording_stop(question) : r;
}

/* What stands in the request is used where it is needed; here it is only checked. */
static int vector_read(const struct engine_question *question, struct engine_refusal *refusal)
{
    uint64_t dimensions;
    return number_read(question, (struct range){"dimensions", 1, ENGINE_EMBEDDING_MOST},
                       &dimensions, refusal);
}

int engine_question_read(struct engine_question *question, enum engine_kind kind, struct bytes body,
                         const struct engine_setting *setting, struct engine_refusal *ret_refusal)
{
    question->kind = kind;
    question->dialect = setting->dialect;
    question->choice_count = 1;
    int r = document_read(question, body, ret_refusal);
    if (r == 0)
        r = prompt_read(question, body, ret_refusal);
    if (r == 0)
        r = generates(kind) ? generated_read(question, setting, ret_refusal)
                            : vector_read(question, ret_refusal);
    return r;
}

void engine_question_clear(struct engine_question *question)
{
    yyjson_doc_free(question->document);
    question->document = NULL;
    engine_script_clear(&question->script);
}
