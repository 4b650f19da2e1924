/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/request.h"

#include <assert.h>
#include <errno.h>
#include <yyjson.h>

/* The fields that we decide on; the order is that of the table of readers below. */
enum field {
    FIELD_MODEL,
    FIELD_STREAM,
    FIELD_STREAM_OPTIONS,
    FIELD_MAX_TOKENS,
    FIELD_MAX_COMPLETION_TOKENS,
    FIELD_MESSAGES,
    FIELD_PROMPT,
    FIELD_INPUT,
    FIELD_INCLUDE_USAGE, /* inside stream_options */
    FIELD_COUNT,
};

struct reading {
    struct openai_request *request;
    struct openai_error *error;
    struct arena *arena;
    enum openai_route route;
    bool is_seen[FIELD_COUNT];  /* the key was there: twice is once too often */
    bool is_given[FIELD_COUNT]; /* ... with a value that is not null */
};

static int refuse(struct reading *reading, const char *code, const char *param,
                  struct bytes message)
{
    if (!message.at)
        return -ENOMEM; /* the sentence did not fit into memory any more */
    *reading->error =
        (struct openai_error){.status = 400, .code = code, .param = param, .message = message};
    return -EINVAL;
}

static int read_model(struct reading *reading, yyjson_val *value)
{
    if (!yyjson_is_str(value) || yyjson_get_len(value) == 0)
        return refuse(reading, "invalid_type", "model",
                      BYTES("\"model\" must be a non-empty string: name a model that "
                            "GET /v1/models lists."));
    reading->request->model =
        arena_copy(reading->arena, bytes_of(yyjson_get_str(value), yyjson_get_len(value)));
    return reading->request->model.at ? 0 : -ENOMEM;
}

static int read_stream(struct reading *reading, yyjson_val *value)
{
    if (!yyjson_is_bool(value))
        return refuse(reading, "invalid_type", "stream",
                      BYTES("\"stream\" must be true or false, without quotes."));
    reading->request->stream = yyjson_get_bool(value);
    return 0;
}

static int read_include_usage(struct reading *reading, yyjson_val *value)
{
    if (!yyjson_is_bool(value))
        return refuse(reading, "invalid_type", "include_usage",
                      BYTES("\"stream_options.include_usage\" must be true or false, without "
                            "quotes."));
    reading->request->include_usage = yyjson_get_bool(value);
    return 0;
}

/* Some engines take a negative number for "as many as you like": theirs to judge, and for us the
 * same as none. Engines differ in which of the two fields wins, so the larger one counts. */
static int read_token_limit(struct reading *reading, yyjson_val *value, const char *name)
{
    struct bytes digits = bytes_of(yyjson_get_raw(value), yyjson_get_len(value));
    bool is_negative = yyjson_is_raw(value) && bytes_start_with(digits, BYTES("-"));
    uint64_t tokens = 0;
    if (!yyjson_is_raw(value) || !bytes_read_u64(bytes_after(digits, is_negative), &tokens))
        return refuse(reading, "invalid_type", name,
                      arena_format(reading->arena,
                                   "\"%s\" must be a whole number of tokens, without quotes, "
                                   "fraction or exponent.",
                                   name));
    if (is_negative)
        return 0;
    reading->request->has_max_tokens = true;
    if (tokens > reading->request->max_tokens)
        reading->request->max_tokens = tokens;
    return 0;
}

static int read_max_tokens(struct reading *reading, yyjson_val *value)
{
    return read_token_limit(reading, value, "max_tokens");
}

static int read_max_completion_tokens(struct reading *reading, yyjson_val *value)
{
    return read_token_limit(reading, value, "max_completion_tokens");
}

static int read_messages(struct reading *reading, yyjson_val *value)
{
    if (reading->route != OPENAI_CHAT || yyjson_arr_size(value) > 0)
        return 0;
    return refuse(reading, "invalid_type", "messages",
                  BYTES("\"messages\" must be a non-empty array of messages, such as "
                        "[{\"role\":\"user\",\"content\":\"Hello\"}]."));
}

static bool is_filled_text_or_list(yyjson_val *value)
{
    return (yyjson_is_str(value) && yyjson_get_len(value) > 0) || yyjson_arr_size(value) > 0;
}

/* A completion may go on from nothing; a chat may not. */
static int read_prompt(struct reading *reading, yyjson_val *value)
{
    bool is_empty_text = yyjson_is_str(value) && yyjson_get_len(value) == 0;
    bool may_be_empty = reading->route != OPENAI_CHAT;
    if (is_filled_text_or_list(value) || (is_empty_text && may_be_empty))
        return 0;
    return refuse(reading, "invalid_type", "prompt",
                  BYTES("\"prompt\" must be a string or a non-empty array."));
}

