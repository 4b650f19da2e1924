/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/request.h"

#include <errno.h>

#include "openai/field_name.h"
#include "openai/request_check.h"

struct reading {
    struct openai_request *request;
    struct openai_error *error;
    struct arena *arena;
    enum openai_route route;
    size_t body_bytes;
    unsigned given; /* bits 1 << enum request_fact */
    bool has_text_prompt, asks_logprobs, asks_top_logprobs;
};

static int refuse(struct reading *reading, const char *code, const char *param,
                  struct bytes sentence)
{
    return request_refuse(reading->error, code, param, sentence);
}

static int note_model(struct reading *reading, const struct request_finding *finding)
{
    reading->request->model = json_text_copy(finding->text, reading->arena);
    reading->request->model_raw = finding->raw;
    return reading->request->model.at ? 0 : -ENOMEM;
}

/* Some engines take a negative number for "as many as you like": for us the same as none. Engines
 * differ in which of several fields wins, so the largest counts. */
static void note_max_tokens(struct openai_request *request, struct bytes digits)
{
    uint64_t tokens;
    if (!bytes_read_u64(digits, &tokens))
        return;
    request->has_max_tokens = true;
    if (tokens > request->max_tokens)
        request->max_tokens = tokens;
}

static void note_choices(struct openai_request *request, struct bytes digits)
{
    uint64_t choices;
    if (bytes_read_u64(digits, &choices) && choices > request->choices)
        request->choices = choices;
}

static void note_stream(struct openai_request *request, const struct request_finding *finding)
{
    request->stream = finding->kind == JSON_TRUE;
    request->stream_key_raw = finding->key_raw;
}

static void note_include_usage(struct openai_request *request,
                               const struct request_finding *finding)
{
    request->include_usage = finding->kind == JSON_TRUE;
    request->include_usage_raw = finding->raw;
}

static void note_prompt(struct reading *reading, const struct request_finding *finding)
{
    reading->has_text_prompt = finding->kind == JSON_STRING;
    reading->request->prompt_raw = finding->raw;
    reading->request->prompt_key_raw = finding->key_raw;
}

static int note(void *user, const struct request_finding *finding)
{
    struct reading *reading = user;
    struct openai_request *request = reading->request;
    bool may_be_empty = finding->fact == FACT_TEXT && finding->kind == JSON_STRING;
    if (finding->is_filled || may_be_empty)
        reading->given |= 1u << finding->fact;

    switch (finding->fact) {
    case FACT_MODEL:
        return finding->is_filled ? note_model(reading, finding) : 0;
    case FACT_STREAM:
        note_stream(request, finding);
        return 0;
    case FACT_STREAM_OPTIONS:
        request->stream_options_raw = finding->raw;
        return 0;
    case FACT_INCLUDE_USAGE:
        note_include_usage(request, finding);
        return 0;
    case FACT_MAX_TOKENS:
        note_max_tokens(request, finding->raw);
        return 0;
    case FACT_CHOICES:
        note_choices(request, finding->raw);
        return 0;
    case FACT_SERVICE_TIER:
        if (finding->is_filled)
            request->service_tier = finding->text.raw;
        return 0;
    case FACT_MESSAGES:
        if (!finding->is_filled)
            request->messages_empty_raw = finding->raw;
        return 0;
    case FACT_PROMPT:
        note_prompt(reading, finding);
        return 0;
    case FACT_LOGPROBS:
        reading->asks_logprobs = finding->kind == JSON_TRUE;
        return 0;
    case FACT_TOP_LOGPROBS:
        reading->asks_top_logprobs = finding->is_filled && !bytes_equal(finding->raw, BYTES("0"));
        return 0;
    case FACT_NONE:
    case FACT_TEXT:
    case FACT_INPUT:
        return 0;
    }
    return 0;
}

static bool is_given(const struct reading *reading, enum request_fact fact)
{
    return reading->given >> fact & 1;
}

static int refuse_missing(struct reading *reading, const char *param, struct bytes sentence)
{
    return refuse(reading, "missing_required_parameter", param, sentence);
}

/* Messages win where there are both: the prompt is then a field that we do not know. */
static int check_chat_prompt(struct reading *reading)
{
    if (is_given(reading, FACT_MESSAGES)) {
        reading->request->prompt_raw = (struct bytes){0};
        return 0;
    }
    if (!is_given(reading, FACT_PROMPT))
        return refuse_missing(reading, "messages",
                              BYTES("No prompt provided: send \"messages\", a non-empty array such "
                                    "as [{\"role\":\"user\",\"content\":\"Hello\"}]."));
    if (!reading->has_text_prompt)
        return refuse(reading, "invalid_type", "prompt",
                      BYTES("\"prompt\" must be a string where it stands for \"messages\"."));
    return 0;
}

static int check_needs_of_route(struct reading *reading)
{
    switch (reading->route) {
    case OPENAI_CHAT:
        return check_chat_prompt(reading);
    case OPENAI_COMPLETIONS:
        if (is_given(reading, FACT_TEXT))
            return 0;
        return refuse_missing(reading, "prompt",
                              BYTES("No prompt provided: send \"prompt\", a string or an array."));
    case OPENAI_EMBEDDINGS:
        if (is_given(reading, FACT_INPUT))
            return 0;
        return refuse_missing(reading, "input",
                              BYTES("No input provided: send \"input\", a non-empty string or "
                                    "array."));
    case OPENAI_MESSAGES:
        if (!is_given(reading, FACT_MAX_TOKENS))
            return refuse_missing(reading, "max_tokens",
                                  BYTES("No limit given: send \"max_tokens\", a whole number from "
                                        "1."));
        __attribute__((fallthrough));
    case OPENAI_COUNT_TOKENS:
        if (is_given(reading, FACT_MESSAGES))
            return 0;
        return refuse_missing(reading, "messages",
                              BYTES("No messages provided: send \"messages\", a non-empty array."));
    case OPENAI_RESPONSES: /* a stored prompt may name the model and hold the input */
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return 0;
    }
    return 0;
}

