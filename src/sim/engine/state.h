/* SPDX-License-Identifier: Apache-2.0
 *
 * state - the simulated engine as its own files see it.
 *
 * Memory   engine.c makes and frees it.
 * Threads  its loop.
 */
#ifndef SIM_ENGINE_STATE_H
#define SIM_ENGINE_STATE_H

#include "base/block_pool.h"
#include "base/random.h"
#include "sim/engine/batch.h"
#include "sim/engine/engine.h"
#include "sim/engine/vocabulary.h"

#define ENGINE_MODEL_LIMIT 32         /* with adapters */
#define ENGINE_CONNECTION_LIMIT 65536 /* a further one is closed at once */

struct engine {
    struct loop *loop;
    struct listener *listener;
    struct engine_profile profile;
    double scale; /* of the profile's times */
    struct engine_batch batch;
    const char *models[ENGINE_MODEL_LIMIT]; /* and behind them the LoRA adapters */
    size_t model_count, lora_count;
    const struct engine_dialect *dialect;
    uint64_t context_tokens; /* max_model_len; 0: no limit */
    uint64_t ready_ns;       /* of the loop's clock: no answer but 503 before */
    struct engine_vocabulary vocabulary;
    struct engine_faults faults;
    struct log *log;
    const char *key;
    struct tls_context *tls;
    size_t answer_bytes;
    const char *refuses;

    struct random random;
    struct block_pool blocks;
    struct list connections;
    struct engine_counts counts;
    uint64_t waiting; /* of those running: no token has come yet */
    uint64_t cut;     /* of those completed: max_tokens ended them */
};

#endif
