/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sqlite_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/file.h"
#include "tests/sim/sqlite_shared.h"

#define SECTOR_BYTES 4096 /* what SQLite's own says of every disk */
#define PATH_BYTES 512

struct sqlite_vfs {
    sqlite3_vfs base;
    struct loop *loop;
    struct list shared; /* struct sqlite_shared, one a database */
    unsigned temporary_files;
    bool is_read_only;
    int last_errno;
};

struct vfs_file {
    sqlite3_file base;
    struct sqlite_vfs *vfs;
    struct file *file;
    struct sqlite_lock lock; /* of a database; of other files without `shared` */
    char *path;
    bool is_name_unsynced; /* its folder is to be synced with it */
    bool is_temporary;
};

static struct vfs_file *of(sqlite3_file *base)
{
    return (struct vfs_file *)base;
}

static struct sqlite_vfs *vfs_of(sqlite3_vfs *base)
{
    return (struct sqlite_vfs *)base;
}

/* SQLite's code of what went wrong, but for the full disk, which has one of its own. */
static int code_of(struct sqlite_vfs *vfs, int r, int code)
{
    vfs->last_errno = -r;
    return r == -ENOSPC ? SQLITE_FULL : code;
}

static int sync_folder(struct sqlite_vfs *vfs, const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) : 0;
    snprintf(folder, sizeof folder, "%.*s", length > 0 ? length : 1,
             length > 0 ? path : (slash ? "/" : "."));
    return file_sync_directory(vfs->loop, folder);
}

/* --- a file -------------------------------------------------------------------------------- */

static int close_file(sqlite3_file *base)
{
    struct vfs_file *self = of(base);
    sqlite_shared_leave(&self->lock);
    file_close(self->file);
    if (self->is_temporary)
        file_remove(self->vfs->loop, self->path);
    free(self->path);
    return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *ret_bytes, int size, sqlite3_int64 offset)
{
    struct vfs_file *self = of(base);
    ssize_t got = file_read(self->file, (uint64_t)offset, ret_bytes, (size_t)size);
    if (got < 0)
        return code_of(self->vfs, (int)got, SQLITE_IOERR_READ);
    if (got == size)
        return SQLITE_OK;
    memset((char *)ret_bytes + got, 0, (size_t)(size - got));
    return SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
    struct vfs_file *self = of(base);
    struct bytes rest = bytes_of(bytes, (size_t)size);
    while (rest.length > 0) {
        ssize_t put = file_write(self->file, (uint64_t)offset, rest);
        if (put < 0)
            return code_of(self->vfs, (int)put, SQLITE_IOERR_WRITE);
        offset += put;
        rest = bytes_after(rest, (size_t)put);
    }
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size)
{
    int r = file_truncate(of(base)->file, (uint64_t)size);
    return r < 0 ? code_of(of(base)->vfs, r, SQLITE_IOERR_TRUNCATE) : SQLITE_OK;
}

static int sync_file(sqlite3_file *base, int flags)
{
    struct vfs_file *self = of(base);
    (void)flags;
    int r = file_sync(self->file);
    if (r < 0)
        return code_of(self->vfs, r, SQLITE_IOERR_FSYNC);
    if (!self->is_name_unsynced)
        return SQLITE_OK;
    r = sync_folder(self->vfs, self->path);
    self->is_name_unsynced = r < 0;
    return r < 0 ? code_of(self->vfs, r, SQLITE_IOERR_DIR_FSYNC) : SQLITE_OK;
}

static int size_of_file(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    uint64_t size = 0;
    int r = file_size(of(base)->file, &size);
    *ret_size = (sqlite3_int64)size;
    return r < 0 ? code_of(of(base)->vfs, r, SQLITE_IOERR_FSTAT) : SQLITE_OK;
}

static int lock_file(sqlite3_file *base, int level)
{
    return of(base)->lock.shared ? sqlite_lock_raise(&of(base)->lock, level) : SQLITE_OK;
}

static int unlock_file(sqlite3_file *base, int level)
{
    if (of(base)->lock.shared)
        sqlite_lock_lower(&of(base)->lock, level);
    return SQLITE_OK;
}

static int check_reserved(sqlite3_file *base, int *ret_is_reserved)
{
    *ret_is_reserved = of(base)->lock.shared && sqlite_lock_is_reserved(&of(base)->lock);
    return SQLITE_OK;
}

/* The simulated disk tells removed files, but not those with another in their place. */
static bool is_removed(struct vfs_file *self)
{
    struct file *file = NULL;
    int r = file_open(&file, self->vfs->loop, self->path, FILE_READ);
    if (r == 0)
        file_close(file);
    return r == -ENOENT;
}

static int control_file(sqlite3_file *base, int operation, void *argument)
{
    if (operation != SQLITE_FCNTL_HAS_MOVED)
        return SQLITE_NOTFOUND;
    *(int *)argument = is_removed(of(base));
    return SQLITE_OK;
}

static int sector_size(sqlite3_file *base)
{
    (void)base;
    return SECTOR_BYTES;
}

static int characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int map_log(sqlite3_file *base, int region, int size, int is_wanted,
                   void volatile **ret_region)
{
    return sqlite_shared_region(&of(base)->lock, region, size, is_wanted != 0, ret_region);
}

static int lock_log(sqlite3_file *base, int offset, int count, int flags)
{
    return sqlite_lock_log(&of(base)->lock, ((1U << count) - 1) << offset, flags);
}

static void order_log(sqlite3_file *base)
{
    (void)base; /* one thread */
}

static int unmap_log(sqlite3_file *base, int is_last)
{
    (void)is_last;
    sqlite_lock_leave_log(&of(base)->lock);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_log,
    .xShmLock = lock_log,
    .xShmBarrier = order_log,
    .xShmUnmap = unmap_log,
};

