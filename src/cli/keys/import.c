/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/keys/line.h"
#include "cli/keys/mint.h"
#include "cli/keys/verbs.h"
#include "config/report.h"
#include "openai/json.h"

#define FILE_BYTES ((size_t)256 << 20)
#define PROBLEM_LIMIT 20 /* told; what follows is counted */
#define PROGRESS_LINES 10000

/* Two walks over the text. The first only reads, so that what is wrong with the lines is told
 * before anything is locked; the second writes them in one transaction. */
struct import {
    struct keys_request *request;
    struct bytes text;
    struct line_place place;
    struct mint mint;
    struct printer message; /* problems of this walk */
    struct printer made;    /* secrets, to be shown when all is durable */
    size_t problem_count, line_count;
    size_t added, changed, tenants;
    uint64_t change_before; /* rows written behind it are of this very file */
    bool has_failed;        /* the store; it is told already */
};

typedef void visit_line_fn(struct import *import, struct bytes line);

/* ---- walking ---- */

static bool is_blank(struct bytes line)
{
    struct bytes rest = bytes_trim(line);
    return rest.length == 0 || (rest.length == 1 && rest.at[0] == '\r');
}

static void each_line(struct import *import, visit_line_fn *visit)
{
    struct bytes rest = import->text;
    import->place.number = 0;
    while (rest.length > 0 && !import->has_failed) {
        struct bytes line = bytes_cut(&rest, '\n');
        import->place.number++;
        if (!is_blank(line))
            visit(import, line);
        sheet_clear(&import->request->sheet);
    }
    import->line_count = import->place.number;
}

static void tell_problems(struct import *import)
{
    struct bytes text = buffer_bytes(import->message.out);
    fwrite(text.at, 1, text.length, stderr);
    buffer_truncate(import->message.out, 0);
}

/* The message was printed into import->message. */
static void note_problem(struct import *import)
{
    if (import->problem_count++ < PROBLEM_LIMIT)
        tell_problems(import);
    else
        buffer_truncate(import->message.out, 0);
}

static void refuse(struct import *import, struct bytes name, const char *problem,
                   const char *remedy)
{
    PRINT(&import->message, "%s:%zu: \"%s\" %s\n  %s\n", import->place.file, import->place.number,
          show(name).text, problem, remedy);
    note_problem(import);
}

static void fail(struct import *import)
{
    desk_tell_store(&import->request->desk);
    import->has_failed = true;
}

static bool read_line(struct import *import, struct bytes line)
{
    bool is_read = line_read(line, &import->place, &import->request->sheet, &import->message);
    if (!is_read)
        note_problem(import);
    return is_read;
}

static void check_line(struct import *import, struct bytes line)
{
    (void)read_line(import, line);
}

/* ---- writing ---- */

/* What is there already under a name. */
struct present {
    struct sheet *sheet; /* keeps the texts */
    struct store_key row;
};

static bool keep_key(void *user, const struct store_key *key)
{
    struct present *present = user;
    return sheet_keep(&present->sheet->memory, key, &present->row);
}

static bool keep_tenant(void *user, const struct store_tenant *tenant)
{
    const struct store_key row = {
        .tenant = tenant->name, .limits = tenant->limits, .labels = tenant->labels};
    return keep_key(user, &row);
}

/* Tenants are given what is said of them, whether they are new or not. */
static void put_tenant(struct import *import, const struct sheet *sheet, struct present *present)
{
    struct store *store = import->request->desk.store;
    uint64_t id;
    enum store_status status = store_tenant_find(store, sheet->key.tenant, keep_tenant, present);
    if (status == STORE_OK || status == STORE_NOT_FOUND) {
        sheet_apply(sheet, &present->row);
        const struct store_tenant tenant = {.name = present->row.tenant,
                                            .limits = present->row.limits,
                                            .labels = present->row.labels};
        status = store_tenant_put(store, &tenant, &id);
    }
    if (status != STORE_OK)
        fail(import);
    import->tenants += status == STORE_OK;
}

