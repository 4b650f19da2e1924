/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/tools.h"

#include "base/hash.h"
#include "sim/engine/prompt.h"
#include "sim/engine/schema.h"
#include "sim/value.h"

enum tool_use { USE_NONE, USE_WHAT_IS_NAMED, USE_ONE_AT_LEAST, USE_THIS };

/* What tool_choice says. */
struct tool_rule {
    enum tool_use use;
    struct bytes name; /* with USE_THIS */
    bool one_only;
};

/* Chat nests a tool in "function"; Responses and Messages do not. */
static yyjson_val *tool_inside(yyjson_val *tool)
{
    yyjson_val *function = yyjson_obj_get(tool, "function");
    return function ? function : tool;
}

static struct bytes tool_name(yyjson_val *tool)
{
    return value_text(yyjson_obj_get(tool_inside(tool), "name"));
}

static yyjson_val *tool_schema(yyjson_val *tool)
{
    yyjson_val *parameters = yyjson_obj_get(tool_inside(tool), "parameters");
    return parameters ? parameters : yyjson_obj_get(tool_inside(tool), "input_schema");
}

static struct tool_rule rule_read(yyjson_val *root)
{
    yyjson_val *choice = yyjson_obj_get(root, "tool_choice");
    yyjson_val *word = yyjson_is_obj(choice) ? yyjson_obj_get(choice, "type") : choice;
    yyjson_val *parallel = yyjson_obj_get(root, "parallel_tool_calls");
    struct tool_rule rule = {
        .use = USE_WHAT_IS_NAMED,
        .one_only = yyjson_is_false(parallel) ||
                    yyjson_is_true(yyjson_obj_get(choice, "disable_parallel_tool_use")),
    };

    if (value_is(word, "none"))
        rule.use = USE_NONE;
    if (value_is(word, "required") || value_is(word, "any"))
        rule.use = USE_ONE_AT_LEAST;
    if (value_is(word, "function") || value_is(word, "tool")) {
        rule.use = USE_THIS;
        rule.name = tool_name(choice);
    }
    return rule;
}

/* The text that tools are looked for in: all of a prompt, or the last message, raw, if it is a
 * user's. */
static struct bytes last_words(const struct engine_question *question)
{
    struct bytes rest = question->prompt, last = {0}, element;

    if (rest.length == 0 || rest.at[0] != '[')
        return rest;
    rest = bytes_after(rest, 1);
    while ((element = engine_element_cut(&rest)).at)
        last = element;
    struct bytes role = engine_member_raw(last, BYTES("role"));
    return bytes_equal(role, BYTES("\"user\"")) ? last : bytes_of("", 0);
}

static int call(struct engine_question *question, yyjson_val *tool)
{
    struct engine_script *script = &question->script;
    struct buffer arguments = {0};
    struct writer writer = writer_to(&arguments);

    engine_schema_write(tool_schema(tool), hash_mix(script->hash, script->call_count), &writer);
    int r = writer.error;
    if (r == 0)
        r = engine_script_call(script, tool_name(tool));
    if (r == 0)
        r = engine_script_fix(script, buffer_bytes(&arguments));
    buffer_clear(&arguments);
    return r;
}

static bool is_called(const struct tool_rule *rule, struct bytes name, struct bytes words)
{
    if (rule->use == USE_THIS)
        return bytes_equal(name, rule->name);
    return bytes_find(words, name) >= 0;
}

int engine_tools_call(struct engine_question *question, struct engine_refusal *ret_refusal)
{
    yyjson_val *root = engine_question_root(question), *tool;
    yyjson_val *tools = yyjson_obj_get(root, "tools");
    struct tool_rule rule = rule_read(root);
    struct bytes words = last_words(question);
    unsigned most = rule.one_only ? 1 : ENGINE_CALL_LIMIT;
    size_t i, count;
    int r = 0;

    question->calls_by_name = rule.use == USE_THIS;
    if (rule.use == USE_NONE || (yyjson_arr_size(tools) == 0 && rule.use == USE_WHAT_IS_NAMED))
        return 0;
    yyjson_arr_foreach(tools, i, count, tool)
    {
        struct bytes name = tool_name(tool);
        if (r == 0 && name.length > 0 && question->script.call_count < most &&
            is_called(&rule, name, words))
            r = call(question, tool);
    }
    if (r < 0 || question->script.call_count > 0 || rule.use == USE_WHAT_IS_NAMED)
        return r;
    if (rule.use == USE_THIS || yyjson_arr_size(tools) == 0)
        return engine_refuse(ret_refusal, "tool_choice",
                             "tool_choice asks for a tool that is not among \"tools\".");
    return call(question, yyjson_arr_get_first(tools));
}
