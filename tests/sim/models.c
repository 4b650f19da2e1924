/* SPDX-License-Identifier: Apache-2.0 */
#include "models.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY "a-core's-key"

static bool is_on(uint32_t engines, unsigned engine)
{
    return engines >> engine & 1;
}

static uint32_t all(const struct world_models *models)
{
    return (1U << models->engines) - 1;
}

static uint32_t draw_some(const struct world_models *models, struct random *random)
{
    return 1 + (uint32_t)random_below(random, all(models));
}

void world_models_draw(struct world_models *models, struct random *random, unsigned engines)
{
    *models = (struct world_models){.engines = engines, .are_many = random_chance(random, 3, 4)};
    if (models->are_many) {
        models->rare = draw_some(models, random);
        models->fast = draw_some(models, random);
        models->refusing = draw_some(models, random);
        models->with_key = draw_some(models, random);
        models->with_inference = draw_some(models, random) & draw_some(models, random);
    }
    world_models_name(models);
}

void world_models_name(struct world_models *models)
{
    for (unsigned i = 0; i < models->engines; i++) {
        size_t count = 0;
        (void)snprintf(models->own_names[i], sizeof models->own_names[i], "own-%u", i);
        models->lists[i][count++] = "sim";
        if (is_on(models->rare, i))
            models->lists[i][count++] = "rare";
        if (is_on(models->fast, i))
            models->lists[i][count++] = models->own_names[i];
    }
}

void world_models_set_engine(const struct world_models *models, unsigned engine,
                             struct engine_options *options)
{
    options->models = models->lists[engine];
    options->key = is_on(models->with_key, engine) ? KEY : NULL;
    options->refuses = is_on(models->refusing, engine) ? REFUSED_FIELD : NULL;
}

static void put(struct buffer *out, const char *text)
{
    if (buffer_append(out, bytes_from_cstr(text)) < 0)
        abort();
}

static void configure_core(const struct world_models *models, unsigned i, struct buffer *yaml)
{
    if (buffer_append_format(yaml, "  core%u:\n    url: http://engine%u:8000\n", i, i) < 0)
        abort();
    if (is_on(models->with_key, i))
        put(yaml, i % 2 ? "    key: " KEY "\n    auth: x-api-key\n" : "    key: " KEY "\n");
    if (is_on(models->refusing, i))
        put(yaml, "    deny_fields: " REFUSED_FIELD "\n");
    if (is_on(models->with_inference, i))
        put(yaml, "    path: /v1/inference\n");
}

void world_models_configure(const struct world_models *models, struct buffer *yaml)
{
    put(yaml, "cores:\n");
    for (unsigned i = 0; i < models->engines; i++)
        configure_core(models, i, yaml);
    put(yaml, "routes:\n  /sim/echo: {methods: POST, model_from: none}\n  /v1/rerank: POST\n");
    if (!models->are_many)
        return;
    put(yaml, "models:\n  any: sim\n  fast:\n");
    for (unsigned i = 0; i < models->engines; i++)
        if (is_on(models->fast, i) &&
            buffer_append_format(yaml, "    core%u: %s\n", i, models->own_names[i]) < 0)
            abort();
}

const char *world_models_pick(const struct world_models *models, struct random *random)
{
    static const char *const names[] = {"sim", "sim", "rare", "fast", "fast", "any"};
    if (!models || !models->are_many)
        return "sim";
    return names[random_below(random, sizeof names / sizeof *names)];
}

bool world_models_refuse(const struct world_models *models, const char *name)
{
    uint32_t engines = strcmp(name, "rare") == 0   ? models->rare
                       : strcmp(name, "fast") == 0 ? models->fast
                                                   : all(models);
    return (engines & ~models->refusing) == 0;
}

bool world_models_may_list(const struct world_models *models, struct bytes name)
{
    bool is_configured = bytes_equal(name, BYTES("any")) || bytes_equal(name, BYTES("fast"));
    if (models->are_many && is_configured)
        return true;
    for (unsigned i = 0; i < models->engines; i++)
        for (size_t j = 0; models->lists[i][j]; j++)
            if (bytes_equal(name, bytes_from_cstr(models->lists[i][j])))
                return true;
    return false;
}

size_t world_models_listed(const struct world_models *models)
{
    size_t count = models->are_many ? 4 : 1; /* sim, rare, fast, any */
    for (unsigned i = 0; i < models->engines; i++)
        count += is_on(models->fast, i);
    return count;
}
