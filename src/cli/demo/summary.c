/* SPDX-License-Identifier: Apache-2.0
 *
 * What remains on the screen: the summary, and what to try next. All numbers were counted.
 */
#include <inttypes.h>

#include "cli/demo/view.h"
#include "config/printer.h"

#define NS_PER_MS UINT64_C(1000000)
#define NAME_COLUMNS 16
#define WORDS_COLUMN 27

/* "  answered            455  ", and words are to follow. */
static void row(struct demo_page *page, const char *name, uint64_t value, enum demo_style style)
{
    demo_page_text(page, DEMO_NORMAL, "  %-*s", NAME_COLUMNS, name);
    demo_page_text(page, value > 0 ? style : DEMO_NORMAL, "%7" PRIu64 "  ", value);
}

static void row_with_words(struct demo_page *page, const char *name, uint64_t value,
                           enum demo_style style, const char *words)
{
    row(page, name, value, style);
    demo_page_text(page, DEMO_DIM, "%s", words);
    demo_page_end_line(page);
}

/* Rows that say something only when it has happened. */
static void row_if_any(struct demo_page *page, const char *name, uint64_t value,
                       enum demo_style style, const char *words)
{
    if (value > 0)
        row_with_words(page, name, value, style, words);
}

/* What no core has answered the edge has, such as the list of models. */
static void answered(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_statistics *statistics = facts->statistics;
    uint64_t by_edge = statistics->ended[DEMO_ANSWERED];
    row(page, "answered", by_edge, DEMO_GOOD);
    for (size_t i = 0; i < DEMO_CORES; i++) {
        by_edge -= statistics->answered_by[i];
        demo_page_text(page, DEMO_DIM, "%s %" PRIu64 ", ", demo_core_names[i],
                       statistics->answered_by[i]);
    }
    demo_page_text(page, DEMO_DIM, "the edge itself %" PRIu64, by_edge);
    demo_page_end_line(page);
}

static void left(struct demo_page *page, const struct demo_facts *facts)
{
    uint64_t cancelled = 0;
    for (size_t i = 0; i < DEMO_CORES; i++)
        cancelled += facts->cores[i].cancelled;
    row(page, "clients left", facts->statistics->ended[DEMO_LEFT], DEMO_NORMAL);
    demo_page_text(page, DEMO_DIM, "early; cores stopped work at once on %" PRIu64, cancelled);
    demo_page_end_line(page);
}

static void outcomes(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_statistics *statistics = facts->statistics;
    const uint64_t *ended = statistics->ended;
    row_with_words(page, "requests", statistics->requests, DEMO_BOLD, "sent");
    answered(page, facts);
    row_with_words(page, "  on a 2nd try", statistics->moved, DEMO_NOTABLE,
                   "the core tried first had failed");
    row_with_words(page, "refused", ended[DEMO_REFUSED], DEMO_NORMAL,
                   "the clients' own mistakes: 400, 404");
    left(page, facts);
    row_with_words(page, "cut and told", ended[DEMO_CUT_TOLD], DEMO_NOTABLE,
                   "by an error event in the stream");
    row_if_any(page, "cut off", ended[DEMO_CUT_BROKEN], DEMO_NOTABLE,
               "the connection broke: no client misses it");
    row_with_words(page, "cut in silence", ended[DEMO_CUT_SILENT], DEMO_BAD,
                   ended[DEMO_CUT_SILENT] > 0 ? "this must never be: please report it"
                                              : "as it must be: nothing looks whole that is not");
    row_with_words(page, "failed", ended[DEMO_FAILED], DEMO_BAD, "no core could take them");
    row_if_any(page, "still open", demo_statistics_open(statistics), DEMO_NOTABLE,
               "when the end came");
}

static void speed(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_statistics *statistics = facts->statistics;
    struct demo_ttft ttft = demo_statistics_ttft(statistics, 0);
    uint64_t ms = (facts->now_ns - facts->began_ns) / NS_PER_MS;
    row(page, "tokens", statistics->tokens, DEMO_BOLD);
    demo_page_text(page, DEMO_DIM, "%" PRIu64 " a second",
                   ms > 0 ? statistics->tokens * 1000 / ms : 0);
    demo_page_end_line(page);
    demo_page_text(page, DEMO_NORMAL, "  %-*s", NAME_COLUMNS, "first token");
    demo_page_column(page, WORDS_COLUMN);
    demo_page_text(page, DEMO_DIM, "p50 %" PRIu64 " ms, p95 %" PRIu64 " ms, of %zu streams",
                   ttft.p50_ns / NS_PER_MS, ttft.p95_ns / NS_PER_MS, ttft.count);
    demo_page_end_line(page);
}

