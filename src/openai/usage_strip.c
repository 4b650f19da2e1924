/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/usage_strip.h"

/* One call of usage_strip_feed(). */
struct feeding {
    struct usage_strip *strip;
    const char *unsent; /* from here on nothing was handed on, held or dropped yet */
    usage_strip_sink *sink;
    void *user;
};

void usage_strip_init(struct usage_strip *strip)
{
    usage_scan_init(&strip->scan, true);
    strip->is_passing = false;
    strip->has_dropped = false;
    strip->held_length = 0;
}

int usage_strip_end(struct usage_strip *strip, usage_strip_sink *sink, void *user)
{
    struct bytes held = bytes_of(strip->held, strip->held_length);
    strip->held_length = 0;
    return held.length > 0 ? sink(user, held) : 0;
}

/* All that came before `stop`, and was not handed on. */
static int hand_on(struct feeding *feeding, const char *stop)
{
    struct bytes piece = bytes_of(feeding->unsent, (size_t)(stop - feeding->unsent));
    feeding->unsent = stop;
    return piece.length > 0 ? feeding->sink(feeding->user, piece) : 0;
}

/* The event that begins or goes on at `start` is none to take out. */
static int pass(struct feeding *feeding)
{
    feeding->strip->is_passing = true;
    return usage_strip_end(feeding->strip, feeding->sink, feeding->user);
}

static int drop(struct feeding *feeding, struct bytes piece)
{
    int r = hand_on(feeding, piece.at);
    feeding->unsent = piece.at + piece.length;
    feeding->strip->held_length = 0;
    return r;
}

static int hold(struct feeding *feeding, struct bytes piece)
{
    struct usage_strip *strip = feeding->strip;
    if (strip->is_passing)
        return 0;
    if (strip->scan.choices == USAGE_CHOICES_FILLED ||
        piece.length > USAGE_STRIP_HELD - strip->held_length)
        return pass(feeding);
    int r = hand_on(feeding, piece.at);
    memcpy(strip->held + strip->held_length, piece.at, piece.length);
    strip->held_length += piece.length;
    feeding->unsent = piece.at + piece.length;
    return r;
}

static bool tells_only_usage(const struct usage_scan *scan)
{
    return scan->choices == USAGE_CHOICES_EMPTY && scan->has_usage;
}

/* The end of an event. */
static int end_event(struct feeding *feeding, struct bytes piece)
{
    struct usage_strip *strip = feeding->strip;
    strip->has_dropped = !strip->is_passing && tells_only_usage(&strip->scan);
    int r = strip->has_dropped ? drop(feeding, piece) : pass(feeding);
    strip->is_passing = false;
    return r;
}

/* As much as belongs to one event. */
static int feed_event(struct feeding *feeding, struct bytes *rest, struct line_ends *ends)
{
    struct usage_strip *strip = feeding->strip;
    bool is_behind_end = strip->scan.has_ended && strip->scan.last_was_cr && rest->at[0] == '\n';
    struct bytes piece = bytes_of(rest->at, usage_scan_feed_event(&strip->scan, *rest, ends));
    *rest = bytes_after(*rest, piece.length);
    if (is_behind_end)
        return strip->has_dropped ? drop(feeding, piece) : 0;
    return strip->scan.has_ended ? end_event(feeding, piece) : hold(feeding, piece);
}

int usage_strip_feed(struct usage_strip *strip, struct bytes bytes, usage_strip_sink *sink,
                     void *user)
{
    struct feeding feeding = {.strip = strip, .unsent = bytes.at, .sink = sink, .user = user};
    struct line_ends ends = {0};
    struct bytes rest = bytes;
    int r = 0;
    while (r == 0 && rest.length > 0)
        r = feed_event(&feeding, &rest, &ends);
    return r == 0 ? hand_on(&feeding, bytes.at + bytes.length) : r;
}
