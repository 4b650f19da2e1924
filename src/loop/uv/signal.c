/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "loop/uv/body.h"

struct signal_watch {
    uv_signal_t signal;
    void (*on_signal)(void *user);
    void *user;
};

static void signal_comes(uv_signal_t *signal, int number)
{
    (void)number;
    struct signal_watch *watch = signal->data;
    watch->on_signal(watch->user);
}

static void signal_watch_free(uv_handle_t *signal)
{
    free(signal->data);
}

int signal_watch_open(struct signal_watch **ret_watch, struct loop *loop, int signal_number,
                      void (*on_signal)(void *user), void *user)
{
    struct signal_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return -ENOMEM;
    watch->on_signal = on_signal;
    watch->user = user;

    int r = uv_signal_init(&body_of(loop)->uv, &watch->signal);
    if (r < 0) {
        free(watch);
        return r;
    }
    watch->signal.data = watch;
    r = uv_signal_start(&watch->signal, signal_comes, signal_number);
    if (r < 0) {
        signal_watch_close(watch);
        return r;
    }
    body_stir(loop);
    *ret_watch = watch;
    return 0;
}

void signal_watch_close(struct signal_watch *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->signal, signal_watch_free);
}
