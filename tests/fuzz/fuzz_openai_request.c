/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: a body that is accepted is JSON to yyjson too, and a naive reader, which walks over
 * the text and believes all of it, finds the same facts in it; one more "model", in any spelling,
 * makes it refused; a prompt that stands for messages can be wrapped into some; a stream that does
 * not ask for usage can be made to, and stays the same request; no prompt weighs more than its
 * body. A refusal has a sentence. The body stays as it was. The first input byte picks the route.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "openai/request.h"

#define BODY_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* What the naive reader knows; it stands at `at`, in text that is known to be JSON. */
struct naive {
    const char *at;
    char text[BODY_BYTES]; /* the string read last, decoded */
    size_t text_length;
    char model[BODY_BYTES];
    size_t model_length;
    enum openai_route route;
    unsigned models, streams;
    bool is_streamed, includes_usage, has_max_tokens;
    uint64_t max_tokens;
};

static void skip_space(struct naive *naive)
{
    while (*naive->at == ' ' || *naive->at == '\t' || *naive->at == '\n' || *naive->at == '\r')
        naive->at++;
}

static uint32_t read_hex(struct naive *naive)
{
    char digits[5] = {0};
    memcpy(digits, naive->at, 4);
    naive->at += 4;
    return (uint32_t)strtoul(digits, NULL, 16);
}

static void put(struct naive *naive, uint32_t byte)
{
    naive->text[naive->text_length++] = (char)byte;
}

static void put_character(struct naive *naive, uint32_t c)
{
    if (c < 0x80) {
        put(naive, c);
    } else if (c < 0x800) {
        put(naive, 0xc0 | c >> 6);
        put(naive, 0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(naive, 0xe0 | c >> 12);
        put(naive, 0x80 | (c >> 6 & 0x3f));
        put(naive, 0x80 | (c & 0x3f));
    } else {
        put(naive, 0xf0 | c >> 18);
        put(naive, 0x80 | (c >> 12 & 0x3f));
        put(naive, 0x80 | (c >> 6 & 0x3f));
        put(naive, 0x80 | (c & 0x3f));
    }
}

static void read_escape(struct naive *naive)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    char letter = *naive->at++;
    const char *known = strchr(letters, letter);
    if (known) {
        put(naive, (unsigned char)meanings[known - letters]);
        return;
    }
    if (letter != 'u') {
        put(naive, (unsigned char)letter);
        return;
    }
    uint32_t c = read_hex(naive);
    if (c >= 0xd800 && c < 0xdc00) {
        naive->at += 2; /* "\u" of the other half */
        c = 0x10000 + ((c & 0x3ff) << 10 | (read_hex(naive) & 0x3ff));
    }
    put_character(naive, c);
}

static void read_string(struct naive *naive)
{
    naive->text_length = 0;
    naive->at++;
    while (*naive->at != '"') {
        if (*naive->at != '\\') {
            put(naive, (unsigned char)*naive->at++);
            continue;
        }
        naive->at++;
        read_escape(naive);
    }
    naive->at++;
}

static void skip_value(struct naive *naive)
{
    unsigned depth = 0;
    do {
        skip_space(naive);
        if (*naive->at == '"') {
            read_string(naive);
        } else if (strchr("[{", *naive->at)) {
            depth++;
            naive->at++;
        } else if (strchr("]}", *naive->at)) {
            depth--;
            naive->at++;
        } else if (strchr(",:", *naive->at)) {
            naive->at++;
        } else {
            naive->at += strcspn(naive->at, ",:]} \t\r\n");
        }
        skip_space(naive);
    } while (depth > 0);
}

static bool text_is(const struct naive *naive, const char *name)
{
    return naive->text_length == strlen(name) && memcmp(naive->text, name, strlen(name)) == 0;
}

static void read_object(struct naive *naive, bool are_options);

