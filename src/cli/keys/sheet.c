/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/sheet.h"

#include "cli/keys/trait.h"
#include "config/text_check.h"

const char sheet_name_remedy[] =
    "a name has 1 to 128 printable characters, no dash or ( in front, no space at either end";
const char sheet_secret_remedy[] =
    "a secret has 16 to 512 visible ASCII characters; left out, one is made";

void sheet_init(struct sheet *sheet, uint64_t now_ms)
{
    *sheet = (struct sheet){.now_ms = now_ms};
}

void sheet_clear(struct sheet *sheet)
{
    memory_clear(&sheet->memory);
    *sheet = (struct sheet){.now_ms = sheet->now_ms};
}

static size_t size_of(const struct trait *trait)
{
    switch (trait->kind) {
    case TRAIT_SECRET:
        return 0; /* not of the row */
    case TRAIT_DIGEST:
        return STORE_DIGEST_BYTES;
    case TRAIT_COUNT:
    case TRAIT_USD:
    case TRAIT_TIME:
        return sizeof(uint64_t);
    case TRAIT_NAME:
    case TRAIT_HINT:
    case TRAIT_MODELS:
    case TRAIT_ROUTES:
    case TRAIT_REGIONS:
    case TRAIT_CLASS:
    case TRAIT_LABELS:
        return sizeof(struct bytes);
    }
    return 0;
}

void sheet_apply(const struct sheet *sheet, struct store_key *row)
{
    for (size_t i = 0; i < trait_count; i++)
        if (sheet->are_given & UINT32_C(1) << i)
            memcpy((char *)row + traits[i].offset, (const char *)&sheet->key + traits[i].offset,
                   size_of(&traits[i]));
}

void sheet_fill_defaults(struct store_key *row)
{
    row->tenant = BYTES("default");
    row->models = BYTES("*");
    row->routes = BYTES("*");
    row->service_class = BYTES("standard");
}

bool sheet_keep(struct memory *memory, const struct store_key *row, struct store_key *ret_copy)
{
    *ret_copy = *row;
    bool is_kept = true;
    for (size_t i = 0; i < trait_count; i++) {
        if (size_of(&traits[i]) != sizeof(struct bytes))
            continue;
        struct bytes *text = (struct bytes *)(void *)((char *)ret_copy + traits[i].offset);
        text->at = memory_copy(memory, *text);
        is_kept = is_kept && text->at;
    }
    return is_kept;
}

const char *sheet_check_name(struct bytes text)
{
    bool is_name = text.length > 0 && text.length <= SHEET_NAME_BYTES &&
                   !text_is_one_of(text.at[0], "-(") && text_is_printable(text) &&
                   bytes_trim(text).length == text.length;
    return is_name ? NULL : "is no name";
}

const char *sheet_check_secret(struct bytes text)
{
    if (text.length < SHEET_SECRET_LEAST)
        return "is too short to be secret";
    if (text.length > SHEET_SECRET_BYTES)
        return "is too long";
    return text_check_key(text);
}
