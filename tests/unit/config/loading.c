/* SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"

#include <errno.h>

#include "tests/test.h"

static const char *environment(void *user, const char *name)
{
    (void)user;
    if (strcmp(name, "REGION") == 0)
        return "eu";
    if (strcmp(name, "KEY") == 0 || strcmp(name, "US_KEY") == 0)
        return "sk-from-the-environment";
    if (strcmp(name, "TRICK") == 0)
        return "/x, workers: 7";
    return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

struct loading load_bytes(struct bytes text, const char *const *arguments)
{
    struct loading loading = {0};
    struct config_input input = {
        .file_name = text.at ? "f.yaml" : NULL,
        .file_text = text,
        .environment = environment,
    };
    char *copies[32] = {0};
    for (; arguments && arguments[input.argument_count]; input.argument_count++)
        copies[input.argument_count] = (char *)(uintptr_t)arguments[input.argument_count];
    input.arguments = copies;
    loading.status = config_load_edge(&loading.config, &input, &loading.message);
    return loading;
}

struct loading load_text(const char *text)
{
    return load_bytes(bytes_from_cstr(text), NULL);
}

struct loading load_arguments(const char *text, const char *const *arguments)
{
    return load_bytes(bytes_from_cstr(text), arguments);
}

void loading_clear(struct loading *loading)
{
    edge_config_unref(loading->config);
    buffer_clear(&loading->message);
    *loading = (struct loading){0};
}

void expect_mistakes(const struct mistake *mistakes)
{
    for (const struct mistake *mistake = mistakes; mistake->text; mistake++) {
        struct loading loading = load_text(mistake->text);
        struct bytes message = buffer_bytes(&loading.message);
        if (!bytes_equal(message, bytes_from_cstr(mistake->message)))
            print_error("%s->\n%.*s", mistake->text, (int)message.length, message.at);
        assert_int_equal(loading.status, -EINVAL);
        assert_true(bytes_equal(message, bytes_from_cstr(mistake->message)));
        loading_clear(&loading);
    }
}
