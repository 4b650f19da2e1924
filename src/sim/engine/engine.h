/* SPDX-License-Identifier: Apache-2.0
 *
 * engine - a simulated inference engine that speaks the OpenAI API as vLLM and SGLang do: for
 * demos, tests and worlds.
 *
 * Answers are deterministic and recognisable: token i of an answer is a short word made from
 * hash(prompt bytes, i), where the prompt bytes are the request's raw "messages", "prompt" or
 * "input" value; so a client can check every token it gets (engine_token()). The count is
 * max_tokens / max_completion_tokens, or the profile's default. finish_reason is "length" when
 * max_tokens cut it, else "stop". usage is true: whitespace-separated words in, tokens out.
 * Further choices have words of their own (engine_choice_hash()); tools, JSON that was asked for
 * and answers that go on from their own beginning are told in docs/simulation.md. A client that
 * closes its sending side has left.
 *
 * It reads and writes HTTP/1.1 by itself, so that it is a peer whose bytes owe nothing to our own
 * http/ room.
 *
 * Serves what its dialect has (answer.c, pages.c), GET/POST /sim/faults, POST
 * /sim/echo (how much came, and its hash), and as gateways do /v1/inference: a chat, or a prompt.
 *
 * Memory   the engine is the caller's until engine_close(); names and key of its options outlive
 * it. Threads  its loop. Errors   engine_open(): -errno.
 */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include "base/log.h"
#include "loop/listener.h"
#include "loop/tls.h"

struct engine;
struct engine_dialect;
struct gpu_profile;

/* How fast: as the GPU says, which all requests share; without one each request's first token comes
 * after ttft_us + prompt words * prefill_us, then one every itl_us. */
struct engine_profile {
    const char *name;
    const struct gpu_profile *gpu; /* sim/gpu/profile.h, outlives the engine; or NULL */
    uint64_t ttft_us, prefill_us_per_word, itl_us;
    uint32_t default_tokens;
    uint32_t first_event_bytes; /* blanks make a stream's first event about so large */
};

/* Those without a GPU; ends with name == NULL. */
extern const struct engine_profile engine_profiles[];
/* Also those of gpu_profiles[]; false: there is none of that name. */
bool engine_profile_find(struct bytes name, struct engine_profile *ret_profile);
/* An engine on that GPU. */
struct engine_profile engine_profile_of(const struct gpu_profile *gpu);

/* What goes wrong, each in requests per million that it hits (1000000: always). Switchable while
 * the engine runs: POST /sim/faults {"die_mid_stream": 500000, "after_tokens": 3}. Only requests
 * that generate are hit. What comes in mid-stream comes in the middle of a plain answer's body. */
struct engine_faults {
    uint32_t refuse;         /* connection reset before any answer byte */
    uint32_t die_mid_stream; /* connection reset after after_tokens tokens */
    uint32_t end_mid_stream; /* clean end of the body without [DONE]; of a plain one: FIN */
    uint32_t stall;          /* silence for ever, after after_tokens tokens */
    uint32_t stall_before_head;
    uint32_t garbage_head; /* bytes that are no HTTP, then silence */
    uint32_t garbage_body; /* broken chunk framing in mid-answer, then silence */
    uint32_t error_500, error_503, error_429;
    uint32_t error_in_band; /* data: {"error": ...} and a clean end without [DONE]; streams only */
    uint32_t wrong_length;  /* Content-Length larger than the body, then close */
    uint32_t surplus;       /* a whole answer too many behind a good one */
    uint32_t pause;         /* two seconds of silence in the middle of an event or a body */
    uint32_t slow;          /* ten times slower; may come with any other */
    uint32_t after_tokens;
};

/* By member name; false: there is none of that name. */
bool engine_fault_set(struct engine_faults *faults, struct bytes name, uint32_t value);

struct engine_options {
    const struct engine_profile *profile;
    const struct engine_dialect *dialect; /* sim/engine/dialect.h; NULL: the first */
    const char *const *models;            /* NULL ends; NULL: one model "sim" */
    const char *const *loras;             /* names of adapters of the first model; NULL ends */
    uint64_t max_model_len;               /* tokens of prompt and answer; 0: the dialect's */
    uint64_t cold_start_ns;               /* for so long it answers 503 */
    uint64_t scale_millionths;            /* of the profile's times; 0: as they are */
    uint64_t seed;                        /* of fault draws, and of a GPU's noise */
    struct engine_faults faults;
    struct log *log;
    const char *key; /* required as Bearer; NULL: none */
    struct tls_context *tls;
    size_t answer_bytes; /* 0, or pad each plain answer's text to about this size */
    const char *refuses; /* a request's field that is answered with 400; NULL: none */
};

struct engine_counts {
    uint64_t running, completed, cancelled, tokens, connections;
    uint32_t faults_hit; /* bit i: member i of struct engine_faults has hit a request */
};

int engine_open(struct engine **ret_engine, struct loop *loop, struct listen_socket *socket,
                const struct engine_options *options);
void engine_set_faults(struct engine *engine, const struct engine_faults *faults);
void engine_count(const struct engine *engine, struct engine_counts *ret_counts);
void engine_close(struct engine *engine);

/* Writes token i (with its leading space, but for i = 0), at most ENGINE_TOKEN_BYTES with the 0
 * byte; returns its length. */
#define ENGINE_TOKEN_BYTES 16
size_t engine_token(struct bytes prompt, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES]);
/* The same for who has hash_bytes(prompt, 0) already. */
size_t engine_token_hashed(uint64_t prompt_hash, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES]);

#endif
