/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/news.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define NS_PER_MS UINT64_C(1000000)

static struct demo_news_line *next_line(struct demo_news_lines *lines, uint64_t at_ms)
{
    struct demo_news_line *line = &lines->at[lines->count++ % DEMO_NEWS_KEPT];
    *line = (struct demo_news_line){.at_ms = at_ms};
    return line;
}

static const enum demo_style styles[DEMO_OUTCOMES] = {
    [DEMO_ANSWERED] = DEMO_NORMAL, [DEMO_REFUSED] = DEMO_DIM,    [DEMO_LEFT] = DEMO_DIM,
    [DEMO_CUT_TOLD] = DEMO_BAD,    [DEMO_CUT_BROKEN] = DEMO_BAD, [DEMO_CUT_SILENT] = DEMO_BAD,
    [DEMO_FAILED] = DEMO_BAD,
};

static void write_answered(char *at, size_t room, const struct demo_request_news *request)
{
    uint64_t ttft_ms = request->result.ttft_ns / NS_PER_MS, took_ms = request->took_ns / NS_PER_MS;
    if (request->tokens == 0)
        snprintf(at, room, "answered after %" PRIu64 " ms", took_ms);
    else if (ttft_ms == 0)
        snprintf(at, room, "%" PRIu64 " tokens, all after %" PRIu64 " ms", request->tokens,
                 took_ms);
    else
        snprintf(at, room, "%" PRIu64 " tokens, first after %" PRIu64 " ms", request->tokens,
                 ttft_ms);
}

/* How it ended, into the text's room. */
static void write_end(char *at, size_t room, const struct demo_request_news *request)
{
    uint64_t tokens = request->tokens;
    switch (request->result.outcome) {
    case DEMO_ANSWERED:
        write_answered(at, room, request);
        break;
    case DEMO_REFUSED:
        snprintf(at, room, "refused with %u, as it should be", request->status);
        break;
    case DEMO_LEFT:
        snprintf(at, room, "left after %" PRIu64 " tokens", tokens);
        break;
    case DEMO_CUT_TOLD:
        snprintf(at, room, "cut after %" PRIu64 " tokens, told by an error", tokens);
        break;
    case DEMO_CUT_BROKEN:
        snprintf(at, room, "cut after %" PRIu64 " tokens, connection broken", tokens);
        break;
    case DEMO_CUT_SILENT:
        snprintf(at, room, "cut after %" PRIu64 " tokens, WITHOUT A WORD", tokens);
        break;
    case DEMO_FAILED:
        snprintf(at, room, "failed with %u", request->status);
        break;
    case DEMO_OUTCOMES:
        break;
    }
}

const struct demo_news_line *demo_news_add(struct demo_news *news, uint64_t at_ms,
                                           const struct demo_request_news *request)
{
    struct demo_news_line *line = next_line(&news->requests, at_ms);
    bool is_moved = request->result.outcome == DEMO_ANSWERED && request->result.attempts > 1;
    line->style = is_moved ? DEMO_NOTABLE : styles[request->result.outcome];
    int length = snprintf(line->text, sizeof line->text, "%-21s %-5s ",
                          demo_kind_name(request->kind), request->core ? request->core : "edge");
    if (length < 0 || (size_t)length >= sizeof line->text)
        return line;
    write_end(line->text + length, sizeof line->text - (size_t)length, request);
    if (!is_moved)
        return line;
    size_t used = strlen(line->text);
    snprintf(line->text + used, sizeof line->text - used, ", 2nd try");
    return line;
}

const struct demo_news_line *demo_news_tell(struct demo_news *news, uint64_t at_ms,
                                            const char *format, ...)
{
    struct demo_news_line *line = next_line(&news->told, at_ms);
    va_list values;
    va_start(values, format);
    vsnprintf(line->text, sizeof line->text, format, values);
    va_end(values);
    line->style = DEMO_BOLD;
    return line;
}

static const struct demo_news_line *latest(const struct demo_news_lines *lines, size_t i)
{
    if (i >= lines->count || i >= DEMO_NEWS_KEPT)
        return NULL;
    return &lines->at[(lines->count - 1 - i) % DEMO_NEWS_KEPT];
}

const struct demo_news_line *demo_news_request(const struct demo_news *news, size_t i)
{
    return latest(&news->requests, i);
}

const struct demo_news_line *demo_news_told(const struct demo_news *news, size_t i)
{
    return latest(&news->told, i);
}

void demo_news_write_time(struct demo_page *page, uint64_t at_ms)
{
    demo_page_text(page, DEMO_DIM, "%4" PRIu64 ".%" PRIu64 " s  ", at_ms / 1000, at_ms / 100 % 10);
}

void demo_news_write(struct demo_page *page, const struct demo_news_line *line)
{
    demo_news_write_time(page, line->at_ms);
    demo_page_text(page, line->style, "%s", line->text);
    demo_page_end_line(page);
}
