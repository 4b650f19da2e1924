/* SPDX-License-Identifier: Apache-2.0
 *
 * Models and pairs of tenant and model are entries of one table, a model being the pair with no
 * tenant. An entry may stand in any of the four places of its set.
 */
#include "limit/estimate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mutex.h"
#include "limit/answer_sizes.h"

#define WAYS 4
#define PARTS 16
/* Until an engine has said otherwise: four bytes a token, as much as this many bytes weigh. */
#define FIRST_BYTES 4096
#define FIRST_TOKENS 1024
#define FADE_AT (1U << 22)
#define BYTES_MOST UINT32_MAX
#define IS_TAKEN (UINT64_C(1) << 63)
#define TOKENS_MOST (1U << 24)

struct entry {
    uint64_t id; /* 0: free */
    struct answer_sizes answers;
    uint32_t used_at;                     /* by the part's count of uses */
    uint64_t prompt_bytes, prompt_tokens; /* of a model; halved together */
};

struct part {
    struct mutex mutex;
    uint32_t uses;
    char apart[64]; /* keeps the next one's lock out of this one's cache lines */
};

struct estimator {
    struct part parts[PARTS];
    struct estimator_options options;
    struct entry *entries;
    size_t set_count; /* a power of two, and at least PARTS */
};

int estimator_open(struct estimator **ret_estimator, const struct estimator_options *options)
{
    struct estimator *estimator = calloc(1, sizeof *estimator);
    if (!estimator)
        return -ENOMEM;
    size_t set_count = PARTS;
    while (set_count * WAYS < options->pairs)
        set_count *= 2;
    estimator->options = *options;
    estimator->set_count = set_count;
    estimator->entries = calloc(set_count * WAYS, sizeof *estimator->entries);
    if (!estimator->entries) {
        free(estimator);
        return -ENOMEM;
    }
    for (size_t i = 0; i < PARTS; i++)
        mutex_init(&estimator->parts[i].mutex);
    *ret_estimator = estimator;
    return 0;
}

void estimator_close(struct estimator *estimator)
{
    if (!estimator)
        return;
    for (size_t i = 0; i < PARTS; i++)
        mutex_clear(&estimator->parts[i].mutex);
    free(estimator->entries);
    free(estimator);
}

/* --- entries --- */

/* Where one entry is or would be, under its part's lock until place_leave(). */
struct place {
    uint64_t id;
    struct part *part;
    struct entry *set; /* the first of its ways */
};

static struct place place_enter(struct estimator *estimator, const struct estimate_subject *subject)
{
    uint64_t id = hash_mix(hash_bytes(subject->model, estimator->options.seed), subject->tenant);
    size_t set = id & (estimator->set_count - 1);
    struct place place = {id | IS_TAKEN, &estimator->parts[set % PARTS],
                          &estimator->entries[set * WAYS]};
    mutex_lock(&place.part->mutex);
    return place;
}

static void place_leave(const struct place *place)
{
    mutex_unlock(&place->part->mutex);
}

/* NULL: it is not known. */
static struct entry *find(const struct place *place)
{
    for (size_t i = 0; i < WAYS; i++)
        if (place->set[i].id == place->id) {
            place->set[i].used_at = ++place->part->uses;
            return &place->set[i];
        }
    return NULL;
}

/* Found, or else put in the place of the one that was used least lately; free ones never were. */
static struct entry *reach(const struct place *place)
{
    struct entry *entry = find(place), *oldest = place->set;
    if (entry)
        return entry;
    for (size_t i = 1; i < WAYS; i++)
        if (place->set[i].used_at < oldest->used_at)
            oldest = &place->set[i];
    *oldest = (struct entry){
        .id = place->id,
        .used_at = ++place->part->uses,
        .prompt_bytes = FIRST_BYTES,
        .prompt_tokens = FIRST_TOKENS,
    };
    return oldest;
}

/* --- prompts --- */

uint64_t estimate_prompt(struct estimator *estimator, struct bytes model, uint64_t bytes)
{
    struct place place = place_enter(estimator, &(struct estimate_subject){.model = model});
    const struct entry *entry = find(&place);
    uint64_t of_bytes = entry ? entry->prompt_bytes : FIRST_BYTES;
    uint64_t tokens = entry ? entry->prompt_tokens : FIRST_TOKENS;
    place_leave(&place);
    bytes = bytes < BYTES_MOST ? bytes : BYTES_MOST;
    return (bytes * tokens + of_bytes - 1) / of_bytes;
}

void estimate_learn_prompt(struct estimator *estimator, struct bytes model, uint64_t bytes,
                           uint64_t tokens)
{
    if (bytes == 0 || tokens == 0)
        return;
    struct place place = place_enter(estimator, &(struct estimate_subject){.model = model});
    struct entry *entry = reach(&place);
    entry->prompt_bytes += bytes < BYTES_MOST ? bytes : BYTES_MOST;
    entry->prompt_tokens += tokens < TOKENS_MOST ? tokens : TOKENS_MOST;
    while (entry->prompt_bytes > FADE_AT || entry->prompt_tokens > FADE_AT) {
        entry->prompt_bytes = entry->prompt_bytes / 2 + 1;
        entry->prompt_tokens = entry->prompt_tokens / 2 + 1;
    }
    place_leave(&place);
}

/* --- answers --- */

static uint64_t usual_answer(struct estimator *estimator, const struct estimate_subject *subject)
{
    struct place place = place_enter(estimator, subject);
    const struct entry *entry = find(&place);
    uint64_t tokens = entry ? answer_sizes_usual(&entry->answers) : 0;
    place_leave(&place);
    return tokens;
}

uint64_t estimate_answer(struct estimator *estimator, const struct estimate_subject *subject,
                         uint64_t max_tokens)
{
    uint64_t tokens = usual_answer(estimator, subject);
    if (tokens == 0)
        tokens = usual_answer(estimator, &(struct estimate_subject){.model = subject->model});
    if (tokens == 0)
        tokens = estimator->options.default_answer_tokens;
    return max_tokens > 0 && max_tokens < tokens ? max_tokens : tokens;
}

static void learn(struct estimator *estimator, const struct estimate_subject *subject,
                  uint64_t tokens)
{
    struct place place = place_enter(estimator, subject);
    answer_sizes_add(&reach(&place)->answers, tokens);
    place_leave(&place);
}

void estimate_learn_answer(struct estimator *estimator, const struct estimate_subject *subject,
                           uint64_t tokens)
{
    learn(estimator, subject, tokens);
    learn(estimator, &(struct estimate_subject){.model = subject->model}, tokens);
}