static bool is_token_limit(const struct naive *naive)
{
    switch (naive->route) {
    case OPENAI_CHAT:
        return text_is(naive, "max_tokens") || text_is(naive, "max_completion_tokens");
    case OPENAI_RESPONSES:
        return text_is(naive, "max_output_tokens");
    case OPENAI_COMPLETIONS:
    case OPENAI_MESSAGES:
    case OPENAI_COUNT_TOKENS:
        return text_is(naive, "max_tokens");
    case OPENAI_EMBEDDINGS:
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return false;
    }
    return false;
}

static bool are_stream_options(const struct naive *naive)
{
    bool has_options = naive->route == OPENAI_CHAT || naive->route == OPENAI_COMPLETIONS ||
                       naive->route == OPENAI_RESPONSES;
    return has_options && text_is(naive, "stream_options") && *naive->at == '{';
}

static void read_token_limit(struct naive *naive)
{
    if (*naive->at >= '0' && *naive->at <= '9') {
        uint64_t tokens = strtoull(naive->at, NULL, 10);
        naive->has_max_tokens = true;
        naive->max_tokens = tokens > naive->max_tokens ? tokens : naive->max_tokens;
    }
    skip_value(naive);
}

static void read_member(struct naive *naive, bool are_options)
{
    read_string(naive);
    skip_space(naive);
    naive->at++; /* the colon */
    skip_space(naive);
    if (!are_options && text_is(naive, "model")) {
        naive->models++;
        if (*naive->at != '"') { /* null */
            skip_value(naive);
            return;
        }
        read_string(naive);
        memcpy(naive->model, naive->text, naive->text_length);
        naive->model_length = naive->text_length;
    } else if (!are_options && are_stream_options(naive)) {
        read_object(naive, true);
    } else if (!are_options && is_token_limit(naive)) {
        read_token_limit(naive);
    } else {
        if (!are_options && text_is(naive, "stream")) {
            naive->streams++;
            naive->is_streamed = *naive->at == 't';
        }
        if (are_options && text_is(naive, "include_usage"))
            naive->includes_usage = *naive->at == 't';
        skip_value(naive);
    }
    skip_space(naive);
}

static void read_object(struct naive *naive, bool are_options)
{
    naive->at++;
    skip_space(naive);
    while (*naive->at != '}') {
        read_member(naive, are_options);
        if (*naive->at == ',')
            naive->at++;
        skip_space(naive);
    }
    naive->at++;
}

/* How often there is a "model". */
static unsigned expect_naive_reader_agrees(const struct openai_request *request,
                                           enum openai_route route, struct bytes body)
{
    static struct naive naive;
    static char text[BODY_BYTES + 1]; /* ends with a 0 byte, which is in no JSON */
    memcpy(text, body.at, body.length);
    text[body.length] = '\0';
    naive = (struct naive){.at = text, .route = route};
    skip_space(&naive);
    read_object(&naive, false);

    expect(naive.models <= 1 && naive.streams <= 1);
    bool needs_model = openai_route_has_request(route) && route != OPENAI_RESPONSES;
    expect(naive.models == 1 || !needs_model);
    expect(bytes_equal(request->model, bytes_of(naive.model, naive.model_length)));
    expect(request->stream == naive.is_streamed);
    expect(request->include_usage == naive.includes_usage);
    expect(request->has_max_tokens == naive.has_max_tokens);
    expect(request->max_tokens == naive.max_tokens);
    return naive.models;
}

static void expect_yyjson_accepts(struct bytes body)
{
    yyjson_doc *doc = yyjson_read(body.at, body.length, YYJSON_READ_NUMBER_AS_RAW);
    expect(doc && yyjson_is_obj(yyjson_doc_get_root(doc)));
    yyjson_doc_free(doc);
}

static int read_body(struct openai_request *request, enum openai_route route, struct bytes body,
                     struct arena *arena)
{
    struct openai_error error = {0};
    int r = openai_request_read(request, route, body, arena, &error);
    if (r < 0) {
        expect(r == -EINVAL && error.status == 400);
        expect(error.code && error.message.length > 0 && bytes_are_utf8(error.message));
    }
    return r;
}

