/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/trait_kind.h"

#include <inttypes.h>

#include "base/money.h"
#include "cli/date.h"
#include "config/text_check.h"
#include "config/units.h"
#include "keys/secret_key.h"
#include "openai/json.h"

#define LABEL_VALUE_BYTES 128
#define HINT_BYTES 16

const char trait_no_memory[] = "does not fit into memory";

static void *member(const struct trait *trait, struct store_key *key)
{
    return (char *)key + trait->offset;
}

static const void *member_of(const struct trait *trait, const struct store_key *key)
{
    return (const char *)key + trait->offset;
}

static const char *keep_text(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    struct bytes *kept = member(trait, &sheet->key);
    *kept = bytes_of(memory_copy(&sheet->memory, text), text.length);
    return kept->at ? NULL : trait_no_memory;
}

static const char *keep_number(const struct trait *trait, struct sheet *sheet, uint64_t number)
{
    *(uint64_t *)member(trait, &sheet->key) = number;
    return NULL;
}

/* Lists are short (STORE_TEXT_BYTES), so that each item may be a new copy of all of them. */
static const char *add_item(const struct trait *trait, struct sheet *sheet, struct bytes item)
{
    struct bytes *list = member(trait, &sheet->key);
    size_t old = list->length, comma = old > 0;
    if (old + comma + item.length > STORE_TEXT_BYTES)
        return "makes the list too long";
    char *text = memory_alloc(&sheet->memory, old + comma + item.length + 1);
    if (!text)
        return trait_no_memory;
    if (comma) {
        memcpy(text, list->at, old);
        text[old] = ',';
    }
    memcpy(text + old + comma, item.at, item.length);
    *list = bytes_of(text, old + comma + item.length);
    return NULL;
}

static bool is_item(struct bytes text, size_t most)
{
    return text.length > 0 && text.length <= most && text_is_printable(text) &&
           bytes_find(text, BYTES(",")) < 0 && bytes_trim(text).length == text.length;
}

/* Without the "*" that a pattern may end in; another one stays and is no good. */
static struct bytes before_star(struct bytes pattern)
{
    return bytes_end_with(pattern, BYTES("*")) ? bytes_of(pattern.at, pattern.length - 1) : pattern;
}

/* ---- readers ---- */

static const char *read_name(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    const char *problem = sheet_check_name(text);
    return problem ? problem : keep_text(trait, sheet, text);
}

static const char *read_secret(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    const char *problem = sheet_check_secret(text);
    if (problem)
        return problem;
    sheet->secret = bytes_of(memory_copy(&sheet->memory, text), text.length);
    return sheet->secret.at ? NULL : trait_no_memory;
}

static const char *read_digest(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    return secret_key_read_digest(text, sheet->key.digest) ? NULL : "is no SHA-256";
}

static const char *read_hint(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    bool is_hint = text.length <= HINT_BYTES && text_is_printable(text);
    return is_hint ? keep_text(trait, sheet, text) : "is too long";
}

static const char *read_count(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    uint64_t number;
    if (!bytes_read_u64(text, &number))
        return "is no whole number";
    if (number == 0 || number > trait->most)
        return number == 0 ? "would let nothing through" : "is too large";
    return keep_number(trait, sheet, number);
}

static const char *read_usd(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    uint64_t nusd;
    if (!money_read(text, &nusd))
        return "is no amount of dollars";
    if (nusd == 0 || nusd > trait->most)
        return nusd == 0 ? "would let nothing through" : "is too large";
    return keep_number(trait, sheet, nusd);
}

static const char *read_model(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    bool is_pattern =
        is_item(text, TEXT_MODEL_BYTES) && bytes_find(before_star(text), BYTES("*")) < 0;
    return is_pattern ? add_item(trait, sheet, text) : "is no model's name, nor the front of one";
}

static const char *read_route(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    struct bytes path = before_star(text);
    bool is_pattern = is_item(text, TEXT_ROUTE_BYTES) && bytes_find(path, BYTES("*")) < 0 &&
                      (path.length == 0 || !text_check_path(path));
    return is_pattern ? add_item(trait, sheet, text) : "is no path, nor the front of one";
}

static const char *read_region(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    return text_is_name(text) ? add_item(trait, sheet, text) : "is no region's name";
}

static const char *read_class(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    enum service_class class;
    return service_class_read(text, &class) ? keep_text(trait, sheet, text) : "is no class";
}

/* A day is over with its last moment; durations count from now, in whole seconds. */
static const char *read_time(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    uint32_t day;
    uint64_t ms;
    if (date_read_day(text, &day))
        return keep_number(trait, sheet, (day + UINT64_C(1)) * DATE_MS_PER_DAY);
    if (date_read_instant(text, &ms))
        return keep_number(trait, sheet, ms);
    if (!units_read_duration(text, &ms) || ms == 0 || ms > DATE_LAST_DAY * DATE_MS_PER_DAY)
        return "is neither a duration nor a day";
    return keep_number(trait, sheet, (sheet->now_ms + ms) / 1000 * 1000);
}

const char *trait_read_label(const struct trait *trait, struct sheet *sheet, struct bytes name,
                             struct bytes value)
{
    bool fits = text_is_name(name) && (value.length == 0 || is_item(value, LABEL_VALUE_BYTES));
    if (!fits)
        return "is no label";
    size_t length = name.length + 1 + value.length;
    char *text = memory_alloc(&sheet->memory, length + 1);
    if (!text)
        return trait_no_memory;
    memcpy(text, name.at, name.length);
    text[name.length] = '=';
    if (value.length > 0)
        memcpy(text + name.length + 1, value.at, value.length);
    return add_item(trait, sheet, bytes_of(text, length));
}

