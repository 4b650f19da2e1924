/* SPDX-License-Identifier: Apache-2.0
 *
 * disk - a host's disk, twice: as processes see it (names and contents in the page cache) and what
 * would be left after a power loss. Only files of loop/sim include it.
 *
 * Contents become durable by sectors when their file is synced; names (created, renamed, removed)
 * become durable in order when their directory is synced. A power loss keeps any subset of the
 * sectors that were not synced, and the names up to some point in that order.
 *
 * Units    bytes.
 * Memory   the kernel's. An inode lives while a name, a file or an unsynced change of names refers
 *          to it.
 * Errors   -errno as the system calls give it.
 */
#ifndef LOOP_SIM_DISK_H
#define LOOP_SIM_DISK_H

#include "base/bytes.h"
#include "loop/sim/world_body.h"

#define DISK_SECTOR_BYTES 512

struct disk;
struct file;

struct image {
    char *bytes;
    size_t size, capacity;
};

struct inode {
    struct list link; /* in its disk's inodes */
    struct disk *disk;
    unsigned references;
    bool is_directory;
    struct image cached, durable;
    char *dirty; /* one for each sector of `cached` that was written since the last sync */
    size_t dirty_sectors;
    struct file *lock_holder;
};

struct disk *disk_new(struct host *host);
void disk_free(struct disk *disk);
void disk_set_limit(struct disk *disk, uint64_t bytes);

/* Power: from disk_fail_at_write()'s operation on, everything is -EIO until power is on again. */
void disk_fail_at_write(struct disk *disk, uint64_t writes);
bool disk_has_lost_power(const struct disk *disk);
/* What was not durable is torn or gone. */
void disk_lose_power(struct disk *disk);
void disk_power_on(struct disk *disk);
void disk_release_locks(struct disk *disk);

/* Names. The inode is referenced for the caller. */
int disk_find(struct disk *disk, const char *path, struct inode **ret_inode);
int disk_create(struct disk *disk, const char *path, bool is_directory, struct inode **ret_inode);
int disk_rename(struct disk *disk, const char *from, const char *to);
int disk_remove(struct disk *disk, const char *path);
int disk_sync_names(struct disk *disk, const char *directory);

void disk_add_inode(struct disk *disk, struct inode *inode);

/* inode.c: contents. */
struct inode *inode_new(struct disk *disk, bool is_directory);
struct inode *inode_ref(struct inode *inode);
void inode_unref(struct inode *inode);
size_t inode_read(const struct inode *inode, uint64_t offset, char *ret_bytes, size_t size);
void inode_write(struct inode *inode, uint64_t offset, struct bytes view);
void inode_truncate(struct inode *inode, uint64_t size);
/* What was written is durable, or, after a failed sync, never will be. */
void inode_sync(struct inode *inode, bool succeeds);
/* Any subset of what was written since the last sync is left. */
void inode_crash(struct inode *inode);

/* May an operation that reads or changes the disk go on? 0, -EIO. */
int disk_may_read(struct disk *disk);
int disk_may_change(struct disk *disk);
/* How many of the bytes that a file would grow by there is room for. */
uint64_t disk_room(struct disk *disk, uint64_t wanted);
struct world *disk_world(const struct disk *disk);

#endif
