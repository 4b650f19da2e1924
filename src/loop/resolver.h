/* SPDX-License-Identifier: Apache-2.0
 *
 * resolver - the addresses behind a host name, kept fresh.
 *
 * A name is looked up when opened and again every refresh_ms, never on the loop's thread. A failed
 * or empty look-up keeps the last good addresses and is tried again sooner (1 s, doubling to
 * refresh_ms). An IP literal is its own address, at once and for ever; "localhost" is this machine
 * also where no hosts file says so.
 *
 * Units    milliseconds.
 * Memory   name is the caller's until resolver_name_close(); the address array is valid until the
 *          next on_change().
 * Threads  belongs to its loop.
 * Errors   -EINVAL for a host that cannot be a name; look-up errors through resolver_name_error().
 */
#ifndef LOOP_RESOLVER_H
#define LOOP_RESOLVER_H

#include <stddef.h>

#include "loop/address.h"
#include "loop/loop.h"

#define RESOLVER_ADDRESSES 16 /* of one name; more are not looked at */

struct resolver_name;

struct resolver_options {
    uint64_t refresh_ms;
    uint16_t port;
};

/* on_change() comes when the first look-up has ended, either way, and at each change after. */
int resolver_name_open(struct resolver_name **ret_name, struct loop *loop, struct bytes host,
                       const struct resolver_options *options, void (*on_change)(void *user),
                       void *user);
const struct address *resolver_name_addresses(const struct resolver_name *name, size_t *ret_count);
/* True until the first look-up has ended. */
bool resolver_name_is_pending(const struct resolver_name *name);
/* 0, or what the last look-up failed with: -ENOENT (no such name), -EAGAIN, -EIO. */
int resolver_name_error(const struct resolver_name *name);
void resolver_name_close(struct resolver_name *name);

#endif
