/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/visit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_BYTES_MOST ((size_t)1024 * 1024) /* of a plain answer, or of one event */
#define SILENCE_MS 60000

static uint64_t age_ns(const struct demo_visit *visit)
{
    return loop_now_ns(visit->options->loop) - visit->began_ns;
}

static void end(struct demo_visit *visit, enum demo_outcome outcome)
{
    http_request_close(visit->http);
    visit->http = NULL;
    visit->took_ns = age_ns(visit);
    visit->result.outcome = outcome;
    visit->options->on_over(visit->options->user, visit);
}

static void take_tokens(struct demo_visit *visit, uint64_t count)
{
    if (count == 0)
        return;
    if (visit->is_event_stream && visit->result.ttft_ns == 0)
        visit->result.ttft_ns = age_ns(visit);
    visit->options->on_tokens(visit->options->user, count);
}

static void on_event(void *user, const struct sse_event *event)
{
    struct demo_visit *visit = user;
    take_tokens(visit, demo_answer_read_event(&visit->answer, event->data));
}

static void on_head(void *user, const struct http_answer_head *head)
{
    struct demo_visit *visit = user;
    struct bytes type = http_field_value(head->fields, BYTES("content-type"));
    visit->status = head->status;
    visit->is_event_stream = bytes_start_with(type, BYTES("text/event-stream"));
}

static void on_body(void *user, struct bytes bytes)
{
    struct demo_visit *visit = user;
    int r = visit->is_event_stream ? sse_reader_feed(&visit->events, bytes)
                                   : buffer_append(&visit->body, bytes);
    uint64_t enough = visit->request.leave_after;
    if (r < 0) /* nothing that this client could read */
        end(visit, DEMO_CUT_BROKEN);
    else if (enough > 0 && visit->answer.tokens >= enough && !visit->answer.is_done)
        end(visit, DEMO_LEFT);
}

static enum demo_outcome outcome_of_stream(const struct demo_answer *answer)
{
    if (answer->is_done)
        return DEMO_ANSWERED;
    return answer->has_error ? DEMO_CUT_TOLD : DEMO_CUT_SILENT;
}

static void on_end(void *user)
{
    struct demo_visit *visit = user;
    if (!visit->is_event_stream)
        take_tokens(visit, demo_answer_read_body(&visit->answer, buffer_bytes(&visit->body)));
    if (visit->status >= 500)
        end(visit, DEMO_FAILED);
    else if (visit->status >= 400)
        end(visit, DEMO_REFUSED);
    else
        end(visit, visit->is_event_stream ? outcome_of_stream(&visit->answer) : DEMO_ANSWERED);
}

static void on_failed(void *user, enum http_failure why)
{
    struct demo_visit *visit = user;
    if (visit->answer.has_error)
        end(visit, DEMO_CUT_TOLD);
    else
        end(visit, visit->status > 0 ? DEMO_CUT_BROKEN : DEMO_FAILED);
}

static const struct http_request_events events = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_failed = on_failed};

static int send_request(struct demo_visit *visit)
{
    visit->body_part = buffer_bytes(&visit->request.body);
    visit->fields[0] = (struct http_field){BYTES("content-type"), BYTES("application/json")};
    visit->fields[1] = (struct http_field){BYTES("x-request-id"), bytes_from_cstr(visit->id)};
    const struct http_outgoing outgoing = {
        .method = bytes_from_cstr(visit->request.method),
        .target = bytes_from_cstr(visit->request.path),
        .authority = visit->options->authority,
        .fields = {visit->fields, 2},
        .body = &visit->body_part,
        .body_part_count = visit->body_part.length > 0,
        .idle_ms = SILENCE_MS,
    };
    int r = http_request_start(&visit->http, visit->options->origin, &outgoing, &events, visit);
    if (r == 0)
        http_request_grant(visit->http, UINT64_MAX);
    return r;
}

int demo_visit_start(struct demo_visit **ret_visit, const struct demo_visit_options *options,
                     struct demo_request *request, uint64_t number)
{
    struct demo_visit *visit = calloc(1, sizeof *visit);
    if (!visit) {
        demo_request_clear(request);
        return -ENOMEM;
    }
    visit->options = options;
    visit->request = *request;
    visit->began_ns = loop_now_ns(options->loop);
    visit->result.core = -1;
    snprintf(visit->id, sizeof visit->id, "demo-%" PRIu64, number);
    buffer_init(&visit->body, ANSWER_BYTES_MOST, NULL);
    sse_reader_init(&visit->events, ANSWER_BYTES_MOST, NULL, on_event, visit);
    int r = send_request(visit);
    if (r < 0) {
        demo_visit_free(visit);
        return r;
    }
    *ret_visit = visit;
    return 0;
}

bool demo_visit_is_over(const struct demo_visit *visit)
{
    return !visit->http;
}

void demo_visit_free(struct demo_visit *visit)
{
    if (visit->http)
        http_request_close(visit->http);
    sse_reader_clear(&visit->events);
    buffer_clear(&visit->body);
    demo_request_clear(&visit->request);
    free(visit);
}
