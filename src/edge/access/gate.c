/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/access/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "edge/access/token_rules.h"
#include "edge/errors.h"
#include "keys/guess_guard.h"
#include "keys/jwt_cache.h"
#include "keys/key_table.h"
#include "keys/secret_key.h"

struct gate {
    struct seat *seat;
    struct loop *loop;
    bool takes_keys, takes_tokens;
    uint64_t patience_ns; /* until the first keys were read */
    struct secret_hasher *hasher;
    struct guess_guard *guesses;       /* of keys and tokens */
    struct guess_guard *verifications; /* of tokens; NULL: there are none */
    struct jwt_cache *verified;        /* likewise */
    struct jwt_rules rules;
};

/* ---- verdicts ---- */

static void unpark(struct visitor *visitor)
{
    if (visitor->parked_in)
        guess_guard_unpark(visitor->parked_in);
    visitor->parked_in = NULL;
}

static enum gate_verdict refuse(struct visitor *visitor, const struct openai_error *refusal)
{
    unpark(visitor);
    visitor->state = VISITOR_REFUSED;
    visitor->refusal = refusal;
    return GATE_REFUSED;
}

/* Takes over the hold on the key. */
static enum gate_verdict know(struct gate *gate, struct visitor *visitor, const struct key *key)
{
    const struct access *access = seat_access(gate->seat);
    const struct tenant *tenant = NULL;
    if (access->keys_state == ACCESS_READY)
        tenant = key_table_tenant(access->keys, bytes_from_cstr(key->tenant));
    unpark(visitor);
    visitor->state = VISITOR_KNOWN;
    visitor->key = key;
    if (tenant)
        visitor->tenant_limits = tenant->limits;
    return GATE_KNOWN;
}

static struct bytes bytes_of_peer(const struct address *peer)
{
    switch (peer->family) {
    case ADDRESS_IPV4:
        return bytes_of((const char *)peer->ip, 4);
    case ADDRESS_IPV6:
        return bytes_of((const char *)peer->ip, 16);
    case ADDRESS_NONE:
    case ADDRESS_UNIX:
        break;
    }
    return bytes_from_cstr(peer->path);
}

/* An address costs this much: now, in a while, or never again over this connection. */
static enum guess_verdict note(struct gate *gate, struct guess_guard *guard,
                               struct visitor *visitor, const struct http_exchange *http)
{
    struct address peer;
    struct bytes address = {"", 0};
    uint32_t delay_ms = 0;
    uint64_t now_ns = loop_now_ns(gate->loop);
    if (http_exchange_peer(http, &peer) == 0)
        address = bytes_of_peer(&peer);
    enum guess_verdict verdict = guess_guard_note(guard, address, now_ns, &delay_ms);
    visitor->must_close = verdict == GUESS_REFUSE;
    if (verdict == GUESS_DELAY) {
        visitor->parked_in = guard;
        visitor->due_ns = now_ns + delay_ms * NS_PER_MS;
    }
    return verdict;
}

/* What was sent is no key: somebody may be trying which one is. */
static enum gate_verdict refuse_guess(struct gate *gate, struct visitor *visitor,
                                      const struct http_exchange *http)
{
    refuse(visitor, &error_bad_key);
    return note(gate, gate->guesses, visitor, http) == GUESS_DELAY ? GATE_LATER : GATE_REFUSED;
}

/* ---- keys ---- */

static enum gate_verdict know_if_live(struct gate *gate, struct visitor *visitor,
                                      const struct key *key)
{
    switch (key_state(key, visitor->asked_wall_ms)) {
    case KEY_LIVE:
        key_hold(key);
        return know(gate, visitor, key);
    case KEY_REVOKED:
        return refuse(visitor, &error_revoked_key);
    case KEY_EXPIRED:
        break;
    }
    return refuse(visitor, &error_expired_key);
}

static enum gate_verdict look_up_key(struct gate *gate, struct visitor *visitor,
                                     const struct http_exchange *http)
{
    const struct access *access = seat_access(gate->seat);
    if (!gate->takes_keys)
        return refuse_guess(gate, visitor, http);
    if (secret_key_digest(gate->hasher, visitor->token, visitor->digest) < 0)
        return refuse(visitor, &error_memory);
    const struct key *key = key_table_find(access->keys, visitor->digest, visitor->asked_wall_ms);
    return key ? know_if_live(gate, visitor, key) : refuse_guess(gate, visitor, http);
}

