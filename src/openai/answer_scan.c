/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: WHATWG HTML, "Server-sent events", for lines and fields; the official clients of both
 * APIs for what ends a stream.
 */
#include "openai/answer_scan.h"

#include "openai/line_end.h"

void answer_scan_init(struct answer_scan *scan)
{
    *scan = (struct answer_scan){0};
}

static struct bytes skip_space(struct bytes view)
{
    while (view.length > 0 && (view.at[0] == ' ' || view.at[0] == '\t'))
        view = bytes_after(view, 1);
    return view;
}

static bool skip_token(struct bytes *view, struct bytes token)
{
    if (!bytes_start_with(*view, token))
        return false;
    *view = skip_space(bytes_after(*view, token.length));
    return true;
}

/* {"error": and anything but null: what the official clients raise as an error. Where whitespace
 * pushed the value out of what is kept of a line, we assume the worst. */
static bool begins_with_error(struct bytes payload)
{
    return skip_token(&payload, BYTES("{")) && skip_token(&payload, BYTES("\"error\"")) &&
           skip_token(&payload, BYTES(":")) && !bytes_start_with(payload, BYTES("null"));
}

static void judge_data(struct answer_scan *scan, struct bytes payload, bool is_longer)
{
    if (!is_longer && bytes_equal(bytes_trim(payload), BYTES("[DONE]"))) {
        scan->is_done = true;
        return;
    }
    scan->events++;
    if (begins_with_error(skip_space(payload)))
        scan->has_error = true;
}

static const struct {
    struct bytes name;
    enum answer_event event;
} event_names[] = {
    {{"message_stop", 12}, EVENT_IS_LAST},
    {{"response.completed", 18}, EVENT_IS_LAST},
    {{"response.incomplete", 19}, EVENT_IS_LAST},
    {{"response.failed", 15}, EVENT_IS_LAST},
    {{"error", 5}, EVENT_IS_ERROR},
};

static void judge_event_name(struct answer_scan *scan, struct bytes name, bool is_longer)
{
    scan->event = EVENT_GOES_ON;
    for (size_t i = 0; !is_longer && i < sizeof event_names / sizeof *event_names; i++)
        if (bytes_equal(bytes_trim(name), event_names[i].name))
            scan->event = event_names[i].event;
}

static void end_event(struct answer_scan *scan)
{
    scan->boundary_bytes = scan->fed_bytes;
    scan->is_done |= scan->event == EVENT_IS_LAST;
    scan->has_error |= scan->event == EVENT_IS_ERROR;
    scan->event = EVENT_GOES_ON;
    if (scan->has_error && scan->error_end_bytes == 0)
        scan->error_end_bytes = scan->fed_bytes;
}

/* `head`: at most ANSWER_SCAN_KEEP bytes of a line that has come to its end. */
static void judge_line(struct answer_scan *scan, struct bytes head, bool is_longer)
{
    if (head.length == 0)
        end_event(scan);
    else if (bytes_start_with(head, BYTES("data:")))
        judge_data(scan, bytes_after(head, 5), is_longer);
    else if (bytes_start_with(head, BYTES("event:")))
        judge_event_name(scan, bytes_after(head, 6), is_longer);
}

static void keep(struct answer_scan *scan, struct bytes piece)
{
    size_t room = ANSWER_SCAN_KEEP - scan->line_length;
    size_t kept = piece.length < room ? piece.length : room;
    if (kept > 0)
        memcpy(scan->line + scan->line_length, piece.at, kept);
    scan->line_length = (uint8_t)(scan->line_length + kept);
    scan->line_is_longer |= kept < piece.length;
}

/* `rest` is the end of a line that may have begun in an earlier piece. */
static void end_line(struct answer_scan *scan, struct bytes rest)
{
    if (scan->line_length == 0) {
        bool is_longer = rest.length > ANSWER_SCAN_KEEP;
        judge_line(scan, is_longer ? bytes_of(rest.at, ANSWER_SCAN_KEEP) : rest, is_longer);
        return;
    }
    keep(scan, rest);
    judge_line(scan, bytes_of(scan->line, scan->line_length), scan->line_is_longer);
    scan->line_length = 0;
    scan->line_is_longer = false;
}

/* A newline right behind a carriage return ends no line of its own; if that one ended an event,
 * the event ends here. */
static struct bytes finish_crlf(struct answer_scan *scan, struct bytes bytes)
{
    if (bytes.length == 0 || !scan->last_was_cr)
        return bytes;
    scan->last_was_cr = false;
    if (bytes.at[0] != '\n')
        return bytes;
    if (scan->boundary_bytes == scan->fed_bytes)
        scan->boundary_bytes++;
    if (scan->error_end_bytes == scan->fed_bytes)
        scan->error_end_bytes++;
    scan->fed_bytes++;
    return bytes_after(bytes, 1);
}

void answer_scan_feed(struct answer_scan *scan, struct bytes bytes)
{
    if (bytes.length == 0)
        return;
    const char *end = bytes.at + bytes.length;
    struct line_ends ends = {0};
    for (bytes = finish_crlf(scan, bytes); bytes.length > 0; bytes = finish_crlf(scan, bytes)) {
        const char *stop = line_end_find(&ends, bytes.at, end);
        struct bytes rest = bytes_of(bytes.at, (size_t)(stop - bytes.at));
        if (stop == end) {
            scan->fed_bytes += rest.length;
            keep(scan, rest);
            return;
        }
        scan->fed_bytes += rest.length + 1;
        scan->last_was_cr = *stop == '\r';
        end_line(scan, rest);
        bytes = bytes_after(bytes, rest.length + 1);
    }
}
