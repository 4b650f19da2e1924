/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/reply.h"

static int plain_send(struct engine_reply *reply, struct engine_plain *plain)
{
    plain->keeps_alive = reply->request->keeps_alive;
    plain->head_only = reply->request->method == HTTP_HEAD;
    return engine_wire_plain(reply->out, plain, &reply->end);
}

int engine_reply_body(struct engine_reply *reply, int r, const char *type, struct buffer *body)
{
    struct engine_plain plain = {.status = 200, .type = type, .body = buffer_bytes(body)};
    if (r == 0)
        r = plain_send(reply, &plain);
    buffer_clear(body);
    return r;
}

int engine_reply_error(struct engine_reply *reply, const struct openai_error *error)
{
    struct buffer body = {0};
    bool is_anthropic = bytes_start_with(engine_reader_path(reply->request), BYTES("/v1/messages"));
    int r = is_anthropic ? engine_error_write_anthropic(error, &body)
                         : engine_error_write(reply->engine->dialect, error, &body);
    struct engine_plain plain = {.status = error->status, .body = buffer_bytes(&body)};

    if (r == 0)
        r = plain_send(reply, &plain);
    buffer_clear(&body);
    return r;
}

int engine_reply_refuse(struct engine_reply *reply, unsigned status, const char *sentence)
{
    struct openai_error error = {.status = status, .message = bytes_from_cstr(sentence)};
    return engine_reply_error(reply, &error);
}