static int check_logprobs(struct reading *reading)
{
    bool is_chat = reading->route == OPENAI_CHAT;
    if (!is_chat || !reading->asks_top_logprobs || reading->asks_logprobs)
        return 0;
    return refuse(reading, "invalid_value", "top_logprobs",
                  BYTES("\"top_logprobs\" is allowed only with \"logprobs\": true."));
}

static int check_whole(struct reading *reading)
{
    bool needs_model =
        openai_route_has_request(reading->route) && reading->route != OPENAI_RESPONSES;
    if (needs_model && !is_given(reading, FACT_MODEL))
        return refuse_missing(reading, "model",
                              BYTES("No model named: send \"model\", one that GET /v1/models "
                                    "lists."));
    int r = check_needs_of_route(reading);
    return r < 0 ? r : check_logprobs(reading);
}

/* Each of several prompts is answered for itself. Of a path that we do not know all may be text. */
static void note_weights(struct openai_request *request, const struct request_check *check,
                         const struct reading *reading)
{
    bool is_known = reading->route != OPENAI_UNKNOWN;
    request->prompt_text_bytes = is_known ? check->text_bytes : reading->body_bytes;
    request->prompt_tokens = check->tokens + check->attachments * OPENAI_ATTACHMENT_TOKENS;
    if (check->prompts > 1)
        request->choices *= check->prompts;
}

int openai_request_read(struct openai_request *ret_request, enum openai_route route,
                        struct bytes body, struct arena *arena, struct openai_error *ret_error)
{
    struct openai_request request = {.choices = 1};
    struct reading reading = {.request = &request,
                              .error = ret_error,
                              .arena = arena,
                              .route = route,
                              .body_bytes = body.length};
    struct request_check check = {
        .arena = arena, .error = ret_error, .found = note, .user = &reading};
    ret_error->shape = openai_route_error_shape(route);
    if (body.length == 0)
        return refuse(&reading, "invalid_json", NULL,
                      BYTES("The request body is empty: send a JSON object."));

    int r = request_check_run(&check, body, request_shape(route));
    if (r == 0)
        r = check_whole(&reading);
    if (r < 0)
        return r;
    note_weights(&request, &check, &reading);
    *ret_request = request;
    return 0;
}

static struct bytes just_behind(struct bytes view)
{
    return bytes_of(view.at + view.length, 0);
}

void openai_request_wrap_prompt(const struct openai_request *request,
                                struct splice_edit ret_edits[OPENAI_WRAP_EDITS])
{
    struct bytes start = BYTES("[{\"role\":\"user\",\"content\":"), end = BYTES("}]");
    struct bytes empty = request->messages_empty_raw, prompt = request->prompt_raw;
    if (empty.at) { /* a second "messages" would be one too many; the prompt stays as well */
        ret_edits[0] = (struct splice_edit){empty, start};
        ret_edits[1] = (struct splice_edit){just_behind(empty), prompt};
        ret_edits[2] = (struct splice_edit){just_behind(empty), end};
        return;
    }
    ret_edits[0] = (struct splice_edit){request->prompt_key_raw, BYTES("\"messages\"")};
    ret_edits[1] = (struct splice_edit){bytes_of(prompt.at, 0), start};
    ret_edits[2] = (struct splice_edit){just_behind(prompt), end};
}

struct splice_edit openai_request_ask_usage(const struct openai_request *request)
{
    struct bytes options = request->stream_options_raw, old = request->include_usage_raw;
    if (old.at)
        return (struct splice_edit){old, BYTES("true")};
    if (!options.at)
        return (struct splice_edit){bytes_of(request->stream_key_raw.at, 0),
                                    BYTES("\"stream_options\":{\"include_usage\":true},")};
    if (options.at[0] != '{') /* null */
        return (struct splice_edit){options, BYTES("{\"include_usage\":true}")};
    bool has_members = memchr(options.at, '"', options.length) != NULL;
    return (struct splice_edit){bytes_of(options.at + 1, 0), has_members
                                                                 ? BYTES("\"include_usage\":true,")
                                                                 : BYTES("\"include_usage\":true")};
}

/* Whether the key, however it is written, is this name, which may have capitals itself. */
static bool is_named(struct bytes folded, const char *name)
{
    return bytes_equal_nocase(folded, bytes_from_cstr(name));
}

size_t openai_request_find_field(struct bytes body, const char *const *names, size_t count)
{
    struct json_reader reader;
    struct json_value value;
    struct json_text key;
    size_t found = count;
    json_reader_init(&reader, body);
    json_read_value(&reader, &value);
    while (json_next_member(&reader, &key)) {
        char room[FIELD_NAME_BYTES];
        struct bytes name;
        if (field_name_fold(key, room, &name))
            for (size_t i = 0; i < found; i++)
                if (is_named(name, names[i]))
                    found = i;
        json_read_value(&reader, &value);
        json_skip(&reader, &value);
    }
    return found;
}
