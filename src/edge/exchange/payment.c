/* SPDX-License-Identifier: Apache-2.0
 *
 * What an exchange's answer costs its customer: set aside before, counted while it comes, settled
 * once.
 */
#include "edge/bill.h"
#include "edge/errors.h"
#include "edge/exchange/customer.h"
#include "limit/estimate.h"

static struct estimate_subject learner_of(const struct exchange *ex)
{
    return (struct estimate_subject){.model = ex->request.model,
                                     .tenant = ex->customer->subject.tenant.account};
}

/* Each of them is an answer of its own. */
static uint64_t choices_of(const struct exchange *ex)
{
    return ex->request.choices > 0 ? ex->request.choices : 1;
}

static bool gives_text(const struct exchange *ex)
{
    switch (ex->route) {
    case OPENAI_CHAT:
    case OPENAI_COMPLETIONS:
    case OPENAI_RESPONSES:
    case OPENAI_MESSAGES:
    case OPENAI_UNKNOWN: /* nobody knows */
        return true;
    case OPENAI_EMBEDDINGS:
    case OPENAI_STORED_RESPONSE:
    case OPENAI_COUNT_TOKENS:
    case OPENAI_MODELS:
        break;
    }
    return false;
}

/* A body that is not JSON has no prompt that can be seen; its answer may tell one. */
static struct usage_tokens expect(const struct exchange *ex)
{
    struct estimator *estimator = ex->worker->shared->estimator;
    const struct openai_request *request = &ex->request;
    const struct estimate_subject learner = learner_of(ex);
    struct usage_tokens expected = {0};
    if (ex->has_request && ex->route != OPENAI_COUNT_TOKENS)
        expected.prompt = request->prompt_tokens +
                          estimate_prompt(estimator, request->model, request->prompt_text_bytes);
    if (gives_text(ex))
        expected.answer =
            choices_of(ex) * estimate_answer(estimator, &learner, request->max_tokens);
    return expected;
}

/* The store commits before anything is spent; a store that hangs holds up nobody for long. */
static enum step_result wait_for_draw(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    uint64_t now_ns = loop_now_ns(ex->worker->loop);
    if (customer->draw_due_ns == 0)
        customer->draw_due_ns = now_ns + worker_config(ex->worker)->timeouts.draw_ms * NS_PER_MS;
    if (now_ns >= customer->draw_due_ns)
        return exchange_fail(ex, &error_store_unavailable);
    if (exchange_set_timer(ex, customer->draw_due_ns) < 0)
        return exchange_fail(ex, &error_memory);
    seat_leave(&customer->visitor.wait);
    seat_wait_draw(ex->worker->seat, &customer->visitor.wait);
    return exchange_wait(ex, WAKE_TOLD | WAKE_TIMER);
}

enum step_result customer_reserve(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    customer->price = bill_price(worker_config(ex->worker), ex->request.model);
    customer->expected = expect(ex);
    const struct limit_estimate estimate = {
        .firm =
            bill_cost(&customer->price, (struct usage_tokens){.prompt = customer->expected.prompt}),
        .likely = bill_cost(&customer->price, customer->expected),
    };
    enum limit_verdict verdict = limit_reserve(&customer->admission, customer_time(ex), &estimate,
                                               &customer->reservation, &customer->refusal);
    customer->has_reserved = verdict == LIMIT_GRANTED;
    return verdict == LIMIT_WANTS_DRAW ? wait_for_draw(ex) : customer_judge(ex, verdict);
}

void customer_charge(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    const struct answer_log *log = ex->cursor.log;
    if (customer->is_over || log->state != LOG_OPEN)
        return;
    struct usage_tokens so_far = log->used;
    if (!so_far.is_prompt_told)
        so_far.prompt = customer->expected.prompt;
    enum limit_charge charge =
        limit_charge(&customer->reservation, customer_time(ex), bill_cost(&customer->price, so_far),
                     &customer->refusal);
    customer->is_over =
        charge == LIMIT_OVER_BUDGET && worker_config(ex->worker)->budgets.overrun == OVERRUN_CUT;
}

/* A fault of ours, or of the cores, and the client has nothing of the answer: it is as if it had
 * not asked. Its own deadline is no such fault. */
static bool is_let_off(const struct exchange *ex)
{
    return ex->error.status >= 500 && !error_is_final(&ex->error) && !ex->output.payload_sent;
}

/* Engines that were broken off have read the prompt, whether or not they could say so. */
static bool was_worked_on(const struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    return log->state == LOG_EMPTY ? log->core != NULL : log->head.status < 400;
}

static void learn(const struct exchange *ex, struct usage_tokens used)
{
    struct estimator *estimator = ex->worker->shared->estimator;
    const struct estimate_subject learner = learner_of(ex);
    if (used.is_prompt_told && ex->request.prompt_tokens == 0)
        estimate_learn_prompt(estimator, learner.model, ex->request.prompt_text_bytes, used.prompt);
    if (used.is_answer_told && gives_text(ex))
        estimate_learn_answer(estimator, &learner, used.answer / choices_of(ex));
}

static void write_row(const struct exchange *ex)
{
    const struct customer *customer = ex->customer;
    const struct key *key = customer->visitor.key;
    const struct store_usage usage = {
        .tenant = bytes_from_cstr(key->tenant),
        .key = bytes_from_cstr(key->name),
        .model = ex->request.model,
        .requests = 1,
        .prompt_tokens = customer->used.prompt,
        .cached_tokens = customer->used.cached,
        .answer_tokens = customer->used.answer,
        .nusd = customer->nusd,
    };
    seat_note_usage(ex->worker->seat, &usage);
}

/* What of the answer nobody has paid for; the operator does where the customer is let off. */
static struct usage_tokens take_share(struct exchange *ex)
{
    struct answer_log *log = ex->cursor.log;
    if (!log)
        return (struct usage_tokens){0};
    struct usage_tokens share = answer_log_pay(log);
    if (is_let_off(ex)) {
        bill_operator(ex->worker, ex->request.model, share);
        return (struct usage_tokens){0};
    }
    if (log->state == LOG_WHOLE && log->head.status == 200)
        learn(ex, share);
    if (!share.is_prompt_told && was_worked_on(ex))
        share.prompt = ex->customer->expected.prompt;
    return share;
}

void customer_settle(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    if (!customer->has_reserved)
        return;
    customer->has_reserved = false;
    customer->used = take_share(ex);
    struct limit_cost cost = bill_cost(&customer->price, customer->used);
    customer->nusd = cost.nusd;
    limit_settle(&customer->reservation, customer_time(ex), cost);
    write_row(ex);
}
