/* SPDX-License-Identifier: Apache-2.0 */
#include "config/core_url.h"
#include "config/draft.h"
#include "config/suggest.h"
#include "config/web_url.h"

static const char *copy_text(struct draft *draft, struct memory *memory, struct bytes text)
{
    const char *copy = memory_copy(memory, text);
    if (!copy)
        report_no_memory(&draft->report);
    return copy;
}

static void resolve_core(struct draft *draft, struct memory *memory, struct core_entry *core)
{
    struct core_url_parts parts;
    if (!core->config.url || core_url_cut(bytes_from_cstr(core->config.url), &parts))
        return; /* draft_check() tells what is missing */
    core->url = (struct core_url){
        .tls = parts.tls,
        .port = parts.port,
        .host = copy_text(draft, memory, parts.host),
        .base_path = copy_text(draft, memory, parts.base_path),
    };
}

static void resolve_web_url(struct draft *draft, struct memory *memory, const char *text,
                            struct web_url *url)
{
    struct web_url_parts parts;
    if (!text || web_url_cut(bytes_from_cstr(text), &parts))
        return;
    *url = (struct web_url){
        .tls = parts.tls,
        .port = parts.port,
        .host = copy_text(draft, memory, parts.host),
        .path = copy_text(draft, memory, parts.path),
    };
}

static size_t find_core(const struct edge_config *config, const char *name)
{
    for (size_t i = 0; i < config->core_count; i++)
        if (strcmp(config->cores[i].config.name, name) == 0)
            return i;
    return EDGE_ANY_CORE;
}

static void refuse_core(struct draft *draft, const struct place *place, const char *name,
                        const struct edge_config *config)
{
    struct suggestion suggestion = {.word = bytes_from_cstr(name)};
    for (size_t i = 0; i < config->core_count; i++)
        suggest_offer(&suggestion, bytes_from_cstr(config->cores[i].config.name),
                      config->cores[i].config.name);
    report_problem(&draft->report, place, BYTES(""), "no core is named %s",
                   show(bytes_from_cstr(name)).text);
    if (suggestion.nearest)
        report_remedy(&draft->report, "did you mean %s?", suggestion.nearest);
    else
        report_remedy(&draft->report, "write a name that stands below cores:");
}

static void resolve_model(struct draft *draft, const struct entry_draft *written,
                          const struct edge_config *config, struct model_config *model)
{
    const struct entry_draft *entry = written->given->entries; /* of the only row */
    for (size_t i = 0; i < model->place_count; i++, entry = entry->next) {
        struct model_place *place = &model->places[i];
        place->core = find_core(config, place->core_name);
        if (place->core == EDGE_ANY_CORE && strcmp(place->core_name, "*") != 0)
            refuse_core(draft, &entry->place, place->core_name, config);
    }
}

static void resolve_route(struct draft *draft, const struct entry_draft *written,
                          const struct edge_config *config, struct route_config *route)
{
    const struct option *table = option_find(edge_options, BYTES("routes"))->map->options;
    const struct setting *setting =
        written->given[option_find(table, BYTES("cores")) - table].first;
    route->cores = route->core_name_count > 0 ? 0 : UINT64_MAX;
    for (size_t i = 0; i < route->core_name_count; i++, setting = setting->next) {
        size_t core = find_core(config, route->core_names[i]);
        if (core == EDGE_ANY_CORE)
            refuse_core(draft, &setting->place, route->core_names[i], config);
        else
            route->cores |= UINT64_C(1) << core;
    }
}

static const struct entry_draft *entries_of(struct draft *draft, const char *name)
{
    return draft_assignment(draft, option_find(edge_options, bytes_from_cstr(name)))->entries;
}

void draft_resolve(struct draft *draft, struct memory *memory, struct edge_config *config)
{
    const struct entry_draft *model = entries_of(draft, "models");
    const struct entry_draft *route = entries_of(draft, "routes");
    for (size_t i = 0; i < config->core_count; i++)
        resolve_core(draft, memory, &config->cores[i]);
    for (size_t i = 0; i < config->model_count; i++, model = model->next)
        resolve_model(draft, model, config, &config->models[i]);
    for (size_t i = 0; i < config->route_count; i++, route = route->next)
        resolve_route(draft, route, config, &config->routes[i]);
    resolve_web_url(draft, memory, config->jwt.jwks_url, &config->jwt.jwks_address);
    resolve_web_url(draft, memory, config->budgets.webhook, &config->budgets.webhook_url);
    for (size_t i = 0; i < config->price_count; i++)
        if (config->prices[i].cached_in_nusd == 0)
            config->prices[i].cached_in_nusd = config->prices[i].in_nusd;
}
