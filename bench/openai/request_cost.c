/* SPDX-License-Identifier: Apache-2.0
 *
 * request_cost [KILOBYTES] - what reading a request costs, shape by shape: ordinary requests, and
 * what somebody would send who wants it to cost much. One line each, `request NAME value us/KB`:
 * the median of the rounds, over bodies of KILOBYTES (default 1024; the first one has 1 KB). A
 * shape that is refused early costs next to nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "openai/request.h"
#include "tests/unit/openai/costly_request.h"

#define ROUNDS 15
#define ROUND_BYTES (4 << 20) /* read in a round at least */

static void fail(const char *why)
{
    fprintf(stderr, "request_cost: %s\n", why);
    exit(EXIT_FAILURE);
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void read_once(const struct costly_request *costly, struct bytes body,
                      struct block_pool *pool)
{
    struct arena arena;
    struct openai_request request;
    struct openai_error error = {0};
    arena_init(&arena, pool);
    if (openai_request_read(&request, costly->route, body, &arena, &error) < 0 && error.status == 0)
        fail("no memory");
    arena_clear(&arena);
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double us_per_kb(const struct costly_request *costly, struct bytes body,
                        struct block_pool *pool)
{
    double rounds[ROUNDS];
    size_t repeats = 1 + ROUND_BYTES / body.length;
    for (size_t round = 0; round < ROUNDS; round++) {
        double began_us = now_us();
        for (size_t i = 0; i < repeats; i++)
            read_once(costly, body, pool);
        rounds[round] = (now_us() - began_us) * 1000 / (double)(repeats * body.length);
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    return rounds[ROUNDS / 2];
}

static void measure(const char *name, const struct costly_request *costly, size_t size)
{
    struct buffer body = {0};
    struct block_pool pool;
    block_pool_init(&pool, 16384, 16, NULL);
    if (costly_request_write(&body, costly, size) < 0)
        fail("no memory for the body");
    printf("request %-12s %8.3f us/KB\n", name, us_per_kb(costly, buffer_bytes(&body), &pool));
    buffer_clear(&body);
    block_pool_clear(&pool);
}

int main(int count, char **arguments)
{
    unsigned long kilobytes = count > 1 ? strtoul(arguments[1], NULL, 10) : 1024;
    if (kilobytes == 0)
        fail("usage: request_cost [KILOBYTES]");
    measure("chat_1_kb", &costly_requests[0], 1000);
    for (size_t i = 0; i < costly_request_count; i++)
        measure(costly_requests[i].name, &costly_requests[i], kilobytes * 1000);
    return 0;
}