static const char *read_label(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    struct bytes name = bytes_cut(&text, '=');
    return text.at ? trait_read_label(trait, sheet, name, text) : "is no label";
}

/* ---- printers ---- */

static void print_text(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    const struct bytes *text = member_of(trait, key);
    if (out->status == 0)
        out->status = json_write_string(out->out, *text);
}

static void print_digest(const struct trait *trait, const struct store_key *key,
                         struct printer *out)
{
    char hex[SECRET_KEY_HEX_CHARACTERS + 1];
    secret_key_write_digest(key->digest, hex);
    PRINT(out, "\"%s\"", hex);
}

static void print_count(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    const uint64_t *number = member_of(trait, key);
    if (*number == 0)
        PRINT(out, "null");
    else
        PRINT(out, "%" PRIu64, *number);
}

static void print_usd(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    const uint64_t *nusd = member_of(trait, key);
    char text[MONEY_TEXT_BYTES];
    print_bytes(out, *nusd == 0 ? BYTES("null") : money_write(*nusd, text));
}

static void print_time(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    const uint64_t *ms = member_of(trait, key);
    char text[DATE_TEXT_BYTES];
    if (*ms == 0)
        PRINT(out, "null");
    else
        PRINT(out, "\"%s\"", date_write_instant(*ms, text));
}

static void print_string(struct printer *out, struct bytes text)
{
    if (out->status == 0)
        out->status = json_write_string(out->out, text);
}

static void print_list(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    struct bytes rest = *(const struct bytes *)member_of(trait, key);
    PRINT(out, "[");
    for (bool is_first = true; rest.length > 0; is_first = false) {
        PRINT(out, "%s", is_first ? "" : ", ");
        print_string(out, bytes_cut(&rest, ','));
    }
    PRINT(out, "]");
}

static void print_labels(const struct trait *trait, const struct store_key *key,
                         struct printer *out)
{
    struct bytes rest = *(const struct bytes *)member_of(trait, key);
    PRINT(out, "{");
    for (bool is_first = true; rest.length > 0; is_first = false) {
        struct bytes value = bytes_cut(&rest, ',');
        struct bytes name = bytes_cut(&value, '=');
        PRINT(out, "%s", is_first ? "" : ", ");
        print_string(out, name);
        PRINT(out, ": ");
        print_string(out, value);
    }
    PRINT(out, "}");
}

/* A secret is not printed by accident: there is none in a row. */
static void print_no_secret(const struct trait *trait, const struct store_key *key,
                            struct printer *out)
{
    PRINT(out, "null");
}

/* clang-format off */
const struct trait_kind_row trait_kinds[] = {
    [TRAIT_NAME] = {
        .read = read_name, .print = print_text, .wrong_kind = "is no string",
        .remedy = sheet_name_remedy},
    [TRAIT_SECRET] = {
        .read = read_secret, .print = print_no_secret, .may_be_no = true,
        .wrong_kind = "is no string", .remedy = sheet_secret_remedy},
    [TRAIT_DIGEST] = {
        .read = read_digest, .print = print_digest,
        .wrong_kind = "is no string", .remedy = "write 64 hexadecimal digits"},
    [TRAIT_HINT] = {
        .read = read_hint, .print = print_text,
        .wrong_kind = "is no string", .remedy = "write at most 16 characters"},
    [TRAIT_COUNT] = {
        .read = read_count, .print = print_count, .may_be_no = true,
        .wrong_kind = "is no whole number",
        .remedy = "write a whole number such as 600, or none for no limit (null in JSON)"},
    [TRAIT_USD] = {
        .read = read_usd, .print = print_usd, .may_be_no = true,
        .wrong_kind = "is no amount of dollars",
        .remedy = "write dollars such as 50 or 0.25, or none for no limit (null in JSON)"},
    [TRAIT_MODELS] = {
        .read = read_model, .print = print_list, .may_be_no = true, .is_list = true,
        .wrong_kind = "is no list of strings",
        .remedy = "write names, or their fronts with * behind: llama-*,qwen"},
    [TRAIT_ROUTES] = {
        .read = read_route, .print = print_list, .may_be_no = true, .is_list = true,
        .wrong_kind = "is no list of strings",
        .remedy = "write paths, or their fronts with * behind: /v1/chat/*"},
    [TRAIT_REGIONS] = {
        .read = read_region, .print = print_list, .may_be_no = true, .is_list = true,
        .wrong_kind = "is no list of strings",
        .remedy = "write regions as the edge's cores have them: eu,us"},
    [TRAIT_CLASS] = {
        .read = read_class, .print = print_text, .wrong_kind = "is no string",
        .remedy = "write realtime, interactive, standard or batch"},
    [TRAIT_TIME] = {
        .read = read_time, .print = print_time, .may_be_no = true,
        .wrong_kind = "is no string",
        .remedy = "write 90d, 12h, a day such as 2027-06-30, or none (null in JSON)"},
    [TRAIT_LABELS] = {
        .read = read_label, .print = print_labels, .may_be_no = true, .is_list = true,
        .wrong_kind = "is no object of strings",
        .remedy = "write NAME=VALUE, without commas (in JSON an object of strings)"},
};
/* clang-format on */
