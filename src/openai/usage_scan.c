/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: WHATWG HTML, "Server-sent events", for lines and fields; the API references of OpenAI
 * and Anthropic, vLLM's and DeepSeek's answers, for what usage is called.
 */
#include "openai/usage_scan.h"

#include "openai/json_scan.h"
#include "openai/line_end.h"

/* Where an engine tells nothing. An event of a stream is at least a token; one that brings many has
 * more bytes of text than a token ever has on average. */
#define PLAIN_BYTES_PER_TOKEN 4
#define STREAM_BYTES_PER_TOKEN 8

/* --- keys --- */

struct key_row {
    struct bytes key;
    enum usage_value value;
    enum usage_field field; /* USAGE_VALUE_TOKENS */
};

/* clang-format off */
#define KEY(text, meaning)   {{text, sizeof(text) - 1}, USAGE_VALUE_##meaning, 0}
#define TOKENS(text, meaning) {{text, sizeof(text) - 1}, USAGE_VALUE_TOKENS, USAGE_##meaning}
/* clang-format on */

/* Short ones first: looking ends behind the key's length. */
static const struct key_row top_keys[] = {
    KEY("usage", USAGE),     KEY("delta", ANSWER),   KEY("output", ANSWER),
    KEY("choices", CHOICES), KEY("content", ANSWER), KEY("message", HOLDER),
    KEY("response", HOLDER),
};

static const struct key_row holder_keys[] = {KEY("usage", USAGE)};

static const struct key_row usage_keys[] = {
    TOKENS("input_tokens", INPUT),
    TOKENS("total_tokens", TOTAL),
    TOKENS("prompt_tokens", PROMPT),
    TOKENS("output_tokens", ANSWER),
    TOKENS("completion_tokens", ANSWER),
    KEY("input_tokens_details", DETAILS),
    KEY("prompt_tokens_details", DETAILS),
    TOKENS("prompt_cache_hit_tokens", CACHED),
    TOKENS("cache_read_input_tokens", CACHE_READ),
    TOKENS("cache_creation_input_tokens", CACHE_WRITTEN),
};

static const struct key_row details_keys[] = {TOKENS("cached_tokens", CACHED)};

static const struct key_row answer_keys[] = {
    KEY("text", TEXT),         KEY("content", TEXT),           KEY("refusal", TEXT),
    KEY("thinking", TEXT),     KEY("arguments", TEXT),         KEY("reasoning", TEXT),
    KEY("partial_json", TEXT), KEY("reasoning_content", TEXT),
};

#define KEYS(rows)                                                                                 \
    {                                                                                              \
        rows, sizeof(rows) / sizeof *(rows)                                                        \
    }
static const struct {
    const struct key_row *rows;
    size_t count;
} keys_of_place[] = {
    [USAGE_PLACE_TOP] = KEYS(top_keys),       [USAGE_PLACE_HOLDER] = KEYS(holder_keys),
    [USAGE_PLACE_USAGE] = KEYS(usage_keys),   [USAGE_PLACE_DETAILS] = KEYS(details_keys),
    [USAGE_PLACE_ANSWER] = KEYS(answer_keys),
};

static bool is_key(const struct key_row *row, struct bytes key)
{
    return row->key.length == key.length && row->key.at[0] == key.at[0] &&
           memcmp(row->key.at, key.at, key.length) == 0;
}

static void end_key(struct usage_scan *scan, struct bytes key)
{
    const struct key_row *row = keys_of_place[scan->place].rows;
    const struct key_row *end = row + keys_of_place[scan->place].count;
    while (row < end && row->key.length <= key.length && !is_key(row, key))
        row++;
    if (row == end || row->key.length > key.length)
        return;
    scan->value = row->value;
    scan->field = row->field;
}

/* --- one object --- */

static void add_text(struct usage_scan *scan, size_t length)
{
    scan->text_bytes += length;
    scan->has_text |= length > 0;
}

