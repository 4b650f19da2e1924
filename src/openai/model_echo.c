/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: WHATWG HTML, "Server-sent events", for lines and fields.
 */
#include "openai/model_echo.h"

#include "openai/json_scan.h"
#include "openai/line_end.h"

/* One call of model_echo_feed(). */
struct feeding {
    struct model_echo *echo;
    const char *at;
    const char *unsent; /* from here to `at` passes, but was not handed on yet */
    model_echo_sink *sink;
    void *user;
};

/* Before the first bracket of an object. */
static void begin_text(struct model_echo *echo)
{
    echo->text = ECHO_TEXT_OUTSIDE;
    echo->value = ECHO_VALUE_OTHER;
    echo->depth = 0;
    echo->searched = 1;
    echo->expects_key = false;
}

void model_echo_init(struct model_echo *echo, bool is_event_stream, struct bytes name_raw)
{
    *echo = (struct model_echo){.name_raw = name_raw, .is_event_stream = is_event_stream};
    begin_text(echo);
}

/* --- one object --- */

static int hand_on(struct feeding *feeding, const char *stop)
{
    struct bytes piece = bytes_of(feeding->unsent, (size_t)(stop - feeding->unsent));
    feeding->unsent = stop;
    return piece.length > 0 ? feeding->sink(feeding->user, piece) : 0;
}

static void open_bracket(struct model_echo *echo, bool is_object)
{
    echo->depth++;
    if (echo->value == ECHO_VALUE_HOLDER && is_object)
        echo->searched = echo->depth;
    echo->expects_key = is_object && echo->depth == echo->searched;
    echo->value = ECHO_VALUE_OTHER;
}

static void close_bracket(struct model_echo *echo)
{
    echo->expects_key = false;
    echo->depth--;
    if (echo->depth == 0)
        echo->text = ECHO_TEXT_PASSING;
    else if (echo->depth < echo->searched)
        echo->searched = echo->depth;
}