void demo_view_recap(struct demo_page *page, const struct demo_facts *facts)
{
    const struct demo_news_line *line;
    demo_page_line(page, DEMO_BOLD, "isthmus demo: what happened");
    demo_page_end_line(page);
    for (size_t i = DEMO_NEWS_KEPT; i > 0; i--)
        if ((line = demo_news_told(facts->news, i - 1)))
            demo_news_write(page, line);
}

void demo_view_summary(struct demo_page *page, const struct demo_facts *facts)
{
    uint64_t ms = (facts->now_ns - facts->began_ns) / NS_PER_MS;
    demo_page_end_line(page);
    demo_page_text(page, DEMO_BOLD, "%s after %" PRIu64 ".%" PRIu64 " s",
                   facts->is_interrupted ? "Ended by you" : "The end,", ms / 1000, ms / 100 % 10);
    demo_page_text(page, DEMO_DIM, " (counted by the clients; seed %" PRIu64 ")", facts->seed);
    demo_page_end_line(page);
    demo_page_end_line(page);
    outcomes(page, facts);
    speed(page, facts);
}

/* ---- lines to paste: never cut or broken, whatever the window ---- */

static void paste_curl(struct printer *lines, const char *edge)
{
    PRINT(lines,
          "curl http://%s/v1/chat/completions \\\n"
          "  -H 'Content-Type: application/json' \\\n"
          "  -d '{\"model\": \"sim\", \"max_tokens\": 12,\n"
          "       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'\n\n",
          edge);
    PRINT(lines,
          "curl -N http://%s/v1/chat/completions \\\n"
          "  -H 'Content-Type: application/json' \\\n"
          "  -d '{\"model\": \"sim\", \"max_tokens\": 12, \"stream\": true,\n"
          "       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'\n\n",
          edge);
}

static void paste_python(struct printer *lines, const char *edge)
{
    PRINT(lines,
          "python3 - <<'END'\n"
          "from openai import OpenAI  # pip install openai\n"
          "client = OpenAI(base_url=\"http://%s/v1\", api_key=\"any\")\n"
          "question = [{\"role\": \"user\", \"content\": \"Hello\"}]\n"
          "for chunk in client.chat.completions.create(\n"
          "        model=\"sim\", messages=question, stream=True, max_tokens=40):\n"
          "    if chunk.choices:\n"
          "        print(chunk.choices[0].delta.content or \"\", end=\"\", flush=True)\n"
          "print()\n"
          "END\n\n",
          edge);
}

/* Both cores, or the request might go to the one that is well. */
static void paste_faults(struct printer *lines, const struct demo_facts *facts)
{
    char address[ADDRESS_TEXT_BYTES];
    for (size_t i = 0; i < DEMO_CORES; i++)
        PRINT(lines,
              "curl http://%s/sim/faults \\\n"
              "  -d '{\"die_mid_stream\": 1000000, \"after_tokens\": 3}'\n",
              address_format(&facts->cores[i].address, address));
}

void demo_view_next(struct demo_page *page, const struct demo_facts *facts)
{
    struct printer lines = {.out = page->out, .status = page->status};
    PRINT(&lines,
          "\nNext:\n"
          "  %s demo --stay                        # stays up; lines to paste\n"
          "  %s edge --core http://127.0.0.1:8000  # an engine of your own\n",
          facts->program, facts->program);
    page->status = lines.status;
}

void demo_view_invitation(struct demo_page *page, const struct demo_facts *facts)
{
    struct printer lines = {.out = page->out, .status = page->status};
    PRINT(&lines, "\nThe edge stays at http://%s. Paste into another terminal:\n\n", facts->edge);
    paste_curl(&lines, facts->edge);
    paste_python(&lines, facts->edge);
    PRINT(&lines, "Let the cores die after three tokens, then stream again and see the error:\n\n");
    paste_faults(&lines, facts);
    PRINT(&lines, "\nEach request of yours is told below. Ctrl-C ends it.\n\n");
    page->status = lines.status;
}
