/* SPDX-License-Identifier: Apache-2.0
 *
 * sample_key - keys to put into tables: each number has its own id, name and digest.
 *
 * Memory   texts of a sample_text live as long as the struct.
 */
#ifndef TESTS_UNIT_KEYS_SAMPLE_KEY_H
#define TESTS_UNIT_KEYS_SAMPLE_KEY_H

#include <stdio.h>

#include "keys/key.h"

struct sample_text {
    char name[24];
};

/* As SHA-256 would, different numbers differ everywhere. */
static inline void sample_digest(uint64_t number, uint8_t ret_digest[KEY_DIGEST_BYTES])
{
    for (size_t i = 0; i < KEY_DIGEST_BYTES; i++) {
        number = (number + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        number ^= number >> 29;
        ret_digest[i] = (uint8_t)(number >> 24);
    }
}

static inline struct key sample_key(uint64_t number, struct sample_text *text)
{
    static const struct bytes models[] = {{"llama-*", 7}, {"qwen", 4}};
    static const struct bytes all[] = {{"*", 1}};
    (void)snprintf(text->name, sizeof text->name, "key-%llu", (unsigned long long)number);
    struct key key = {
        .id = number,
        .tenant_id = 1,
        .name = text->name,
        .tenant = "default",
        .labels = "",
        .models = {models, 2},
        .routes = {all, 1},
        .class = CLASS_STANDARD,
    };
    sample_digest(number, key.digest);
    return key;
}

#endif
