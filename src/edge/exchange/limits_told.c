/* SPDX-License-Identifier: Apache-2.0
 *
 * What a customer is told of its limits: that one was reached, in headers of every answer, and at
 * /v1/usage.
 */
#include <inttypes.h>

#include "base/money.h"
#include "edge/errors.h"
#include "edge/exchange/customer.h"
#include "openai/json.h"

/* The system's clock is read once for each request. */
struct limit_time customer_time(const struct exchange *ex)
{
    const struct visitor *visitor = &ex->customer->visitor;
    uint64_t now_ns = loop_now_ns(ex->worker->loop);
    uint64_t passed_ms = (now_ns - visitor->asked_ns) / NS_PER_MS;
    return (struct limit_time){.now_ns = now_ns, .wall_ms = visitor->asked_wall_ms + passed_ms};
}

/* ---- a limit was reached ---- */

static enum step_result fail_limited(struct exchange *ex)
{
    struct customer *customer = ex->customer;
    const struct key *key = customer->visitor.key;
    const struct limit_names names = {bytes_from_cstr(key->name), bytes_from_cstr(key->tenant)};
    char words[LIMIT_WORDS_BYTES];
    const struct openai_error told = {
        .status = 429,
        .code = limit_refusal_code(&customer->refusal),
        .message = arena_copy(http_exchange_arena(ex->http),
                              limit_refusal_words(&customer->refusal, &names, words)),
    };
    if (!told.message.at)
        return exchange_fail(ex, &error_memory);
    customer->is_limited = true;
    return exchange_fail(ex, &told);
}

enum step_result customer_judge(struct exchange *ex, enum limit_verdict verdict)
{
    switch (verdict) {
    case LIMIT_GRANTED:
        return STEP_WAIT;
    case LIMIT_REFUSED:
        return fail_limited(ex);
    case LIMIT_NO_ROOM:
        return exchange_fail(ex, &error_memory);
    case LIMIT_WANTS_DRAW: /* the one who reserves waits */
    case LIMIT_UNAVAILABLE:
        break;
    }
    return exchange_fail(ex, &error_store_unavailable);
}

enum step_result customer_fail_over(struct exchange *ex)
{
    return fail_limited(ex);
}

size_t customer_retry_fields(struct exchange *ex, struct http_field ret_fields[2])
{
    const struct limit_refusal *refusal = &ex->customer->refusal;
    struct arena *arena = http_exchange_arena(ex->http);
    if (refusal->is_never)
        return 0;
    uint64_t ms = refusal->retry_after_ms;
    struct bytes exact = arena_format(arena, "%" PRIu64, ms);
    struct bytes seconds = arena_format(arena, "%" PRIu64, ms / 1000 + (ms % 1000 > 0));
    if (!exact.at || !seconds.at)
        return 0;
    ret_fields[0] = (struct http_field){BYTES("retry-after-ms"), exact};
    ret_fields[1] = (struct http_field){BYTES("retry-after"), seconds};
    return 2;
}

bool customer_may_retry(const struct exchange *ex)
{
    const struct customer *customer = ex->customer;
    return !customer || !customer->is_limited ||
           limit_refusal_is_worth_retrying(&customer->refusal);
}

/* ---- in the headers of every answer ---- */

struct rate_text {
    char limit[BYTES_U64_DIGITS], remaining[BYTES_U64_DIGITS], reset[LIMIT_RESET_BYTES];
};

static const struct rate_names {
    enum limit_kind kind;
    struct bytes limit, remaining, reset;
} rates[] = {
    {LIMIT_REQUESTS,
     {"x-ratelimit-limit-requests", 26},
     {"x-ratelimit-remaining-requests", 30},
     {"x-ratelimit-reset-requests", 26}},
    {LIMIT_TOKENS,
     {"x-ratelimit-limit-tokens", 24},
     {"x-ratelimit-remaining-tokens", 28},
     {"x-ratelimit-reset-tokens", 24}},
};

