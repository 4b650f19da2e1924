/* SPDX-License-Identifier: Apache-2.0
 *
 * customer - who asks and pays, for as long as one exchange lives: the key, its slot, what is
 * reserved for the answer, and what that has cost. With `auth: open` there is none.
 *
 *   auth      customer_meet       the key is held
 *   admit     customer_admit      a slot is held, a request is counted
 *   reserve   customer_reserve    tokens and money are set aside
 *   deliver   customer_charge     what has come is counted
 *   settle    customer_settle     the difference goes back; the rest is in the usage rows
 *             customer_leave      slot and key go back, whatever happened before
 *
 * Memory   in the exchange's arena.
 * Threads  its worker's loop.
 * Errors   the steps' results: a refusal is the exchange's error.
 */
#ifndef EDGE_EXCHANGE_CUSTOMER_H
#define EDGE_EXCHANGE_CUSTOMER_H

#include "edge/access/gate.h"
#include "edge/exchange/exchange.h"
#include "limit/limiter.h"
#include "limit/price.h"
#include "openai/usage_scan.h"

struct customer {
    struct exchange *exchange;
    struct visitor visitor;
    enum service_class class;
    struct limit_subject subject;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct price price;
    struct usage_tokens expected; /* by which it was reserved */
    uint64_t draw_due_ns;         /* 0: has not waited for the store */
    bool has_reserved;            /* so there is something to settle, and a row to write */
    bool is_over;                 /* a budget that is to cut answers was used up by this one */
    struct limit_refusal refusal; /* with is_over, or of an error 429 */
    bool is_limited;              /* the error is `refusal` */
    struct usage_tokens used;     /* in the end, and what it cost: */
    uint64_t nusd;
};

/* The next step is PREPARE, or the exchange has failed, or it waits. */
enum step_result customer_meet(struct exchange *ex);
/* What the key may not do is 403. STEP_WAIT: it may go on. */
enum step_result customer_check_rights(struct exchange *ex);
/* Whether its key may know of this model. */
bool customer_sees_model(const struct exchange *ex, struct bytes model);
/* The cores that stand where this key's requests may be worked on: bit i is core i. */
uint64_t customer_cores(const struct exchange *ex);
/* None of them has the model, and others have. */
enum step_result customer_fail_region(struct exchange *ex);

struct limit_time customer_time(const struct exchange *ex);
/* STEP_WAIT: it is granted; else the exchange has failed. */
enum step_result customer_judge(struct exchange *ex, enum limit_verdict verdict);
/* STEP_WAIT: it may go on. */
enum step_result customer_admit(struct exchange *ex);
/* STEP_WAIT: it is granted (has_reserved), or the step waits for the store. */
enum step_result customer_reserve(struct exchange *ex);
void customer_charge(struct exchange *ex);
/* The error of an answer that is cut. */
enum step_result customer_fail_over(struct exchange *ex);
/* Before the exchange leaves its answer; whatever was not reserved is left alone. */
void customer_settle(struct exchange *ex);
void customer_leave(struct exchange *ex);

/* With an error 429: when it is worth another try. Writes at most 2. */
size_t customer_retry_fields(struct exchange *ex, struct http_field ret_fields[2]);
/* False: the same request would be refused again for longer than clients wait. */
bool customer_may_retry(const struct exchange *ex);

/* x-ratelimit-*, as they stand now. Writes at most CUSTOMER_FIELDS; none without memory. */
#define CUSTOMER_FIELDS 6
size_t customer_limit_fields(struct exchange *ex, struct http_field ret_fields[CUSTOMER_FIELDS]);
/* GET /v1/usage: limits, and what is left of them. */
enum step_result customer_answer_usage(struct exchange *ex);

#endif
