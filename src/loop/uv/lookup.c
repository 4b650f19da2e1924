/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "loop/resolver_body.h"
#include "loop/uv/body.h"
#include "loop/uv/socket.h"

/* getaddrinfo() cannot be stopped and may take half a minute. libuv would make whoever closes a
 * loop, or leaves the process, wait for it; a detached thread a look-up is simply left behind. */

enum lookup_state { LOOKUP_RUNNING, LOOKUP_ANSWERED, LOOKUP_CANCELLED };

struct lookup {
    struct body *body;
    void (*on_answer)(void *user, const struct lookup_answer *answer);
    void *user;
    struct note note;
    struct lookup_answer answer; /* the thread's, until LOOKUP_ANSWERED */
    char *host;

    pthread_mutex_t lock; /* guards the state; held while the loop is told, which cannot close
                             before it has cancelled */
    enum lookup_state state;
};

static void lookup_free(struct lookup *lookup)
{
    pthread_mutex_destroy(&lookup->lock);
    free(lookup->host);
    free(lookup);
}

static enum lookup_state lookup_move(struct lookup *lookup, enum lookup_state state)
{
    pthread_mutex_lock(&lookup->lock);
    enum lookup_state before = lookup->state;
    if (before != LOOKUP_CANCELLED)
        lookup->state = state;
    if (before == LOOKUP_RUNNING && state == LOOKUP_ANSWERED)
        mailbox_send(lookup->body->notes, &lookup->note.message); /* it has no limit */
    pthread_mutex_unlock(&lookup->lock);
    return before;
}

static int error_of_getaddrinfo(int error)
{
    switch (error) {
    case 0:
        return 0;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return -ENOENT;
    case EAI_AGAIN:
        return -EAGAIN;
    case EAI_MEMORY:
        return -ENOMEM;
    default:
        return -EIO;
    }
}

static void answer_add(struct lookup_answer *answer, const struct addrinfo *found)
{
    struct socket_name name = {.length = found->ai_addrlen};

    if (answer->count == RESOLVER_ADDRESSES || found->ai_addrlen > sizeof name.storage)
        return;
    memcpy(&name.storage, found->ai_addr, found->ai_addrlen);
    socket_name_to_address(&name, &answer->addresses[answer->count]);
    if (answer->addresses[answer->count].family != ADDRESS_NONE)
        answer->count++;
}

/* RFC 6761, section 6.3: this name means the machine itself also where no hosts file says so, as in
 * a bare container. */
static void answer_localhost(struct lookup_answer *answer)
{
    answer->error = address_parse_ip(BYTES("127.0.0.1"), 0, &answer->addresses[0]);
    answer->count = 1;
}

static void *lookup_live(void *argument)
{
    struct lookup *lookup = argument;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    int r = getaddrinfo(lookup->host, NULL, &hints, &found);
    lookup->answer.error = error_of_getaddrinfo(r);
    for (struct addrinfo *each = found; each; each = each->ai_next)
        answer_add(&lookup->answer, each);
    if (found)
        freeaddrinfo(found);
    else if (strcasecmp(lookup->host, "localhost") == 0)
        answer_localhost(&lookup->answer);

    if (lookup_move(lookup, LOOKUP_ANSWERED) == LOOKUP_CANCELLED)
        lookup_free(lookup);
    return NULL;
}

static void lookup_ends(struct note *note)
{
    struct lookup *lookup = CONTAINER_OF(note, struct lookup, note);

    /* Taking the lock also waits until the thread has let go of it. */
    if (lookup_move(lookup, LOOKUP_ANSWERED) != LOOKUP_CANCELLED)
        lookup->on_answer(lookup->user, &lookup->answer);
    lookup_free(lookup);
}

static int thread_detached(void *(*live)(void *argument), void *argument)
{
    pthread_t thread;
    pthread_attr_t attributes;

    int r = -pthread_attr_init(&attributes);
    if (r < 0)
        return r;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    r = -pthread_create(&thread, &attributes, live, argument);
    pthread_attr_destroy(&attributes);
    return r;
}

int lookup_start(struct lookup **ret_lookup, struct loop *loop, const char *host,
                 void (*on_answer)(void *user, const struct lookup_answer *answer), void *user)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return -ENOMEM;
    lookup->body = body_of(loop);
    lookup->on_answer = on_answer;
    lookup->user = user;
    lookup->note.run = lookup_ends;
    lookup->host = strdup(host);
    pthread_mutex_init(&lookup->lock, NULL); /* fails for no default mutex */

    int r = lookup->host ? thread_detached(lookup_live, lookup) : -ENOMEM;
    if (r < 0) {
        lookup_free(lookup);
        return r;
    }
    *ret_lookup = lookup;
    return 0;
}

void lookup_cancel(struct lookup *lookup)
{
    /* Whoever comes last frees: the thread, or the note that is under way. */
    lookup_move(lookup, LOOKUP_CANCELLED);
}
