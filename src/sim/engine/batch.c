/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sim/engine/connection.h"
#include "sim/engine/generation.h"
#include "sim/engine/prompt.h"
#include "sim/engine/state.h"

/* Steps in one turn. A GPU so fast that more are due has fallen behind the loop; connections are
 * served before it goes on. */
#define TURN_STEPS 64

/* ---- time ---- */

static int timer_arm(struct engine_batch *batch)
{
    return timer_start(&batch->timer, gpu_due_ns(batch->gpu));
}

/* The new token is ready once the slowest of the choices has it. */
static void seat_update(struct engine_seat *seat)
{
    uint64_t ready = UINT64_MAX;

    for (unsigned i = 0; i < seat->choice_count; i++) {
        const struct gpu_sequence *sequence = &seat->choices[i].sequence;
        if (sequence->state != GPU_FINISHED && sequence->made_tokens < ready)
            ready = sequence->made_tokens;
    }
    seat->ready_tokens = ready;
    seat->generation->question.cached_tokens = seat->choices[0].sequence.cached_tokens;
}

static void tokens_hand_out(struct gpu *gpu)
{
    struct gpu_sequence *sequence;

    while ((sequence = gpu_pop(gpu))) {
        struct engine_seat *seat = CONTAINER_OF(sequence, struct engine_choice, sequence)->seat;
        uint64_t ready_tokens = seat->ready_tokens;
        seat_update(seat);
        if (seat->ready_tokens > ready_tokens)
            engine_connection_go_on(seat->generation); /* which may leave its seat */
    }
}

static void on_timer(struct timer *timer)
{
    struct engine_batch *batch = CONTAINER_OF(timer, struct engine_batch, timer);
    uint64_t now_ns = loop_now_ns(timer->loop);

    timer_start(timer, GPU_NEVER); /* keeps its place in the loop, so that arming cannot fail */
    for (unsigned i = 0; i < TURN_STEPS && gpu_due_ns(batch->gpu) <= now_ns; i++) {
        gpu_step(batch->gpu);
        tokens_hand_out(batch->gpu);
    }
    timer_arm(batch);
}

int engine_batch_open(struct engine *engine, const struct gpu_options *options)
{
    struct engine_batch *batch = &engine->batch;

    if (!options->profile)
        return 0;
    timer_init(&batch->timer, engine->loop, on_timer);
    int r = gpu_open(&batch->gpu, options);
    return r == 0 ? timer_start(&batch->timer, GPU_NEVER) : r;
}

void engine_batch_close(struct engine *engine)
{
    timer_stop(&engine->batch.timer);
    gpu_close(engine->batch.gpu);
}

/* ---- seats ---- */

/* One for each block of words; the same words of another model are another prefix. */
static size_t prefix_hash(const struct engine_question *question, uint64_t block_tokens,
                          uint64_t *hashes)
{
    uint64_t seed = hash_bytes(bytes_from_cstr(question->model), 0);
    uint64_t most = question->prompt_tokens / block_tokens;
    struct bytes rest = question->prompt;
    size_t count = 0;

    for (; count < most; count++) {
        struct bytes block = rest;
        for (uint64_t word = 0; word < block_tokens; word++)
            if (!engine_word_cut(&rest).at)
                return count;
        block.length -= rest.length;
        hashes[count] = hash_bytes(block, seed);
    }
    return count;
}

static uint64_t at_least_one(uint64_t tokens)
{
    return tokens > 0 ? tokens : 1;
}

static struct engine_seat *seat_new(struct engine_generation *generation, uint64_t block_tokens)
{
    const struct engine_question *question = &generation->question;
    unsigned choices = question->choice_count;
    struct engine_seat *seat = calloc(1, sizeof *seat + choices * sizeof seat->choices[0]);
    if (!seat)
        return NULL;
    seat->hashes = calloc(question->prompt_tokens / block_tokens + 1, sizeof *seat->hashes);
    if (!seat->hashes) {
        free(seat);
        return NULL;
    }

    seat->generation = generation;
    seat->choice_count = choices;
    size_t hash_count = prefix_hash(question, block_tokens, seat->hashes);
    for (unsigned i = 0; i < choices; i++)
        seat->choices[i] = (struct engine_choice){
            .seat = seat,
            .sequence = {.prompt_tokens = at_least_one(question->prompt_tokens),
                         .answer_tokens = at_least_one(engine_script_count(&question->script, i)),
                         .hashes = seat->hashes,
                         .hash_count = hash_count},
        };
    return seat;
}

static enum gpu_verdict seat_submit(struct gpu *gpu, struct engine_seat *seat, uint64_t now_ns)
{
    enum gpu_verdict verdict = GPU_TAKEN;
    uint64_t due_ns = gpu_due_ns(gpu);

    if (due_ns < now_ns) /* it has fallen behind: what comes now comes when it is there */
        now_ns = due_ns;
    for (unsigned i = 0; i < seat->choice_count && verdict == GPU_TAKEN; i++)
        verdict = gpu_submit(gpu, &seat->choices[i].sequence, now_ns);
    return verdict;
}

int engine_batch_join(struct engine *engine, struct engine_generation *generation,
                      enum gpu_verdict *ret_verdict)
{
    struct engine_batch *batch = &engine->batch;
    generation->seat = seat_new(generation, gpu_profile(batch->gpu)->block_tokens);
    if (!generation->seat)
        return -ENOMEM;

    *ret_verdict = seat_submit(batch->gpu, generation->seat, loop_now_ns(engine->loop));
    if (*ret_verdict != GPU_TAKEN)
        engine_batch_leave(engine, generation);
    return timer_arm(batch);
}

void engine_batch_leave(struct engine *engine, struct engine_generation *generation)
{
    struct engine_seat *seat = generation->seat;
    if (!seat)
        return;
    for (unsigned i = 0; i < seat->choice_count; i++)
        gpu_cancel(engine->batch.gpu, &seat->choices[i].sequence);
    free(seat->hashes);
    free(seat);
    generation->seat = NULL;
}
