/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/models/catalogue.h"

#include <errno.h>
#include <stdlib.h>

#include "edge/worker.h"
#include "openai/json.h"

/* One core's list as it was read last. */
struct core_models {
    struct model_watch watch;
    struct buffer text; /* which the entries point into */
    struct arena memory;
    struct model_list list;
};

struct catalogue {
    struct worker *worker;
    struct model_table table;
    struct core_models *cores;
    struct list waiting;
    /* What each core calls each model of the configuration: a row of cores a model, once as it is
     * and once as JSON. */
    struct bytes *names, *names_raw;
    struct buffer raw_text; /* which names_raw points into */
};

static const struct edge_config *config_of(const struct catalogue *catalogue)
{
    return worker_config(catalogue->worker);
}

bool catalogue_reads_lists(const struct catalogue *catalogue)
{
    return config_of(catalogue)->timeouts.models_refresh_ms > 0;
}

/* ---- the configuration's names ---- */

static int write_raw_names(struct catalogue *catalogue, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = catalogue->raw_text.length;
        if (!catalogue->names[i].at)
            continue;
        if (json_write_string(&catalogue->raw_text, catalogue->names[i]) < 0)
            return -ENOMEM;
        catalogue->names_raw[i].length = catalogue->raw_text.length - before;
    }
    const char *at = buffer_bytes(&catalogue->raw_text).at; /* it grows no more */
    for (size_t i = 0; i < count; i++) {
        catalogue->names_raw[i].at = at;
        at += catalogue->names_raw[i].length;
    }
    return 0;
}

static int open_names(struct catalogue *catalogue)
{
    const struct edge_config *config = config_of(catalogue);
    size_t count = config->model_count * config->core_count;
    if (count == 0)
        return 0;
    catalogue->names = calloc(count, sizeof *catalogue->names);
    catalogue->names_raw = calloc(count, sizeof *catalogue->names_raw);
    if (!catalogue->names || !catalogue->names_raw)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct model_config *model = &config->models[i / config->core_count];
        const struct model_place *place = model_config_place(model, i % config->core_count);
        if (place)
            catalogue->names[i] = bytes_from_cstr(place->model);
    }
    return write_raw_names(catalogue, count);
}

/* ---- lists as they come ---- */

static void tell_waiting(struct catalogue *catalogue)
{
    struct list *link;
    struct list told;
    list_init(&told);
    while ((link = list_pop_front(&catalogue->waiting)))
        list_push_back(&told, link);
    while ((link = list_pop_front(&told))) {
        struct catalogue_wait *wait = CONTAINER_OF(link, struct catalogue_wait, link);
        wait->on_lists(wait);
    }
}

static int set_table(struct catalogue *catalogue, size_t core, struct model_list list)
{
    struct bytes *ids = calloc(list.count + 1, sizeof *ids);
    if (!ids)
        return -ENOMEM;
    for (size_t i = 0; i < list.count; i++)
        ids[i] = list.at[i].id;
    int r = model_table_set(&catalogue->table, core, ids, list.count);
    free(ids);
    return r;
}

static void forget_list(struct core_models *core)
{
    buffer_clear(&core->text);
    arena_clear(&core->memory);
    core->list = (struct model_list){0};
}

/* -EINVAL: it is no list. Out of memory the old list stays. */
static int take_list(struct catalogue *catalogue, struct core_models *core, struct buffer *text)
{
    struct core_models next = {.text = *text};
    arena_init(&next.memory, &catalogue->worker->blocks);
    int r = model_list_read(&next.list, buffer_bytes(text), &next.memory);
    if (r == 0) {
        model_list_make_unique(&next.list);
        r = set_table(catalogue, core->watch.core, next.list);
    }
    if (r < 0) {
        arena_clear(&next.memory);
        return r;
    }
    forget_list(core);
    core->text = next.text;
    core->memory = next.memory;
    core->list = next.list;
    *text = (struct buffer){0};
    return 0;
}

static void on_read(struct model_watch *watch, enum model_reading reading)
{
    struct catalogue *catalogue = watch->worker->catalogue;
    struct core_models *core = CONTAINER_OF(watch, struct core_models, watch);
    int r = reading == READING_ANSWERED  ? take_list(catalogue, core, &watch->answer)
            : reading == READING_REFUSED ? -EINVAL
                                         : 0;
    if (r == -EINVAL || r == -E2BIG) {
        forget_list(core);
        model_table_forget(&catalogue->table, watch->core);
    }
    tell_waiting(catalogue);
}

/* ---- life ---- */

static int open_cores(struct catalogue *catalogue)
{
    size_t count = config_of(catalogue)->core_count;
    model_table_init(&catalogue->table, count);
    catalogue->cores = calloc(count, sizeof *catalogue->cores);
    if (!catalogue->cores)
        return -ENOMEM;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct core_models *core = &catalogue->cores[i];
        arena_init(&core->memory, &catalogue->worker->blocks);
        core->watch.on_read = on_read;
        if (catalogue_reads_lists(catalogue))
            r = model_watch_open(&core->watch, catalogue->worker, i);
    }
    return r;
}

