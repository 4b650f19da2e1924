/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/file.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/sim/disk.h"
#include "loop/sim/node.h"

struct file {
    struct world_node *node;
    struct inode *inode;
    enum file_mode mode;
};

static struct disk *disk_of(struct loop *loop)
{
    return node_of(loop)->host->disk;
}

static int find_or_create(struct disk *disk, const char *path, enum file_mode mode,
                          struct inode **ret_inode)
{
    int r = disk_find(disk, path, ret_inode);
    if (r == -ENOENT && mode != FILE_READ)
        return disk_create(disk, path, false, ret_inode);
    if (r < 0)
        return r;
    if (mode == FILE_CREATE)
        r = -EEXIST;
    else if ((*ret_inode)->is_directory)
        r = -EISDIR;
    if (r < 0)
        inode_unref(*ret_inode);
    return r;
}

int file_open(struct file **ret_file, struct loop *loop, const char *path, enum file_mode mode)
{
    struct world_node *node = node_of(loop);
    int r = node_may_open_file(node);
    if (r < 0)
        return r;
    struct file *file = calloc(1, sizeof *file);
    if (!file)
        return -ENOMEM;
    r = find_or_create(disk_of(loop), path, mode, &file->inode);
    if (r < 0) {
        free(file);
        return r;
    }
    file->node = node;
    file->mode = mode;
    node->holdings.files++;
    node->descriptors++;
    *ret_file = file;
    return 0;
}

static int may_read(const struct file *file)
{
    return file->node->is_dead ? -ESHUTDOWN : disk_may_read(file->inode->disk);
}

static int may_write(const struct file *file)
{
    if (file->mode == FILE_READ)
        return -EBADF;
    return file->node->is_dead ? -ESHUTDOWN : disk_may_change(file->inode->disk);
}

ssize_t file_read(struct file *file, uint64_t offset, char *ret_bytes, size_t size)
{
    int r = may_read(file);
    if (r < 0)
        return r;
    return (ssize_t)inode_read(file->inode, offset, ret_bytes, size);
}

/* What of a write fits onto the disk: what overwrites does, what makes the file larger may not. */
static size_t draw_room(struct inode *inode, uint64_t offset, size_t size)
{
    uint64_t end = offset + size, old_size = inode->cached.size;
    uint64_t growth = end > old_size ? end - old_size : 0;
    uint64_t room = disk_room(inode->disk, growth);
    if (growth > 0 && fault_fires(disk_world(inode->disk), FAULT_DISK_FULL))
        room = world_draw(disk_world(inode->disk), 0, growth - 1);
    uint64_t missing = growth - room;
    return missing < size ? size - (size_t)missing : 0;
}

ssize_t file_write(struct file *file, uint64_t offset, struct bytes view)
{
    int r = may_write(file);
    if (r < 0)
        return r;
    size_t taken = draw_room(file->inode, offset, view.length);
    if (taken == 0 && view.length > 0)
        return -ENOSPC;
    inode_write(file->inode, offset, bytes_of(view.at, taken));
    return (ssize_t)taken;
}

int file_size(struct file *file, uint64_t *ret_size)
{
    int r = may_read(file);
    if (r == 0)
        *ret_size = file->inode->cached.size;
    return r;
}

int file_truncate(struct file *file, uint64_t size)
{
    int r = may_write(file);
    if (r < 0)
        return r;
    uint64_t old_size = file->inode->cached.size;
    uint64_t growth = size > old_size ? size - old_size : 0;
    if (disk_room(file->inode->disk, growth) < growth)
        return -ENOSPC;
    inode_truncate(file->inode, size);
    return 0;
}

int file_sync(struct file *file)
{
    if (file->node->is_dead)
        return -ESHUTDOWN;
    int r = disk_may_change(file->inode->disk);
    if (!disk_has_lost_power(file->inode->disk))
        inode_sync(file->inode, r == 0);
    return r;
}

int file_lock(struct file *file)
{
    int r = may_read(file);
    if (r < 0)
        return r;
    if (file->inode->lock_holder && file->inode->lock_holder != file)
        return -EWOULDBLOCK;
    file->inode->lock_holder = file;
    return 0;
}

void file_close(struct file *file)
{
    if (!file)
        return;
    if (file->inode->lock_holder == file)
        file->inode->lock_holder = NULL;
    inode_unref(file->inode);
    file->node->holdings.files--;
    file->node->descriptors--;
    free(file);
}

int file_rename(struct loop *loop, const char *from, const char *to)
{
    return node_of(loop)->is_dead ? -ESHUTDOWN : disk_rename(disk_of(loop), from, to);
}

int file_remove(struct loop *loop, const char *path)
{
    return node_of(loop)->is_dead ? -ESHUTDOWN : disk_remove(disk_of(loop), path);
}

int file_make_directory(struct loop *loop, const char *path)
{
    struct inode *inode = NULL;
    if (node_of(loop)->is_dead)
        return -ESHUTDOWN;
    int r = disk_find(disk_of(loop), path, &inode);
    if (r < 0)
        r = disk_create(disk_of(loop), path, true, &inode);
    else if (!inode->is_directory)
        r = -ENOTDIR;
    inode_unref(inode);
    return r;
}

int file_sync_directory(struct loop *loop, const char *path)
{
    return node_of(loop)->is_dead ? -ESHUTDOWN : disk_sync_names(disk_of(loop), path);
}