static void expect_second_model_is_refused(enum openai_route route, struct bytes body,
                                           struct arena *arena)
{
    static const char *const seconds[] = {"{\"model\":\"x\",", "{\"mo\\u0064el\":\"x\",",
                                          "{\"MODEL\":null,", "{\"modeL\":7,"};
    struct openai_request request;
    const char *brace = memchr(body.at, '{', body.length);
    struct bytes rest = bytes_after(body, (size_t)(brace - body.at) + 1);
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        struct buffer twice = {0};
        expect(buffer_append(&twice, bytes_from_cstr(seconds[i])) == 0);
        expect(buffer_append(&twice, rest) == 0);
        expect(read_body(&request, route, buffer_bytes(&twice), arena) == -EINVAL);
        buffer_clear(&twice);
    }
}

static void expect_views_of_body(const struct openai_request *request, struct bytes body)
{
    const struct bytes views[] = {request->model_raw, request->prompt_raw};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        expect(!views[i].at ||
               (views[i].at > body.at && views[i].at + views[i].length < body.at + body.length));
    expect(!request->model.at || (request->model_raw.at[0] == '"' &&
                                  request->model_raw.at[request->model_raw.length - 1] == '"'));
}

/* What the prompt becomes is a chat with messages. */
static void expect_wrapped_is_sound(const struct openai_request *request, struct bytes body,
                                    struct arena *arena)
{
    struct splice_edit edits[OPENAI_WRAP_EDITS];
    struct bytes parts[SPLICE_PARTS(OPENAI_WRAP_EDITS)];
    struct openai_request wrapped;
    openai_request_wrap_prompt(request, edits);
    size_t count = splice_parts(body, edits, OPENAI_WRAP_EDITS, parts);
    struct bytes whole = arena_join(arena, parts, count);
    expect(read_body(&wrapped, OPENAI_CHAT, whole, arena) == 0 && !wrapped.prompt_raw.at);
}

/* What becomes of a stream that is made to ask: the same request, but for that. */
static void expect_asking_is_sound(const struct openai_request *request, enum openai_route route,
                                   struct bytes body, struct arena *arena)
{
    struct splice_edit edit = openai_request_ask_usage(request);
    struct bytes parts[SPLICE_PARTS(1)];
    struct openai_request asking;
    size_t count = splice_parts(body, &edit, 1, parts);
    struct bytes whole = arena_join(arena, parts, count);
    expect(read_body(&asking, route, whole, arena) == 0);
    expect(asking.stream && asking.include_usage);
    expect(bytes_equal(asking.model, request->model));
    expect(asking.max_tokens == request->max_tokens && asking.choices == request->choices);
    expect(asking.prompt_text_bytes == request->prompt_text_bytes);
    expect(asking.prompt_tokens == request->prompt_tokens);
}

static void expect_weight(const struct openai_request *request, struct bytes body)
{
    expect(request->prompt_text_bytes <= body.length);
    expect(request->prompt_tokens <= body.length * OPENAI_ATTACHMENT_TOKENS);
    expect(request->choices >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > BODY_BYTES)
        return 0;
    static char before[BODY_BYTES];
    struct bytes body = bytes_of((const char *)data + 1, size - 1);
    enum openai_route route = (enum openai_route)(data[0] % (OPENAI_UNKNOWN + 1));
    memcpy(before, body.at, body.length);

    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    block_pool_init(&pool, 4096, 4, NULL);
    arena_init(&arena, &pool);

    int r = read_body(&request, route, body, &arena);
    expect(memcmp(before, body.at, body.length) == 0);
    if (r == 0) {
        expect_yyjson_accepts(body);
        expect_views_of_body(&request, body);
        if (expect_naive_reader_agrees(&request, route, body) > 0)
            expect_second_model_is_refused(route, body, &arena);
        expect_weight(&request, body);
        bool can_ask = route == OPENAI_CHAT || route == OPENAI_COMPLETIONS;
        if (can_ask && request.stream && !request.include_usage)
            expect_asking_is_sound(&request, route, body, &arena);
        if (request.prompt_raw.at)
            expect_wrapped_is_sound(&request, body, &arena);
    }
    arena_clear(&arena);
    block_pool_clear(&pool);
    return 0;
}
