/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "sim/engine/engine.h"

const char *const outcome_names[OUTCOMES] = {"answer",  "refusal",     "error_event", "broken",
                                             "nothing", "turned_away", "left",        "overdue"};

static bool violated(struct buffer *ret_why, const struct question *question,
                     const struct reply *reply, const char *what)
{
    struct bytes body = buffer_bytes(&reply->body);
    (void)buffer_append_format(ret_why, "%s (kind %d): %s: status %u id %s: %.*s", question->id,
                               (int)question->kind, what, reply->status, reply->request_id,
                               (int)(body.length < 300 ? body.length : 300),
                               body.at + (body.length < 300 ? 0 : body.length - 300));
    return false;
}

static bool text_has_hash(const struct question *question, uint64_t hash, struct bytes text,
                          bool is_whole)
{
    size_t at = 0;
    for (unsigned i = 0; i < question->tokens && at < text.length; i++) {
        char token[ENGINE_TOKEN_BYTES];
        size_t length = engine_token_hashed(hash, i, token);
        if (at + length > text.length || memcmp(text.at + at, token, length) != 0)
            return false;
        at += length;
        if (is_whole && i + 1 < question->tokens && at == text.length)
            return false;
    }
    return at == text.length && (!is_whole || text.length > 0 || question->tokens == 0);
}

/* Whether `text` is how the right answer begins; all of it if `is_whole`. */
static bool text_is_right(const struct question *question, struct bytes text, bool is_whole)
{
    return text_has_hash(question, question->prompt_hash, text, is_whole) ||
           (question->kind == ASK_PROMPT &&
            text_has_hash(question, question->wrapped_hash, text, is_whole));
}

static struct bytes text_at(yyjson_val *object, const char *name)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    return bytes_of(yyjson_get_str(value), yyjson_get_len(value));
}

/* Where a model is named, it is by the name that was asked for. */
static bool names_model(const struct question *question, yyjson_val *object)
{
    yyjson_val *model = yyjson_obj_get(object, "model");
    return !model || (yyjson_is_str(model) && strcmp(yyjson_get_str(model), question->model) == 0);
}

static bool list_is_right(const struct question *question, yyjson_val *root)
{
    yyjson_val *data = yyjson_obj_get(root, "data"), *entry;
    size_t i, count;
    if (!question->models || question->is_head)
        return yyjson_arr_size(data) > 0;
    yyjson_arr_foreach(
        data, i, count,
        entry) if (!world_models_may_list(question->models, text_at(entry, "id"))) return false;
    return !question->knows_all || yyjson_arr_size(data) == world_models_listed(question->models);
}

static bool echo_is_right(const struct question *question, yyjson_val *root)
{
    char hash[20];
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)question->prompt_hash);
    return bytes_equal(text_at(root, "hash"), bytes_from_cstr(hash));
}

static bool plain_is_right(const struct question *question, yyjson_val *root)
{
    if (question->kind == ASK_EMBEDDING)
        return yyjson_arr_size(yyjson_obj_get(root, "data")) == 1 && names_model(question, root);
    if (question->kind == ASK_RERANK)
        return yyjson_arr_size(yyjson_obj_get(root, "results")) == 2 && names_model(question, root);
    if (question->kind == ASK_ECHO)
        return echo_is_right(question, root);
    if (question->kind == ASK_MODELS)
        return list_is_right(question, root);
    if (question->kind == ASK_ONE_MODEL)
        return bytes_equal(text_at(root, "id"), bytes_from_cstr(question->model));
    yyjson_val *choice = yyjson_arr_get_first(yyjson_obj_get(root, "choices"));
    struct bytes text = text_at(yyjson_obj_get(choice, "message"), "content");
    if (!text.at && question->kind == ASK_PROMPT)
        text = text_at(choice, "text");
    return text.at && text_is_right(question, text, true) && names_model(question, root);
}