static void begin_object(struct usage_scan *scan)
{
    scan->has_usage = scan->tells_answer = scan->has_text = false;
    scan->choices = USAGE_CHOICES_NONE;
    scan->text = USAGE_TEXT_OUTSIDE;
    scan->place = USAGE_PLACE_TOP;
    scan->value = USAGE_VALUE_OTHER;
    scan->is_member = false;
    scan->depth = 0;
    scan->place_depth = 1;
}

void usage_scan_init(struct usage_scan *scan, bool is_event_stream)
{
    *scan = (struct usage_scan){.is_event_stream = is_event_stream};
    begin_object(scan);
}

static void enter(struct usage_scan *scan, enum usage_place place)
{
    scan->place = place;
    scan->place_depth = scan->depth;
}

static void open_object(struct usage_scan *scan)
{
    enum usage_value value = scan->value;
    if (value == USAGE_VALUE_USAGE) {
        scan->has_usage = true;
        enter(scan, USAGE_PLACE_USAGE);
    } else if (value == USAGE_VALUE_DETAILS) {
        enter(scan, USAGE_PLACE_DETAILS);
    } else if (value == USAGE_VALUE_HOLDER) {
        enter(scan, USAGE_PLACE_HOLDER);
    } else if (value == USAGE_VALUE_ANSWER) {
        enter(scan, USAGE_PLACE_ANSWER);
    }
}

static void open_array(struct usage_scan *scan)
{
    bool has_choices = scan->value == USAGE_VALUE_CHOICES;
    if (has_choices && scan->choices != USAGE_CHOICES_FILLED)
        scan->choices = USAGE_CHOICES_OPEN;
    if (has_choices || scan->value == USAGE_VALUE_ANSWER)
        enter(scan, USAGE_PLACE_ANSWER);
}

static void open_bracket(struct usage_scan *scan, char c)
{
    scan->depth++;
    if (scan->choices == USAGE_CHOICES_OPEN)
        scan->choices = USAGE_CHOICES_FILLED;
    if (c == '{')
        open_object(scan);
    else
        open_array(scan);
    scan->value = USAGE_VALUE_OTHER;
    scan->is_member = false;
}

static void close_bracket(struct usage_scan *scan)
{
    scan->value = USAGE_VALUE_OTHER;
    scan->is_member = false;
    scan->depth--;
    if (scan->depth == 0)
        scan->text = USAGE_TEXT_PASSING;
    if (scan->depth >= scan->place_depth)
        return;
    if (scan->choices == USAGE_CHOICES_OPEN)
        scan->choices = USAGE_CHOICES_EMPTY;
    if (scan->place == USAGE_PLACE_DETAILS)
        enter(scan, USAGE_PLACE_USAGE);
    else if (scan->place == USAGE_PLACE_USAGE && scan->depth > 1)
        enter(scan, USAGE_PLACE_HOLDER);
    else
        enter(scan, USAGE_PLACE_TOP);
}

/* Whether the keys that stand here mean something to us. */
static bool is_searched(const struct usage_scan *scan)
{
    return scan->depth == scan->place_depth || scan->place == USAGE_PLACE_ANSWER;
}

static void open_string(struct usage_scan *scan)
{
    bool is_answer = scan->value == USAGE_VALUE_TEXT || scan->value == USAGE_VALUE_ANSWER;
    scan->value = USAGE_VALUE_OTHER;
    scan->key_length = 0;
    if (scan->is_member)
        scan->text = is_answer ? USAGE_TEXT_ANSWER : USAGE_TEXT_STRING;
    else
        scan->text = is_searched(scan) ? USAGE_TEXT_KEY : USAGE_TEXT_STRING;
}

/* Behind the quote that opens a string. Most are short, plain and whole: those need no state. */
static const char *pass_quote(struct usage_scan *scan, const char *at, const char *stop)
{
    const char *end = json_scan_plain(at, stop);
    open_string(scan);
    if (end == stop || *end != '"')
        return at;
    size_t length = (size_t)(end - at);
    if (scan->text == USAGE_TEXT_KEY)
        end_key(scan, bytes_of(at, length));
    else if (scan->text == USAGE_TEXT_ANSWER)
        add_text(scan, length);
    scan->text = USAGE_TEXT_OUTSIDE;
    return end + 1;
}

