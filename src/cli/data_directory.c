/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data_directory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_TEXT_BYTES 4352 /* data_dir takes 4096 bytes */
#define PID_TEXT_BYTES 24

static void tell_holder(struct file *lock, const char *directory)
{
    char pid[PID_TEXT_BYTES] = {0};
    ssize_t length = file_read(lock, 0, pid, sizeof pid - 1);
    size_t digits = length > 0 ? strspn(pid, "0123456789") : 0;
    fprintf(stderr, "isthmus edge: data_dir %s is in use by another process%s%.*s%s\n", directory,
            digits > 0 ? " (pid " : "", (int)digits, pid, digits > 0 ? ")" : "");
    fprintf(stderr, "  stop that one, or give this edge a data_dir of its own\n");
}

/* Whoever finds the lock held shall know by whom. */
static int write_holder(struct file *lock)
{
    char pid[PID_TEXT_BYTES];
    int length = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    int r = file_truncate(lock, 0);
    if (r < 0)
        return r;
    ssize_t written = file_write(lock, 0, bytes_of(pid, (size_t)length));
    return written < 0 ? (int)written : 0;
}

int data_directory_take(struct file **ret_lock, struct loop *loop, const char *directory)
{
    char path[PATH_TEXT_BYTES];
    struct file *lock = NULL;
    snprintf(path, sizeof path, "%s/edge.lock", directory);

    int r = file_make_directory(loop, directory);
    if (r == 0)
        r = file_open(&lock, loop, path, FILE_WRITE);
    if (r == 0)
        r = file_lock(lock);
    bool is_held = r == -EWOULDBLOCK;
    if (r == 0)
        r = write_holder(lock);
    if (r == 0) {
        *ret_lock = lock;
        return 0;
    }
    if (is_held)
        tell_holder(lock, directory);
    else
        fprintf(stderr, "isthmus edge: data_dir %s cannot be used: %s\n", directory, strerror(-r));
    file_close(lock);
    return r;
}