/* ---- tokens ---- */

static enum gate_verdict keep_verified(struct gate *gate, struct visitor *visitor,
                                       const struct key *key)
{
    const struct key *kept;
    if (jwt_cache_put(gate->verified, seat_access(gate->seat)->jwks, key, &kept) < 0)
        return refuse(visitor, &error_memory);
    return know(gate, visitor, kept);
}

/* Its issuer may have begun to sign with another key. */
static enum gate_verdict ask_for_jwks(struct gate *gate, struct visitor *visitor,
                                      const struct http_exchange *http)
{
    if (visitor->has_asked_jwks || !seat_wait_jwks(gate->seat, &visitor->wait))
        return refuse_guess(gate, visitor, http);
    visitor->has_asked_jwks = true;
    return GATE_WAIT;
}

static enum gate_verdict verify(struct gate *gate, struct visitor *visitor,
                                struct http_exchange *http)
{
    const struct jwt_check check = {.rules = &gate->rules,
                                    .jwks = seat_access(gate->seat)->jwks,
                                    .hasher = gate->hasher,
                                    .arena = http_exchange_arena(http),
                                    .wall_ms = visitor->asked_wall_ms};
    struct key key;
    enum jwt_verdict verdict = jwt_verify(&check, visitor->token, &key);
    unpark(visitor);
    visitor->why = jwt_verdict_texts[verdict];
    switch (verdict) {
    case JWT_VALID:
        return keep_verified(gate, visitor, &key);
    case JWT_NO_MEMORY:
        return refuse(visitor, &error_memory);
    case JWT_UNKNOWN_KEY:
        return ask_for_jwks(gate, visitor, http);
    case JWT_EXPIRED:
        return refuse(visitor, &error_expired_key);
    case JWT_MALFORMED:
    case JWT_WRONG_ALGORITHM:
    case JWT_WRONG_SIGNATURE:
    case JWT_NOT_YET:
    case JWT_WRONG_ISSUER:
    case JWT_WRONG_AUDIENCE:
    case JWT_WRONG_CLAIM:
        break;
    }
    return refuse_guess(gate, visitor, http);
}

/* A signature costs a hundred times what a key does, so each address may have so many checked. */
static enum gate_verdict look_up_token(struct gate *gate, struct visitor *visitor,
                                       struct http_exchange *http)
{
    const struct access *access = seat_access(gate->seat);
    if (secret_key_digest(gate->hasher, visitor->token, visitor->digest) < 0)
        return refuse(visitor, &error_memory);
    const struct key *key =
        jwt_cache_find(gate->verified, access->jwks, visitor->digest, visitor->asked_wall_ms);
    if (key)
        return know(gate, visitor, key);
    visitor->state = VISITOR_UNVERIFIED;
    switch (note(gate, gate->verifications, visitor, http)) {
    case GUESS_PASS:
        return verify(gate, visitor, http);
    case GUESS_DELAY:
        return GATE_LATER;
    case GUESS_REFUSE:
        break;
    }
    return refuse(visitor, &error_many_tokens);
}

/* ---- both ---- */

static struct credential read_credential(struct http_fields fields)
{
    struct credential credential = {0};
    for (size_t i = 0; i < fields.count; i++)
        credential_note(&credential, fields.at[i].name, fields.at[i].value);
    return credential;
}

/* Nobody is refused, or let in, by what was not read yet. */
static const struct openai_error *missing_knowledge(enum access_state state)
{
    switch (state) {
    case ACCESS_OFF:
    case ACCESS_READY:
        return NULL;
    case ACCESS_LOADING:
        return &error_loading;
    case ACCESS_UNAVAILABLE:
        break;
    }
    return &error_store_unavailable;
}

/* Just after a start keys are read in a moment: who comes so early need not come again. */
static enum gate_verdict wait_for_access(struct gate *gate, struct visitor *visitor)
{
    if (visitor->patient_until_ns == 0)
        visitor->patient_until_ns = visitor->asked_ns + gate->patience_ns;
    if (visitor->asked_ns >= visitor->patient_until_ns)
        return refuse(visitor, &error_loading);
    seat_leave(&visitor->wait);
    seat_wait_access(gate->seat, &visitor->wait);
    return GATE_WAIT;
}

