/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /v1/models and GET /v1/models/{id}: the union of what the cores list and the configuration
 * names. Where that is no answer, because a core has not told its list or has none, a core is asked
 * as in any other request.
 */
#include "edge/errors.h"
#include "edge/exchange/exchange.h"
#include "edge/exchange/path.h"

/* An answer of the edge's own, if it could be written. */
static enum step_result answer(struct exchange *ex, int r)
{
    if (r < 0)
        return exchange_fail(ex, &error_memory);
    ex->output.own_status = 200;
    return exchange_go(ex, EX_SETTLE);
}

static enum step_result ask(struct exchange *ex, struct model_cores cores)
{
    ex->placement = (struct placement){.cores = cores};
    return exchange_go(ex, EX_CACHE);
}

static enum step_result answer_list(struct exchange *ex, const struct model_list *list)
{
    /* No model has an empty name: these are the cores that have any, and who knows what. */
    struct model_cores silent = catalogue_find(ex->worker->catalogue, BYTES("")).cores;
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
    struct model_cores cores = catalogue_find(ex->worker->catalogue, name).cores;
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
    if ((is_one && !name.at) || catalogue_list(catalogue, arena, &list) < 0)
        return exchange_fail(ex, &error_memory);
    return is_one ? answer_one(ex, &list, name) : answer_list(ex, &list);
}
