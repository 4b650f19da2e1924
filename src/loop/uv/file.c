/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    int fd;
};

/* 0 or -errno of a call that returns -1 when it fails. */
static int result_of(int returned)
{
    return returned < 0 ? -errno : 0;
}

int file_open(struct file **ret_file, struct loop *loop, const char *path, enum file_mode mode)
{
    static const int flags[] = {[FILE_READ] = O_RDONLY,
                                [FILE_WRITE] = O_RDWR | O_CREAT,
                                [FILE_CREATE] = O_RDWR | O_CREAT | O_EXCL};
    (void)loop;

    struct file *file = malloc(sizeof *file);
    if (!file)
        return -ENOMEM;
    file->fd = open(path, flags[mode] | O_CLOEXEC, 0600);
    if (file->fd < 0) {
        int r = -errno;
        free(file);
        return r;
    }
    *ret_file = file;
    return 0;
}

ssize_t file_read(struct file *file, uint64_t offset, char *ret_bytes, size_t size)
{
    ssize_t got;
    do
        got = pread(file->fd, ret_bytes, size, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

ssize_t file_write(struct file *file, uint64_t offset, struct bytes view)
{
    ssize_t put;
    do
        put = pwrite(file->fd, view.at, view.length, (off_t)offset);
    while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

int file_size(struct file *file, uint64_t *ret_size)
{
    struct stat facts;
    if (fstat(file->fd, &facts) < 0)
        return -errno;
    *ret_size = (uint64_t)facts.st_size;
    return 0;
}

int file_truncate(struct file *file, uint64_t size)
{
    return result_of(ftruncate(file->fd, (off_t)size));
}

int file_sync(struct file *file)
{
    return result_of(fdatasync(file->fd));
}

int file_lock(struct file *file)
{
    return result_of(flock(file->fd, LOCK_EX | LOCK_NB));
}

void file_close(struct file *file)
{
    if (!file)
        return;
    close(file->fd);
    free(file);
}

int file_rename(struct loop *loop, const char *from, const char *to)
{
    (void)loop;
    return result_of(rename(from, to));
}

int file_remove(struct loop *loop, const char *path)
{
    (void)loop;
    return result_of(unlink(path));
}

int file_make_directory(struct loop *loop, const char *path)
{
    (void)loop;
    struct stat facts;

    if (mkdir(path, 0700) == 0)
        return 0;
    if (errno != EEXIST || stat(path, &facts) < 0)
        return -errno;
    return S_ISDIR(facts.st_mode) ? 0 : -ENOTDIR;
}

int file_sync_directory(struct loop *loop, const char *path)
{
    (void)loop;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = result_of(fsync(fd));
    close(fd);
    return r;
}
