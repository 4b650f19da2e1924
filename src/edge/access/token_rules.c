/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/access/token_rules.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static struct bytes text_or_none(const char *text)
{
    return text ? bytes_from_cstr(text) : (struct bytes){0};
}

static struct jwt_claims claims_of(const struct jwt_claims_config *config)
{
    return (struct jwt_claims){
        .tenant = text_or_none(config->tenant),
        .models = text_or_none(config->models),
        .routes = text_or_none(config->routes),
        .regions = text_or_none(config->regions),
        .service_class = text_or_none(config->service_class),
        .requests_per_minute = text_or_none(config->rpm),
        .tokens_per_minute = text_or_none(config->tpm),
        .concurrency = text_or_none(config->concurrency),
        .budget_day = text_or_none(config->budget_usd_day),
        .budget_month = text_or_none(config->budget_usd_month),
    };
}

static struct key_limits limits_of(const struct jwt_config *config)
{
    return (struct key_limits){
        .requests_per_minute = config->rpm,
        .tokens_per_minute = config->tpm,
        .concurrency = config->concurrency,
        .day_nusd = config->budget_day_nusd,
        .month_nusd = config->budget_month_nusd,
    };
}

static enum service_class class_of(const char *name)
{
    enum service_class class;
    bool is_known = name && service_class_read(bytes_from_cstr(name), &class);
    return is_known ? class : CLASS_STANDARD;
}

static int copy_list(struct name_list *ret_list, const char **texts, size_t count)
{
    struct bytes *at = count > 0 ? calloc(count, sizeof *at) : NULL;
    if (!at)
        return count > 0 ? -ENOMEM : 0;
    for (size_t i = 0; i < count; i++)
        at[i] = bytes_from_cstr(texts[i]);
    *ret_list = (struct name_list){at, count};
    return 0;
}

static void allow_algorithms(struct jwt_rules *rules, const struct jwt_config *config)
{
    for (size_t i = 0; i < config->algorithm_count; i++) {
        enum jwt_algorithm algorithm;
        if (jwt_algorithm_read(bytes_from_cstr(config->algorithms[i]), &algorithm))
            rules->allows[algorithm] = true;
    }
}

int token_rules_init(struct jwt_rules *ret_rules, const struct jwt_config *config)
{
    *ret_rules = (struct jwt_rules){
        .issuer = text_or_none(config->issuer),
        .audience = text_or_none(config->audience),
        .leeway_ms = config->leeway_ms,
        .claims = claims_of(&config->claims),
        .otherwise = {.tenant = config->tenant,
                      .labels = "",
                      .limits = limits_of(config),
                      .class = class_of(config->service_class)},
    };
    struct key *otherwise = &ret_rules->otherwise;
    allow_algorithms(ret_rules, config);
    int r = copy_list(&otherwise->models, config->models, config->model_count);
    if (r == 0)
        r = copy_list(&otherwise->routes, config->routes, config->route_count);
    return r < 0 ? r : copy_list(&otherwise->regions, config->regions, config->region_count);
}

static void clear_list(struct name_list *list)
{
    free((void *)(uintptr_t)list->at);
    *list = (struct name_list){0};
}

void token_rules_clear(struct jwt_rules *rules)
{
    clear_list(&rules->otherwise.models);
    clear_list(&rules->otherwise.routes);
    clear_list(&rules->otherwise.regions);
}
