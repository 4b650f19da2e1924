/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_cost [EVENTS] - what reading usage costs for each event of a stream, event by event as they
 * come from an engine. One line each, `usage NAME value ns/event`: the median of the rounds. Under
 * `perf stat -e instructions:u` the difference between two counts of EVENTS tells instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "openai/usage_strip.h"

#define ROUNDS 15

static const char chat[] =
    "data: {\"id\":\"chatcmpl-9f1c3a52d4b14c5b8d2d3f\",\"object\":\"chat.completion.chunk\","
    "\"created\":1694268190,\"model\":\"meta-llama/Llama-3.1-8B-Instruct\",\"choices\":[{\"index\":"
    "0,\"delta\":{\"content\":\" Hello\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
static const char message[] =
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
    "\"type\":\"text_delta\",\"text\":\" Hello\"}}\n\n";
static const char response[] =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":"
    "\"msg_67c9fdcf37fc8190ba82116e33fb28c5\",\"output_index\":0,\"content_index\":0,\"delta\":"
    "\" Hello\",\"sequence_number\":4}\n\n";

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int count_bytes(void *user, struct bytes piece)
{
    *(uint64_t *)user += piece.length;
    return 0;
}

static void scan_all(struct bytes event, unsigned long events)
{
    struct usage_scan scan;
    usage_scan_init(&scan, true);
    for (unsigned long i = 0; i < events; i++)
        usage_scan_feed(&scan, event);
    if (scan.deltas != events)
        exit(EXIT_FAILURE);
}

static void strip_all(struct bytes event, unsigned long events)
{
    struct usage_strip strip;
    uint64_t bytes = 0;
    usage_strip_init(&strip);
    for (unsigned long i = 0; i < events; i++)
        if (usage_strip_feed(&strip, event, count_bytes, &bytes) < 0)
            exit(EXIT_FAILURE);
    if (bytes != event.length * events)
        exit(EXIT_FAILURE);
}

static void measure(const char *name, void (*feed_all)(struct bytes, unsigned long),
                    struct bytes event, unsigned long events)
{
    double rounds[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        double began_ns = now_ns();
        feed_all(event, events);
        rounds[round] = (now_ns() - began_ns) / (double)events;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    printf("usage %-14s %8.1f ns/event\n", name, rounds[ROUNDS / 2]);
}

int main(int count, char **arguments)
{
    unsigned long events = count > 1 ? strtoul(arguments[1], NULL, 10) : 20000;
    if (events == 0) {
        fprintf(stderr, "usage: usage_cost [EVENTS]\n");
        return EXIT_FAILURE;
    }
    measure("chat", scan_all, BYTES(chat), events);
    measure("chat, stripped", strip_all, BYTES(chat), events);
    measure("message", scan_all, BYTES(message), events);
    measure("response", scan_all, BYTES(response), events);
    return 0;
}
