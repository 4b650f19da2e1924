/* SPDX-License-Identifier: Apache-2.0
 *
 * The live picture and the plain lines. In a narrow window what matters least is left out first;
 * in a low one the scene's words go, then the blank lines.
 */
#include "cli/demo/view.h"

#include <inttypes.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)
#define LATELY_NS (5 * NS_PER_S)

#define LOW_ROWS 20       /* below, no words and no blank lines */
#define BAR_COLUMNS 60    /* below, no bars */
#define TOKENS_COLUMNS 48 /* below, no tokens a second */
#define BAR_MOST 24       /* columns of a bar ... */
#define BAR_WHOLE 100     /* ... and how many requests fill it */
#define TOLD_SHOWN 2

static uint64_t elapsed_ms(const struct demo_facts *facts)
{
    return (facts->now_ns - facts->began_ns) / NS_PER_MS;
}

static struct demo_ttft ttft_lately(const struct demo_facts *facts)
{
    uint64_t since_ns = facts->now_ns > LATELY_NS ? facts->now_ns - LATELY_NS : 0;
    return demo_statistics_ttft(facts->statistics, since_ns);
}

/* ---- a core ---- */

static const struct {
    const char *text;
    enum demo_style style;
} core_states[2][2] = {
    /* by is_up, then is_avoided */
    {{"dead", DEMO_BAD}, {"dead, avoided", DEMO_BAD}},
    {{"up", DEMO_GOOD}, {"up, on probation", DEMO_NOTABLE}},
};

/* Whoever has anything at work has a bar. */
static unsigned bar_columns(const struct demo_page *page, uint64_t in_flight)
{
    unsigned room = page->columns - BAR_COLUMNS < BAR_MOST ? page->columns - BAR_COLUMNS : BAR_MOST;
    uint64_t columns = (in_flight * room + BAR_WHOLE - 1) / BAR_WHOLE;
    return columns < room ? (unsigned)columns : room;
}

static void core_heads(struct demo_page *page)
{
    demo_page_text(page, DEMO_DIM, "core  state             in flight answered");
    if (page->columns >= TOKENS_COLUMNS)
        demo_page_text(page, DEMO_DIM, " tokens/s");
    demo_page_end_line(page);
}

static void core_row(struct demo_page *page, const struct demo_facts *facts, size_t i)
{
    const struct demo_core_facts *core = &facts->cores[i];
    enum demo_style style = core_states[core->is_up][core->is_avoided].style;
    demo_page_text(page, DEMO_BOLD, "%-5s ", demo_core_names[i]);
    demo_page_text(page, style, "%-17s", core_states[core->is_up][core->is_avoided].text);
    demo_page_text(page, DEMO_NORMAL, "%10" PRIu32 " %8" PRIu64, core->in_flight,
                   facts->statistics->answered_by[i]);
    if (page->columns >= TOKENS_COLUMNS)
        demo_page_text(page, DEMO_NORMAL, " %8" PRIu64 "  ", core->tokens_per_s);
    if (page->columns >= BAR_COLUMNS)
        demo_page_bar(page, style, bar_columns(page, core->in_flight));
    demo_page_end_line(page);
}

/* ---- numbers ---- */

/* A number and what it counts; the next one stands beside it if there is room. */
static void number(struct demo_page *page, const char *name, uint64_t value, enum demo_style style)
{
    const unsigned cell = 26;
    if (page->used_columns > 0 && page->used_columns + cell > page->columns)
        demo_page_end_line(page);
    unsigned begin = page->used_columns;
    demo_page_text(page, DEMO_NORMAL, "%-16s", name);
    demo_page_text(page, value > 0 ? style : DEMO_NORMAL, "%8" PRIu64, value);
    demo_page_column(page, begin + cell);
}

static void numbers(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_statistics *statistics = facts->statistics;
    const uint64_t *ended = statistics->ended;
    struct demo_ttft ttft = ttft_lately(facts);
    number(page, "requests", statistics->requests, DEMO_BOLD);
    number(page, "answered", ended[DEMO_ANSWERED], DEMO_BOLD);
    number(page, "at work", demo_statistics_open(statistics), DEMO_BOLD);
    number(page, "tokens/s", demo_rate_per_s(&statistics->token_rate, facts->now_ns), DEMO_BOLD);
    number(page, "TTFT p50, ms", ttft.p50_ns / NS_PER_MS, DEMO_BOLD);
    number(page, "TTFT p95, ms", ttft.p95_ns / NS_PER_MS, DEMO_BOLD);
    number(page, "2nd try worked", statistics->moved, DEMO_NOTABLE);
    number(page, "cut and told", ended[DEMO_CUT_TOLD] + ended[DEMO_CUT_BROKEN], DEMO_BAD);
    number(page, "failed", ended[DEMO_FAILED], DEMO_BAD);
    number(page, "refused", ended[DEMO_REFUSED], DEMO_NORMAL);
    number(page, "clients left", ended[DEMO_LEFT], DEMO_NORMAL);
    number(page, "cut in silence", ended[DEMO_CUT_SILENT], DEMO_BAD);
    demo_page_end_line(page);
}

