/* SPDX-License-Identifier: Apache-2.0
 *
 * sqlite_vfs - SQLite's files on a node's simulated disk (loop/file.h), with what that disk does to
 * them: torn and lost writes, failed syncs, -EIO, -ENOSPC, power loss.
 *
 * It behaves as SQLite's own does on Linux: a folder is synced after a log was made in it, writes
 * do not reach beyond their bytes, shared memory and locks are gone with the last connection. What
 * SQLite draws at random and takes for the time is the node's, so that a seed replays.
 *
 * Memory   the caller's until sqlite_vfs_close(), before which every connection is closed.
 * Threads  one; of several at the same time, the one made last draws SQLite's random numbers.
 * Errors   -ENOMEM, or that of SQLite's initialisation as -EIO.
 */
#ifndef TESTS_SIM_SQLITE_VFS_H
#define TESTS_SIM_SQLITE_VFS_H

#include "loop/loop.h"

struct sqlite_vfs;

/* `name` is for store_options.vfs, and must outlive it. */
int sqlite_vfs_open(struct sqlite_vfs **ret_vfs, struct loop *loop, const char *name);
void sqlite_vfs_close(struct sqlite_vfs *vfs);
/* Files are found to be without permission to write. */
void sqlite_vfs_set_read_only(struct sqlite_vfs *vfs, bool is_read_only);

#endif
