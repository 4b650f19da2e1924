/* SPDX-License-Identifier: Apache-2.0
 *
 * The body as the chosen core gets it: the client's bytes, but for its own name of the model,
 * where it takes only messages, a prompt made into one, and, where somebody pays for a stream, the
 * question what it has cost.
 */
#include <errno.h>
#include <string.h>

#include "edge/call/call.h"

#define EDITS (1 + OPENAI_WRAP_EDITS + 1)

static size_t edit_model(const struct call *call, struct splice_edit *ret_edit)
{
    const struct bytes *names = call->request.placement.names_raw;
    struct bytes old = call->request.facts.model_raw;
    if (!names || bytes_equal(names[call->attempt.core], old))
        return 0;
    *ret_edit = (struct splice_edit){old, names[call->attempt.core]};
    return 1;
}

/* A core whose chats have a path of their own, which is none of the API's, takes prompts. */
static bool takes_prompts(const struct core_config *core)
{
    return core->path && !bytes_end_with(bytes_from_cstr(core->path), BYTES("/chat/completions"));
}

static size_t edit_prompt(const struct call *call, struct splice_edit *ret_edits)
{
    if (!call->request.facts.prompt_raw.at || takes_prompts(call_core(call)))
        return 0;
    openai_request_wrap_prompt(&call->request.facts, ret_edits);
    return OPENAI_WRAP_EDITS;
}

static bool takes_stream_options(const struct core_config *core)
{
    for (size_t i = 0; i < core->deny_field_count; i++)
        if (strcmp(core->deny_fields[i], "stream_options") == 0)
            return false;
    return true;
}

static size_t edit_usage(struct call *call, struct splice_edit *ret_edit)
{
    const struct call_request *request = &call->request;
    bool can_ask = request->route == OPENAI_CHAT || request->route == OPENAI_COMPLETIONS;
    call->attempt.asks_usage = request->is_metered && can_ask && request->facts.stream &&
                               !request->facts.include_usage &&
                               takes_stream_options(call_core(call));
    if (!call->attempt.asks_usage)
        return 0;
    *ret_edit = openai_request_ask_usage(&request->facts);
    return 1;
}

int call_make_body(struct call *call, struct http_outgoing *outgoing)
{
    struct splice_edit edits[EDITS];
    struct bytes body = buffer_bytes(&call->body);
    size_t renames = edit_model(call, edits);
    size_t count = renames + edit_prompt(call, edits + renames);
    count += edit_usage(call, edits + count);
    call->is_renamed = renames > 0;
    call->body_part = body;
    outgoing->body = &call->body_part;
    outgoing->body_part_count = body.length > 0;
    if (count == 0)
        return 0;

    struct bytes *parts = arena_alloc(&call->log->memory, SPLICE_PARTS(EDITS) * sizeof *parts);
    if (!parts)
        return -ENOMEM;
    outgoing->body = parts;
    outgoing->body_part_count = splice_parts(body, edits, count, parts);
    return 0;
}