static int read_input(struct reading *reading, yyjson_val *value)
{
    if (reading->route != OPENAI_EMBEDDINGS || is_filled_text_or_list(value))
        return 0;
    return refuse(reading, "invalid_type", "input",
                  BYTES("\"input\" must be a non-empty string or a non-empty array."));
}

static int read_fields(struct reading *reading, yyjson_val *object, bool are_options);

static int read_stream_options(struct reading *reading, yyjson_val *value)
{
    if (!yyjson_is_obj(value))
        return refuse(reading, "invalid_type", "stream_options",
                      BYTES("\"stream_options\" must be an object, such as "
                            "{\"include_usage\":true}."));
    return read_fields(reading, value, true);
}

typedef int read_field_fn(struct reading *reading, yyjson_val *value);

/* Like BYTES(), for tables. */
#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct {
    struct bytes name;
    read_field_fn *read; /* is not asked about null, which is the same as nothing */
    bool is_option;      /* stands inside stream_options */
} fields[FIELD_COUNT] = {
    [FIELD_MODEL] = {NAME("model"), read_model, false},
    [FIELD_STREAM] = {NAME("stream"), read_stream, false},
    [FIELD_STREAM_OPTIONS] = {NAME("stream_options"), read_stream_options, false},
    [FIELD_MAX_TOKENS] = {NAME("max_tokens"), read_max_tokens, false},
    [FIELD_MAX_COMPLETION_TOKENS] = {NAME("max_completion_tokens"), read_max_completion_tokens,
                                     false},
    [FIELD_MESSAGES] = {NAME("messages"), read_messages, false},
    [FIELD_PROMPT] = {NAME("prompt"), read_prompt, false},
    [FIELD_INPUT] = {NAME("input"), read_input, false},
    [FIELD_INCLUDE_USAGE] = {NAME("include_usage"), read_include_usage, true},
};

#define KEY_BYTES 64 /* no way to write one of our names is longer */

/* The key as the most lenient readers see it: they ignore case, and Unicode's folding turns
 * U+017F into s and U+212A into k. An engine must not see a field where we saw none. */
static struct bytes fold_key(struct bytes key, char (*room)[KEY_BYTES])
{
    size_t length = 0;
    while (key.length > 0) {
        size_t used = 1;
        char c = key.at[0];
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c | 0x20);
        } else if (c == '\xc5' && bytes_start_with(key, BYTES("\xc5\xbf"))) {
            c = 's';
            used = 2;
        } else if (c == '\xe2' && bytes_start_with(key, BYTES("\xe2\x84\xaa"))) {
            c = 'k';
            used = 3;
        }
        (*room)[length++] = c;
        key = bytes_after(key, used);
    }
    return bytes_of(*room, length);
}

/* FIELD_COUNT: none of ours. */
static enum field find_field(struct bytes key, bool is_option)
{
    char room[KEY_BYTES];
    if (key.length > sizeof room)
        return FIELD_COUNT;
    struct bytes folded = fold_key(key, &room);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (fields[i].is_option == is_option && bytes_equal(folded, fields[i].name))
            return (enum field)i;
    return FIELD_COUNT;
}

static int read_field(struct reading *reading, enum field field, struct bytes key,
                      yyjson_val *value)
{
    const char *name = fields[field].name.at;
    if (!bytes_equal(key, fields[field].name))
        return refuse(reading, "invalid_field_name", name,
                      arena_format(reading->arena,
                                   "\"%.*s\" is another spelling of \"%s\", which some servers "
                                   "take for the same: write \"%s\".",
                                   (int)key.length, key.at, name, name));
    if (reading->is_seen[field])
        return refuse(reading, "duplicate_field", name,
                      arena_format(reading->arena, "\"%s\" is there twice: send it once.", name));
    reading->is_seen[field] = true;
    if (yyjson_is_null(value))
        return 0;
    reading->is_given[field] = true;
    return fields[field].read(reading, value);
}

static int read_fields(struct reading *reading, yyjson_val *object, bool are_options)
{
    yyjson_obj_iter each = yyjson_obj_iter_with(object);
    for (yyjson_val *key = yyjson_obj_iter_next(&each); key; key = yyjson_obj_iter_next(&each)) {
        struct bytes name = bytes_of(yyjson_get_str(key), yyjson_get_len(key));
        enum field field = find_field(name, are_options);
        if (field == FIELD_COUNT)
            continue;
        int r = read_field(reading, field, name, yyjson_obj_iter_get_val(key));
        if (r < 0)
            return r;
    }
    return 0;
}

