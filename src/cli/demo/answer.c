/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/answer.h"

#include <yyjson.h>

/* Chat brings its text in delta.content, completions in text. */
static bool brings_text(yyjson_val *root)
{
    yyjson_val *choice = yyjson_arr_get_first(yyjson_obj_get(root, "choices"));
    yyjson_val *delta = yyjson_obj_get(choice, "delta");
    yyjson_val *text = yyjson_obj_get(delta ? delta : choice, delta ? "content" : "text");
    return yyjson_get_len(text) > 0;
}

/* What the engine says at last is right: an event may bring several tokens. */
static uint64_t said_tokens(yyjson_val *root)
{
    yyjson_val *usage = yyjson_obj_get(root, "usage");
    return yyjson_get_uint(yyjson_obj_get(usage, "completion_tokens"));
}

static uint64_t read_json(struct demo_answer *answer, struct bytes text)
{
    yyjson_doc *document = yyjson_read(text.at, text.length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *error = yyjson_obj_get(root, "error");
    answer->has_error |= error && !yyjson_is_null(error);
    uint64_t before = answer->tokens, said = said_tokens(root);
    answer->tokens += brings_text(root);
    if (said > answer->tokens)
        answer->tokens = said;
    yyjson_doc_free(document);
    return answer->tokens - before;
}

uint64_t demo_answer_read_event(struct demo_answer *answer, struct bytes data)
{
    if (bytes_equal(data, BYTES("[DONE]"))) {
        answer->is_done = true;
        return 0;
    }
    return read_json(answer, data);
}

uint64_t demo_answer_read_body(struct demo_answer *answer, struct bytes body)
{
    return read_json(answer, body);
}
