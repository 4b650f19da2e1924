/* SPDX-License-Identifier: Apache-2.0
 *
 * script - what an answer will say, token by token, before any of it is said.
 *
 * Either words without end, made from a hash (engine_token_hashed()), or a text that is fixed:
 * JSON that was asked for, or calls of tools. A fixed text is cut into pieces of a few
 * characters, which are its tokens. Token i is the same whenever it is asked for; an answer that
 * goes on from its own beginning says what the uncut one would have said.
 *
 * Memory   the caller embeds the script, zeroed; names of tools are views that outlive it.
 * Threads  belongs to its generation.
 * Errors   -ENOMEM; -E2BIG: more calls or text than there is room for.
 */
#ifndef SIM_ENGINE_SCRIPT_H
#define SIM_ENGINE_SCRIPT_H

#include "base/buffer.h"
#include "sim/engine/engine.h"

#define ENGINE_CHOICE_LIMIT 16      /* the API's n */
#define ENGINE_CALL_LIMIT 8         /* tools called in one answer */
#define ENGINE_STOP_LIMIT 16        /* stop strings; more are not looked at */
#define ENGINE_STOP_TOKENS 65536    /* nor are they looked for behind so many tokens */
#define ENGINE_TEXT_LIMIT (1 << 20) /* bytes of a fixed text */

/* Where a choice ends before its time. */
struct engine_cut {
    uint64_t token_count; /* that are generated */
    uint64_t last_token;  /* the last that has text, */
    size_t last_bytes;    /* and so much of it */
    struct bytes stop;    /* the string; at == NULL: none, and the rest means nothing */
};

struct engine_script {
    uint64_t hash;        /* of the words of choice 0 */
    uint64_t token_count; /* of each choice that no stop string ends */
    bool is_cut;          /* by max_tokens */
    bool is_fixed;
    struct buffer text, pieces;            /* of a fixed text */
    struct bytes calls[ENGINE_CALL_LIMIT]; /* names; the pieces are their arguments */
    unsigned call_count;
    uint64_t said_tokens;    /* that the answer goes on from: whole ones, */
    size_t said_bytes;       /* and so many bytes of the next */
    struct engine_cut *cuts; /* one for each choice; NULL: no stop strings */
};

struct engine_piece {
    struct bytes text;
    unsigned call;      /* whose arguments it is part of */
    bool begins_a_call; /* and has no text */
};

/* The hash that the words of a choice are made from; choice 0's is the prompt's own. */
uint64_t engine_choice_hash(uint64_t prompt_hash, unsigned choice);

/* Cuts the text into pieces; ends the words. */
int engine_script_fix(struct engine_script *script, struct bytes text);
/* One more call, of which engine_script_fix() then gives the arguments. */
int engine_script_call(struct engine_script *script, struct bytes name);
/* Says what comes behind `said`; false: the answer does not begin so, and nothing changes. */
bool engine_script_go_on(struct engine_script *script, struct bytes said);
/* How many tokens there will be: at most `limit` if there is one, else its own number, or so many
 * words as `fallback`. */
void engine_script_limit(struct engine_script *script, const uint64_t *limit, uint64_t fallback);
/* Ends each choice before the first of these strings. */
int engine_script_stop(struct engine_script *script, unsigned choice_count,
                       const struct bytes *stops, size_t stop_count);

/* Token i of a choice. Words go to `room`. */
struct engine_piece engine_script_piece(const struct engine_script *script, unsigned choice,
                                        uint64_t i, char room[ENGINE_TOKEN_BYTES]);
uint64_t engine_script_count(const struct engine_script *script, unsigned choice);
/* Of the choice that is longest. */
uint64_t engine_script_longest(const struct engine_script *script, unsigned choice_count);
/* The stop string that ends the choice; at == NULL: none does. */
struct bytes engine_script_stopped_by(const struct engine_script *script, unsigned choice);
void engine_script_clear(struct engine_script *script);

#endif
