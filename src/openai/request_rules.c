/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: the API references of OpenAI and Anthropic; the protocol modules of vLLM and SGLang and
 * llama.cpp's server for what engines take beyond them.
 */
#include "openai/request_rules.h"

#include <math.h>

#define CHOICES_LIMIT 128 /* n, best_of: each is a sequence of its own in the engine */
#define LOGPROBS_LIMIT 20 /* each is one more entry in every token's answer */
#define STOPS_LIMIT 256   /* all are looked for in every token */
#define TOOLS_LIMIT 1024
#define MESSAGES_LIMIT 65536

#define BOOLEAN (1u << JSON_TRUE | 1u << JSON_FALSE)
#define NUMBER (1u << JSON_NUMBER)
#define STRING (1u << JSON_STRING)
#define ARRAY (1u << JSON_ARRAY)
#define OBJECT (1u << JSON_OBJECT)
#define ANYTHING (1u << JSON_NULL | BOOLEAN | NUMBER | STRING | ARRAY | OBJECT)

/* What the tables are made of. */
/* clang-format off */
#define VALUE(name, mask, ...) \
    static const struct value_rule name = {.kinds = (mask), .expected = __VA_ARGS__}
#define FIELDS(name)     static const struct field_rule name[]
#define SHAPE(name, ...) static const struct shape_rule name = {{__VA_ARGS__}}
#define GROUP(fields)    {fields, sizeof(fields) / sizeof *(fields)}

#define FACT(name, value, fact) {{name, sizeof(name) - 1}, &value, fact, false}
#define FIELD(name, value)      FACT(name, value, FACT_NONE)
#define NEEDED(name, value)     {{name, sizeof(name) - 1}, &value, FACT_NONE, true}
/* clang-format on */

/* --- plain values --- */

VALUE(boolean, BOOLEAN, "true or false, without quotes");
VALUE(text, STRING, "a string");
VALUE(filled_text, STRING, "a non-empty string", .size = {1, 0});
VALUE(texts, ARRAY, "an array of strings", .items = &text);
VALUE(object, OBJECT, "an object");
VALUE(text_or_object, STRING | OBJECT, "a string or an object");
VALUE(text_or_list, STRING | ARRAY, "a string or an array");

VALUE(whole, RULE_WHOLE, "a whole number");
VALUE(wholes, ARRAY, "an array of whole numbers", .items = &whole);
VALUE(count_from_0, RULE_WHOLE, "a whole number", .range = {0, INFINITY});
VALUE(count_from_1, RULE_WHOLE, "a whole number", .range = {1, INFINITY});
VALUE(choices, RULE_WHOLE, "a whole number", .range = {1, CHOICES_LIMIT});
VALUE(candidates, RULE_WHOLE, "a whole number", .range = {0, CHOICES_LIMIT});
VALUE(logprobs, RULE_WHOLE, "a whole number", .range = {0, LOGPROBS_LIMIT});
/* Below 0 is "as many as you like" to some engines: theirs to judge. */
VALUE(token, RULE_WHOLE, "a whole number", .weight = WEIGHS_TEXT);
VALUE(token_limit, RULE_WHOLE, "a whole number of tokens");

VALUE(temperature, NUMBER, "a number", .range = {0, 2});
VALUE(share, NUMBER, "a number", .range = {0, 1});
VALUE(penalty, NUMBER, "a number", .range = {-2, 2});
VALUE(factor, NUMBER, "a number", .range = {0, INFINITY});
VALUE(bias, NUMBER, "a number", .range = {-100, 100});
VALUE(biases, OBJECT, "an object with a number for each token", .items = &bias);
VALUE(stop, STRING | ARRAY, "a string or an array of strings", .size = {0, STOPS_LIMIT},
      .items = &text);
VALUE(stops, ARRAY, "an array of strings", .size = {0, STOPS_LIMIT}, .items = &text);

/* --- what makes a prompt --- */

VALUE(prompt_text, STRING, "a string", .weight = WEIGHS_TEXT);
VALUE(prompt_text_or_list, STRING | ARRAY, "a string or an array", .weight = WEIGHS_WHOLE);
VALUE(arguments, STRING | OBJECT, "a string or an object", .weight = WEIGHS_WHOLE);
VALUE(file, OBJECT, "an object", .weight = WEIGHS_ATTACHMENT);
/* Only weighed: what it must look like is the engine's to judge. */
VALUE(any_text, ANYTHING, "anything", .weight = WEIGHS_TEXT);
VALUE(any_value, ANYTHING, "anything", .weight = WEIGHS_WHOLE);
VALUE(any_attachment, ANYTHING, "anything", .weight = WEIGHS_ATTACHMENT);

