/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/wording.h"

#include <errno.h>

#include "base/hash.h"
#include "sim/engine/prompt.h"
#include "sim/engine/schema.h"
#include "sim/engine/split.h"
#include "sim/engine/tools.h"
#include "sim/value.h"

/* ---- JSON ---- */

/* The value that says in which format to answer, wherever the API puts it. */
static yyjson_val *format_of(yyjson_val *root)
{
    yyjson_val *format = yyjson_obj_get(root, "response_format");
    return format ? format : yyjson_obj_get(yyjson_obj_get(root, "text"), "format");
}

/* Chat puts the schema into "json_schema", Responses into the format itself. */
static yyjson_val *format_schema(yyjson_val *format)
{
    yyjson_val *nested = yyjson_obj_get(format, "json_schema");
    return yyjson_obj_get(nested ? nested : format, "schema");
}

/* Of vLLM's own fields, the newer first. */
static yyjson_val *guided(yyjson_val *root, const char *name, const char *old_name)
{
    yyjson_val *value = yyjson_obj_get(yyjson_obj_get(root, "structured_outputs"), name);
    return value ? value : yyjson_obj_get(root, old_name);
}

static int json_fix(struct engine_script *script, yyjson_val *schema)
{
    struct buffer text = {0};
    struct writer writer = writer_to(&text);

    engine_schema_write(schema, script->hash, &writer);
    int r = writer.error;
    if (r == 0)
        r = engine_script_fix(script, buffer_bytes(&text));
    buffer_clear(&text);
    return r;
}

static int format_follow(struct engine_question *question, struct engine_refusal *refusal)
{
    struct engine_script *script = &question->script;
    yyjson_val *root = engine_question_root(question), *format = format_of(root);
    yyjson_val *type = yyjson_obj_get(format, "type");
    yyjson_val *schema = guided(root, "json", "guided_json");
    yyjson_val *choices = guided(root, "choice", "guided_choice");
    size_t choice_count = yyjson_arr_size(choices);

    if (value_is(type, "json_schema"))
        schema = format_schema(format);
    if (value_is(type, "json_schema") && !yyjson_is_obj(schema))
        return engine_refuse(refusal, "response_format",
                             "response_format of type json_schema needs json_schema.schema.");
    if (yyjson_is_obj(schema) || value_is(type, "json_object"))
        return json_fix(script, schema);
    if (choice_count > 0)
        return engine_script_fix(script,
                                 value_text(yyjson_arr_get(choices, script->hash % choice_count)));
    return 0;
}

static int script_make(struct engine_question *question, uint64_t hash,
                       struct engine_refusal *refusal)
{
    engine_script_clear(&question->script);
    question->script = (struct engine_script){.hash = hash};
    int r = engine_tools_call(question, refusal);
    if (r == 0 && question->script.call_count == 0)
        r = format_follow(question, refusal);
    return r;
}

/* ---- going on ---- */

/* The text of a message: a string, or its first part that has one. */
static struct bytes message_text(yyjson_val *message)
{
    yyjson_val *content = yyjson_obj_get(message, "content"), *part;
    size_t i, count;

    yyjson_arr_foreach(content, i, count, part)
    {
        if (yyjson_is_str(yyjson_obj_get(part, "text")))
            return value_text(yyjson_obj_get(part, "text"));
    }
    return value_text(content);
}

static yyjson_val *last_message(const struct engine_question *question)
{
    yyjson_val *messages = yyjson_obj_get(engine_question_root(question), "messages");
    return yyjson_arr_get_last(messages);
}

/* The hash of the array without its last element and the comma before it. */
static int earlier_hash(struct bytes array, uint64_t *ret_hash)
{
    struct bytes rest = bytes_after(array, 1), last = {0}, before = {0}, element;
    struct buffer text = {0};

    while ((element = engine_element_cut(&rest)).at) {
        before = last;
        last = element;
    }
    const char *end = before.at ? memchr(before.at + before.length, ',',
                                         (size_t)(last.at - before.at) - before.length)
                                : last.at;
    int r = buffer_append(&text, bytes_of(array.at, (size_t)(end - array.at)));
    if (r == 0)
        r = buffer_append(&text, bytes_after(array, (size_t)(last.at - array.at) + last.length));
    if (r == 0)
        *ret_hash = hash_bytes(buffer_bytes(&text), 0);
    buffer_clear(&text);
    return r;
}

