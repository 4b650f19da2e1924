/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/edge/ledger/page.h"

#include "loop/stream.h"
#include "tests/failing_memory.h"
#include "tests/test.h"

/* The head, and as much body as it says. */
static bool is_whole(const struct page_request *request)
{
    struct bytes text = buffer_bytes(&request->text);
    ptrdiff_t head = bytes_find(text, BYTES("\r\n\r\n"));
    ptrdiff_t length = bytes_find(text, BYTES("content-length: "));
    uint64_t body = 0;
    if (head < 0)
        return false;
    if (length >= 0) {
        struct bytes line = bytes_after(text, (size_t)length + strlen("content-length: "));
        assert_true(bytes_read_u64(bytes_cut(&line, '\r'), &body));
    }
    return text.length >= (size_t)head + 4 + body;
}

static void send_rest(struct page_request *request)
{
    if (request->unsent.length == 0)
        return;
    ssize_t sent = stream_write(request->stream, &request->unsent, 1);
    if (sent > 0)
        request->unsent = bytes_after(request->unsent, (size_t)sent);
    if (request->unsent.length == 0 && !strstr(request->page->answer, "content-length:"))
        (void)stream_finish(request->stream);
}

static void answer(struct page_request *request)
{
    if (request->is_answered || !request->page->answer || !is_whole(request))
        return;
    request->is_answered = true;
    request->unsent = bytes_from_cstr(request->page->answer);
    send_rest(request);
}

static void on_readable(void *user)
{
    struct page_request *request = user;
    char bytes[4096];
    failing_memory_spare(true);
    ssize_t got = stream_read(request->stream, bytes, sizeof bytes);
    if (got > 0)
        assert_int_equal(buffer_append(&request->text, bytes_of(bytes, (size_t)got)), 0);
    answer(request);
    failing_memory_spare(false);
}

static void on_connected(void *user, int error)
{
    (void)user;
    (void)error;
}

static void on_writable(void *user)
{
    send_rest(user);
}

static void on_hangup(void *user, int error)
{
    (void)error;
    struct page_request *request = user;
    stream_close(request->stream);
    request->stream = NULL;
}

static const struct stream_events events = {.on_connected = on_connected,
                                            .on_readable = on_readable,
                                            .on_writable = on_writable,
                                            .on_hangup = on_hangup};

static void on_accept(void *user, struct stream *stream)
{
    struct page *page = user;
    assert_true(page->count < PAGE_REQUESTS);
    struct page_request *request = &page->requests[page->count++];
    request->page = page;
    request->stream = stream;
    stream_bind(stream, &events, request);
}

void page_open(struct page *page, struct world *world)
{
    static const struct listener_events listener = {.on_accept = on_accept};
    struct address address;
    *page = (struct page){0};
    assert_int_equal(world_node_open(&page->node, world, "page", PAGE_IP), 0);
    assert_int_equal(world_name(world, PAGE_HOST, PAGE_IP), 0);
    struct loop *loop = world_node_loop(page->node);
    assert_int_equal(address_parse_ip(BYTES(PAGE_IP), PAGE_PORT, &address), 0);
    assert_int_equal(listen_socket_open(&page->socket, loop, &address, 16), 0);
    assert_int_equal(listener_open(&page->listener, loop, page->socket, NULL, &listener, page), 0);
}

void page_close(struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        if (page->requests[i].stream)
            stream_close(page->requests[i].stream);
        buffer_clear(&page->requests[i].text);
    }
    listener_close(page->listener);
    listen_socket_close(page->socket);
    world_node_close(page->node);
}

const char *page_asked(struct page *page, size_t i)
{
    char *end;
    if (i >= page->count)
        return "";
    assert_int_equal(buffer_reserve(&page->requests[i].text, 1, &end), 0);
    *end = '\0';
    return buffer_bytes(&page->requests[i].text).at;
}