FIELDS(any_part_fields) = {
    FIELD("text", any_text),
    FIELD("image_url", any_attachment),
    FIELD("input_audio", any_attachment),
    FIELD("file_data", any_attachment),
    FIELD("source", any_attachment),
};
SHAPE(any_part_shape, GROUP(any_part_fields));
VALUE(any_part, ANYTHING, "anything", .shape = &any_part_shape, .weight = WEIGHS_TEXT);
VALUE(any_content, ANYTHING, "anything", .items = &any_part, .weight = WEIGHS_TEXT);

/* --- what a model may call --- */

FIELDS(named_fields) = {
    NEEDED("name", filled_text),
};
SHAPE(named_shape, GROUP(named_fields));
VALUE(named, OBJECT, "an object with a name", .shape = &named_shape);

FIELDS(function_fields) = {
    NEEDED("name", filled_text),
    FIELD("description", text),
    FIELD("parameters", object),
    FIELD("strict", boolean),
};
SHAPE(function_shape, GROUP(function_fields));
VALUE(function, OBJECT, "an object with a name", .shape = &function_shape);
VALUE(functions, ARRAY, "an array of functions", .size = {0, TOOLS_LIMIT}, .items = &function,
      .weight = WEIGHS_WHOLE);

FIELDS(chat_tool_fields) = {
    NEEDED("type", filled_text),
    FIELD("function", function),
};
SHAPE(chat_tool_shape, GROUP(chat_tool_fields));
VALUE(chat_tool, OBJECT, "an object with a type", .shape = &chat_tool_shape);
VALUE(chat_tools, ARRAY, "an array of tools", .size = {0, TOOLS_LIMIT}, .items = &chat_tool,
      .weight = WEIGHS_WHOLE);
VALUE(tools, ARRAY, "an array of tools", .size = {0, TOOLS_LIMIT}, .items = &object,
      .weight = WEIGHS_WHOLE);

static const char *const choice_words[] = {"none", "auto", "required", "any", NULL};
FIELDS(tool_choice_fields) = {
    NEEDED("type", filled_text),
    FIELD("function", named),
};
SHAPE(tool_choice_shape, GROUP(tool_choice_fields));
VALUE(tool_choice, STRING | OBJECT, "\"none\", \"auto\", \"required\" or an object with a type",
      .shape = &tool_choice_shape, .words = choice_words);

/* --- messages --- */

FIELDS(image_fields) = {
    NEEDED("url", filled_text),
    FIELD("detail", text),
};
SHAPE(image_shape, GROUP(image_fields));
VALUE(image, STRING | OBJECT, "an object with a url", .shape = &image_shape,
      .weight = WEIGHS_ATTACHMENT);

FIELDS(audio_fields) = {
    NEEDED("data", text),
    FIELD("format", text),
};
SHAPE(audio_shape, GROUP(audio_fields));
VALUE(audio, OBJECT, "an object with data and format", .shape = &audio_shape,
      .weight = WEIGHS_ATTACHMENT);

FIELDS(part_fields) = {
    NEEDED("type", filled_text),
    FIELD("text", prompt_text),
    FIELD("refusal", prompt_text),
    FIELD("image_url", image),
    FIELD("input_audio", audio),
    FIELD("file", file),
    /* of engines */
    FIELD("video_url", any_attachment),
    FIELD("audio_url", any_attachment),
    /* of Anthropic: an image or document, what a tool was called with and what it answered */
    FIELD("source", any_attachment),
    FIELD("input", any_value),
    FIELD("content", any_content),
};
SHAPE(part_shape, GROUP(part_fields));
VALUE(part, STRING | OBJECT, "an object with a type", .shape = &part_shape, .weight = WEIGHS_TEXT);
VALUE(content, STRING | ARRAY, "a string or an array of parts", .items = &part,
      .weight = WEIGHS_TEXT);

