/* SPDX-License-Identifier: Apache-2.0 */
#include "config/edge_config.h"

const struct model_config *edge_config_model(const struct edge_config *config, struct bytes name)
{
    for (size_t i = 0; i < config->model_count; i++)
        if (bytes_equal(bytes_from_cstr(config->models[i].name), name))
            return &config->models[i];
    return NULL;
}

const struct model_place *model_config_place(const struct model_config *model, size_t core)
{
    const struct model_place *elsewhere = NULL;
    for (size_t i = 0; i < model->place_count; i++) {
        if (model->places[i].core == core)
            return &model->places[i];
        if (model->places[i].core == EDGE_ANY_CORE)
            elsewhere = &model->places[i];
    }
    return elsewhere;
}

/* How much of the path the route's name covers; 0: it is another path's. */
static size_t covered_bytes(const struct route_config *route, struct bytes path)
{
    struct bytes name = bytes_from_cstr(route->path);
    if (bytes_equal(name, path))
        return name.length;
    if (!bytes_end_with(name, BYTES("/*")))
        return 0;
    name.length--;
    return bytes_start_with(path, name) ? name.length : 0;
}

const struct route_config *edge_config_route(const struct edge_config *config, struct bytes path)
{
    const struct route_config *nearest = NULL;
    size_t most = 0;
    for (size_t i = 0; i < config->route_count; i++) {
        size_t covered = covered_bytes(&config->routes[i], path);
        if (covered <= most)
            continue;
        most = covered;
        nearest = &config->routes[i];
    }
    return nearest;
}

const struct price_config *edge_config_price(const struct edge_config *config, struct bytes model)
{
    const struct price_config *others = NULL;
    for (size_t i = 0; i < config->price_count; i++) {
        struct bytes name = bytes_from_cstr(config->prices[i].model);
        if (bytes_equal(name, model))
            return &config->prices[i];
        if (bytes_equal(name, BYTES("*")))
            others = &config->prices[i];
    }
    return others;
}
