/* SPDX-License-Identifier: Apache-2.0
 *
 * model: which cores may be asked? Those that have the model, and of them those that may see every
 * field of the request. Nobody is told that there is no such model before every core was heard.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"

static void keep_cores(struct placement *placement, uint64_t cores)
{
    placement->cores.having &= cores;
    placement->cores.unknown &= cores;
}

static void find_cores(struct exchange *ex)
{
    struct placement *placement = &ex->placement;
    *placement = ex->request.model.at
                     ? catalogue_find(ex->worker->catalogue, ex->request.model)
                     : (struct placement){.cores = {core_table_all(ex->worker->shared->cores), 0}};
    if (ex->own_route)
        keep_cores(placement, ex->own_route->cores);
    if (!ex->customer)
        return;
    bool is_anywhere = !model_is_absent(placement->cores);
    keep_cores(placement, customer_cores(ex));
    ex->is_elsewhere = is_anywhere && model_is_absent(placement->cores);
}

/* True: the step waits. When nobody is known to have the model, the first lists, on their way, may
 * tell who has; to say that it is absent takes a new list of every core. */
static bool waits_for_lists(struct exchange *ex)
{
    if (ex->placement.cores.having)
        return false;
    bool is_absent = model_is_absent(ex->placement.cores);
    return catalogue_renew(ex->worker->catalogue, &ex->lists,
                           is_absent ? FOR_ALL_CORES : FOR_FIRST_LISTS);
}

enum step_result exchange_fail_missing(struct exchange *ex, const struct model_list *list,
                                       struct bytes name)
{
    const struct openai_error error = {
        .status = 404,
        .code = "model_not_found",
        .param = "model",
        .message = model_list_tell_missing(list, name, http_exchange_arena(ex->http)),
    };
    return exchange_fail(ex, error.message.at ? &error : &error_memory);
}

static enum step_result fail_missing(struct exchange *ex)
{
    struct model_list list;
    if (ex->is_elsewhere)
        return customer_fail_region(ex);
    if (exchange_list_models(ex, &list) < 0)
        return exchange_fail(ex, &error_memory);
    return exchange_fail_missing(ex, &list, ex->request.model);
}

/* Takes away the cores that must not see one of the fields. One without such a list costs nothing.
 */
static void deny(struct exchange *ex)
{
    const struct edge_config *config = worker_config(ex->worker);
    struct model_cores *cores = &ex->placement.cores;
    for (size_t i = 0; i < config->core_count; i++) {
        const struct core_config *core = &config->cores[i].config;
        uint64_t bit = UINT64_C(1) << i;
        if (core->deny_field_count == 0 || !((cores->having | cores->unknown) & bit))
            continue;
        size_t found = openai_request_find_field(buffer_bytes(&ex->body), core->deny_fields,
                                                 core->deny_field_count);
        if (found == core->deny_field_count)
            continue;
        ex->denied_field = core->deny_fields[found];
        cores->having &= ~bit;
        cores->unknown &= ~bit;
    }
}

enum step_result exchange_model(struct exchange *ex)
{
    if (exchange_check_in(ex) == STEP_GO)
        return STEP_GO;
    if (ex->route == OPENAI_MODELS && catalogue_reads_lists(ex->worker->catalogue))
        return exchange_answer_models(ex);
    find_cores(ex);
    if (waits_for_lists(ex))
        return exchange_wait(ex, WAKE_LISTS | WAKE_TIMER);
    if (model_is_absent(ex->placement.cores))
        return fail_missing(ex);
    if (ex->has_request)
        deny(ex);
    if (!model_is_absent(ex->placement.cores))
        return exchange_go(ex, EX_CACHE);
    struct openai_error error;
    return exchange_fail(ex, error_denied(ex->denied_field, http_exchange_arena(ex->http), &error));
}
