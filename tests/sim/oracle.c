/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <stdio.h>

#include "punctuality.h"

/* How long what a client has left may go on: FAULTS R26. */
#define GRACE_NS (100 * NS_PER_MS)

static void violated(struct oracle *oracle, const char *what, uint64_t is, uint64_t may_be)
{
    char line[160];
    (void)snprintf(line, sizeof line, "%s: %llu, at most %llu may be", what, (unsigned long long)is,
                   (unsigned long long)may_be);
    oracle->on_violation(oracle->user, bytes_from_cstr(line));
}

void oracle_init(struct oracle *oracle, void (*on_violation)(void *user, struct bytes why),
                 void *user)
{
    *oracle = (struct oracle){.on_violation = on_violation,
                              .user = user,
                              .work.what = "engines work for nobody",
                              .memory.what = "bytes held"};
}

/* ---- the log ---- */

static struct bytes value_of(struct bytes line, struct bytes name)
{
    ptrdiff_t at = bytes_find(line, name);
    return at < 0 ? (struct bytes){0} : bytes_after(line, (size_t)at + name.length);
}

/* The edge's own word on how long it took, whatever its client saw: the deadline, and what a
 * client that does not read its last words may take. */
static void check_duration(struct oracle *oracle, struct bytes line)
{
    struct bytes rest = value_of(line, BYTES("\"us\":"));
    uint64_t us;
    if (rest.at && bytes_read_u64(bytes_cut(&rest, '}'), &us) &&
        us > (WORLD_TOTAL_MS + WORLD_WRITE_MS + 1000) * 1000)
        oracle->on_violation(oracle->user, line);
}

/* "c12-34": client 12, question 34. */
static unsigned char *lines_at(struct oracle *oracle, struct bytes name)
{
    uint64_t client, question;
    struct bytes rest = name;
    if (!bytes_start_with(name, BYTES("c")))
        return NULL;
    struct bytes first = bytes_after(bytes_cut(&rest, '-'), 1);
    if (!rest.at || !bytes_read_u64(first, &client) || !bytes_read_u64(rest, &question) ||
        client >= ORACLE_CLIENTS || question >= ORACLE_QUESTIONS)
        return NULL;
    return &oracle->lines_of[client][question];
}

void oracle_note_line(struct oracle *oracle, struct bytes line)
{
    check_duration(oracle, line);
    struct bytes rest = value_of(line, BYTES("\"event\":\"exchange\",\"id\":\""));
    if (!rest.at)
        return;
    oracle->lines++;
    unsigned char *lines = lines_at(oracle, bytes_cut(&rest, '"'));
    if (lines && ++*lines > 1)
        oracle->on_violation(oracle->user, line);
}

unsigned oracle_lines_of(const struct oracle *oracle, unsigned client, unsigned question)
{
    return oracle->lines_of[client][question];
}

/* ---- retries ---- */

static void count_seconds(struct oracle *oracle, const struct oracle_view *view)
{
    uint64_t now = oracle->now_ns / NS_PER_S;
    if (now > oracle->second + ORACLE_SECONDS)
        oracle->second = now - ORACLE_SECONDS;
    while (oracle->second < now)
        oracle->at[++oracle->second % ORACLE_SECONDS] = oracle->now;
    oracle->now = (struct oracle_counts){view->edge.calls_started, view->edge.retries};
}

static const struct oracle_counts *counts_before(const struct oracle *oracle, unsigned seconds)
{
    return &oracle->at[(oracle->second + ORACLE_SECONDS - seconds) % ORACLE_SECONDS];
}

/* The budget looks at ten seconds with the present one; a retry at their beginning was allowed by
 * requests of up to nine more. */
static void check_retries(struct oracle *oracle)
{
    uint64_t retries = oracle->now.retries - counts_before(oracle, 9)->retries;
    uint64_t calls = oracle->now.calls - counts_before(oracle, 18)->calls;
    uint64_t most = oracle->retry_burst + calls * oracle->retry_percent / 100;
    if (retries > most)
        violated(oracle, "retries of the last ten seconds", retries, most);
}

/* ---- work and memory ---- */

/* One that lasts is told each tenth of a second. */
static void check_excess(struct oracle *oracle, struct oracle_excess *excess, uint64_t is,
                         uint64_t may_be)
{
    if (is <= may_be) {
        excess->since_ns = 0;
        return;
    }
    if (excess->since_ns == 0)
        excess->since_ns = oracle->now_ns;
    if (oracle->now_ns - excess->since_ns <= GRACE_NS)
        return;
    violated(oracle, excess->what, is, may_be);
    excess->since_ns = oracle->now_ns;
}

void oracle_look(struct oracle *oracle, const struct oracle_view *view, bool network_is_sound)
{
    oracle->now_ns = view->now_ns;
    count_seconds(oracle, view);
    check_retries(oracle);
    if (!network_is_sound)
        return;
    check_excess(oracle, &oracle->work, view->running, view->waiting);
    check_excess(oracle, &oracle->memory, view->edge.memory_bytes, view->memory_limit_bytes);
}

void oracle_conclude(struct oracle *oracle, const struct oracle_view *view)
{
    const struct edge_counts *edge = &view->edge;
    if (edge->exchanges > 0)
        violated(oracle, "exchanges left", edge->exchanges, 0);
    if (edge->calls > 0)
        violated(oracle, "calls left", edge->calls, 0);
    if (edge->memory_bytes > 0)
        violated(oracle, "bytes still charged", edge->memory_bytes, 0);
    if (edge->exchanges_ended != oracle->lines)
        violated(oracle, "lines of the log", oracle->lines, edge->exchanges_ended);
}