static size_t tell_rate(const struct rate_names *names, const struct limit_gauge *gauge,
                        struct rate_text *text, struct http_field *ret_fields)
{
    if (gauge->limit == 0)
        return 0;
    ret_fields[0] = (struct http_field){names->limit, bytes_write_u64(gauge->limit, text->limit)};
    ret_fields[1] =
        (struct http_field){names->remaining, bytes_write_u64(gauge->remaining, text->remaining)};
    ret_fields[2] =
        (struct http_field){names->reset, limit_reset_write(gauge->reset_ms, text->reset)};
    return 3;
}

size_t customer_limit_fields(struct exchange *ex, struct http_field ret_fields[CUSTOMER_FIELDS])
{
    struct customer *customer = ex->customer;
    if (customer->visitor.state != VISITOR_KNOWN)
        return 0;
    struct rate_text *texts = arena_alloc(http_exchange_arena(ex->http), 2 * sizeof *texts);
    if (!texts)
        return 0;
    struct limit_view view;
    limit_view(seat_limiter(ex->worker->seat), &customer->subject, customer_time(ex), &view);
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        count += tell_rate(&rates[i], limit_view_least(&view, rates[i].kind), &texts[i],
                           &ret_fields[count]);
    return count;
}

/* ---- GET /v1/usage ---- */

static const struct {
    const char *name;
    enum limit_kind kind;
    bool is_money;
} told[LIMIT_KINDS] = {
    {"requests_per_minute", LIMIT_REQUESTS, false}, {"tokens_per_minute", LIMIT_TOKENS, false},
    {"concurrency", LIMIT_CONCURRENCY, false},      {"budget_usd_day", LIMIT_DAY_BUDGET, true},
    {"budget_usd_month", LIMIT_MONTH_BUDGET, true},
};

static int write_number(struct buffer *out, const char *name, uint64_t value, bool is_money)
{
    char text[MONEY_TEXT_BYTES];
    struct bytes digits = is_money ? money_write(value, text) : bytes_write_u64(value, text);
    return buffer_append_format(out, "\"%s\":%.*s,", name, (int)digits.length, digits.at);
}

static int write_gauge(struct buffer *out, size_t i, const struct limit_gauge *gauge)
{
    if (gauge->limit == 0)
        return buffer_append_format(out, "\"%s\":null", told[i].name);
    int r = buffer_append_format(out, "\"%s\":{", told[i].name);
    if (r == 0)
        r = write_number(out, "limit", gauge->limit, told[i].is_money);
    if (r == 0)
        r = write_number(out, "used", gauge->used, told[i].is_money);
    if (r == 0)
        r = write_number(out, "remaining", gauge->remaining, told[i].is_money);
    return r < 0 ? r : buffer_append_format(out, "\"reset_ms\":%" PRIu64 "}", gauge->reset_ms);
}

static int write_party(struct buffer *out, const char *what, const char *name,
                       const struct limit_gauges *gauges)
{
    int r = buffer_append_format(out, ",\"%s\":{\"name\":", what);
    if (r == 0)
        r = json_write_string(out, bytes_from_cstr(name));
    for (size_t i = 0; r == 0 && i < LIMIT_KINDS; i++) {
        r = buffer_append(out, BYTES(","));
        if (r == 0)
            r = write_gauge(out, i, &gauges->of[told[i].kind]);
    }
    return r < 0 ? r : buffer_append(out, BYTES("}"));
}

static int write_usage(struct exchange *ex, const struct limit_view *view)
{
    const struct customer *customer = ex->customer;
    const struct key *key = customer->visitor.key;
    struct buffer *out = &ex->output.own;
    int r = buffer_append_format(out, "{\"object\":\"usage\",\"service_class\":\"%s\"",
                                 service_class_names[customer->class]);
    if (r == 0)
        r = write_party(out, "key", key->name, &view->key);
    if (r == 0)
        r = write_party(out, "tenant", key->tenant, &view->tenant);
    return r < 0 ? r : buffer_append(out, BYTES("}\n"));
}

enum step_result customer_answer_usage(struct exchange *ex)
{
    struct limit_view view;
    limit_view(seat_limiter(ex->worker->seat), &ex->customer->subject, customer_time(ex), &view);
    if (write_usage(ex, &view) < 0)
        return exchange_fail(ex, &error_memory);
    ex->output.own_status = 200;
    return exchange_go(ex, EX_SETTLE);
}
