/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange - one client's request, from its head to its last answer byte.
 *
 *   AUTH -> PREPARE -> ADMIT -> MODEL -> CACHE -+-> RESERVE -> DELIVER -+-> SETTLE
 *                                               '-------- replay -------'
 *   Any step may fail: it sets ex->error and goes to SETTLE, the only way out.
 *
 * A step goes on, waits for what it declares in waits_for, or ends. Events only set bits in
 * wake_reasons and post one advance; exchange_advance() runs once per turn and consumes them.
 *
 * Memory   lives in the arena of its http_exchange; freed with it by the driver after STEP_END.
 * Threads  its worker's loop.
 * Errors   every failure is an answer to the client: exchange_fail().
 */
#ifndef EDGE_EXCHANGE_EXCHANGE_H
#define EDGE_EXCHANGE_EXCHANGE_H

#include "base/buffer.h"
#include "base/id.h"
#include "edge/answer_log.h"
#include "edge/models/catalogue.h"
#include "edge/step.h"
#include "edge/worker.h"
#include "http/exchange.h"
#include "openai/request.h"

enum exchange_state {
    EX_AUTH,
    EX_PREPARE,
    EX_ADMIT,
    EX_MODEL,
    EX_CACHE,
    EX_RESERVE,
    EX_DELIVER,
    EX_SETTLE,
};

/* What an exchange can wait for. The last five stay true once they have happened. */
enum exchange_wake {
    WAKE_ROOM = 1 << 0,      /* the client takes bytes again */
    WAKE_ANSWER = 1 << 1,    /* news in the answer log */
    WAKE_TIMER = 1 << 2,     /* the total deadline, or time for a ping */
    WAKE_LISTS = 1 << 3,     /* a core's list of models was read */
    WAKE_TOLD = 1 << 4,      /* the ledger has done what was waited for, or could not */
    WAKE_BODY = 1 << 5,      /* the request's body is whole */
    WAKE_TOO_LARGE = 1 << 6, /* the body is larger than its route takes */
    WAKE_MEMORY = 1 << 7,    /* the body does not fit into memory.limit */
    WAKE_GONE = 1 << 8,      /* the client left, or broke off */
    WAKE_SHUTDOWN = 1 << 9,  /* the drain time is over */
};
#define WAKE_FACTS (WAKE_BODY | WAKE_TOO_LARGE | WAKE_MEMORY | WAKE_GONE | WAKE_SHUTDOWN)

/* What goes out. `own` are bytes of the edge's own (a ping, an error), sent before anything else.
 */
struct exchange_output {
    struct buffer own;
    unsigned own_status; /* of an answer that is all the edge's own; 0: none */
    bool own_ends;       /* nothing follows `own` */
    struct bytes allow;  /* the methods that the path takes, with 405 */
    bool head_sent;      /* handed to the transport */
    bool is_event_stream;
    bool payload_sent;    /* a byte of the engine's answer went out */
    bool is_inside_event; /* what went out, or was offered, does not end with a whole event */
    bool ended;           /* the transport has taken the last byte */
    uint64_t last_ns;     /* when something was last taken */
    uint64_t bytes;       /* of bodies, taken so far */
};

struct customer;

struct exchange {
    struct worker *worker;
    struct list link; /* worker->exchanges */
    struct http_exchange *http;
    struct customer *customer; /* who asks and pays; NULL: `auth: open`, or a path for everybody */

    enum exchange_state state;
    unsigned waits_for;
    unsigned wake_reasons; /* since the last advance began */
    unsigned facts;        /* WAKE_FACTS that have happened */
    enum http_gone gone;   /* with WAKE_GONE */
    struct task advance;
    struct timer timer;
    uint64_t began_ns, deadline_ns;

    struct bytes request_id;
    bool is_routed;
    enum openai_route route;
    const struct route_config *own_route; /* of the configuration's; NULL: the route is the API's */
    bool has_request;                     /* the body was read, and is JSON */
    struct openai_request request;
    struct buffer body;
    struct placement placement;
    const char *denied_field; /* kept some cores out of it; NULL: there is none */
    bool is_elsewhere;        /* only cores have it that the customer's requests may not go to */
    struct catalogue_wait lists;

    struct answer_log_cursor cursor; /* log == NULL: no call */
    struct exchange_output output;
    struct openai_error error; /* status 0: none */
};

typedef enum step_result exchange_step_fn(struct exchange *ex);

/* Begins with a request whose head has come. */
void exchange_start(struct worker *worker, struct http_exchange *http);
/* Notes what happened; one advance follows if the step waits for any of it. */
void exchange_wake(struct exchange *ex, unsigned reasons);
const char *exchange_step_name(const struct exchange *ex);

/* For steps. */
static inline bool exchange_knows(const struct exchange *ex, unsigned fact)
{
    return ex->facts & fact;
}
enum step_result exchange_go(struct exchange *ex, enum exchange_state next);
/* Declares what the step waits for, besides WAKE_GONE and WAKE_SHUTDOWN; returns STEP_WAIT. */
enum step_result exchange_wait(struct exchange *ex, unsigned reasons);
/* The error that the client will see; SETTLE is next. */
enum step_result exchange_fail(struct exchange *ex, const struct openai_error *error);
bool exchange_is_overdue(const struct exchange *ex);
/* WAKE_TIMER comes at this time, or at the deadline if that is sooner. -ENOMEM. */
int exchange_set_timer(struct exchange *ex, uint64_t due_ns);

/* What every step that may wait before the call begins looks at first; STEP_GO: it is over. */
enum step_result exchange_check_in(struct exchange *ex);
/* GET /v1/models and /v1/models/{id}, from what the catalogue has. */
enum step_result exchange_answer_models(struct exchange *ex);
/* The models that this client may know of. -ENOMEM. */
int exchange_list_models(struct exchange *ex, struct model_list *ret_list);
/* 404 model_not_found, which says what may be used. */
enum step_result exchange_fail_missing(struct exchange *ex, const struct model_list *list,
                                       struct bytes name);

exchange_step_fn exchange_auth, exchange_prepare, exchange_admit, exchange_model, exchange_cache,
    exchange_reserve, exchange_deliver, exchange_settle;

#endif
