/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/call/meter.h"

#include <errno.h>

struct meter *meter_new(struct arena *arena)
{
    return arena_zalloc(arena, sizeof(struct meter));
}

int meter_begin(struct meter *meter, struct arena *arena, bool is_event_stream, bool must_strip)
{
    meter->is_stripping = is_event_stream && must_strip;
    if (!meter->is_stripping) {
        usage_scan_init(&meter->scan, is_event_stream);
        return 0;
    }
    if (!meter->strip)
        meter->strip = arena_alloc(arena, sizeof *meter->strip);
    if (!meter->strip)
        return -ENOMEM;
    usage_strip_init(meter->strip);
    return 0;
}

int meter_feed(struct meter *meter, struct bytes bytes, usage_strip_sink *sink, void *user)
{
    if (meter->is_stripping)
        return usage_strip_feed(meter->strip, bytes, sink, user);
    usage_scan_feed(&meter->scan, bytes);
    return sink(user, bytes);
}

int meter_end(struct meter *meter, usage_strip_sink *sink, void *user)
{
    return meter->is_stripping ? usage_strip_end(meter->strip, sink, user) : 0;
}

struct usage_tokens meter_tokens(const struct meter *meter)
{
    return usage_scan_tokens(meter->is_stripping ? &meter->strip->scan : &meter->scan);
}
