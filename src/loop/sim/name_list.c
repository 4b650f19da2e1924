/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/name_list.h"

#include <stdlib.h>

struct name *name_list_find(const struct list *names, const char *path)
{
    LIST_EACH(link, names)
    {
        struct name *name = CONTAINER_OF(link, struct name, link);
        if (strcmp(name->path, path) == 0)
            return name;
    }
    return NULL;
}

static void free_name(struct name *name)
{
    list_remove(&name->link);
    inode_unref(name->inode);
    free(name);
}

void name_list_set(struct world *world, struct list *names, const char *path, struct inode *inode)
{
    size_t length = strlen(path) + 1;
    struct name *name = kernel_alloc(world, sizeof *name + length);
    memcpy(name->path, path, length);
    name->inode = inode_ref(inode);
    name_list_remove(names, path);
    list_push_back(names, &name->link);
}

void name_list_remove(struct list *names, const char *path)
{
    struct name *name = name_list_find(names, path);
    if (name)
        free_name(name);
}

void name_list_clear(struct list *names)
{
    LIST_EACH_SAFE(link, names)
    free_name(CONTAINER_OF(link, struct name, link));
}