/* --- the system of files ------------------------------------------------------------------- */

static char *choose_path(struct sqlite_vfs *vfs, const char *path)
{
    char temporary[PATH_BYTES];
    if (!path)
        snprintf(temporary, sizeof temporary, "./sqlite-temporary-%u", vfs->temporary_files++);
    return strdup(path ? path : temporary);
}

static int open_on_disk(struct vfs_file *self, int flags)
{
    enum file_mode mode = FILE_READ;
    int r = 0;
    if (self->vfs->is_read_only)
        return file_open(&self->file, self->vfs->loop, self->path, FILE_READ);
    /* FILE_WRITE would make what is only to be opened. */
    if ((flags & SQLITE_OPEN_CREATE) == 0) {
        r = file_open(&self->file, self->vfs->loop, self->path, FILE_READ);
        if (r == 0)
            file_close(self->file);
    }
    if (r == 0 && (flags & SQLITE_OPEN_READWRITE))
        mode = FILE_WRITE;
    return r < 0 ? r : file_open(&self->file, self->vfs->loop, self->path, mode);
}

static int open_file(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    struct sqlite_vfs *vfs = vfs_of(base);
    struct vfs_file *self = of(file);
    *self = (struct vfs_file){.vfs = vfs, .path = choose_path(vfs, path)};
    if (!self->path)
        return SQLITE_NOMEM;
    int r = open_on_disk(self, flags);
    if (r == 0 && (flags & SQLITE_OPEN_MAIN_DB)) {
        self->lock.shared = sqlite_shared_join(&vfs->shared, self->path);
        r = self->lock.shared ? 0 : -ENOMEM;
        if (r < 0)
            file_close(self->file);
    }
    if (r < 0) {
        free(self->path);
        return code_of(vfs, r, r == -ENOMEM ? SQLITE_NOMEM : SQLITE_CANTOPEN);
    }
    self->is_temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    self->is_name_unsynced =
        (flags & SQLITE_OPEN_CREATE) && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
    self->base.pMethods = &methods;
    if (ret_flags)
        *ret_flags = vfs->is_read_only ? SQLITE_OPEN_READONLY : flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *base, const char *path, int sync_name)
{
    struct sqlite_vfs *vfs = vfs_of(base);
    int r = file_remove(vfs->loop, path);
    if (r == -ENOENT)
        return SQLITE_IOERR_DELETE_NOENT;
    if (r == 0 && sync_name)
        r = sync_folder(vfs, path);
    return r < 0 ? code_of(vfs, r, SQLITE_IOERR_DELETE) : SQLITE_OK;
}

/* As SQLite's own: a file of no bytes counts as absent. */
static int is_accessible(sqlite3_vfs *base, const char *path, int flags, int *ret_is)
{
    struct file *file = NULL;
    uint64_t size = 0;
    (void)flags;
    *ret_is = 0;
    if (file_open(&file, vfs_of(base)->loop, path, FILE_READ) < 0)
        return SQLITE_OK;
    int r = file_size(file, &size);
    file_close(file);
    *ret_is = size > 0;
    return r < 0 ? code_of(vfs_of(base), r, SQLITE_IOERR_ACCESS) : SQLITE_OK;
}

static int full_path(sqlite3_vfs *base, const char *path, int size, char *ret_path)
{
    (void)base;
    int length = snprintf(ret_path, (size_t)size, "%s", path);
    return length < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int draw_random(sqlite3_vfs *base, int size, char *ret_bytes)
{
    loop_entropy(vfs_of(base)->loop, ret_bytes, (size_t)size);
    return size;
}

/* No time passes: whoever holds the lock cannot let go of it before this call has returned. */
static int pass_time(sqlite3_vfs *base, int us)
{
    (void)base;
    return us;
}

static int tell_time(sqlite3_vfs *base, sqlite3_int64 *ret_ms)
{
    const sqlite3_int64 ms_from_julian_day_zero_to_1970 = 210866760000000;
    *ret_ms = ms_from_julian_day_zero_to_1970 + (sqlite3_int64)loop_wall_ms(vfs_of(base)->loop);
    return SQLITE_OK;
}

static int tell_error(sqlite3_vfs *base, int size, char *ret_text)
{
    (void)size;
    (void)ret_text;
    return vfs_of(base)->last_errno;
}

int sqlite_vfs_open(struct sqlite_vfs **ret_vfs, struct loop *loop, const char *name)
{
    struct sqlite_vfs *vfs = calloc(1, sizeof *vfs);
    if (!vfs)
        return -ENOMEM;
    vfs->base = (sqlite3_vfs){.iVersion = 2,
                              .szOsFile = sizeof(struct vfs_file),
                              .mxPathname = PATH_BYTES - 1,
                              .zName = name,
                              .xOpen = open_file,
                              .xDelete = delete_file,
                              .xAccess = is_accessible,
                              .xFullPathname = full_path,
                              .xRandomness = draw_random,
                              .xSleep = pass_time,
                              .xGetLastError = tell_error,
                              .xCurrentTimeInt64 = tell_time};
    vfs->loop = loop;
    list_init(&vfs->shared);
    if (sqlite3_vfs_register(&vfs->base, 1) != SQLITE_OK) {
        free(vfs);
        return -EIO;
    }
    sqlite3_randomness(0, NULL); /* the generator takes its next seed from this node */
    *ret_vfs = vfs;
    return 0;
}

void sqlite_vfs_close(struct sqlite_vfs *vfs)
{
    if (!vfs)
        return;
    sqlite3_vfs_unregister(&vfs->base);
    free(vfs);
}

void sqlite_vfs_set_read_only(struct sqlite_vfs *vfs, bool is_read_only)
{
    vfs->is_read_only = is_read_only;
}