/* ---- the picture ---- */

static void head(struct demo_page *page, const struct demo_facts *facts)
{
    uint64_t whole_s = facts->whole_ms / 1000, now_s = elapsed_ms(facts) / 1000;
    demo_page_text(page, DEMO_BOLD, "isthmus demo ");
    demo_page_text(page, DEMO_DIM, "%" PRIu64 " of %" PRIu64 " s  ",
                   now_s < whole_s ? now_s : whole_s, whole_s);
    demo_page_text(page, DEMO_NORMAL, "edge http://%s", facts->edge);
    demo_page_text(page, DEMO_DIM, "  Ctrl-C ends it");
    demo_page_end_line(page);
}

static void gap(struct demo_page *page)
{
    if (page->rows == 0 || page->rows >= LOW_ROWS)
        demo_page_end_line(page);
}

/* What matters stays while requests go by below it. */
static void told(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_news_line *line;
    for (size_t i = TOLD_SHOWN; i > 0; i--)
        if ((line = demo_news_told(facts->news, i - 1)))
            demo_news_write(page, line);
    if (demo_news_told(facts->news, 0))
        gap(page);
}

static void news(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_news_line *line;
    for (size_t i = 0; demo_page_rows_left(page) > 0; i++) {
        if (!(line = demo_news_request(facts->news, i)))
            return;
        demo_news_write(page, line);
    }
}

void demo_view_scene(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_scene *scene = &demo_story[facts->scene];
    if (page->rows == 0 && facts->scene > 0)
        demo_page_end_line(page);
    demo_page_text(page, DEMO_BOLD, "%zu/%d  %s", facts->scene + 1, DEMO_SCENES, scene->title);
    demo_page_end_line(page);
    if (page->rows == 0 || page->rows >= LOW_ROWS)
        demo_page_paragraph(page, 5, scene->text);
}

void demo_view_picture(struct demo_page *page, const struct demo_facts *facts)
{
    demo_page_begin(page);
    head(page, facts);
    gap(page);
    demo_view_scene(page, facts);
    gap(page);
    told(page, facts);
    core_heads(page);
    for (size_t i = 0; i < DEMO_CORES; i++)
        core_row(page, facts, i);
    gap(page);
    numbers(page, facts);
    gap(page);
    news(page, facts);
    demo_page_end(page);
}

/* ---- plain lines ---- */

void demo_view_opening(struct demo_page *page, const struct demo_facts *facts)
{
    char address[ADDRESS_TEXT_BYTES];
    demo_page_line(page, DEMO_BOLD, "isthmus demo: an edge and two simulated GPU cores");
    demo_page_end_line(page);
    demo_page_text(page, DEMO_NORMAL, "  clients --> edge http://%s", facts->edge);
    demo_page_end_line(page);
    for (size_t i = 0; i < DEMO_CORES; i++) {
        demo_page_text(page, DEMO_NORMAL, "               +--> core %s http://%s",
                       demo_core_names[i], address_format(&facts->cores[i].address, address));
        demo_page_end_line(page);
    }
    demo_page_end_line(page);
    demo_page_paragraph(page, 0,
                        "Every two seconds a line says: requests so far and how many of them were "
                        "answered; how many each core has at work; tokens a second; time to the "
                        "first token (TTFT), of half and of 95 % of the streams.");
    demo_page_end_line(page);
}

void demo_view_status(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_statistics *statistics = facts->statistics;
    struct demo_ttft ttft = ttft_lately(facts);
    demo_news_write_time(page, elapsed_ms(facts));
    demo_page_text(page, DEMO_NORMAL, "%" PRIu64 " asked, %" PRIu64 " answered;",
                   statistics->requests, statistics->ended[DEMO_ANSWERED]);
    for (size_t i = 0; i < DEMO_CORES; i++)
        demo_page_text(page, DEMO_NORMAL, " %s %" PRIu32 "%s", demo_core_names[i],
                       facts->cores[i].in_flight, i + 1 < DEMO_CORES ? "," : ";");
    demo_page_text(page, DEMO_NORMAL, " %" PRIu64 " tok/s, TTFT %" PRIu64 "/%" PRIu64 " ms",
                   demo_rate_per_s(&statistics->token_rate, facts->now_ns), ttft.p50_ns / NS_PER_MS,
                   ttft.p95_ns / NS_PER_MS);
    demo_page_end_line(page);
}
