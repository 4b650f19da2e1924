/* SPDX-License-Identifier: Apache-2.0
 *
 * visit - one client of the demonstration: one request, and its answer read to the end, or to
 * where the client has had enough. How it ended stands in `result`, but for the core, which only
 * the edge can tell.
 *
 * Memory   a visit is the caller's from demo_visit_start() to demo_visit_free(); the latter may be
 *          called from on_over().
 * Threads  its loop. No event comes from inside demo_visit_start().
 * Errors   demo_visit_start(): -errno; later ones are outcomes.
 */
#ifndef CLI_DEMO_VISIT_H
#define CLI_DEMO_VISIT_H

#include "base/list.h"
#include "cli/demo/answer.h"
#include "cli/demo/request.h"
#include "cli/demo/statistics.h"
#include "http/client.h"
#include "http/sse.h"

struct demo_visit;

struct demo_visit_options {
    struct loop *loop;
    struct http_origin *origin; /* the edge */
    struct bytes authority;
    void (*on_tokens)(void *user, uint64_t count);
    void (*on_over)(void *user, struct demo_visit *visit);
    void *user;
};

#define DEMO_VISIT_ID_BYTES 32

struct demo_visit {
    struct list link; /* the caller's, as is ... */
    bool is_noted;    /* ... whether the edge has told which core answered */
    const struct demo_visit_options *options;
    struct demo_request request;
    char id[DEMO_VISIT_ID_BYTES]; /* its x-request-id */
    struct bytes body_part;
    struct http_field fields[2];
    struct http_request *http; /* NULL: over */
    unsigned status;           /* of the answer; 0: none came */
    bool is_event_stream;
    struct sse_reader events; /* of a stream */
    struct buffer body;       /* of a plain answer */
    struct demo_answer answer;
    uint64_t began_ns, took_ns;
    struct demo_result result;
};

/* Takes the request over, also when it fails. The options outlive the visit. */
int demo_visit_start(struct demo_visit **ret_visit, const struct demo_visit_options *options,
                     struct demo_request *request, uint64_t number);
bool demo_visit_is_over(const struct demo_visit *visit);
void demo_visit_free(struct demo_visit *visit);

#endif
