/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: where the network cuts an answer never changes the verdict, and the verdict is that of
 * a reader who has the whole answer before him and goes byte by byte. The first input byte seeds
 * the cuts.
 */
#include <regex.h>
#include <stdlib.h>

#include "base/random.h"
#include "openai/answer_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Only what is kept of a line is looked at; a 0 byte there would end the text too early. */
static bool matches(struct bytes line, const char *pattern)
{
    char head[ANSWER_SCAN_KEEP + 1] = {0};
    for (size_t i = 0; i < line.length && i < ANSWER_SCAN_KEEP; i++)
        head[i] = line.at[i] == '\0' ? '?' : line.at[i];
    regex_t expression;
    expect(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    bool does_match = regexec(&expression, head, 0, NULL, 0) == 0;
    regfree(&expression);
    return does_match;
}

static enum answer_event name_event(struct bytes line)
{
    if (matches(line,
                "^event:[ \t]*(message_stop|response[.](completed|incomplete|failed))[ \t]*$"))
        return EVENT_IS_LAST;
    return matches(line, "^event:[ \t]*error[ \t]*$") ? EVENT_IS_ERROR : EVENT_GOES_ON;
}

/* Takes the line apart slowly; of long lines only the first bytes count, as the header says. */
static void judge_line_slowly(struct answer_scan *verdict, struct bytes line, size_t event_end)
{
    bool is_longer = line.length > ANSWER_SCAN_KEEP;
    if (line.length == 0) {
        verdict->boundary_bytes = event_end;
        verdict->is_done |= verdict->event == EVENT_IS_LAST;
        verdict->has_error |= verdict->event == EVENT_IS_ERROR;
        verdict->event = EVENT_GOES_ON;
    }
    if (bytes_start_with(line, BYTES("event:")))
        verdict->event = is_longer ? EVENT_GOES_ON : name_event(line);
    if (!bytes_start_with(line, BYTES("data:")))
        return;
    struct bytes payload = bytes_trim(bytes_after(line, 5));
    if (!is_longer && bytes_equal(payload, BYTES("[DONE]"))) {
        verdict->is_done = true;
        return;
    }
    verdict->events++;

    if (matches(line, "^data:[ \t]*[{][ \t]*\"error\"[ \t]*:") &&
        !matches(line, "^data:[ \t]*[{][ \t]*\"error\"[ \t]*:[ \t]*null"))
        verdict->has_error = true;
}

static struct answer_scan scan_slowly(struct bytes answer)
{
    struct answer_scan verdict = {.fed_bytes = answer.length};
    size_t line_start = 0;
    for (size_t i = 0; i < answer.length; i++) {
        if (answer.at[i] != '\r' && answer.at[i] != '\n')
            continue;
        bool is_crlf = answer.at[i] == '\r' && i + 1 < answer.length && answer.at[i + 1] == '\n';
        struct bytes line = bytes_of(answer.at + line_start, i - line_start);
        i += is_crlf;
        judge_line_slowly(&verdict, line, i + 1);
        line_start = i + 1;
    }
    return verdict;
}

static void expect_same(const struct answer_scan *a, const struct answer_scan *b)
{
    expect(a->events == b->events);
    expect(a->is_done == b->is_done);
    expect(a->has_error == b->has_error);
    expect(a->fed_bytes == b->fed_bytes);
    expect(a->boundary_bytes == b->boundary_bytes);
}

static struct answer_scan scan_in_pieces(struct bytes answer, struct random *random)
{
    struct answer_scan scan;
    answer_scan_init(&scan);
    while (answer.length > 0) {
        size_t most = random_chance(random, 1, 4) ? answer.length : 3;
        size_t piece = random_between(random, 0, most < answer.length ? most : answer.length);
        answer_scan_feed(&scan, bytes_of(answer.at, piece));
        answer = bytes_after(answer, piece);
    }
    return scan;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct bytes answer = bytes_of((const char *)data + 1, size - 1);
    struct random random;
    random_init(&random, data[0]);

    struct answer_scan slow = scan_slowly(answer), whole;
    answer_scan_init(&whole);
    answer_scan_feed(&whole, answer);
    expect_same(&whole, &slow);

    struct answer_scan pieces = scan_in_pieces(answer, &random);
    expect_same(&pieces, &slow);
    return 0;
}
