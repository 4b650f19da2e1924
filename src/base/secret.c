/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>

int secret_set(struct secret *secret, struct bytes value)
{
    char *hidden = malloc(value.length + 1); /* malloc(0) may give NULL */
    if (!hidden)
        return -ENOMEM;
    if (value.length > 0)
        memcpy(hidden, value.at, value.length);
    secret_clear(secret);
    secret->hidden = hidden;
    secret->hidden_length = value.length;
    return 0;
}

bool secret_is_set(const struct secret *secret)
{
    return secret->hidden != NULL;
}

bool secret_equals(const struct secret *secret, struct bytes guess)
{
    if (!secret->hidden || guess.length != secret->hidden_length)
        return false;
    /* volatile: the compiler may not leave the loop at the first difference. */
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < guess.length; i++)
        difference |= (unsigned char)(guess.at[i] ^ secret->hidden[i]);
    return difference == 0;
}

struct bytes secret_reveal(const struct secret *secret)
{
    return bytes_of(secret->hidden, secret->hidden_length);
}

void secret_clear(struct secret *secret)
{
    if (!secret->hidden)
        return;
    explicit_bzero(secret->hidden, secret->hidden_length);
    free(secret->hidden);
    *secret = (struct secret){0};
}