static void note_made(struct import *import, struct bytes name, const struct minted *minted)
{
    struct printer *made = &import->made;
    PRINT(made, "{\"name\": ");
    if (made->status == 0)
        made->status = json_write_string(made->out, name);
    PRINT(made, ", \"key\": \"%s\"}\n", minted->secret);
}

/* The secret that the line brings along, or for a key that has none yet a new one. */
static int obtain_secret(struct import *import, const struct sheet *sheet, bool is_new,
                         struct minted *ret_minted, struct store_key *row)
{
    int r = 0;
    bool has_digest = trait_is_given(sheet, "sha256");
    *ret_minted = (struct minted){0};
    if (sheet->secret.at)
        r = mint_take(&import->mint, sheet->secret, ret_minted);
    else if (is_new && !has_digest)
        r = mint_make(&import->mint, ret_minted);
    if (r == 0 && ret_minted->hint[0])
        minted_apply(ret_minted, row);
    if (has_digest && !trait_is_given(sheet, "hint"))
        row->shown = BYTES("...");
    if (ret_minted->secret[0])
        note_made(import, row->name, ret_minted);
    return r;
}

/* The name is taken, by this very file or since before, or else the secret is. */
static void refuse_taken(struct import *import, struct bytes name)
{
    struct present present = {.sheet = &import->request->sheet};
    enum store_status status =
        store_key_find(import->request->desk.store, name, keep_key, &present);
    if (status == STORE_NOT_FOUND)
        refuse(import, name, "has a secret that is another key's already",
               "each key has a secret of its own");
    else if (status != STORE_OK)
        fail(import);
    else if (present.row.change > import->change_before)
        refuse(import, name, "stands in this file twice", "keep one of the two lines");
    else
        refuse(import, name, "is a key already", "--update changes those that exist");
}

static void put_row(struct import *import, const struct store_key *row, enum store_put how)
{
    struct store *store = import->request->desk.store;
    uint64_t id;
    enum store_status status = store_key_put(store, row, how, &id);
    if (status == STORE_EXISTS) {
        refuse_taken(import, row->name);
        return;
    }
    if (status == STORE_OK && row->revoked_ms > 0)
        status = store_key_revoke(store, row->name, row->revoked_ms);
    if (status != STORE_OK)
        fail(import);
    import->added += how == STORE_ADD && status == STORE_OK;
    import->changed += how == STORE_CHANGE && status == STORE_OK;
}

static void put_key(struct import *import, const struct sheet *sheet, struct store_key *row,
                    enum store_put how)
{
    struct minted minted;
    sheet_apply(sheet, row);
    if (obtain_secret(import, sheet, how == STORE_ADD, &minted, row) == 0) {
        put_row(import, row, how);
    } else {
        desk_tell(&import->request->desk, "no secret could be made");
        import->has_failed = true;
    }
    minted_clear(&minted);
}

static void add_key(struct import *import, const struct sheet *sheet)
{
    struct store_key row = {.created_ms = sheet->now_ms};
    sheet_fill_defaults(&row);
    put_key(import, sheet, &row, STORE_ADD);
}

/* What is revoked stays so, and a line that says the same is no mistake. */
static void change_key(struct import *import, const struct sheet *sheet, struct present *present)
{
    struct store_key *row = &present->row;
    if (row->change > import->change_before)
        refuse_taken(import, row->name);
    else if (row->revoked_ms == 0)
        put_key(import, sheet, row, STORE_CHANGE);
    else if (sheet->key.revoked_ms == 0)
        refuse(import, row->name, "is revoked, which is for ever", "take another name");
}

static void put_or_change(struct import *import, const struct sheet *sheet, struct present *present)
{
    struct store *store = import->request->desk.store;
    enum store_status status = store_key_find(store, sheet->key.name, keep_key, present);
    if (status == STORE_OK)
        change_key(import, sheet, present);
    else if (status == STORE_NOT_FOUND)
        add_key(import, sheet);
    else
        fail(import);
}

