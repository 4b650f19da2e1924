/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/logprobs.h"

#include "base/hash.h"

/* One of the tokens that might have come at a place; rank 0 came. */
struct candidate {
    struct bytes text;
    double logprob;
    char room[ENGINE_TOKEN_BYTES];
};

static void candidate_make(const struct engine_question *question, unsigned choice, uint64_t token,
                           unsigned rank, struct candidate *ret_candidate)
{
    const struct engine_script *script = &question->script;
    uint64_t hash = hash_mix(engine_choice_hash(script->hash, choice), token);

    if (rank == 0)
        ret_candidate->text = engine_script_piece(script, choice, token, ret_candidate->room).text;
    else
        ret_candidate->text =
            bytes_of(ret_candidate->room, engine_token_hashed(~hash, rank, ret_candidate->room));
    ret_candidate->logprob = -((double)(hash % 1000) + 1) / 2000 - 1.5 * rank;
}

static void chat_candidate(const struct candidate *candidate, struct writer *writer)
{
    writer_text(writer, "{\"token\":");
    writer_string(writer, candidate->text);
    writer_format(writer, ",\"logprob\":%.4f,\"bytes\":[", candidate->logprob);
    for (size_t i = 0; i < candidate->text.length; i++) {
        writer_text(writer, i ? "," : "");
        writer_number(writer, (unsigned char)candidate->text.at[i]);
    }
    writer_text(writer, "]");
}

static void chat_token(const struct engine_question *question, unsigned choice, uint64_t token,
                       struct writer *writer)
{
    struct candidate candidate;

    candidate_make(question, choice, token, 0, &candidate);
    chat_candidate(&candidate, writer);
    writer_text(writer, ",\"top_logprobs\":[");
    for (unsigned rank = 0; rank < question->top_logprobs; rank++) {
        candidate_make(question, choice, token, rank, &candidate);
        writer_text(writer, rank ? "," : "");
        chat_candidate(&candidate, writer);
        writer_text(writer, "}");
    }
    writer_text(writer, "]}");
}

void engine_logprobs_chat(const struct engine_question *question, struct engine_span span,
                          struct writer *writer)
{
    if (!question->tells_logprobs) {
        writer_text(writer, "null");
        return;
    }
    writer_text(writer, "{\"content\":[");
    for (uint64_t token = span.begin; token < span.end; token++) {
        writer_text(writer, token > span.begin ? "," : "");
        chat_token(question, span.choice, token, writer);
    }
    writer_text(writer, "]}");
}

/* The four lists of completions' logprobs stand side by side; each is written by itself. */
enum column { TOKENS, TOKEN_LOGPROBS, TOP_LOGPROBS, TEXT_OFFSET };

static void top_object(const struct engine_question *question, unsigned choice, uint64_t token,
                       struct writer *writer)
{
    unsigned count = question->top_logprobs > 0 ? question->top_logprobs : 1;
    struct candidate candidate;

    for (unsigned rank = 0; rank < count; rank++) {
        candidate_make(question, choice, token, rank, &candidate);
        writer_text(writer, rank ? "," : "{");
        writer_string(writer, candidate.text);
        writer_format(writer, ":%.4f", candidate.logprob);
    }
    writer_text(writer, "}");
}

static void column_write(const struct engine_question *question, struct engine_span span,
                         enum column column, struct writer *writer)
{
    struct candidate candidate;

    for (uint64_t token = span.begin; token < span.end; token++) {
        candidate_make(question, span.choice, token, 0, &candidate);
        writer_text(writer, token > span.begin ? "," : "");
        if (column == TOKENS)
            writer_string(writer, candidate.text);
        else if (column == TOKEN_LOGPROBS)
            writer_format(writer, "%.4f", candidate.logprob);
        else if (column == TEXT_OFFSET)
            writer_number(writer, span.offset);
        else
            top_object(question, span.choice, token, writer);
        span.offset += candidate.text.length;
    }
}

void engine_logprobs_text(const struct engine_question *question, struct engine_span span,
                          struct writer *writer)
{
    static const char *const names[] = {
        [TOKENS] = "{\"tokens\":[",
        [TOKEN_LOGPROBS] = "],\"token_logprobs\":[",
        [TOP_LOGPROBS] = "],\"top_logprobs\":[",
        [TEXT_OFFSET] = "],\"text_offset\":[",
    };

    if (!question->tells_logprobs) {
        writer_text(writer, "null");
        return;
    }
    for (enum column column = TOKENS; column <= TEXT_OFFSET; column++) {
        writer_text(writer, names[column]);
        column_write(question, span, column, writer);
    }
    writer_text(writer, "]}");
}
