/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "sim/engine.h"

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

/* Whether `text` is how the right answer begins; all of it if `is_whole`. */
static bool text_is_right(const struct question *question, struct bytes text, bool is_whole)
{
    size_t at = 0;
    for (unsigned i = 0; i < question->tokens && at < text.length; i++) {
        char token[ENGINE_TOKEN_BYTES];
        size_t length = engine_token_hashed(question->prompt_hash, i, token);
        if (at + length > text.length || memcmp(text.at + at, token, length) != 0)
            return false;
        at += length;
        if (is_whole && i + 1 < question->tokens && at == text.length)
            return false;
    }
    return at == text.length && (!is_whole || text.length > 0 || question->tokens == 0);
}

static struct bytes text_of(yyjson_val *choice, const char *holder)
{
    yyjson_val *content = yyjson_obj_get(yyjson_obj_get(choice, holder), "content");
    return bytes_of(yyjson_get_str(content), yyjson_get_len(content));
}

static bool plain_is_right(const struct question *question, yyjson_val *root)
{
    if (question->kind == ASK_EMBEDDING)
        return yyjson_arr_size(yyjson_obj_get(root, "data")) == 1;
    if (question->kind == ASK_MODELS)
        return yyjson_arr_size(yyjson_obj_get(root, "data")) > 0;
    struct bytes text = text_of(yyjson_arr_get_first(yyjson_obj_get(root, "choices")), "message");
    return text.at && text_is_right(question, text, true);
}

static bool judge_plain(const struct question *question, const struct reply *reply,
                        enum outcome *ret_outcome, struct buffer *ret_why)
{
    struct bytes body = buffer_bytes(&reply->body);
    yyjson_doc *document = yyjson_read(body.at, body.length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    bool is_error = reply->status >= 400;
    bool is_right =
        is_error ? yyjson_is_obj(yyjson_obj_get(root, "error")) : plain_is_right(question, root);
    yyjson_doc_free(document);
    *ret_outcome = is_error ? GOT_REFUSAL : GOT_ANSWER;
    return is_right ||
           violated(ret_why, question, reply, "a whole answer that is not the right one");
}

struct stream_reading {
    struct buffer text;
    bool is_done, has_error, has_finish, is_wrong;
};

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
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *choice = yyjson_arr_get_first(yyjson_obj_get(root, "choices"));
    struct bytes text = text_of(choice, "delta");
    if (yyjson_is_obj(yyjson_obj_get(root, "error")))
        reading->has_error = true;
    else if (!choice)
        reading->is_wrong = true;
    else if (yyjson_is_str(yyjson_obj_get(choice, "finish_reason")))
        reading->has_finish = true;
    if (text.at && buffer_append(&reading->text, text) < 0)
        abort();
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
        else if (line.length > 0 && line.at[0] != ':')
            reading->is_wrong = true;
        body = rest;
    }
}

static bool judge_stream(const struct question *question, const struct reply *reply,
                         enum outcome *ret_outcome, struct buffer *ret_why)
{
    struct stream_reading reading = {0};
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

/* Trouble may come first: too late, no memory, no time. */
static bool is_refused_right(const struct question *question, unsigned status)
{
    unsigned wanted = question->kind == ASK_NOWHERE ? 404 : 400;
    return status == wanted || status == 408 || status == 503 ||
           (status == 504 && question->deadline_ms > 0);
}

/* Engines and edges may be late, busy or broken; but to say that a client is wrong, it must be. */
static bool may_be_refused(unsigned status)
{
    return status < 400 || status >= 500 || status == 408 || status == 429;
}

static bool judge_whole(const struct question *question, const struct reply *reply,
                        enum outcome *ret_outcome, struct buffer *ret_why)
{
    if (question_is_wrong(question) && !is_refused_right(question, reply->status))
        return violated(ret_why, question, reply, "what is wrong was not refused");
    if (!question_is_wrong(question) && !may_be_refused(reply->status))
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
