/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of keys and tenants: the struct, its lists and its texts in one counted block.
 */
#include <string.h>

#include "keys/key_block.h"

/* ---- texts ---- */

static size_t list_bytes(struct name_list list)
{
    size_t size = list.count * sizeof *list.at;
    for (size_t i = 0; i < list.count; i++)
        size += list.at[i].length;
    return size;
}

size_t key_copy_bytes(const struct key *key)
{
    return sizeof(struct key_block) + list_bytes(key->models) + list_bytes(key->routes) +
           list_bytes(key->regions) + strlen(key->name) + 1 + strlen(key->tenant) + 1 +
           strlen(key->labels) + 1;
}

/* The views of a list go to *views, its bytes to *text; both move on. */
static struct name_list copy_list(struct name_list list, struct bytes **views, char **text)
{
    struct name_list copy = {*views, list.count};
    for (size_t i = 0; i < list.count; i++) {
        size_t length = list.at[i].length;
        *(*views)++ = bytes_of(*text, length);
        if (length > 0)
            memcpy(*text, list.at[i].at, length);
        *text += length;
    }
    return copy;
}

static const char *copy_text(const char *from, char **text)
{
    size_t size = strlen(from) + 1;
    const char *copy = memcpy(*text, from, size);
    *text += size;
    return copy;
}

/* ---- keys ---- */

const struct key *key_copy(const struct key *key)
{
    struct key_block *block = malloc(key_copy_bytes(key));
    if (!block)
        return NULL;
    counted_init(&block->counted);
    block->key = *key;

    struct bytes *views = (struct bytes *)(block + 1);
    char *text = (char *)(views + key->models.count + key->routes.count + key->regions.count);
    block->key.models = copy_list(key->models, &views, &text);
    block->key.routes = copy_list(key->routes, &views, &text);
    block->key.regions = copy_list(key->regions, &views, &text);
    block->key.name = copy_text(key->name, &text);
    block->key.tenant = copy_text(key->tenant, &text);
    block->key.labels = copy_text(key->labels, &text);
    return &block->key;
}

void key_hold(const struct key *key)
{
    counted_hold(key_counted(key));
}

void key_release(const struct key *key)
{
    if (key)
        counted_release(key_counted(key));
}

/* ---- tenants ---- */

const struct tenant *tenant_copy(const struct tenant *tenant)
{
    struct tenant_block *block = malloc(sizeof *block + strlen(tenant->name) + 1);
    if (!block)
        return NULL;
    counted_init(&block->counted);
    block->tenant = *tenant;
    char *text = (char *)(block + 1);
    block->tenant.name = copy_text(tenant->name, &text);
    return &block->tenant;
}

void tenant_release(const struct tenant *tenant)
{
    if (tenant)
        counted_release(tenant_counted(tenant));
}
