/* SPDX-License-Identifier: Apache-2.0
 *
 * document - a YAML text as a small tree of marked values. Meaning comes later: every scalar is
 * text here.
 *
 * Less than YAML allows, so that a file means what it looks like: one document; no anchors,
 * aliases, tags or complex keys; no key twice; and no more than DOCUMENT_DEPTH levels,
 * DOCUMENT_NODES values and CONFIG_FILE_BYTES bytes.
 *
 * Memory   the tree lives in the caller's `memory`.
 * Threads  any.
 * Errors   -EINVAL, reported; -ENOMEM.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include "config/memory.h"
#include "config/report.h"

#define DOCUMENT_NODES 4096
#define DOCUMENT_DEPTH 8

enum document_kind { DOCUMENT_TEXT, DOCUMENT_LIST, DOCUMENT_MAP };

struct document_node {
    enum document_kind kind;
    struct place place;
    struct bytes key; /* in a map */
    struct place key_place;
    struct bytes text; /* DOCUMENT_TEXT */
    bool is_plain;     /* ... without quotes */
    struct document_node *children, *next;
};

/* *ret_root is NULL when the text says nothing. */
int document_read(struct document_node **ret_root, struct memory *memory, struct report *report);

/* `key:` with nothing behind it. */
bool document_is_empty(const struct document_node *node);

#endif
