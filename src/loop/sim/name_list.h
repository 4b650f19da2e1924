/* SPDX-License-Identifier: Apache-2.0
 *
 * name_list - the names on a disk, and what each means. Only files of loop/sim include it.
 *
 * Memory   the kernel's; each name holds a reference to its inode.
 */
#ifndef LOOP_SIM_NAME_LIST_H
#define LOOP_SIM_NAME_LIST_H

#include "loop/sim/disk.h"

struct name {
    struct list link;
    struct inode *inode;
    char path[];
};

/* NULL: there is no such name. */
struct name *name_list_find(const struct list *names, const char *path);
/* The path means this inode from now on. */
void name_list_set(struct world *world, struct list *names, const char *path, struct inode *inode);
void name_list_remove(struct list *names, const char *path);
void name_list_clear(struct list *names);

#endif
