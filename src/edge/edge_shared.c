/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/edge_shared.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/file.h"

#define LISTEN_BACKLOG 4096
#define PEM_LIMIT_BYTES (1 << 20)

static int say(struct buffer *ret_why, int error, const char *what, const char *name)
{
    /* Without memory for the sentence the error number has to do. */
    (void)buffer_append_format(ret_why, "%s %s: %s", what, name, strerror(-error));
    return error;
}

static int open_sockets(struct edge_shared *shared, struct loop *loop, struct buffer *ret_why)
{
    const struct edge_config *config = shared->config;
    shared->sockets = calloc(config->listen_count, sizeof(struct listen_socket *));
    if (!shared->sockets)
        return -ENOMEM;
    for (size_t i = 0; i < config->listen_count; i++) {
        struct address address;
        int r = address_parse(bytes_from_cstr(config->listen[i]), &address);
        if (r == 0)
            r = listen_socket_open(&shared->sockets[i], loop, &address, LISTEN_BACKLOG);
        if (r < 0)
            return say(ret_why, r, "cannot listen on", config->listen[i]);
        shared->socket_count++;
    }
    return 0;
}

/* NULL is no file: nothing is read. */
static int read_pem(struct loop *loop, const char *path, struct buffer *ret_pem,
                    struct buffer *ret_why)
{
    if (!path)
        return 0;
    int r = file_read_whole(loop, path, PEM_LIMIT_BYTES, ret_pem);
    return r < 0 ? say(ret_why, r, "cannot read", path) : 0;
}

static int open_server_tls(struct edge_shared *shared, struct loop *loop, struct buffer *ret_why)
{
    const struct edge_config *config = shared->config;
    if (!config->tls_certificate_file)
        return 0;
    struct buffer certificate = {0}, key = {0}, ca = {0};
    int r = read_pem(loop, config->tls_certificate_file, &certificate, ret_why);
    if (r == 0)
        r = read_pem(loop, config->tls_key_file, &key, ret_why);
    if (r == 0)
        r = read_pem(loop, config->tls_client_ca_file, &ca, ret_why);
    if (r == 0) {
        const struct tls_options options = {.certificate_pem = buffer_bytes(&certificate),
                                            .key_pem = buffer_bytes(&key),
                                            .ca_pem = buffer_bytes(&ca),
                                            .tls13_only = config->tls13_only,
                                            .alpn = {"http/1.1"}};
        char why[TLS_WHY_BYTES] = "";
        r = tls_context_server(&shared->server_tls, &options, why);
        if (r < 0)
            (void)buffer_append_format(ret_why, "%s: %s", config->tls_certificate_file, why);
    }
    buffer_clear(&certificate);
    buffer_clear(&key);
    buffer_clear(&ca);
    return r;
}

static int open_core_tls(struct edge_shared *shared, struct loop *loop, size_t i,
                         struct buffer *ret_why)
{
    const struct core_entry *core = &shared->config->cores[i];
    if (!core->url.tls)
        return 0;
    struct buffer ca = {0};
    int r = read_pem(loop, core->config.ca_file, &ca, ret_why);
    if (r == 0) {
        const struct tls_options options = {.ca_pem = buffer_bytes(&ca),
                                            .insecure_no_verify = core->config.tls_insecure,
                                            .alpn = {"http/1.1"}};
        char why[TLS_WHY_BYTES] = "";
        r = tls_context_client(&shared->core_tls[i], &options, why);
        if (r < 0)
            (void)buffer_append_format(ret_why, "core %s: %s", core->config.name, why);
    }
    buffer_clear(&ca);
    return r;
}

static int open_cores(struct edge_shared *shared, struct loop *loop, struct buffer *ret_why)
{
    size_t count = shared->config->core_count;
    const char **names = calloc(count, sizeof *names);
    shared->core_tls = calloc(count, sizeof(struct tls_context *));
    int r = names && shared->core_tls ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        names[i] = shared->config->cores[i].config.name;
        r = open_core_tls(shared, loop, i, ret_why);
    }
    if (r == 0)
        r = core_table_init(shared->cores, names, count);
    free(names);
    return r;
}

int edge_shared_open(struct edge_shared *shared, struct loop *loop, struct buffer *ret_why)
{
    int r = open_server_tls(shared, loop, ret_why);
    if (r == 0)
        r = open_cores(shared, loop, ret_why);
    return r < 0 ? r : open_sockets(shared, loop, ret_why);
}

void edge_shared_stop_listening(struct edge_shared *shared)
{
    for (size_t i = 0; i < shared->socket_count; i++) {
        listen_socket_close(shared->sockets[i]);
        shared->sockets[i] = NULL;
    }
}

void edge_shared_close(struct edge_shared *shared)
{
    edge_shared_stop_listening(shared);
    for (size_t i = 0; shared->core_tls && i < shared->config->core_count; i++)
        tls_context_unref(shared->core_tls[i]);
    free(shared->sockets);
    free(shared->core_tls);
    tls_context_unref(shared->server_tls);
    core_table_clear(shared->cores);
}
