/* SPDX-License-Identifier: Apache-2.0 */
#include "config/core_url.h"
#include "config/draft.h"

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

void draft_resolve(struct draft *draft, struct memory *memory, struct edge_config *config)
{
    for (size_t i = 0; i < config->core_count; i++)
        resolve_core(draft, memory, &config->cores[i]);
}
