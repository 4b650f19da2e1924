/* SPDX-License-Identifier: Apache-2.0
 *
 * file - blocking file operations: from a job's run(), or before a loop runs; never on a turn.
 *
 * In a world they reach the node's simulated disk, where unsynced writes may be torn or lost and
 * a rename is not durable before file_sync_directory().
 *
 * Memory   a file is the caller's until file_close().
 * Threads  a file belongs to whoever opened it.
 * Errors   -errno: -ENOENT, -ENOSPC, -EIO, -EROFS, -EFBIG (file_read_whole: larger than limit) ...
 */
#ifndef LOOP_FILE_H
#define LOOP_FILE_H

#include <sys/types.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "loop/loop.h"

struct file;

enum file_mode {
    FILE_READ,   /* must exist */
    FILE_WRITE,  /* created with 0600, or opened as it is */
    FILE_CREATE, /* created with 0600; -EEXIST if it exists */
};

int file_open(struct file **ret_file, struct loop *loop, const char *path, enum file_mode mode);
ssize_t file_read(struct file *file, uint64_t offset, char *ret_bytes, size_t size);
ssize_t file_write(struct file *file, uint64_t offset, struct bytes view);
int file_size(struct file *file, uint64_t *ret_size);
int file_truncate(struct file *file, uint64_t size);
int file_sync(struct file *file);
/* Held until closed, or until the process is gone; -EWOULDBLOCK when another process holds it. */
int file_lock(struct file *file);
void file_close(struct file *file);

int file_rename(struct loop *loop, const char *from, const char *to);
int file_remove(struct loop *loop, const char *path);
/* 0700; an existing directory is fine. */
int file_make_directory(struct loop *loop, const char *path);
int file_sync_directory(struct loop *loop, const char *path);

/* The whole file, at most `limit` bytes, appended to the buffer. */
int file_read_whole(struct loop *loop, const char *path, size_t limit, struct buffer *ret_buffer);

#endif
