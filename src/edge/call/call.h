/* SPDX-License-Identifier: Apache-2.0
 *
 * call - one request to the cores, from the choice of a core to the last byte of the answer.
 *
 *   ROUTE -> FORWARD -> RELAY -> FINISH
 *     ^         |         |
 *     '- retry -+---------'    before any payload was passed on, within the retry budget
 *     '- seek --'              the core said that it has not got it: once per core
 *     FORWARD -> FORWARD       a kept connection turned out stale: once per attempt
 *
 * It reads nothing of its exchanges and they nothing of it: between them stands the answer log.
 *
 * Memory   lives in its log's arena, which goes when the call has ended and the last reader has
 * left. Threads  its worker's loop. Errors   every failure ends in the log: answer_log_break().
 */
#ifndef EDGE_CALL_CALL_H
#define EDGE_CALL_CALL_H

#include "edge/answer_log.h"
#include "edge/call/meter.h"
#include "edge/models/catalogue.h"
#include "edge/step.h"
#include "edge/worker.h"
#include "openai/answer_scan.h"
#include "openai/model_echo.h"
#include "openai/request.h"

enum call_state { CALL_ROUTE, CALL_FORWARD, CALL_RELAY, CALL_FINISH };

/* What a call can wait for. The last five stay true: ABANDONED for the call, the others for the
 * attempt. */
enum call_wake {
    CALL_ROOM = 1 << 0,      /* readers made room in the log */
    CALL_TIMER = 1 << 1,     /* time to look for silence */
    CALL_HEAD = 1 << 2,      /* the answer's head is in the log */
    CALL_ENDED = 1 << 3,     /* the answer is complete by its framing */
    CALL_FAILED = 1 << 4,    /* attempt.failure says how */
    CALL_MEMORY = 1 << 5,    /* the log could not take what came */
    CALL_ABANDONED = 1 << 6, /* nobody reads any more */
};
#define CALL_FACTS (CALL_HEAD | CALL_ENDED | CALL_FAILED | CALL_MEMORY | CALL_ABANDONED)

/* One try on one core. */
struct attempt {
    int core; /* index; -1: none */
    struct http_request *request;
    enum http_failure failure;
    bool is_fresh;          /* again on a new connection: the kept one was stale */
    bool asks_usage;        /* and the client did not: what comes of it is not the client's */
    uint64_t heard_ns;      /* when the last byte came, or the request was started */
    uint64_t granted_bytes; /* credit that is not used up */
};

/* What a call needs of the exchange that starts it. All but the body is copied. */
struct call_request {
    struct bytes method;
    struct bytes path, query;  /* of the target: before and behind '?' */
    struct http_fields fields; /* the client's; what must not travel is left out here */
    struct bytes request_id;
    struct buffer *body; /* taken over, also on failure of the call; empty afterwards */
    uint64_t deadline_ns;
    enum openai_route route;
    struct openai_request facts; /* views of the body */
    struct placement placement;
    const char *denied_field; /* which some cores must not see; NULL: there is none */
    uint64_t first_byte_ms;   /* 0: as the core has it */
    bool is_metered;          /* somebody pays: log->used tells */
};

struct call {
    struct worker *worker;
    enum call_state state;
    unsigned waits_for;
    unsigned wake_reasons; /* since the last advance began */
    unsigned facts;        /* CALL_FACTS that have happened */
    struct task advance;
    struct timer timer;

    struct answer_log *log;
    struct answer_log_writer writer;
    struct answer_scan scan;
    struct model_echo echo;
    struct meter *meter;       /* NULL: nobody pays, or no head has come */
    bool is_renamed;           /* the core was asked for the model by another name */
    bool is_echoed;            /* ... and its answer gets the client's name for it back */
    struct openai_error error; /* status 0: the log ends whole */

    struct call_request request;
    struct buffer body;        /* taken over from the exchange that started it */
    struct bytes body_part;    /* a view of it */
    struct http_field *fields; /* with room for CALL_OWN_FIELDS more */
    size_t field_count;

    struct attempt attempt;
    unsigned attempts;
    uint64_t tried;                   /* bit i: core i */
    const struct openai_error *cause; /* how the first attempt failed; NULL: none has */
};

/* Fields that forward adds: authorization, request id, deadline. */
#define CALL_OWN_FIELDS 3

typedef enum step_result call_step_fn(struct call *call);

/* The caller reads *ret_log before this turn ends, or nobody does and the call ends. -ENOMEM. */
int call_start(struct worker *worker, const struct call_request *request,
               struct answer_log **ret_log);
void call_wake(struct call *call, unsigned reasons);
const char *call_step_name(const struct call *call);

/* For steps. */
static inline bool call_knows(const struct call *call, unsigned fact)
{
    return call->facts & fact;
}
/* The core of the attempt. */
const struct core_config *call_core(const struct call *call);
/* Those that may take it and were not tried yet. */
uint64_t call_cores_left(const struct call *call);
enum step_result call_go(struct call *call, enum call_state next);
/* Declares what the step waits for, besides CALL_ABANDONED; returns STEP_WAIT. */
enum step_result call_wait(struct call *call, unsigned reasons);
/* The log will break with this error; FINISH is next. */
enum step_result call_fail(struct call *call, const struct openai_error *error);
/* Closes the attempt's request and tells the core table. An attempt that has ended is left alone.
 */
void call_end_attempt(struct call *call, enum core_outcome outcome);
/* Takes one retry if there may be one: before payload was offered to a client, within attempts,
 * cores, budget and deadline. Then the log is as new and ROUTE is next. */
bool call_retry(struct call *call);
/* The same where the core has answered that it has not got what was asked for. */
bool call_seek(struct call *call);
/* What follows CALL_FAILED, in forward and in relay. */
enum step_result call_attempt_failed(struct call *call);
/* What the answer has cost and no reader pays for is the operator's. */
void call_pay_rest(struct call *call);
/* Body parts for the core of the attempt. -ENOMEM. */
int call_make_body(struct call *call, struct http_outgoing *outgoing);
/* CALL_TIMER at the time when the core has been silent for so long. -ENOMEM. */
int call_watch_silence(struct call *call, uint64_t silence_ms);
bool call_is_silent(const struct call *call, uint64_t silence_ms);

call_step_fn call_route, call_forward, call_relay, call_finish;

#endif
