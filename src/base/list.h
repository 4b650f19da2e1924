/* SPDX-License-Identifier: Apache-2.0
 *
 * list - intrusive doubly linked list; the head is a link of its own.
 *
 * Memory   links are embedded in what they link; nothing allocates.
 * Threads  belongs to its owner.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_OF(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *head)
{
    head->next = head->prev = head;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

/* A link that is in no list: zeroed, or after list_remove(). */
static inline bool list_is_linked(const struct list *link)
{
    return link->next != NULL;
}

static inline void list_push_front(struct list *head, struct list *link)
{
    link->next = head->next;
    link->prev = head;
    head->next->prev = link;
    head->next = link;
}

static inline void list_push_back(struct list *head, struct list *link)
{
    list_push_front(head->prev, link);
}

/* Removing a link that is in no list does nothing. */
static inline void list_remove(struct list *link)
{
    if (!link->next)
        return;
    link->next->prev = link->prev;
    link->prev->next = link->next;
    link->next = link->prev = NULL;
}

/* The first link, taken out; NULL when empty. */
static inline struct list *list_pop_front(struct list *head)
{
    if (list_is_empty(head))
        return NULL;
    struct list *link = head->next;
    list_remove(link);
    return link;
}

#define LIST_EACH(link, head)                                                                      \
    for (struct list *link = (head)->next; link != (head); link = link->next)

/* The link at hand may be removed while walking. */
#define LIST_EACH_SAFE(link, head)                                                                 \
    for (struct list *link = (head)->next, *link##_next = link->next; link != (head);              \
         link = link##_next, link##_next = link->next)

#endif
