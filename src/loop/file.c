/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/file.h"

#include <errno.h>

#define READ_CHUNK_BYTES 65536

static int read_on(struct file *file, size_t limit, struct buffer *buffer)
{
    for (size_t offset = 0;;) {
        char *at = NULL;
        int r = buffer_reserve(buffer, READ_CHUNK_BYTES, &at);
        if (r < 0)
            return r;
        ssize_t got = file_read(file, offset, at, READ_CHUNK_BYTES);
        if (got <= 0)
            return (int)got;
        offset += (size_t)got;
        if (offset > limit)
            return -EFBIG;
        buffer_commit(buffer, (size_t)got);
    }
}

int file_read_whole(struct loop *loop, const char *path, size_t limit, struct buffer *ret_buffer)
{
    struct file *file = NULL;

    int r = file_open(&file, loop, path, FILE_READ);
    if (r < 0)
        return r;
    r = read_on(file, limit, ret_buffer);
    file_close(file);
    return r;
}
