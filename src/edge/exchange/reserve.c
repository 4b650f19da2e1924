/* SPDX-License-Identifier: Apache-2.0
 *
 * reserve: set aside what the answer may cost (with `auth: open`: nothing), and start the call. A
 * budget is drawn from the store before it is spent, so this may have to wait.
 */
#include "edge/call/call.h"
#include "edge/errors.h"
#include "edge/exchange/customer.h"

static void on_news(struct answer_log_cursor *cursor)
{
    exchange_wake(CONTAINER_OF(cursor, struct exchange, cursor), WAKE_ANSWER);
}

static enum step_result start_call(struct exchange *ex)
{
    const struct http_request_head *head = http_exchange_head(ex->http);
    bool is_head = bytes_equal(head->method, BYTES("HEAD")); /* asks for what GET would give */
    const struct call_request request = {
        .method = is_head ? BYTES("GET") : head->method,
        .path = head->path,
        .query = head->query,
        .fields = head->fields,
        .request_id = ex->request_id,
        .body = &ex->body,
        .deadline_ns = ex->deadline_ns,
        .route = ex->route,
        .facts = ex->request,
        .placement = ex->placement,
        .denied_field = ex->denied_field,
        .is_metered = ex->customer != NULL,
        .first_byte_ms = ex->own_route ? ex->own_route->timeout_ms : 0,
    };
    struct answer_log *log;
    if (call_start(ex->worker, &request, &log) < 0)
        return exchange_fail(ex, &error_memory);
    answer_log_read(log, &ex->cursor, on_news);
    return exchange_go(ex, EX_DELIVER);
}

enum step_result exchange_reserve(struct exchange *ex)
{
    if (!ex->customer)
        return start_call(ex);
    if (exchange_check_in(ex) == STEP_GO)
        return STEP_GO;
    enum step_result result = customer_reserve(ex);
    return ex->customer->has_reserved ? start_call(ex) : result;
}
