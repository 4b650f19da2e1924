/* SPDX-License-Identifier: Apache-2.0
 *
 * What a customer's key may do: paths, models, regions. Nothing that is not listed.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"

static const struct key *key_of(const struct exchange *ex)
{
    return ex->customer->visitor.key;
}

static enum step_result forbid(struct exchange *ex, const char *code, const char *param,
                               struct bytes message)
{
    const struct openai_error error = {
        .status = 403, .code = code, .param = param, .message = message};
    return exchange_fail(ex, message.at ? &error : &error_memory);
}

static enum step_result forbid_route(struct exchange *ex)
{
    struct bytes path = http_exchange_head(ex->http)->path;
    return forbid(ex, "route_not_allowed", NULL,
                  arena_format(http_exchange_arena(ex->http),
                               "The key %s may not use the path %.*s.", key_of(ex)->name,
                               (int)path.length, path.at));
}

static enum step_result forbid_model(struct exchange *ex)
{
    struct arena *arena = http_exchange_arena(ex->http);
    struct bytes model = ex->request.model;
    if (!model.at)
        return forbid(ex, "model_not_allowed", "model",
                      arena_format(arena,
                                   "The key %s may use only models that it lists, and this "
                                   "request names none.",
                                   key_of(ex)->name));
    return forbid(ex, "model_not_allowed", "model",
                  arena_format(arena, "The key %s may not use the model \"%.*s\".",
                               key_of(ex)->name, (int)model.length, model.at));
}

/* What names no model may be worked on by any: that takes a key for every model. Lists of models
 * and what was answered before are no work. */
static bool allows_model(const struct exchange *ex)
{
    struct bytes model = ex->request.model;
    bool is_work = ex->route != OPENAI_MODELS && ex->route != OPENAI_STORED_RESPONSE;
    return !is_work || key_allows_model(key_of(ex), model.at ? model : BYTES(""));
}

enum step_result customer_check_rights(struct exchange *ex)
{
    if (!key_allows_route(key_of(ex), http_exchange_head(ex->http)->path))
        return forbid_route(ex);
    return allows_model(ex) ? STEP_WAIT : forbid_model(ex);
}

bool customer_sees_model(const struct exchange *ex, struct bytes model)
{
    return key_allows_model(key_of(ex), model);
}

uint64_t customer_cores(const struct exchange *ex)
{
    const struct edge_config *config = worker_config(ex->worker);
    const struct key *key = key_of(ex);
    if (key->regions.count == 0)
        return UINT64_MAX;
    uint64_t cores = 0;
    for (size_t i = 0; i < config->core_count; i++) {
        const char *region = config->cores[i].config.region;
        if (key_allows_region(key, bytes_from_cstr(region ? region : "")))
            cores |= UINT64_C(1) << i;
    }
    return cores;
}

enum step_result customer_fail_region(struct exchange *ex)
{
    return forbid(ex, "region_not_allowed", NULL,
                  arena_format(http_exchange_arena(ex->http),
                               "The key %s is bound to regions in which no core can answer "
                               "this request.",
                               key_of(ex)->name));
}
