/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "config/draft.h"

/* The configuration itself, its texts, and who holds it. */
struct edge_config_memory {
    struct edge_config config;
    struct memory texts;
    _Atomic unsigned references;
};

static struct edge_config *edge_config_new(void)
{
    struct edge_config_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        return NULL;
    atomic_init(&memory->references, 1);
    memory->config.memory = memory;
    return &memory->config;
}

struct edge_config *edge_config_ref(struct edge_config *config)
{
    /* Relaxed: whoever refers to it already holds it. */
    atomic_fetch_add_explicit(&config->memory->references, 1, memory_order_relaxed);
    return config;
}

void edge_config_unref(struct edge_config *config)
{
    if (!config || atomic_fetch_sub(&config->memory->references, 1) > 1)
        return;
    for (size_t i = 0; i < config->core_count; i++)
        secret_clear(&config->cores[i].config.key);
    secret_clear(&config->budgets.webhook_secret);
    memory_clear(&config->memory->texts);
    free(config->memory);
}

static void load(struct draft *draft, struct edge_config *config)
{
    if (draft->input->file_name)
        draft_take_file(draft);
    draft_take_arguments(draft);
    draft_write(draft, &config->memory->texts, config);
    if (report_status(&draft->report) == 0)
        draft_resolve(draft, &config->memory->texts, config);
    if (report_status(&draft->report) == 0)
        draft_check(draft, config);
}

/* Editors on some systems begin UTF-8 files with a byte order mark. */
static struct bytes without_mark(struct bytes text)
{
    return bytes_start_with(text, BYTES("\xef\xbb\xbf")) ? bytes_after(text, 3) : text;
}

static struct draft *draft_new(const struct config_table *table, const struct config_input *input,
                               struct buffer *ret_message)
{
    struct draft *draft = calloc(1, sizeof *draft);
    if (!draft)
        return NULL;
    draft->table = table;
    draft->input = input;
    draft->report = (struct report){
        .printer = {.out = ret_message},
        .file_name = input->file_name,
        .file_text = without_mark(input->file_text),
        .table = table->options,
    };
    return draft;
}

/* What became of it: 0, -EINVAL, -ENOMEM. */
static int draft_end(struct draft *draft)
{
    int r = report_status(&draft->report);
    memory_clear(&draft->memory);
    free(draft);
    return r;
}

int config_load_edge(struct edge_config **ret_config, const struct config_input *input,
                     struct buffer *ret_message)
{
    static const struct config_table table = {edge_options, "isthmus help edge"};
    struct draft *draft = draft_new(&table, input, ret_message);
    struct edge_config *config = edge_config_new();
    if (draft && config)
        load(draft, config);

    int r = draft ? draft_end(draft) : -ENOMEM;
    if (!config)
        r = -ENOMEM;
    if (r == 0)
        *ret_config = config;
    else
        edge_config_unref(config);
    return r;
}

int config_load_table(void *target, const struct config_table *table,
                      const struct config_input *input, struct memory *memory,
                      struct buffer *ret_message)
{
    struct draft *draft = draft_new(table, input, ret_message);
    if (!draft)
        return -ENOMEM;

    draft_take_file(draft);
    draft_write(draft, memory, target);
    return draft_end(draft);
}
