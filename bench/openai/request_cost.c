/* SPDX-License-Identifier: Apache-2.0
 *
 * request_cost [KILOBYTES] - what reading a request costs, shape by shape: ordinary requests, and
 * what somebody would send who wants it to cost much. One line each, `request NAME value us/KB`:
 * the median of the rounds, over bodies of KILOBYTES (default 1024; `chat` has 1 KB).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "openai/request.h"

#define ROUNDS 15
#define ROUND_BYTES (4 << 20) /* read in a round at least */

struct shape {
    const char *name;
    enum openai_route route;
    const char *start, *piece, *end; /* the piece as often as it takes */
    size_t kilobytes;                /* 0: as many as asked for */
};

#define CHAT "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""
#define CHAT_END "\"}],\"temperature\":0.7,\"max_tokens\":256,\"stream\":true}"
#define OTHER "{\"model\":\"m\",\"x\":"

static const struct shape shapes[] = {
    {"chat", OPENAI_CHAT, CHAT, "Tell me more about it. ", CHAT_END, 1},
    {"prose", OPENAI_CHAT, CHAT, "Tell me more about it. ", CHAT_END, 0},
    {"chinese", OPENAI_CHAT, CHAT, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", CHAT_END, 0},
    {"emoji", OPENAI_CHAT, CHAT, "\xf0\x9f\x98\x80", CHAT_END, 0},
    {"mixed", OPENAI_CHAT, CHAT, "a\xc3\xa4\\n", CHAT_END, 0},
    {"escapes", OPENAI_CHAT, CHAT, "\\n", CHAT_END, 0},
    {"surrogates", OPENAI_CHAT, CHAT, "\\ud83d\\ude00", CHAT_END, 0},
    {"messages", OPENAI_CHAT, "{\"model\":\"m\",\"messages\":[",
     "{\"role\":\"user\",\"content\":\"\"},", "{\"role\":\"user\",\"content\":\"\"}]}", 0},
    {"parts", OPENAI_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[",
     "{\"type\":\"text\",\"text\":\"\"},", "{\"type\":\"text\",\"text\":\"\"}]}]}", 0},
    {"tokens", OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[", "1,", "1]}", 0},
    {"numbers", OPENAI_UNKNOWN, OTHER "[", "-1.5e+10,", "1]}", 0},
    {"digits", OPENAI_UNKNOWN, OTHER, "12345678", "}", 0},
    {"strings", OPENAI_UNKNOWN, OTHER "[", "\"\",", "1]}", 0},
    {"arrays", OPENAI_UNKNOWN, OTHER "[", "[],", "1]}", 0},
    {"nested", OPENAI_UNKNOWN, OTHER "[", "[[[[[[[[1]]]]]]]],", "1]}", 0},
    {"objects", OPENAI_UNKNOWN, OTHER "[", "{\"\":{}},", "1]}", 0},
    {"keys", OPENAI_CHAT, "{", "\"a\":1,", "\"model\":\"m\"}", 0},
    {"known_keys", OPENAI_CHAT, "{", "\"mode1\":1,", "\"model\":\"m\"}", 0},
    {"escaped_keys", OPENAI_CHAT, "{", "\"\\u006d\":1,", "\"model\":\"m\"}", 0},
    {"space", OPENAI_UNKNOWN, OTHER, " ", "1}", 0},
    {"too_deep", OPENAI_UNKNOWN, OTHER, "[", "1}", 0},
};

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

static void make_body(const struct shape *shape, size_t kilobytes, struct buffer *ret_body)
{
    size_t size = 1000 * (shape->kilobytes > 0 ? shape->kilobytes : kilobytes);
    int r = buffer_append(ret_body, bytes_from_cstr(shape->start));
    while (r == 0 && ret_body->length < size - strlen(shape->end))
        r = buffer_append(ret_body, bytes_from_cstr(shape->piece));
    if (r == 0)
        r = buffer_append(ret_body, bytes_from_cstr(shape->end));
    if (r < 0)
        fail("no memory for the body");
}

static void read_once(const struct shape *shape, struct bytes body, struct block_pool *pool)
{
    struct arena arena;
    struct openai_request request;
    struct openai_error error = {0};
    arena_init(&arena, pool);
    if (openai_request_read(&request, shape->route, body, &arena, &error) < 0 && error.status == 0)
        fail("no memory");
    arena_clear(&arena);
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double measure(const struct shape *shape, struct bytes body, struct block_pool *pool)
{
    double us_per_kb[ROUNDS];
    size_t repeats = 1 + ROUND_BYTES / body.length;
    for (size_t round = 0; round < ROUNDS; round++) {
        double began_us = now_us();
        for (size_t i = 0; i < repeats; i++)
            read_once(shape, body, pool);
        us_per_kb[round] = (now_us() - began_us) * 1000 / (double)(repeats * body.length);
    }
    qsort(us_per_kb, ROUNDS, sizeof *us_per_kb, compare);
    return us_per_kb[ROUNDS / 2];
}

int main(int count, char **arguments)
{
    unsigned long kilobytes = count > 1 ? strtoul(arguments[1], NULL, 10) : 1024;
    struct block_pool pool;
    if (kilobytes == 0)
        fail("usage: request_cost [KILOBYTES]");
    block_pool_init(&pool, 16384, 16, NULL);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct buffer body = {0};
        make_body(&shapes[i], kilobytes, &body);
        printf("request %-12s %8.3f us/KB\n", shapes[i].name,
               measure(&shapes[i], buffer_bytes(&body), &pool));
        buffer_clear(&body);
    }
    block_pool_clear(&pool);
    return 0;
}