/* vLLM's templates take one of the two flags only, and add_generation_prompt is set unless told
 * otherwise. Anthropic's API goes on from any final message of the assistant's. */
static int goes_on(const struct engine_question *question, bool *ret_goes_on,
                   struct engine_refusal *refusal)
{
    yyjson_val *root = engine_question_root(question);
    bool is_asked = yyjson_is_true(yyjson_obj_get(root, "continue_final_message"));
    bool adds_prompt = !yyjson_is_false(yyjson_obj_get(root, "add_generation_prompt"));
    bool is_assistants = value_is(yyjson_obj_get(last_message(question), "role"), "assistant");

    *ret_goes_on = (is_asked && question->kind == ENGINE_CHAT) ||
                   (is_assistants && question->kind == ENGINE_MESSAGES);
    if (is_asked && adds_prompt && question->dialect->family == ENGINE_VLLM)
        return engine_refuse(
            refusal, NULL,
            yyjson_obj_get(root, "add_generation_prompt")
                ? "Cannot set both `continue_final_message` and `add_generation_prompt` to True."
                : "continue_final_message and add_generation_prompt are not compatible. Use "
                  "continue_final_message when you want the model to continue the final message, "
                  "and add_generation_prompt when you want to add a header that will prompt it to "
                  "start a new assistant message instead.");
    return 0;
}

/* A final message that this engine would not have said begins an answer of its own. */
static int rest_make(struct engine_question *question, struct engine_refusal *refusal)
{
    uint64_t hash = 0;

    int r = earlier_hash(question->prompt, &hash);
    if (r == 0)
        r = script_make(question, hash, refusal);
    if (r == 0 && engine_script_go_on(&question->script, message_text(last_message(question))))
        return 0;
    return r == 0 ? script_make(question, hash_bytes(question->prompt, 0), refusal) : r;
}

/* A completion's prompt may end with the answer's beginning; token numbers never do. */
static int completion_make(struct engine_question *question, struct engine_refusal *refusal)
{
    struct bytes raw = question->prompt, said = {0};
    uint64_t hash = hash_bytes(raw, 0);
    int r = 0;

    if (raw.length > 2 && raw.at[0] == '"')
        r = engine_split(raw, &hash, &said);
    if (r == 0)
        r = script_make(question, hash, refusal);
    if (r < 0 || !said.at || engine_script_go_on(&question->script, said))
        return r;
    return script_make(question, hash_bytes(raw, 0), refusal);
}

/* Before a chat's answer its last message is repeated if it is the assistant's, too. */
static void echo_read(struct engine_question *question)
{
    yyjson_val *root = engine_question_root(question);
    bool is_assistants = value_is(yyjson_obj_get(last_message(question), "role"), "assistant");

    if (!yyjson_is_true(yyjson_obj_get(root, "echo")))
        return;
    if (question->kind == ENGINE_TEXT)
        question->echo = value_text(yyjson_obj_get(root, "prompt"));
    else if (question->kind == ENGINE_CHAT && is_assistants)
        question->echo = message_text(last_message(question));
}

int engine_wording_read(struct engine_question *question, struct engine_refusal *ret_refusal)
{
    bool is_rest = false;

    echo_read(question);
    int r = goes_on(question, &is_rest, ret_refusal);
    if (r < 0)
        return r;
    if (question->kind == ENGINE_TEXT)
        return completion_make(question, ret_refusal);
    return is_rest ? rest_make(question, ret_refusal)
                   : script_make(question, hash_bytes(question->prompt, 0), ret_refusal);
}

/* ---- stop strings ---- */

int engine_wording_stop(struct engine_question *question)
{
    yyjson_val *root = engine_question_root(question);
    yyjson_val *stop = yyjson_obj_get(root, "stop"), *each;
    struct bytes stops[ENGINE_STOP_LIMIT];
    size_t stop_count = 0, i, count;

    if (question->kind == ENGINE_MESSAGES)
        stop = yyjson_obj_get(root, "stop_sequences");
    if (yyjson_is_str(stop) && yyjson_get_len(stop) > 0)
        stops[stop_count++] = value_text(stop);
    yyjson_arr_foreach(stop, i, count, each)
    {
        if (stop_count < ENGINE_STOP_LIMIT && yyjson_is_str(each) && yyjson_get_len(each) > 0)
            stops[stop_count++] = value_text(each);
    }
    return stop_count == 0
               ? 0
               : engine_script_stop(&question->script, question->choice_count, stops, stop_count);
}