/* A number or a word begins. */
static void open_plain(struct usage_scan *scan, char c)
{
    bool is_digit = c >= '0' && c <= '9';
    if (scan->value == USAGE_VALUE_TOKENS && scan->is_member) {
        scan->text = USAGE_TEXT_NUMBER;
        scan->number = is_digit ? (uint64_t)(c - '0') : UINT64_MAX;
    }
    scan->value = USAGE_VALUE_OTHER;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* As far as the first bracket. */
static const char *pass_start(struct usage_scan *scan, const char *at, const char *stop)
{
    while (at < stop && is_space(*at))
        at++;
    if (at < stop && *at != '{')
        scan->text = USAGE_TEXT_PASSING;
    else if (at < stop)
        open_bracket(scan, *at++);
    return at;
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* One token, or some of one. */
static const char *pass_token(struct usage_scan *scan, const char *at, const char *stop)
{
    char c = *at++;
    switch (c) {
    case '"':
        return pass_quote(scan, at, stop);
    case ':':
        scan->is_member = true;
        return at;
    case ',':
        scan->is_member = false;
        scan->value = USAGE_VALUE_OTHER;
        return at;
    case '{':
    case '[':
        open_bracket(scan, c);
        return at;
    case '}':
    case ']':
        close_bracket(scan);
        return at;
    default:
        if (is_space(c))
            return at;
        open_plain(scan, c);
        while (scan->text == USAGE_TEXT_OUTSIDE && at < stop && is_plain(*at))
            at++;
        return at;
    }
}

static const char *pass_outside(struct usage_scan *scan, const char *at, const char *stop)
{
    if (scan->depth == 0)
        at = pass_start(scan, at, stop);
    while (at < stop && scan->text == USAGE_TEXT_OUTSIDE) {
        if (!is_searched(scan))
            at = json_scan_inert(at, stop);
        if (at < stop)
            at = pass_token(scan, at, stop);
    }
    return at;
}

static void keep_key(struct usage_scan *scan, struct bytes piece)
{
    size_t room = USAGE_KEY_BYTES - scan->key_length;
    if (piece.length > room) {
        scan->text = USAGE_TEXT_STRING;
        return;
    }
    memcpy(scan->key + scan->key_length, piece.at, piece.length);
    scan->key_length = (uint8_t)(scan->key_length + piece.length);
}

/* A key that was cut. None of ours has to be written with a backslash. */
static const char *pass_key(struct usage_scan *scan, const char *at, const char *stop)
{
    const char *end = json_scan_plain(at, stop);
    keep_key(scan, bytes_of(at, (size_t)(end - at)));
    if (end == stop || scan->text != USAGE_TEXT_KEY)
        return end;
    if (*end != '"') {
        scan->text = USAGE_TEXT_STRING;
        return end;
    }
    end_key(scan, bytes_of(scan->key, scan->key_length));
    scan->text = USAGE_TEXT_OUTSIDE;
    return end + 1;
}

static const char *pass_string(struct usage_scan *scan, const char *at, const char *stop)
{
    at = json_scan_plain(at, stop);
    if (at == stop)
        return at;
    if (*at == '"')
        scan->text = USAGE_TEXT_OUTSIDE;
    else if (*at == '\\')
        scan->text = USAGE_TEXT_ESCAPE;
    return at + 1;
}

static const char *pass_answer(struct usage_scan *scan, const char *at, const char *stop)
{
    const char *end = json_scan_plain(at, stop);
    add_text(scan, (size_t)(end - at));
    if (end == stop)
        return end;
    if (*end == '"') {
        scan->text = USAGE_TEXT_OUTSIDE;
        return end + 1;
    }
    if (*end == '\\')
        scan->text = USAGE_TEXT_ANSWER_ESCAPE;
    add_text(scan, 1);
    return end + 1;
}

static void end_number(struct usage_scan *scan)
{
    scan->text = USAGE_TEXT_OUTSIDE;
    if (scan->number > USAGE_TOKENS_LIMIT)
        return;
    scan->told[scan->field] = scan->number;
    scan->told_mask |= 1u << scan->field;
    scan->tells_answer |= scan->field == USAGE_ANSWER;
}

static bool ends_number(char c)
{
    return c == ',' || c == '}' || c == ']' || is_space(c);
}

static const char *pass_number(struct usage_scan *scan, const char *at, const char *stop)
{
    for (; at < stop && !ends_number(*at); at++) {
        if (*at < '0' || *at > '9')
            scan->number = UINT64_MAX;
        else if (scan->number <= USAGE_TOKENS_LIMIT)
            scan->number = scan->number * 10 + (uint64_t)(*at - '0');
    }
    if (at < stop)
        end_number(scan);
    return at;
}

/* Some of an object, up to `stop`. */
static void pass_text(struct usage_scan *scan, const char *at, const char *stop)
{
    while (at < stop) {
        switch (scan->text) {
        case USAGE_TEXT_OUTSIDE:
            at = pass_outside(scan, at, stop);
            break;
        case USAGE_TEXT_KEY:
            at = pass_key(scan, at, stop);
            break;
        case USAGE_TEXT_STRING:
            at = pass_string(scan, at, stop);
            break;
        case USAGE_TEXT_ESCAPE:
            at++;
            scan->text = USAGE_TEXT_STRING;
            break;
        case USAGE_TEXT_ANSWER:
            at = pass_answer(scan, at, stop);
            break;
        case USAGE_TEXT_ANSWER_ESCAPE:
            at++;
            add_text(scan, 1);
            scan->text = USAGE_TEXT_ANSWER;
            break;
        case USAGE_TEXT_NUMBER:
            at = pass_number(scan, at, stop);
            break;
        case USAGE_TEXT_PASSING:
            return;
        }
    }
}

/* --- lines of an event stream --- */

static void end_event(struct usage_scan *scan)
{
    scan->has_ended = true;
    scan->deltas += scan->has_text;
    if (!scan->tells_answer)
        return;
    scan->told_deltas = scan->deltas;
    scan->told_text_bytes = scan->text_bytes;
}

/* No string goes on behind the end of its line: what looks so is no JSON. */
static void end_line(struct usage_scan *scan)
{
    bool is_empty = scan->line == USAGE_LINE_FIELD && scan->field_length == 0;
    if (scan->text == USAGE_TEXT_NUMBER)
        end_number(scan);
    if (is_empty)
        end_event(scan);
    else if (scan->text != USAGE_TEXT_OUTSIDE)
        scan->text = USAGE_TEXT_PASSING;
    scan->line = USAGE_LINE_FIELD;
    scan->field_length = 0;
}

static const char *pass_field(struct usage_scan *scan, const char *at, const char *stop)
{
    static const char name[] = "data:";
    for (; at < stop && scan->line == USAGE_LINE_FIELD; at++) {
        if (*at != name[scan->field_length++])
            scan->line = USAGE_LINE_OTHER;
        else if (name[scan->field_length] == '\0')
            scan->line = USAGE_LINE_DATA;
    }
    return at;
}

/* Some of a line, up to `stop`, where it ends or more is awaited. */
static void pass_line(struct usage_scan *scan, const char *at, const char *stop)
{
    scan->last_was_cr = false;
    at = pass_field(scan, at, stop);
    if (scan->line == USAGE_LINE_DATA)
        pass_text(scan, at, stop);
}

/* Something comes behind an event: the next one. */
static void go_on(struct usage_scan *scan)
{
    if (!scan->has_ended)
        return;
    scan->has_ended = false;
    begin_object(scan);
}

/* What stands at the end of a line. The second half of one is no other end: it belongs to the
 * event that has ended, if one has. */
static void pass_line_end(struct usage_scan *scan, char c)
{
    bool is_second_half = c == '\n' && scan->last_was_cr;
    scan->last_was_cr = c == '\r';
    if (is_second_half)
        return;
    go_on(scan);
    end_line(scan);
}

size_t usage_scan_feed_event(struct usage_scan *scan, struct bytes bytes, struct line_ends *ends)
{
    const char *at = bytes.at, *end = bytes.at + bytes.length;
    while (at < end) {
        const char *stop = line_end_find(ends, at, end);
        if (stop > at) {
            go_on(scan);
            pass_line(scan, at, stop);
            at = stop;
            continue;
        }
        pass_line_end(scan, *at++);
        if (scan->has_ended)
            break;
    }
    return (size_t)(at - bytes.at);
}

void usage_scan_feed(struct usage_scan *scan, struct bytes bytes)
{
    struct line_ends ends = {0};
    if (bytes.length == 0)
        return;
    if (!scan->is_event_stream) {
        pass_text(scan, bytes.at, bytes.at + bytes.length);
        return;
    }
    while (bytes.length > 0)
        bytes = bytes_after(bytes, usage_scan_feed_event(scan, bytes, &ends));
}

/* --- what it all means --- */

static bool is_told(const struct usage_scan *scan, enum usage_field field)
{
    return scan->told_mask >> field & 1;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t count_prompt(const struct usage_scan *scan)
{
    const uint64_t *told = scan->told;
    if (is_told(scan, USAGE_PROMPT))
        return told[USAGE_PROMPT];
    if (is_told(scan, USAGE_INPUT))
        return told[USAGE_INPUT] + told[USAGE_CACHE_READ] + told[USAGE_CACHE_WRITTEN];
    return told[USAGE_TOTAL] - least(told[USAGE_ANSWER], told[USAGE_TOTAL]);
}

static uint64_t count_cached(const struct usage_scan *scan, uint64_t prompt)
{
    const uint64_t *told = scan->told;
    bool is_beside = is_told(scan, USAGE_INPUT) && !is_told(scan, USAGE_CACHED);
    return least(is_beside ? told[USAGE_CACHE_READ] : told[USAGE_CACHED], prompt);
}

static uint64_t round_up(uint64_t bytes, uint64_t bytes_per_token)
{
    return (bytes + bytes_per_token - 1) / bytes_per_token;
}

/* Of what has come since the engine told, or from the beginning. */
static uint64_t count_untold(const struct usage_scan *scan)
{
    uint64_t bytes = scan->text_bytes - scan->told_text_bytes;
    uint64_t deltas = scan->deltas - scan->told_deltas;
    if (scan->tells_answer)
        return 0;
    if (!scan->is_event_stream)
        return round_up(bytes, PLAIN_BYTES_PER_TOKEN);
    uint64_t of_bytes = round_up(bytes, STREAM_BYTES_PER_TOKEN);
    return of_bytes > deltas ? of_bytes : deltas;
}

struct usage_tokens usage_scan_tokens(const struct usage_scan *scan)
{
    bool has_total = is_told(scan, USAGE_TOTAL);
    bool has_prompt = is_told(scan, USAGE_PROMPT) || is_told(scan, USAGE_INPUT);
    struct usage_tokens tokens = {.is_prompt_told = has_prompt || has_total};
    if (tokens.is_prompt_told)
        tokens.prompt = count_prompt(scan);
    tokens.cached = count_cached(scan, tokens.prompt);

    if (!is_told(scan, USAGE_ANSWER) && has_total) { /* embeddings, rerank */
        tokens.answer = scan->told[USAGE_TOTAL] - least(tokens.prompt, scan->told[USAGE_TOTAL]);
        tokens.is_answer_told = true;
        return tokens;
    }
    uint64_t untold = count_untold(scan);
    tokens.answer = scan->told[USAGE_ANSWER] + untold;
    tokens.is_answer_told = is_told(scan, USAGE_ANSWER) && untold == 0;
    return tokens;
}
