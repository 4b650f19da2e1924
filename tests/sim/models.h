/* SPDX-License-Identifier: Apache-2.0
 *
 * models - which engine of a world has which models, by which names clients ask for them, and what
 * else one core of a world is like and another not:
 *
 *   sim      on every engine
 *   rare     on some, by this name
 *   fast     on some, and on each by a name that only that one knows
 *   any      configured as "sim" for all
 *
 * Some engines want a key, some refuse a field, some take prompts at a path of their own.
 *
 * Units    engines as bits.
 * Memory   values; names live as long.
 */
#ifndef TESTS_SIM_MODELS_H
#define TESTS_SIM_MODELS_H

#include "base/buffer.h"
#include "base/random.h"
#include "sim/engine/engine.h"

#define ENGINES_LIMIT 3
#define REFUSED_FIELD "seed"

struct world_models {
    unsigned engines;
    bool are_many; /* else there is "sim" alone, and nothing is configured */
    uint32_t rare, fast;
    uint32_t refusing;       /* REFUSED_FIELD */
    uint32_t with_key;       /* sent as Bearer, or as x-api-key by every second engine */
    uint32_t with_inference; /* chats go to /v1/inference */
    char own_names[ENGINES_LIMIT][16];
    const char *lists[ENGINES_LIMIT][4]; /* what each engine has; NULL ends */
};

void world_models_draw(struct world_models *models, struct random *random, unsigned engines);
/* The rest, from `engines` and what is on which. */
void world_models_name(struct world_models *models);
/* What one engine is like, besides its pace. */
void world_models_set_engine(const struct world_models *models, unsigned engine,
                             struct engine_options *options);
/* The cores, models and routes as YAML. */
void world_models_configure(const struct world_models *models, struct buffer *yaml);

/* What a client may ask for; NULL: "sim". */
const char *world_models_pick(const struct world_models *models, struct random *random);
/* Whether no engine with this model takes REFUSED_FIELD. */
bool world_models_refuse(const struct world_models *models, const char *name);
/* Whether GET /v1/models may say so many names, and of each, whether it must at last. */
bool world_models_may_list(const struct world_models *models, struct bytes name);
size_t world_models_listed(const struct world_models *models);

#endif