static void tell_progress(const struct import *import)
{
    if (import->place.number % PROGRESS_LINES == 0 && isatty(STDERR_FILENO))
        desk_tell(&import->request->desk, "%zu of %zu lines", import->place.number,
                  import->line_count);
}

static void put_line(struct import *import, struct bytes line)
{
    struct sheet *sheet = &import->request->sheet;
    struct present present = {.sheet = sheet};
    if (!read_line(import, line))
        return;
    if (line_is_tenant(sheet))
        put_tenant(import, sheet, &present);
    else if (import->request->is_update)
        put_or_change(import, sheet, &present);
    else
        add_key(import, sheet);
    tell_progress(import);
}

/* ---- the whole ---- */

static int tell_refused(const struct import *import)
{
    if (import->problem_count > PROBLEM_LIMIT)
        desk_tell(&import->request->desk, "and %zu more", import->problem_count - PROBLEM_LIMIT);
    desk_tell(&import->request->desk, "nothing was imported");
    return COMMAND_MISUSED;
}

static void tell_done(const struct import *import)
{
    const char *would = import->request->is_dry_run ? "would be " : "";
    desk_tell(&import->request->desk,
              "%zu key%s %sadded, %zu %schanged, limits of %zu tenant%s %sset", import->added,
              import->added == 1 ? "" : "s", would, import->changed, would, import->tenants,
              import->tenants == 1 ? "" : "s", would);
}

static int show_made(const struct import *import)
{
    if (command_print(import->made.out) == COMMAND_FINE)
        return COMMAND_FINE;
    desk_tell(&import->request->desk, "the keys are there, but their secrets could not be shown\n"
                                      "  isthmus keys rotate gives a key another one");
    return COMMAND_FAILED;
}

static int finish(struct import *import)
{
    struct store *store = import->request->desk.store;
    if (import->has_failed || import->made.status < 0)
        return COMMAND_FAILED;
    if (import->problem_count > 0)
        return tell_refused(import);
    if (!import->request->is_dry_run && store_commit(store) != STORE_OK)
        return desk_tell_store(&import->request->desk);
    tell_done(import);
    return import->request->is_dry_run ? COMMAND_FINE : show_made(import);
}

static int write_all(struct import *import)
{
    struct store *store = import->request->desk.store;
    const struct store_visitor nobody = {0};
    struct store_state state;
    if (store_begin(store) != STORE_OK ||
        store_key_load(store, INT64_MAX, &nobody, &state) != STORE_OK)
        return desk_tell_store(&import->request->desk);
    import->change_before = state.change;
    each_line(import, put_line);
    int status = finish(import);
    store_rollback(store);
    return status;
}

static int import_text(struct import *import)
{
    each_line(import, check_line);
    if (import->problem_count > 0)
        return tell_refused(import);
    if (mint_open(&import->mint, import->request->desk.loop) < 0) {
        desk_tell(&import->request->desk, "%s", strerror(ENOMEM));
        return COMMAND_FAILED;
    }
    int status = write_all(import);
    mint_close(&import->mint);
    return status;
}

/* Secrets were in it. */
static void wipe(struct buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->capacity);
    buffer_clear(buffer);
}

int keys_import(struct keys_request *request)
{
    struct buffer text, message, made;
    buffer_init(&text, 0, NULL);
    buffer_init(&message, 0, NULL);
    buffer_init(&made, 0, NULL);
    struct import import = {
        .request = request,
        .place.file = strcmp(request->word, "-") == 0 ? "standard input" : request->word,
        .message.out = &message,
        .made.out = &made,
    };
    int status = desk_read_file(&request->desk, request->word, FILE_BYTES, &text);
    import.text = buffer_bytes(&text);
    if (status == COMMAND_FINE)
        status = import_text(&import);
    buffer_clear(&message);
    wipe(&made);
    wipe(&text);
    return status;
}
