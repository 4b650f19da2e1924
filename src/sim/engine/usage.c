/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/usage.h"

#include "sim/engine/shape.h"

void engine_usage_write(const struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    unsigned long long prompt = question->prompt_tokens;
    unsigned long long made = engine_shape_made_tokens(generation);

    writer_format(writer,
                  "{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,\"total_tokens\":%llu",
                  prompt, made, prompt + made);
    if (question->dialect->tells_cached_tokens)
        writer_format(writer, ",\"prompt_tokens_details\":{\"cached_tokens\":%llu}",
                      (unsigned long long)question->cached_tokens);
    writer_text(writer, question->dialect->usage_more);
    writer_text(writer, "}");
}

void engine_usage_write_responses(const struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    unsigned long long prompt = question->prompt_tokens;
    unsigned long long made = engine_shape_made_tokens(generation);

    writer_format(writer,
                  "{\"input_tokens\":%llu,\"input_tokens_details\":{\"cached_tokens\":%llu,"
                  "\"cache_write_tokens\":0},\"output_tokens\":%llu,\"output_tokens_details\":{"
                  "\"reasoning_tokens\":0},"
                  "\"total_tokens\":%llu}",
                  prompt, (unsigned long long)question->cached_tokens, made, prompt + made);
}

void engine_usage_write_messages(const struct engine_generation *generation, struct writer *writer)
{
    const struct engine_question *question = &generation->question;
    unsigned long long cached = question->cached_tokens;

    writer_format(writer,
                  "{\"input_tokens\":%llu,\"cache_creation_input_tokens\":0,"
                  "\"cache_read_input_tokens\":%llu,\"output_tokens\":%llu}",
                  (unsigned long long)question->prompt_tokens - cached, cached,
                  (unsigned long long)engine_shape_made_tokens(generation));
}
