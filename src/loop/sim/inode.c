/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "loop/sim/disk.h"

struct inode *inode_new(struct disk *disk, bool is_directory)
{
    struct inode *inode = kernel_alloc(disk_world(disk), sizeof *inode);
    inode->disk = disk;
    inode->is_directory = is_directory;
    inode->references = 1;
    disk_add_inode(disk, inode);
    return inode;
}

struct inode *inode_ref(struct inode *inode)
{
    inode->references++;
    return inode;
}

void inode_unref(struct inode *inode)
{
    if (!inode || --inode->references > 0)
        return;
    list_remove(&inode->link);
    free(inode->cached.bytes);
    free(inode->durable.bytes);
    free(inode->dirty);
    free(inode);
}

/* New bytes are 0. */
static void image_resize(struct world *world, struct image *image, size_t size)
{
    if (size > image->capacity) {
        image->capacity = image->capacity * 2 > size ? image->capacity * 2 : size;
        image->bytes = kernel_grow(world, image->bytes, image->capacity);
    }
    if (size > image->size)
        memset(image->bytes + image->size, 0, size - image->size);
    image->size = size;
}

static void mark_dirty(struct inode *inode, uint64_t from, uint64_t to)
{
    size_t first = (size_t)from / DISK_SECTOR_BYTES;
    size_t end = ((size_t)to + DISK_SECTOR_BYTES - 1) / DISK_SECTOR_BYTES;
    if (end > inode->dirty_sectors) {
        inode->dirty = kernel_grow(disk_world(inode->disk), inode->dirty, end);
        memset(inode->dirty + inode->dirty_sectors, 0, end - inode->dirty_sectors);
        inode->dirty_sectors = end;
    }
    if (end > first)
        memset(inode->dirty + first, 1, end - first);
}

size_t inode_read(const struct inode *inode, uint64_t offset, char *ret_bytes, size_t size)
{
    if (offset >= inode->cached.size)
        return 0;
    size_t left = inode->cached.size - (size_t)offset;
    size_t taken = size < left ? size : left;
    memcpy(ret_bytes, inode->cached.bytes + offset, taken);
    return taken;
}

void inode_write(struct inode *inode, uint64_t offset, struct bytes view)
{
    uint64_t end = offset + view.length;
    uint64_t from = offset < inode->cached.size ? offset : inode->cached.size;
    if (view.length == 0)
        return;
    if (end > inode->cached.size)
        image_resize(disk_world(inode->disk), &inode->cached, (size_t)end);
    memcpy(inode->cached.bytes + offset, view.at, view.length);
    mark_dirty(inode, from, end);
}

void inode_truncate(struct inode *inode, uint64_t size)
{
    uint64_t old_size = inode->cached.size;
    image_resize(disk_world(inode->disk), &inode->cached, (size_t)size);
    mark_dirty(inode, old_size < size ? old_size : size, old_size < size ? size : old_size);
}

static void make_sector_durable(struct inode *inode, size_t sector)
{
    size_t from = sector * DISK_SECTOR_BYTES, to = from + DISK_SECTOR_BYTES;
    if (to > inode->cached.size)
        to = inode->cached.size;
    if (from >= to)
        return; /* cut off by a truncation */
    if (to > inode->durable.size)
        image_resize(disk_world(inode->disk), &inode->durable, to);
    memcpy(inode->durable.bytes + from, inode->cached.bytes + from, to - from);
}

static void make_durable(struct inode *inode, bool (*is_kept)(struct world *world))
{
    struct world *world = disk_world(inode->disk);
    for (size_t sector = 0; sector < inode->dirty_sectors; sector++) {
        if (inode->dirty[sector] && (!is_kept || is_kept(world)))
            make_sector_durable(inode, sector);
    }
    if (!is_kept || is_kept(world))
        image_resize(world, &inode->durable, inode->cached.size);
    inode->dirty_sectors = 0;
}

void inode_sync(struct inode *inode, bool succeeds)
{
    if (succeeds)
        make_durable(inode, NULL);
    else
        inode->dirty_sectors = 0;
}

static bool is_lucky(struct world *world)
{
    return world_draw(world, 0, 1) == 1;
}

void inode_crash(struct inode *inode)
{
    struct world *world = disk_world(inode->disk);
    make_durable(inode, is_lucky);
    image_resize(world, &inode->cached, inode->durable.size);
    if (inode->durable.size > 0)
        memcpy(inode->cached.bytes, inode->durable.bytes, inode->durable.size);
}
