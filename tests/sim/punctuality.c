/* SPDX-License-Identifier: Apache-2.0 */
#include "punctuality.h"

#include "loop/loop.h"

/* What the network and the turns of a few loops take. */
#define SLACK_MS 100
/* An answer of a fast engine, with all its retries: so long, and a millisecond for each token. */
#define FAST_MS 1000

static uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void note_silence(struct answer_times *times, uint64_t sent_ns, uint64_t now_ns)
{
    uint64_t since_ns = later_of(later_of(times->heard_ns, sent_ns), times->began_ns);
    if (now_ns > since_ns && now_ns - since_ns > times->silence_ns)
        times->silence_ns = now_ns - since_ns;
}

void answer_times_note(struct answer_times *times, struct bytes bytes, uint64_t sent_ns,
                       uint64_t now_ns)
{
    note_silence(times, sent_ns, now_ns);
    times->heard_ns = now_ns;
    if (bytes_find(bytes, BYTES("data: {\"id\"")) >= 0) /* no error event */
        times->payload_ns = now_ns;
}

const char *answer_is_late(const struct answer_times *times, const struct punctuality *world,
                           const struct question *question, uint64_t now_ns)
{
    uint64_t took_ms = (now_ns - times->began_ns) / NS_PER_MS;
    if (!world->network_is_sound || times->is_read_slowly || times->was_sent_slowly)
        return NULL;
    if (took_ms > WORLD_TOTAL_MS + SLACK_MS)
        return "passed the total deadline";
    if (question->deadline_ms > 0 && took_ms > question->deadline_ms + SLACK_MS)
        return "passed the client's own deadline";
    if (world->engines_are_fast && took_ms > FAST_MS + question->tokens)
        return "took long though nothing was slow";
    if (!question_is_stream(question))
        return NULL;
    if (world->events_are_small && times->silence_ns > (WORLD_PING_MS + SLACK_MS) * NS_PER_MS)
        return "was silent, without a ping";
    if (times->payload_ns > 0 &&
        now_ns - times->payload_ns > (WORLD_TOKEN_IDLE_MS + SLACK_MS) * NS_PER_MS)
        return "went on long after its last token";
    return NULL;
}
