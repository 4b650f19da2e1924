/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/disk.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/sim/host.h"
#include "loop/sim/name_list.h"

#define NEVER UINT64_MAX

/* A change of names that is not durable yet. */
struct name_change {
    struct list link;
    char *from;          /* removed; NULL: nothing is */
    char *to;            /* made to mean the inode; NULL: none is */
    struct inode *inode; /* referenced */
};

struct disk {
    struct host *host;
    struct list inodes;
    struct list names;         /* as processes see them */
    struct list durable_names; /* as they would be found after a power loss */
    struct list changes;       /* from the latter to the former, oldest first */
    uint64_t limit_bytes;      /* 0: none */
    uint64_t writes_left;      /* until power fails; NEVER */
    bool has_lost_power;
    struct event power_fails;
};

struct world *disk_world(const struct disk *disk)
{
    return disk->host->world;
}

void disk_add_inode(struct disk *disk, struct inode *inode)
{
    list_push_back(&disk->inodes, &inode->link);
}

/* The process dies once the operation that met the power loss has returned. */
static void power_fails(struct event *event)
{
    struct disk *disk = CONTAINER_OF(event, struct disk, power_fails);
    if (disk->host->node)
        world_node_kill(disk->host->node, true);
}

struct disk *disk_new(struct host *host)
{
    struct disk *disk = kernel_alloc(host->world, sizeof *disk);
    disk->host = host;
    disk->writes_left = NEVER;
    list_init(&disk->inodes);
    list_init(&disk->names);
    list_init(&disk->durable_names);
    list_init(&disk->changes);
    event_init(&disk->power_fails, power_fails);
    return disk;
}

static void apply_change(struct disk *disk, struct list *names, const struct name_change *change)
{
    if (change->from)
        name_list_remove(names, change->from);
    if (change->to)
        name_list_set(disk_world(disk), names, change->to, change->inode);
}

static void free_change(struct name_change *change)
{
    list_remove(&change->link);
    inode_unref(change->inode);
    free(change->from);
    free(change->to);
    free(change);
}

static char *copy_path(struct disk *disk, const char *path)
{
    if (!path)
        return NULL;
    size_t length = strlen(path) + 1;
    return memcpy(kernel_alloc(disk_world(disk), length), path, length);
}

static void change_names(struct disk *disk, const char *from, const char *to, struct inode *inode)
{
    struct name_change *change = kernel_alloc(disk_world(disk), sizeof *change);
    change->from = copy_path(disk, from);
    change->to = copy_path(disk, to);
    change->inode = inode_ref(inode);
    list_push_back(&disk->changes, &change->link);
    apply_change(disk, &disk->names, change);
}

void disk_free(struct disk *disk)
{
    event_cancel(disk_world(disk), &disk->power_fails);
    LIST_EACH_SAFE(link, &disk->changes)
    free_change(CONTAINER_OF(link, struct name_change, link));
    name_list_clear(&disk->names);
    name_list_clear(&disk->durable_names);
    free(disk);
}

void disk_set_limit(struct disk *disk, uint64_t bytes)
{
    disk->limit_bytes = bytes;
}

uint64_t disk_room(struct disk *disk, uint64_t wanted)
{
    uint64_t used = 0;
    if (wanted == 0 || disk->limit_bytes == 0)
        return wanted;
    LIST_EACH(link, &disk->inodes)
    used += CONTAINER_OF(link, struct inode, link)->cached.size;
    uint64_t room = used < disk->limit_bytes ? disk->limit_bytes - used : 0;
    return wanted < room ? wanted : room;
}

void disk_fail_at_write(struct disk *disk, uint64_t writes)
{
    disk->writes_left = writes;
}

bool disk_has_lost_power(const struct disk *disk)
{
    return disk->has_lost_power;
}

int disk_may_read(struct disk *disk)
{
    if (disk->has_lost_power || fault_fires(disk_world(disk), FAULT_DISK_ERROR))
        return -EIO;
    return 0;
}

int disk_may_change(struct disk *disk)
{
    struct world *world = disk_world(disk);
    if (disk->writes_left == 0 && !disk->has_lost_power) {
        disk->has_lost_power = true;
        event_schedule(world, &disk->power_fails, world->now_ns);
    }
    if (disk->writes_left != NEVER && disk->writes_left > 0)
        disk->writes_left--;
    return disk_may_read(disk);
}

