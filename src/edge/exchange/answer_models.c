/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /v1/models and GET /v1/models/{id}: the union of what the cores list and the configuration
 * names. Where that is no answer, because a core has not told its list or has none, a core is asked
 * as in any other request.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"
#include "edge/exchange/path.h"

/* An answer of the edge's own, if it could be written. */
static enum step_result answer(struct exchange *ex, int r)
{
    if (r < 0)
        return exchange_fail(ex, &error_memory);
    ex->output.own_status = 200;
    return exchange_go(ex, EX_SETTLE);
}

int exchange_list_models(struct exchange *ex, struct model_list *ret_list)
{
    int r = catalogue_list(ex->worker->catalogue, http_exchange_arena(ex->http), ret_list);
    if (r < 0 || !ex->customer)
        return r;
    size_t seen = 0;
    for (size_t i = 0; i < ret_list->count; i++)
        if (customer_sees_model(ex, model_entry_name(&ret_list->at[i])))
            ret_list->at[seen++] = ret_list->at[i];
    ret_list->count = seen;
    return 0;
}

/* The cores that may have what their lists do not tell. What they would answer nobody has looked
 * through: it is for those who may see all. */
static struct model_cores cores_to_ask(const struct exchange *ex, struct bytes name)
{
    struct model_cores cores = catalogue_find(ex->worker->catalogue, name).cores;
    if (!ex->customer)
        return cores;
    uint64_t allowed = customer_sees_model(ex, name) ? customer_cores(ex) : 0;
    return (struct model_cores){cores.having & allowed, cores.unknown & allowed};
}

static enum step_result ask(struct exchange *ex, struct model_cores cores)
{
    ex->placement = (struct placement){.cores = cores};
    return exchange_go(ex, EX_CACHE);
}

static enum step_result answer_list(struct exchange *ex, const struct model_list *list)
{
    /* No model has an empty name: these are the cores that have any, and who knows what. */
    struct model_cores silent = cores_to_ask(ex, BYTES(""));
    if (list->count > 0 || model_is_absent(silent))
        return answer(ex, model_list_write(&ex->output.own, list));
    return ask(ex, silent);
}

static enum step_result answer_one(struct exchange *ex, const struct model_list *list,
                                   struct bytes name)
{
    const struct model_entry *entry = model_list_find(list, name);
    if (entry)
        return answer(ex, model_entry_write(&ex->output.own, entry));
    struct model_cores cores = cores_to_ask(ex, name);
    if (!model_is_absent(cores))
        return ask(ex, cores);
    if (catalogue_renew(ex->worker->catalogue, &ex->lists, FOR_ALL_CORES))
        return exchange_wait(ex, WAKE_LISTS | WAKE_TIMER);
    return exchange_fail_missing(ex, list, name);
}

enum step_result exchange_answer_models(struct exchange *ex)
{
    struct arena *arena = http_exchange_arena(ex->http);
    struct catalogue *catalogue = ex->worker->catalogue;
    struct bytes path = http_exchange_head(ex->http)->path, below = BYTES("/v1/models/");
    struct bytes name = {0};
    struct model_list list;
    if (catalogue_renew(catalogue, &ex->lists, FOR_CORES_THAT_ANSWER))
        return exchange_wait(ex, WAKE_LISTS | WAKE_TIMER);
    bool is_one = bytes_start_with(path, below);
    if (is_one)
        name = path_decode(bytes_after(path, below.length), arena);
    if ((is_one && !name.at) || exchange_list_models(ex, &list) < 0)
        return exchange_fail(ex, &error_memory);
    return is_one ? answer_one(ex, &list, name) : answer_list(ex, &list);
}
