/* SPDX-License-Identifier: Apache-2.0
 *
 * data_directory - the folder of durable state, for one process alone: made with 0700 if it is
 * missing, held by a lock on DIRECTORY/edge.lock, which names the holder's process id.
 *
 * Memory   the lock is held until file_close(), or until the process is gone.
 * Errors   -errno, after saying on standard error what to do.
 */
#ifndef CLI_DATA_DIRECTORY_H
#define CLI_DATA_DIRECTORY_H

#include "loop/file.h"

int data_directory_take(struct file **ret_lock, struct loop *loop, const char *directory);

#endif