/* A quote that opens a string; `at` stands behind it. */
static int open_string(struct feeding *feeding)
{
    struct model_echo *echo = feeding->echo;
    enum model_echo_value value = echo->value;
    echo->value = ECHO_VALUE_OTHER;
    if (value != ECHO_VALUE_MODEL) {
        echo->text = echo->expects_key ? ECHO_TEXT_KEY : ECHO_TEXT_STRING;
        echo->key_length = 0;
        return 0;
    }
    echo->text = ECHO_TEXT_OLD;
    int r = hand_on(feeding, feeding->at - 1);
    feeding->unsent = feeding->at;
    return r == 0 ? feeding->sink(feeding->user, echo->name_raw) : r;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int pass_outside(struct feeding *feeding)
{
    struct model_echo *echo = feeding->echo;
    char c = *feeding->at++;
    if (is_space(c) || c == ':')
        return 0;
    if (echo->depth == 0 && c != '{') {
        echo->text = ECHO_TEXT_PASSING;
        return 0;
    }
    switch (c) {
    case '"':
        return open_string(feeding);
    case '{':
    case '[':
        open_bracket(echo, c == '{');
        return 0;
    case '}':
    case ']':
        close_bracket(echo);
        return 0;
    case ',':
        echo->expects_key = echo->depth == echo->searched;
        return 0;
    default: /* a number or a word, which is the value if one was awaited */
        echo->value = ECHO_VALUE_OTHER;
        return 0;
    }
}

static void end_key(struct model_echo *echo)
{
    size_t length = echo->key_length <= MODEL_ECHO_KEY_BYTES ? echo->key_length : 0;
    struct bytes key = bytes_of(echo->key, length);
    bool is_holder = bytes_equal(key, BYTES("message")) || bytes_equal(key, BYTES("response"));
    echo->text = ECHO_TEXT_OUTSIDE;
    echo->expects_key = false;
    if (bytes_equal(key, BYTES("model")))
        echo->value = ECHO_VALUE_MODEL;
    else if (is_holder && echo->searched == 1)
        echo->value = ECHO_VALUE_HOLDER;
}

static void pass_key(struct feeding *feeding)
{
    struct model_echo *echo = feeding->echo;
    char c = *feeding->at++;
    if (c == '"') {
        end_key(echo);
    } else if (c == '\\') { /* none of ours has to be written so */
        echo->text = ECHO_TEXT_ESCAPE;
        echo->expects_key = false;
    } else {
        if (echo->key_length < MODEL_ECHO_KEY_BYTES)
            echo->key[echo->key_length] = c;
        if (echo->key_length <= MODEL_ECHO_KEY_BYTES)
            echo->key_length++;
    }
}

static void pass_string(struct feeding *feeding, const char *stop)
{
    feeding->at = json_scan_plain(feeding->at, stop);
    if (feeding->at == stop)
        return;
    char c = *feeding->at++;
    if (c == '"')
        feeding->echo->text = ECHO_TEXT_OUTSIDE;
    else if (c == '\\')
        feeding->echo->text = ECHO_TEXT_ESCAPE;
}

static void drop_old(struct feeding *feeding, const char *stop)
{
    feeding->at = json_scan_plain(feeding->at, stop);
    char c = feeding->at < stop ? *feeding->at++ : '\0';
    if (c == '"')
        feeding->echo->text = ECHO_TEXT_PASSING;
    else if (c == '\\')
        feeding->echo->text = ECHO_TEXT_OLD_ESCAPE;
    feeding->unsent = feeding->at;
}

/* Some of an object, up to `stop`. */
static int pass_text(struct feeding *feeding, const char *stop)
{
    struct model_echo *echo = feeding->echo;
    int r = 0;
    while (r == 0 && feeding->at < stop) {
        switch (echo->text) {
        case ECHO_TEXT_OUTSIDE:
            r = pass_outside(feeding);
            break;
        case ECHO_TEXT_KEY:
            pass_key(feeding);
            break;
        case ECHO_TEXT_STRING:
            pass_string(feeding, stop);
            break;
        case ECHO_TEXT_ESCAPE:
            feeding->at++;
            echo->text = ECHO_TEXT_STRING;
            break;
        case ECHO_TEXT_OLD:
            drop_old(feeding, stop);
            break;
        case ECHO_TEXT_OLD_ESCAPE:
            feeding->unsent = ++feeding->at;
            echo->text = ECHO_TEXT_OLD;
            break;
        case ECHO_TEXT_PASSING:
            feeding->at = stop;
            break;
        }
    }
    return r;
}

/* --- lines of an event stream --- */

/* No string goes on behind the end of its line: what looks so is no JSON, and passes. */
static void end_line(struct feeding *feeding)
{
    struct model_echo *echo = feeding->echo;
    bool is_empty = echo->line == ECHO_LINE_FIELD && echo->field_length == 0;
    bool is_second_half = *feeding->at == '\n' && echo->last_was_cr;
    echo->last_was_cr = *feeding->at++ == '\r';
    if (is_second_half)
        return;
    if (is_empty)
        begin_text(echo);
    else if (echo->text != ECHO_TEXT_OUTSIDE)
        echo->text = ECHO_TEXT_PASSING;
    echo->line = ECHO_LINE_FIELD;
    echo->field_length = 0;
}

static void pass_field(struct feeding *feeding)
{
    static const char name[] = "data:";
    struct model_echo *echo = feeding->echo;
    if (*feeding->at != name[echo->field_length]) {
        echo->line = ECHO_LINE_OTHER;
        return;
    }
    feeding->at++;
    echo->field_length++;
    if (name[echo->field_length] == '\0')
        echo->line = ECHO_LINE_SPACE;
}

static void pass_space(struct feeding *feeding)
{
    feeding->at += *feeding->at == ' ';
    feeding->echo->line = ECHO_LINE_DATA;
}

/* Some of a line, up to `stop`, where it ends or more is awaited. */
static int pass_line(struct feeding *feeding, const char *stop)
{
    int r = 0;
    feeding->echo->last_was_cr = false;
    while (r == 0 && feeding->at < stop) {
        switch (feeding->echo->line) {
        case ECHO_LINE_FIELD:
            pass_field(feeding);
            break;
        case ECHO_LINE_SPACE:
            pass_space(feeding);
            break;
        case ECHO_LINE_DATA:
            r = pass_text(feeding, stop);
            break;
        case ECHO_LINE_OTHER:
            feeding->at = stop;
            break;
        }
    }
    return r;
}

static int pass_lines(struct feeding *feeding, const char *end)
{
    struct line_ends ends = {0};
    int r = 0;
    while (r == 0 && feeding->at < end) {
        const char *stop = line_end_find(&ends, feeding->at, end);
        if (stop > feeding->at)
            r = pass_line(feeding, stop);
        else
            end_line(feeding);
    }
    return r;
}

int model_echo_feed(struct model_echo *echo, struct bytes bytes, model_echo_sink *sink, void *user)
{
    if (bytes.length == 0)
        return 0;
    const char *end = bytes.at + bytes.length;
    struct feeding feeding = {
        .echo = echo, .at = bytes.at, .unsent = bytes.at, .sink = sink, .user = user};
    int r = echo->is_event_stream ? pass_lines(&feeding, end) : pass_text(&feeding, end);
    return r == 0 ? hand_on(&feeding, end) : r;
}
