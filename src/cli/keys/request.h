/* SPDX-License-Identifier: Apache-2.0
 *
 * request - what a command line of `isthmus keys` asks for: a verb, a word, and flags, most of them
 * traits of a key (trait.h).
 *
 * Memory   the caller embeds the struct; texts are views of the arguments or live in the sheet.
 * Threads  belongs to its owner.
 * Errors   into the message.
 */
#ifndef CLI_KEYS_REQUEST_H
#define CLI_KEYS_REQUEST_H

#include "cli/keys/desk.h"
#include "cli/keys/sheet.h"

enum keys_verb_bit {
    KEYS_ADD = 1,
    KEYS_LIST = 2,
    KEYS_SHOW = 4,
    KEYS_SET = 8,
    KEYS_REVOKE = 16,
    KEYS_ROTATE = 32,
    KEYS_IMPORT = 64,
    KEYS_EXPORT = 128,
};

struct keys_request;

struct keys_verb {
    const char *name;
    enum keys_verb_bit bit;
    const char *word; /* what stands behind it: "NAME"; NULL: nothing */
    bool needs_word;
    enum desk_want want;
    int (*run)(struct keys_request *request);
    const char *summary;
    const char *about; /* more, for its own help */
};

/* The desk comes first: its flags find it there. */
struct keys_request {
    struct desk desk;
    const struct keys_verb *verb;
    const char *word; /* NULL: none was given */
    struct sheet sheet;
    const char *key_file;
    uint64_t overlap_ms;
    bool is_json, is_dry_run, is_update;
};

/* Reads the arguments behind the verb; request->verb, sheet and desk.command are set before.
 * False: there were problems. */
bool keys_request_read(struct keys_request *request, int argument_count, char **arguments,
                       struct printer *message);
/* A key that is over before it begins is a mistake; an exit status, after the message. */
int keys_request_check_expiry(const struct keys_request *request, uint64_t expires_ms);
void keys_request_help(const struct keys_verb *verb, struct printer *page);

#endif
