/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/exchange/customer.h"

#include "edge/errors.h"

static void on_told(struct seat_wait *wait, enum wait_outcome outcome)
{
    struct visitor *visitor = CONTAINER_OF(wait, struct visitor, wait);
    struct customer *customer = CONTAINER_OF(visitor, struct customer, visitor);
    (void)outcome; /* whoever waited looks again, and finds out */
    exchange_wake(customer->exchange, WAKE_TOLD);
}

static struct customer *customer_new(struct exchange *ex)
{
    struct customer *customer = arena_zalloc(http_exchange_arena(ex->http), sizeof *customer);
    if (!customer)
        return NULL;
    customer->exchange = ex;
    customer->visitor.wait.on_told = on_told;
    ex->customer = customer;
    return customer;
}

static struct limits limits_of(const struct key_limits *limits)
{
    return (struct limits){
        .requests_per_minute = limits->requests_per_minute,
        .tokens_per_minute = limits->tokens_per_minute,
        .concurrency = limits->concurrency,
        .day_nusd = limits->day_nusd,
        .month_nusd = limits->month_nusd,
    };
}

static enum step_result come_in(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    const struct key *key = customer->visitor.key;
    customer->class = key->class;
    customer->subject = (struct limit_subject){
        .key = {key->id, limits_of(&key->limits)},
        .tenant = {key->tenant_id, limits_of(&customer->visitor.tenant_limits)},
    };
    return exchange_go(ex, EX_PREPARE);
}

/* So early only the path tells what its clients take for an error. */
static void find_route(struct exchange *ex)
{
    struct bytes rest;
    ex->route = openai_route_of(http_exchange_head(ex->http)->path, &rest);
}

enum step_result customer_meet(struct exchange *ex)
{
    find_route(ex);
    if (exchange_check_in(ex) == STEP_GO)
        return STEP_GO;
    if (!ex->customer && !customer_new(ex))
        return exchange_fail(ex, &error_memory);
    struct visitor *visitor = &ex->customer->visitor;
    switch (gate_ask(ex->worker->gate, visitor, ex->http)) {
    case GATE_KNOWN:
        return come_in(ex);
    case GATE_LATER:
        if (exchange_set_timer(ex, visitor->due_ns) < 0)
            return exchange_fail(ex, &error_memory);
        return exchange_wait(ex, WAKE_TIMER);
    case GATE_WAIT:
        if (visitor->patient_until_ns && exchange_set_timer(ex, visitor->patient_until_ns) < 0)
            return exchange_fail(ex, &error_memory);
        return exchange_wait(ex, WAKE_TOLD | WAKE_TIMER);
    case GATE_REFUSED:
        break;
    }
    return exchange_fail(ex, visitor->refusal);
}

enum step_result customer_admit(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    customer->class = key_class(customer->visitor.key, ex->request.service_tier);
    return customer_judge(ex,
                          limit_admit(seat_limiter(ex->worker->seat), &customer->subject,
                                      customer_time(ex), &customer->admission, &customer->refusal));
}

void customer_leave(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    customer_settle(ex);
    limit_leave(&customer->admission, customer_time(ex));
    gate_forget(&customer->visitor);
}