/* {"error":{...}}; of Anthropic's, {"type":"error","error":{...}}. */
static bool error_is_right(const struct question *question, yyjson_val *root)
{
    bool is_anthropic = question->kind == ASK_MESSAGE || question->kind == ASK_BAD_MESSAGE;
    return yyjson_is_obj(yyjson_obj_get(root, "error")) &&
           (!is_anthropic || bytes_equal(text_at(root, "type"), BYTES("error")));
}

static bool judge_plain(const struct question *question, const struct reply *reply,
                        enum outcome *ret_outcome, struct buffer *ret_why)
{
    struct bytes body = buffer_bytes(&reply->body);
    yyjson_doc *document = yyjson_read(body.at, body.length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    bool is_error = reply->status >= 400;
    bool is_right = is_error ? error_is_right(question, root) : plain_is_right(question, root);
    yyjson_doc_free(document);
    *ret_outcome = is_error ? GOT_REFUSAL : GOT_ANSWER;
    return is_right ||
           violated(ret_why, question, reply, "a whole answer that is not the right one");
}

struct stream_reading {
    const struct question *question;
    struct buffer text;
    bool is_done, has_error, has_finish, is_wrong;
};

/* What an event of each API adds to the text; at == NULL: nothing. */
static struct bytes delta_of(enum question_kind kind, yyjson_val *root)
{
    if (kind == ASK_MESSAGE)
        return text_at(yyjson_obj_get(root, "delta"), "text");
    bool is_text = bytes_equal(text_at(root, "type"), BYTES("response.output_text.delta"));
    if (kind == ASK_RESPONSE)
        return is_text ? text_at(root, "delta") : (struct bytes){0};
    yyjson_val *choice = yyjson_arr_get_first(yyjson_obj_get(root, "choices"));
    return text_at(yyjson_obj_get(choice, "delta"), "content");
}

static bool is_last(yyjson_val *root)
{
    struct bytes type = text_at(root, "type");
    return bytes_equal(type, BYTES("message_stop")) ||
           bytes_equal(type, BYTES("response.completed")) ||
           bytes_equal(type, BYTES("response.incomplete"));
}

static void read_object(struct stream_reading *reading, yyjson_val *root)
{
    enum question_kind kind = reading->question->kind;
    yyjson_val *choice = yyjson_arr_get_first(yyjson_obj_get(root, "choices"));
    struct bytes text = delta_of(kind, root);
    bool is_chat = kind != ASK_MESSAGE && kind != ASK_RESPONSE;
    if (yyjson_is_obj(yyjson_obj_get(root, "error")))
        reading->has_error = true;
    else if (is_chat ? !choice : !text_at(root, "type").at)
        reading->is_wrong = true;
    else if (is_last(root))
        reading->is_done = reading->has_finish = true;
    else if (yyjson_is_str(yyjson_obj_get(choice, "finish_reason")))
        reading->has_finish = true;
    reading->is_wrong |= !names_model(reading->question, root) ||
                         !names_model(reading->question, yyjson_obj_get(root, "message")) ||
                         !names_model(reading->question, yyjson_obj_get(root, "response"));
    if (text.at && buffer_append(&reading->text, text) < 0)
        abort();
}

static void read_event(struct stream_reading *reading, struct bytes data)
{
    if (reading->is_done || reading->has_error) {
        reading->is_wrong = true; /* nothing follows an end */
        return;
    }
    if (bytes_equal(data, BYTES("[DONE]"))) {
        reading->is_done = true;
        return;
    }
    yyjson_doc *document = yyjson_read(data.at, data.length, 0);
    read_object(reading, yyjson_doc_get_root(document));
    yyjson_doc_free(document);
}

/* Lines that are cut by the end are no events: an SSE reader drops them too. */
static void read_events(struct stream_reading *reading, struct bytes body)
{
    while (body.length > 0) {
        struct bytes rest = body;
        struct bytes line = bytes_cut(&rest, '\n');
        if (!rest.at)
            return;
        if (bytes_start_with(line, BYTES("data: ")))
            read_event(reading, bytes_after(line, 6));
        else if (line.length > 0 && line.at[0] != ':' && !bytes_start_with(line, BYTES("event: ")))
            reading->is_wrong = true;
        body = rest;
    }
}

static bool judge_stream(const struct question *question, const struct reply *reply,
                         enum outcome *ret_outcome, struct buffer *ret_why)
{
    struct stream_reading reading = {.question = question};
    read_events(&reading, buffer_bytes(&reply->body));
    bool is_whole = reply->state == REPLY_COMPLETE;
    const char *wrong = NULL;
    if (reading.is_wrong)
        wrong = "an event that does not belong there";
    else if (!text_is_right(question, buffer_bytes(&reading.text), reading.is_done))
        wrong = "tokens that are not this request's";
    else if (reading.is_done && (!reading.has_finish || reading.has_error))
        wrong = "[DONE] without a finish";
    else if (is_whole && !reading.is_done && !reading.has_error)
        wrong = "a cut stream that looks whole";
    buffer_clear(&reading.text);
    *ret_outcome = reading.has_error ? GOT_ERROR_EVENT : reading.is_done ? GOT_ANSWER : GOT_BROKEN;
    return !wrong || violated(ret_why, question, reply, wrong);
}

/* What came too late to be a request, or found no memory to be one, gets a name of the edge's. */
static bool is_named_right(const struct question *question, const struct reply *reply)
{
    bool is_nameless = (reply->status == 408 || reply->status == 503) &&
                       strncmp(reply->request_id, "req_", 4) == 0;
    return is_nameless || strcmp(reply->request_id, question->id) == 0;
}

/* Trouble may come first: too late, no memory, no time. A model that nobody has is looked for on
 * cores that have not told what they have, and there anything may happen. */
static bool is_refused_right(const struct question *question, unsigned status)
{
    bool asks_cores = question->kind == ASK_MISSING;
    return status == question_refusal(question) || question_may_be_denied(question, status) ||
           status == 408 || status == 503 || (status == 504 && question->deadline_ms > 0) ||
           (asks_cores && (status >= 500 || status == 429));
}

/* Engines and edges may be late, busy or broken; but to say that a client is wrong, it must be. */
static bool may_be_refused(const struct question *question, unsigned status)
{
    return question_may_be_denied(question, status) || status < 400 || status >= 500 ||
           status == 408 || status == 429;
}

static bool judge_whole(const struct question *question, const struct reply *reply,
                        enum outcome *ret_outcome, struct buffer *ret_why)
{
    if (question_refusal(question) == 401 && reply->interims > 0)
        return violated(ret_why, question, reply, "a stranger was told to go on");
    if (question_is_wrong(question) && !is_refused_right(question, reply->status))
        return violated(ret_why, question, reply, "what is wrong was not refused");
    if (!question_is_wrong(question) && !may_be_refused(question, reply->status))
        return violated(ret_why, question, reply, "what is right was refused");
    if (!question->is_head)
        return judge_plain(question, reply, ret_outcome, ret_why);
    *ret_outcome = reply->status < 400 ? GOT_ANSWER : GOT_REFUSAL;
    return true;
}

bool judge(const struct question *question, const struct reply *reply, enum outcome *ret_outcome,
           struct buffer *ret_why)
{
    *ret_outcome = GOT_NOTHING;
    if (reply->state == REPLY_NONSENSE)
        return violated(ret_why, question, reply, "bytes that are no HTTP");
    if (reply->state == REPLY_HEAD)
        return true;
    if (!is_named_right(question, reply))
        return violated(ret_why, question, reply, "the answer to another request");
    bool is_stream = strncmp(reply->content_type, "text/event-stream", 17) == 0;
    if (is_stream && !question_is_stream(question))
        return violated(ret_why, question, reply, "a stream that nobody asked for");
    if (is_stream)
        return judge_stream(question, reply, ret_outcome, ret_why);
    if (reply->state == REPLY_COMPLETE)
        return judge_whole(question, reply, ret_outcome, ret_why);
    *ret_outcome = GOT_BROKEN;
    return true;
}
