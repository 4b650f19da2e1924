/* SPDX-License-Identifier: Apache-2.0
 *
 * echo_tcp - sends back what comes, over libuv's own streams: what loop/uv would cost if it used
 * them. Prints its port; ends when killed. See compare.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static char scratch[65536];

static void give_scratch(uv_handle_t *handle, size_t wish, uv_buf_t *ret_buffer)
{
    (void)handle, (void)wish;
    *ret_buffer = uv_buf_init(scratch, sizeof scratch);
}

static void let_go(uv_handle_t *handle)
{
    free(handle);
}

static void echo(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    if (got > 0) {
        uv_buf_t answer = uv_buf_init(buffer->base, (unsigned)got);
        uv_try_write(stream, &answer, 1);
    } else if (got < 0) {
        uv_close((uv_handle_t *)stream, let_go);
    }
}

static void welcome(uv_stream_t *listener, int status)
{
    uv_tcp_t *stream = status == 0 ? malloc(sizeof *stream) : NULL;
    if (!stream)
        return;
    uv_tcp_init(listener->loop, stream);
    if (uv_accept(listener, (uv_stream_t *)stream) < 0) {
        uv_close((uv_handle_t *)stream, let_go);
        return;
    }
    uv_tcp_nodelay(stream, 1);
    uv_read_start((uv_stream_t *)stream, give_scratch, echo);
}

int main(void)
{
    uv_tcp_t listener;
    struct sockaddr_in address;
    int length = sizeof address;

    uv_tcp_init(uv_default_loop(), &listener);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0) < 0 ||
        uv_listen((uv_stream_t *)&listener, 4096, welcome) < 0)
        return EXIT_FAILURE;
    uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length);
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