FIELDS(called_fields) = {
    FIELD("name", text),
    FIELD("arguments", arguments),
};
SHAPE(called_shape, GROUP(called_fields));
VALUE(called, OBJECT, "an object with a name and arguments", .shape = &called_shape);

FIELDS(tool_call_fields) = {
    FIELD("id", text),
    FIELD("type", text),
    FIELD("function", called),
};
SHAPE(tool_call_shape, GROUP(tool_call_fields));
VALUE(tool_call, OBJECT, "an object", .shape = &tool_call_shape);
VALUE(tool_calls, ARRAY, "an array of calls", .size = {0, TOOLS_LIMIT}, .items = &tool_call);

FIELDS(message_fields) = {
    NEEDED("role", filled_text),     FIELD("content", content),   FIELD("name", text),
    FIELD("tool_calls", tool_calls), FIELD("tool_call_id", text), FIELD("function_call", called),
    FIELD("refusal", prompt_text),
};
SHAPE(message_shape, GROUP(message_fields));
VALUE(message, OBJECT, "an object with role and content", .shape = &message_shape);
VALUE(messages, ARRAY, "an array of messages", .size = {0, MESSAGES_LIMIT}, .items = &message);

/* --- other objects --- */

FIELDS(stream_options_fields) = {
    FACT("include_usage", boolean, FACT_INCLUDE_USAGE),
};
SHAPE(stream_options_shape, GROUP(stream_options_fields));
VALUE(stream_options, OBJECT, "an object, such as {\"include_usage\":true}",
      .shape = &stream_options_shape);

FIELDS(schema_fields) = {
    FIELD("name", text),
    FIELD("description", text),
    FIELD("schema", object),
    FIELD("strict", boolean),
};
SHAPE(schema_shape, GROUP(schema_fields));
VALUE(schema, OBJECT, "an object with name and schema", .shape = &schema_shape);

FIELDS(format_fields) = {
    NEEDED("type", filled_text),
    FIELD("json_schema", schema),
};
SHAPE(format_shape, GROUP(format_fields));
VALUE(response_format, OBJECT, "an object, such as {\"type\":\"json_object\"}",
      .shape = &format_shape);

/* --- what completions go on from, and what is embedded --- */

VALUE(prompt_item, STRING | RULE_WHOLE | ARRAY, "a string, a token or an array of tokens",
      .items = &token, .weight = WEIGHS_PROMPT);
VALUE(prompt, STRING | ARRAY, "a string or an array", .items = &prompt_item, .weight = WEIGHS_TEXT);
VALUE(input_item, STRING | RULE_WHOLE | ARRAY | OBJECT, "a string, a token or an array of tokens",
      .items = &token, .weight = WEIGHS_PROMPT);
VALUE(input, STRING | ARRAY, "a non-empty string or a non-empty array", .items = &input_item,
      .weight = WEIGHS_TEXT);

FIELDS(response_item_fields) = {
    FIELD("content", any_content),
    FIELD("arguments", any_value),
    FIELD("output", any_content),
};
SHAPE(response_item_shape, GROUP(response_item_fields));
VALUE(response_item, OBJECT, "an object", .shape = &response_item_shape);
VALUE(response_input, STRING | ARRAY, "a string or an array of objects", .items = &response_item,
      .weight = WEIGHS_TEXT);

/* --- routes --- */

FIELDS(common_fields) = {
    FACT("model", filled_text, FACT_MODEL),
    FACT("stream", boolean, FACT_STREAM),
    FIELD("temperature", temperature),
    FIELD("top_p", share),
    FIELD("top_k", whole),
    FIELD("metadata", object),
    FACT("service_tier", text, FACT_SERVICE_TIER),
};

FIELDS(sampling_fields) = {
    FACT("max_tokens", token_limit, FACT_MAX_TOKENS),
    FACT("n", choices, FACT_CHOICES),
    FIELD("stop", stop),
    FIELD("seed", whole),
    FIELD("user", text),
    FACT("stream_options", stream_options, FACT_STREAM_OPTIONS),
    FIELD("frequency_penalty", penalty),
    FIELD("presence_penalty", penalty),
    FIELD("logit_bias", biases),
    FIELD("response_format", response_format),
    /* of engines, not of the API */
    FACT("best_of", candidates, FACT_CHOICES),
    FIELD("min_p", share),
    FIELD("min_tokens", count_from_0),
    FIELD("repetition_penalty", factor),
    FIELD("stop_token_ids", wholes),
    FIELD("ignore_eos", boolean),
};