void disk_power_on(struct disk *disk)
{
    disk->has_lost_power = false;
    disk->writes_left = NEVER;
}

void disk_release_locks(struct disk *disk)
{
    LIST_EACH(link, &disk->inodes)
    CONTAINER_OF(link, struct inode, link)->lock_holder = NULL;
}

static size_t list_length(const struct list *head)
{
    size_t length = 0;
    LIST_EACH(link, head)
    length++;
    return length;
}

/* Changes of names reach the disk in order; how far they came is the seed's choice. */
static void settle_names(struct disk *disk)
{
    uint64_t kept = world_draw(disk_world(disk), 0, list_length(&disk->changes));
    LIST_EACH_SAFE(link, &disk->changes)
    {
        struct name_change *change = CONTAINER_OF(link, struct name_change, link);
        if (kept > 0) {
            apply_change(disk, &disk->durable_names, change);
            kept--;
        }
        free_change(change);
    }
}

void disk_lose_power(struct disk *disk)
{
    disk->has_lost_power = true;
    event_cancel(disk_world(disk), &disk->power_fails);
    settle_names(disk);
    LIST_EACH(link, &disk->inodes)
    inode_crash(CONTAINER_OF(link, struct inode, link));
    name_list_clear(&disk->names);
    LIST_EACH(link, &disk->durable_names)
    {
        const struct name *name = CONTAINER_OF(link, struct name, link);
        name_list_set(disk_world(disk), &disk->names, name->path, name->inode);
    }
}

static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* The root and the working directory are there from the start. */
static bool is_first_directory(const char *path, size_t length)
{
    return length == 0 || (length == 1 && (path[0] == '/' || path[0] == '.'));
}

static bool has_directory(const struct disk *disk, const char *path)
{
    size_t length = directory_length(path);
    if (is_first_directory(path, length))
        return true;
    LIST_EACH(link, &disk->names)
    {
        const struct name *name = CONTAINER_OF(link, struct name, link);
        if (name->inode->is_directory && strlen(name->path) == length &&
            memcmp(name->path, path, length) == 0)
            return true;
    }
    return false;
}

int disk_find(struct disk *disk, const char *path, struct inode **ret_inode)
{
    struct name *name = name_list_find(&disk->names, path);
    if (!name)
        return -ENOENT;
    *ret_inode = inode_ref(name->inode);
    return 0;
}

int disk_create(struct disk *disk, const char *path, bool is_directory, struct inode **ret_inode)
{
    if (!has_directory(disk, path))
        return -ENOENT;
    int r = disk_may_change(disk);
    if (r < 0)
        return r;
    struct inode *inode = inode_new(disk, is_directory);
    change_names(disk, NULL, path, inode);
    *ret_inode = inode;
    return 0;
}

int disk_rename(struct disk *disk, const char *from, const char *to)
{
    const struct name *name = name_list_find(&disk->names, from);
    if (!name || !has_directory(disk, to))
        return -ENOENT;
    int r = disk_may_change(disk);
    if (r == 0 && strcmp(from, to) != 0)
        change_names(disk, from, to, name->inode);
    return r;
}

int disk_remove(struct disk *disk, const char *path)
{
    const struct name *name = name_list_find(&disk->names, path);
    if (!name)
        return -ENOENT;
    if (name->inode->is_directory)
        return -EISDIR;
    int r = disk_may_change(disk);
    if (r == 0)
        change_names(disk, path, NULL, name->inode);
    return r;
}

static bool lies_in(const char *path, const char *directory)
{
    size_t length = directory_length(path);
    size_t wanted = strlen(directory);
    if (is_first_directory(path, length))
        return is_first_directory(directory, wanted);
    return length == wanted && memcmp(path, directory, length) == 0;
}

int disk_sync_names(struct disk *disk, const char *directory)
{
    struct name *name = name_list_find(&disk->names, directory);
    if (!name && !is_first_directory(directory, strlen(directory)))
        return -ENOENT;
    int r = disk_may_change(disk);
    if (r < 0)
        return r;
    LIST_EACH_SAFE(link, &disk->changes)
    {
        struct name_change *change = CONTAINER_OF(link, struct name_change, link);
        if ((change->from && lies_in(change->from, directory)) ||
            (change->to && lies_in(change->to, directory))) {
            apply_change(disk, &disk->durable_names, change);
            free_change(change);
        }
    }
    return 0;
}
