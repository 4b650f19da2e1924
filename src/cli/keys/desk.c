/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/desk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/settings.h"
#include "config/report.h"
#include "config/suggest.h"
#include "loop/file.h"

#define PATH_TEXT_BYTES 4352 /* data_dir takes 4096 bytes */
#define PIECE_BYTES 65536

static const char *read_data_dir(void *target, const struct flag *flag, struct bytes value)
{
    struct desk *desk = target;
    desk->data_dir = value.at;
    return value.length > 0 && value.length <= 4096 ? NULL : "is no directory";
}

static const char *read_config(void *target, const struct flag *flag, struct bytes value)
{
    struct desk *desk = target;
    desk->config_file = value.at;
    return value.length > 0 ? NULL : "is no file";
}

const struct flag desk_data_dir = {
    .name = "data_dir",
    .value = "DIRECTORY",
    .read = read_data_dir,
    .help = "Where the edge keeps its durable state. It may be running.",
};
const struct flag desk_config = {
    .name = "config",
    .letter = 'c',
    .value = "FILE",
    .read = read_config,
    .help = "The edge's YAML file, for its data_dir.",
};

void desk_tell(const struct desk *desk, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s: ", desk->command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int desk_tell_store(const struct desk *desk)
{
    const char *sentence = desk->store ? store_sentence(desk->store) : NULL;
    desk_tell(desk, "%s", sentence ? sentence : strerror(ENOMEM));
    return COMMAND_FAILED;
}

/* ---- opening ---- */

/* The directory out of the edge's configuration, into `path`. */
static int read_configured(const struct desk *desk, char path[PATH_TEXT_BYTES])
{
    struct edge_config *config = NULL;
    int status = settings_load_file(&config, desk->loop, desk->config_file, 0, NULL);
    if (status == COMMAND_FINE && !config->data_dir) {
        desk_tell(desk, "%s has no data_dir\n  add it there, or write --data-dir DIRECTORY",
                  desk->config_file);
        status = COMMAND_MISUSED;
    }
    if (status == COMMAND_FINE)
        snprintf(path, PATH_TEXT_BYTES, "%s", config->data_dir);
    edge_config_unref(config);
    return status;
}

static int find_directory(const struct desk *desk, char path[PATH_TEXT_BYTES])
{
    if (desk->data_dir) {
        snprintf(path, PATH_TEXT_BYTES, "%s", desk->data_dir);
        return COMMAND_FINE;
    }
    if (desk->config_file)
        return read_configured(desk, path);
    desk_tell(desk, "which edge's keys?\n"
                    "  write --data-dir DIRECTORY, or -c FILE for the data_dir in it");
    return COMMAND_MISUSED;
}

static int tell_directory(const struct desk *desk, const char *directory, int error)
{
    desk_tell(desk, "%s cannot be used: %s", directory, strerror(-error));
    return COMMAND_FAILED;
}

static int open_store(struct desk *desk, const char *directory, enum desk_want want)
{
    char path[PATH_TEXT_BYTES + sizeof STORE_FILE_NAME];
    snprintf(path, sizeof path, "%s/%s", directory, STORE_FILE_NAME);
    const struct store_options options = {.path = path, .must_exist = want == DESK_READS};
    enum store_status status = store_open(&desk->store, desk->loop, &options);
    if (status == STORE_NOT_FOUND) {
        desk_tell(desk, "there are no keys in %s\n  isthmus keys add NAME --data-dir %s makes one",
                  directory, directory);
        return COMMAND_FAILED;
    }
    return status == STORE_OK ? COMMAND_FINE : desk_tell_store(desk);
}

int desk_open(struct desk *desk, enum desk_want want)
{
    char directory[PATH_TEXT_BYTES];
    int status = find_directory(desk, directory);
    if (status != COMMAND_FINE)
        return status;
    int r = want == DESK_MAKES ? file_make_directory(desk->loop, directory) : 0;
    return r < 0 ? tell_directory(desk, directory, r) : open_store(desk, directory, want);
}

void desk_close(struct desk *desk)
{
    store_close(desk->store);
    desk->store = NULL;
}

/* ---- names that nobody has ---- */

struct nearest {
    struct suggestion meant;
    char name[SUGGEST_WORD_BYTES + 1];
};

static void offer(struct nearest *nearest, struct bytes name)
{
    const char *before = nearest->meant.nearest;
    size_t distance = nearest->meant.distance;
    if (name.length > SUGGEST_WORD_BYTES)
        return;
    suggest_offer(&nearest->meant, name, nearest->name);
    if (!before ? nearest->meant.nearest != NULL : nearest->meant.distance < distance)
        memcpy(nearest->name, name.at, name.length), nearest->name[name.length] = 0;
}

static bool offer_key(void *user, const struct store_key *key)
{
    offer(user, key->name);
    return true;
}

static bool offer_tenant(void *user, const struct store_tenant *tenant)
{
    offer(user, tenant->name);
    return true;
}

static int tell_unknown(const struct desk *desk, const char *noun, struct bytes name,
                        struct store_visitor visitor)
{
    struct nearest nearest = {.meant.word = name};
    struct store_state state;
    visitor.user = &nearest;
    bool is_asked = store_key_load(desk->store, 0, &visitor, &state) == STORE_OK;
    if (is_asked && nearest.meant.nearest)
        desk_tell(desk, "there is no %s \"%s\"\n  did you mean \"%s\"?", noun, show(name).text,
                  nearest.name);
    else
        desk_tell(desk, "there is no %s \"%s\"\n  all keys: isthmus keys list", noun,
                  show(name).text);
    return COMMAND_FAILED;
}

int desk_tell_no_key(const struct desk *desk, struct bytes name)
{
    return tell_unknown(desk, "key", name, (struct store_visitor){.on_key = offer_key});
}

int desk_tell_no_tenant(const struct desk *desk, struct bytes name)
{
    return tell_unknown(desk, "tenant", name, (struct store_visitor){.on_tenant = offer_tenant});
}

/* ---- files ---- */

static int read_input(size_t limit, struct buffer *text)
{
    int r = 0;
    for (size_t length = 1; r == 0 && length > 0;) {
        char *room;
        r = text->length > limit ? -EFBIG : buffer_reserve(text, PIECE_BYTES, &room);
        if (r == 0)
            buffer_commit(text, length = fread(room, 1, PIECE_BYTES, stdin));
    }
    return r == 0 && ferror(stdin) ? -EIO : r;
}

int desk_read_file(const struct desk *desk, const char *path, size_t limit, struct buffer *text)
{
    bool is_input = strcmp(path, "-") == 0;
    int r = is_input ? read_input(limit, text) : file_read_whole(desk->loop, path, limit, text);
    if (r == 0)
        return COMMAND_FINE;
    desk_tell(desk, "%s cannot be read: %s", is_input ? "standard input" : path, strerror(-r));
    return r == -ENOENT ? COMMAND_MISUSED : COMMAND_FAILED;
}