FIELDS(chat_fields) = {
    FACT("messages", messages, FACT_MESSAGES),
    FACT("prompt", any_text, FACT_PROMPT),
    FACT("max_completion_tokens", token_limit, FACT_MAX_TOKENS),
    FIELD("tools", chat_tools),
    FIELD("tool_choice", tool_choice),
    FIELD("parallel_tool_calls", boolean),
    FIELD("functions", functions),
    FIELD("function_call", text_or_object),
    FACT("logprobs", boolean, FACT_LOGPROBS),
    FACT("top_logprobs", logprobs, FACT_TOP_LOGPROBS),
    FIELD("modalities", texts),
    FIELD("audio", object),
    FIELD("prediction", object),
    FIELD("reasoning_effort", text),
    FIELD("verbosity", text),
    FIELD("store", boolean),
    FIELD("prompt_cache_key", text),
    FIELD("safety_identifier", text),
    FIELD("web_search_options", object),
    FIELD("chat_template_kwargs", object),
    FIELD("add_generation_prompt", boolean),
    FIELD("continue_final_message", boolean),
};
SHAPE(chat_shape, GROUP(common_fields), GROUP(sampling_fields), GROUP(chat_fields));

FIELDS(completions_fields) = {
    FACT("prompt", prompt, FACT_TEXT), FACT("prompt_embeds", text_or_list, FACT_TEXT),
    FIELD("suffix", prompt_text),      FIELD("echo", boolean),
    FIELD("logprobs", logprobs),
};
SHAPE(completions_shape, GROUP(common_fields), GROUP(sampling_fields), GROUP(completions_fields));

FIELDS(embeddings_fields) = {
    FACT("input", input, FACT_INPUT),
    FACT("messages", messages, FACT_INPUT),
    FIELD("dimensions", count_from_1),
    FIELD("encoding_format", text),
    FIELD("user", text),
};
SHAPE(embeddings_shape, GROUP(common_fields), GROUP(embeddings_fields));

FIELDS(responses_fields) = {
    FIELD("input", response_input),
    FIELD("prompt", object),
    FIELD("previous_response_id", text),
    FIELD("conversation", text_or_object),
    FIELD("instructions", prompt_text_or_list),
    FACT("max_output_tokens", token_limit, FACT_MAX_TOKENS),
    FIELD("max_tool_calls", count_from_0),
    FIELD("tools", tools),
    FIELD("tool_choice", text_or_object),
    FIELD("parallel_tool_calls", boolean),
    FIELD("text", object),
    FIELD("reasoning", object),
    FIELD("include", texts),
    FIELD("store", boolean),
    FIELD("background", boolean),
    FIELD("truncation", text),
    FIELD("top_logprobs", logprobs),
    FACT("stream_options", stream_options, FACT_STREAM_OPTIONS),
    FIELD("user", text),
};
SHAPE(responses_shape, GROUP(common_fields), GROUP(responses_fields));

FIELDS(anthropic_fields) = {
    FACT("messages", messages, FACT_MESSAGES),
    FACT("max_tokens", count_from_1, FACT_MAX_TOKENS),
    FIELD("system", prompt_text_or_list),
    FIELD("stop_sequences", stops),
    FIELD("tools", tools),
    FIELD("tool_choice", object),
    FIELD("thinking", object),
};
SHAPE(anthropic_shape, GROUP(common_fields), GROUP(anthropic_fields));

FIELDS(unknown_fields) = {
    FACT("model", filled_text, FACT_MODEL),
    FACT("stream", boolean, FACT_STREAM),
};
SHAPE(unknown_shape, GROUP(unknown_fields));

const struct shape_rule *request_shape(enum openai_route route)
{
    switch (route) {
    case OPENAI_CHAT:
        return &chat_shape;
    case OPENAI_COMPLETIONS:
        return &completions_shape;
    case OPENAI_EMBEDDINGS:
        return &embeddings_shape;
    case OPENAI_RESPONSES:
        return &responses_shape;
    case OPENAI_MESSAGES:
    case OPENAI_COUNT_TOKENS:
        return &anthropic_shape;
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return &unknown_shape;
    }
    return &unknown_shape;
}
