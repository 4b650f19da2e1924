/* SPDX-License-Identifier: Apache-2.0
 *
 * auth: whose key is it? Decided on the head alone, before the body and before 100 Continue.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"

/* The client's own name for the request is kept where it is harmless, so that both sides' logs
 * meet. */
static int name_request(struct exchange *ex)
{
    struct http_fields fields = http_exchange_head(ex->http)->fields;
    struct bytes given = http_field_value(fields, BYTES("x-request-id"));
    if (!id_is_acceptable(given))
        given = http_field_value(fields, BYTES("x-client-request-id"));
    if (id_is_acceptable(given)) {
        ex->request_id = given; /* lives as long as the exchange */
        return 0;
    }
    struct id id;
    id_generate(&id, "req_", &ex->worker->random);
    ex->request_id = arena_copy(http_exchange_arena(ex->http), bytes_from_cstr(id.text));
    return ex->request_id.at ? 0 : -1;
}

/* The smaller of our own limit and `isthmus-deadline`, the milliseconds the client will wait. */
static int set_deadline(struct exchange *ex)
{
    uint64_t total_ms = worker_config(ex->worker)->timeouts.total_ms, wanted_ms;
    struct http_fields fields = http_exchange_head(ex->http)->fields;
    struct bytes field = http_field_value(fields, BYTES("isthmus-deadline"));
    if (bytes_read_u64(field, &wanted_ms) && wanted_ms < total_ms)
        total_ms = wanted_ms;
    ex->deadline_ns = ex->began_ns + total_ms * NS_PER_MS;
    return timer_start(&ex->timer, ex->deadline_ns);
}

/* A browser asks before it has a credential to send, and who looks whether the edge lives has none.
 */
static bool is_for_everybody(const struct http_request_head *head)
{
    return bytes_equal(head->path, BYTES("/healthz")) ||
           bytes_equal(head->method, BYTES("OPTIONS"));
}

enum step_result exchange_auth(struct exchange *ex)
{
    bool is_new = !ex->request_id.at;
    if (is_new && (name_request(ex) < 0 || set_deadline(ex) < 0))
        return exchange_fail(ex, &error_memory);
    /* auth: open lets everybody in; beyond loopback the configuration had to say so. */
    if (!ex->worker->gate || is_for_everybody(http_exchange_head(ex->http)))
        return exchange_go(ex, EX_PREPARE);
    return customer_meet(ex);
}