static int refuse_missing(struct reading *reading, enum field field, struct bytes message)
{
    return refuse(reading, "missing_required_parameter", fields[field].name.at, message);
}

static int check_needs_of_route(struct reading *reading)
{
    const bool *is_given = reading->is_given;
    if (!is_given[FIELD_MODEL])
        return refuse_missing(reading, FIELD_MODEL,
                              BYTES("No model named: send \"model\", one that GET /v1/models "
                                    "lists."));
    switch (reading->route) {
    case OPENAI_CHAT:
        if (is_given[FIELD_MESSAGES] || is_given[FIELD_PROMPT])
            return 0;
        return refuse_missing(reading, FIELD_MESSAGES,
                              BYTES("No prompt provided: send \"messages\", a non-empty array."));
    case OPENAI_COMPLETIONS:
        if (is_given[FIELD_PROMPT])
            return 0;
        return refuse_missing(reading, FIELD_PROMPT,
                              BYTES("No prompt provided: send \"prompt\", a string or an array."));
    case OPENAI_EMBEDDINGS:
        if (is_given[FIELD_INPUT])
            return 0;
        return refuse_missing(reading, FIELD_INPUT,
                              BYTES("No input provided: send \"input\", a string or an array."));
    case OPENAI_RESPONSES:
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MESSAGES:
    case OPENAI_COUNT_TOKENS:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return 0;
    }
    return 0;
}

/* Values lie one behind the other, a container before what it holds: no recursion is needed. */
static bool is_too_deep(yyjson_doc *doc)
{
    const yyjson_val *ends[OPENAI_DEPTH_LIMIT];
    const yyjson_val *end = yyjson_doc_get_root(doc) + yyjson_doc_get_val_count(doc);
    size_t depth = 0;

    for (yyjson_val *value = yyjson_doc_get_root(doc); value < end; value++) {
        while (depth > 0 && value == ends[depth - 1])
            depth--;
        if (!yyjson_is_ctn(value))
            continue;
        if (depth == OPENAI_DEPTH_LIMIT)
            return true;
        ends[depth++] = unsafe_yyjson_get_next(value);
    }
    return false;
}

static int read_document(struct reading *reading, yyjson_doc *doc)
{
    if (!yyjson_is_obj(yyjson_doc_get_root(doc)))
        return refuse(reading, "invalid_json", NULL,
                      BYTES("The request body must be a JSON object, such as "
                            "{\"model\":\"...\",\"messages\":[...]}."));
    if (is_too_deep(doc))
        return refuse(reading, "too_deep", NULL,
                      arena_format(reading->arena,
                                   "The request body is nested more than %d levels deep: send it "
                                   "flatter.",
                                   OPENAI_DEPTH_LIMIT));
    int r = read_fields(reading, yyjson_doc_get_root(doc), false);
    return r < 0 ? r : check_needs_of_route(reading);
}

static int refuse_syntax(struct reading *reading, const yyjson_read_err *why)
{
    if (why->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return -ENOMEM;
    return refuse(reading, "invalid_json", NULL,
                  arena_format(reading->arena,
                               "The request body is not valid JSON: %s at byte %zu. Send one JSON "
                               "object in UTF-8.",
                               why->msg, why->pos));
}

static void *scratch_malloc(void *scratch, size_t size)
{
    return arena_alloc(scratch, size);
}

static void *scratch_realloc(void *scratch, void *piece, size_t old_size, size_t size)
{
    void *larger = arena_alloc(scratch, size);
    if (larger)
        memcpy(larger, piece, old_size < size ? old_size : size);
    return larger;
}

static void scratch_free(void *scratch, void *piece)
{
    (void)scratch, (void)piece; /* all goes at once, when the reading is over */
}

int openai_request_read(struct openai_request *ret_request, enum openai_route route,
                        struct bytes body, struct arena *arena, struct openai_error *ret_error)
{
    struct openai_request request = {0};
    struct reading reading = {
        .request = &request, .error = ret_error, .arena = arena, .route = route};
    if (body.length == 0)
        return refuse(&reading, "invalid_json", NULL,
                      BYTES("The request body is empty: send a JSON object."));

    struct arena scratch;
    arena_init(&scratch, arena->pool);
    yyjson_alc memory = {scratch_malloc, scratch_realloc, scratch_free, &scratch};
    yyjson_read_err why;
    /* Not in situ: yyjson only reads the body, which goes on as it came. Numbers stay text, so
     * that none is too large to pass. */
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)body.at, body.length,
                                       YYJSON_READ_NUMBER_AS_RAW, &memory, &why);
    int r = doc ? read_document(&reading, doc) : refuse_syntax(&reading, &why);
    arena_clear(&scratch);
    if (r == 0)
        *ret_request = request;
    return r;
}