int catalogue_open(struct catalogue **ret_catalogue, struct worker *worker)
{
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (!catalogue)
        return -ENOMEM;
    catalogue->worker = worker;
    list_init(&catalogue->waiting);
    int r = open_names(catalogue);
    if (r == 0)
        r = open_cores(catalogue);
    if (r < 0) {
        catalogue_close(catalogue);
        return r;
    }
    *ret_catalogue = catalogue;
    return 0;
}

void catalogue_close(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; catalogue->cores && i < catalogue->table.core_count; i++) {
        model_watch_close(&catalogue->cores[i].watch);
        forget_list(&catalogue->cores[i]);
    }
    model_table_clear(&catalogue->table);
    buffer_clear(&catalogue->raw_text);
    free(catalogue->names);
    free(catalogue->names_raw);
    free(catalogue->cores);
    free(catalogue);
}

/* ---- questions ---- */

static struct placement find_configured(const struct catalogue *catalogue, size_t model)
{
    size_t row = model * catalogue->table.core_count;
    return (struct placement){
        .cores = model_table_find_each(&catalogue->table, catalogue->names + row),
        .names_raw = catalogue->names_raw + row,
    };
}

struct placement catalogue_find(const struct catalogue *catalogue, struct bytes name)
{
    const struct edge_config *config = config_of(catalogue);
    const struct model_config *model =
        config->model_count > 0 ? edge_config_model(config, name) : NULL;
    if (model)
        return find_configured(catalogue, (size_t)(model - config->models));
    return (struct placement){.cores = model_table_find(&catalogue->table, name)};
}

/* As the first core describes it that lists it; if none does yet, by its name alone. */
static struct model_entry describe(const struct catalogue *catalogue, size_t model)
{
    const struct bytes *names = catalogue->names + model * catalogue->table.core_count;
    struct model_entry entry = {0};
    for (size_t i = 0; i < catalogue->table.core_count && !entry.id.at; i++) {
        const struct model_entry *found =
            names[i].at ? model_list_find(&catalogue->cores[i].list, names[i]) : NULL;
        if (found)
            entry = *found;
    }
    entry.name = bytes_from_cstr(config_of(catalogue)->models[model].name);
    if (!entry.id.at)
        entry.id = entry.name;
    return entry;
}

static size_t count_entries(const struct catalogue *catalogue)
{
    size_t count = config_of(catalogue)->model_count;
    for (size_t i = 0; i < catalogue->table.core_count; i++)
        count += catalogue->cores[i].list.count;
    return count;
}

int catalogue_list(const struct catalogue *catalogue, struct arena *arena,
                   struct model_list *ret_list)
{
    struct model_list list = {
        .at = arena_alloc(arena, (count_entries(catalogue) + 1) * sizeof *list.at)};
    if (!list.at)
        return -ENOMEM;
    for (size_t i = 0; i < config_of(catalogue)->model_count; i++)
        if (!model_is_absent(find_configured(catalogue, i).cores))
            list.at[list.count++] = describe(catalogue, i);
    for (size_t i = 0; i < catalogue->table.core_count; i++) {
        const struct model_list *of_core = &catalogue->cores[i].list;
        for (size_t j = 0; j < of_core->count; j++)
            list.at[list.count++] = of_core->at[j];
    }
    model_list_make_unique(&list);
    *ret_list = list;
    return 0;
}

/* ---- waiting ---- */

/* What is asked once is not asked again by the same wait, however soon it ended. */
static uint64_t not_before_ns(const struct catalogue *catalogue, const struct catalogue_wait *wait)
{
    uint64_t recheck_ns = config_of(catalogue)->timeouts.models_recheck_ms * NS_PER_MS;
    return wait->since_ns > recheck_ns ? wait->since_ns - recheck_ns : 0;
}

/* Whether a list that is on its way is worth the time. */
static bool is_waited_for(const struct model_watch *watch, enum catalogue_patience patience)
{
    return patience == FOR_ALL_CORES || watch->failures == 0;
}

bool catalogue_renew(struct catalogue *catalogue, struct catalogue_wait *wait,
                     enum catalogue_patience patience)
{
    if (!catalogue_reads_lists(catalogue))
        return false;
    if (wait->since_ns == 0)
        wait->since_ns = loop_now_ns(catalogue->worker->loop);
    bool must_wait = false;
    for (size_t i = 0; i < catalogue->table.core_count; i++) {
        struct model_watch *watch = &catalogue->cores[i].watch;
        if (patience == FOR_FIRST_LISTS && watch->ended_ns > 0)
            continue;
        if (model_watch_renew(watch, not_before_ns(catalogue, wait)))
            must_wait |= is_waited_for(watch, patience);
    }
    if (must_wait && !list_is_linked(&wait->link))
        list_push_back(&catalogue->waiting, &wait->link);
    return must_wait;
}

void catalogue_leave(struct catalogue_wait *wait)
{
    list_remove(&wait->link);
}