static enum gate_verdict look_up(struct gate *gate, struct visitor *visitor,
                                 struct http_exchange *http)
{
    const struct access *access = seat_access(gate->seat);
    bool is_token =
        gate->takes_tokens && (!gate->takes_keys || credential_looks_like_jwt(visitor->token));
    /* Limits of tenants come with the keys, for tokens as well. */
    const struct openai_error *missing = missing_knowledge(access->keys_state);
    if (!missing && is_token)
        missing = missing_knowledge(access->jwks_state);
    if (missing == &error_loading)
        return wait_for_access(gate, visitor);
    if (missing)
        return refuse(visitor, missing);
    return is_token ? look_up_token(gate, visitor, http) : look_up_key(gate, visitor, http);
}

static enum gate_verdict meet(struct gate *gate, struct visitor *visitor,
                              struct http_exchange *http)
{
    struct credential credential = read_credential(http_exchange_head(http)->fields);
    switch (credential.state) {
    case CREDENTIAL_ABSENT:
        return refuse(visitor, &error_no_key);
    case CREDENTIAL_MALFORMED:
    case CREDENTIAL_AMBIGUOUS:
        return refuse_guess(gate, visitor, http);
    case CREDENTIAL_GIVEN:
        break;
    }
    visitor->token = credential.token;
    return look_up(gate, visitor, http);
}

enum gate_verdict gate_ask(struct gate *gate, struct visitor *visitor, struct http_exchange *http)
{
    visitor->asked_ns = loop_now_ns(gate->loop);
    if (visitor->asked_ns < visitor->due_ns)
        return GATE_LATER;
    visitor->asked_wall_ms = loop_wall_ms(gate->loop);
    switch (visitor->state) {
    case VISITOR_NEW:
        return meet(gate, visitor, http);
    case VISITOR_UNVERIFIED:
        return verify(gate, visitor, http);
    case VISITOR_REFUSED:
        return refuse(visitor, visitor->refusal);
    case VISITOR_KNOWN:
        break;
    }
    return GATE_KNOWN;
}

void gate_forget(struct visitor *visitor)
{
    unpark(visitor);
    seat_leave(&visitor->wait);
    if (visitor->key)
        key_release(visitor->key);
    visitor->key = NULL;
}

/* ---- opening ---- */

static int open_guards(struct gate *gate, const struct edge_config *config)
{
    struct guess_guard_options options = {
        .addresses = config->keys.bad_addresses,
        .per_minute = (uint32_t)config->keys.bad_per_minute,
        .burst = (uint32_t)config->keys.bad_burst,
        .delay_most_ms = (uint32_t)config->keys.bad_delay_ms,
        .parked_most = (uint32_t)config->keys.bad_delayed,
    };
    loop_entropy(gate->loop, &options.seed, sizeof options.seed);
    int r = guess_guard_open(&gate->guesses, &options);
    if (r < 0 || !gate->takes_tokens)
        return r;
    options.per_minute = (uint32_t)config->jwt.verify_per_minute;
    options.burst = (uint32_t)config->jwt.verify_burst;
    return guess_guard_open(&gate->verifications, &options);
}

static int open_tokens(struct gate *gate, const struct edge_config *config)
{
    uint64_t seed;
    loop_entropy(gate->loop, &seed, sizeof seed);
    int r = token_rules_init(&gate->rules, &config->jwt);
    return r < 0 ? r : jwt_cache_open(&gate->verified, config->jwt.cache_entries, seed);
}

int gate_open(struct gate **ret_gate, struct seat *seat, struct loop *loop,
              const struct edge_config *config)
{
    *ret_gate = NULL;
    if (config->auth == AUTH_OPEN)
        return 0;
    struct gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        return -ENOMEM;
    gate->seat = seat;
    gate->loop = loop;
    gate->takes_keys = config->auth != AUTH_JWT;
    gate->takes_tokens = config->auth != AUTH_KEYS;
    gate->patience_ns = config->timeouts.draw_ms * NS_PER_MS;
    int r = secret_hasher_open(&gate->hasher);
    if (r == 0)
        r = open_guards(gate, config);
    if (r == 0 && gate->takes_tokens)
        r = open_tokens(gate, config);
    if (r < 0) {
        gate_close(gate); /* takes half-opened ones */
        return r;
    }
    *ret_gate = gate;
    return 0;
}

void gate_close(struct gate *gate)
{
    if (!gate)
        return;
    jwt_cache_close(gate->verified);
    token_rules_clear(&gate->rules);
    guess_guard_close(gate->verifications);
    guess_guard_close(gate->guesses);
    secret_hasher_close(gate->hasher);
    free(gate);
}
