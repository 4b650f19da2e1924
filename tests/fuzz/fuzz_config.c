/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a text that is accepted dumps to a text that is accepted and dumps to the same bytes;
 * a text that is refused is refused with a message, all of it printable, that repeats no key.
 */
#include <stdlib.h>

#include "config/load.h"
#include "config/text_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "sk-never-shown"

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static const char *environment(void *user, const char *name)
{
    (void)user;
    if (strcmp(name, "KEY") == 0)
        return KEY;
    return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static struct edge_config *load(struct bytes text, struct buffer *message)
{
    struct edge_config *config = NULL;
    struct config_input input = {
        .file_name = "fuzz.yaml", .file_text = text, .environment = environment};
    int r = config_load_edge(&config, &input, message);
    expect((r == 0) == (config != NULL));
    expect((r == 0) == (message->length == 0));
    return config;
}

static void judge_message(struct bytes text, struct bytes message)
{
    bool is_written_there = bytes_find(text, BYTES(KEY)) >= 0; /* maybe not as a key */
    expect(is_written_there || bytes_find(message, BYTES(KEY)) < 0);
    for (struct bytes rest = message; rest.length > 0;)
        expect(text_is_printable(bytes_cut(&rest, '\n')));
}

static void dump_twice(const struct edge_config *config)
{
    struct buffer once = {0}, twice = {0}, message = {0};
    expect(config_dump_edge(config, &once) == 0);
    struct edge_config *again = load(buffer_bytes(&once), &message);
    expect(again != NULL);
    expect(config_dump_edge(again, &twice) == 0);
    expect(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
    edge_config_unref(again);
    buffer_clear(&once);
    buffer_clear(&twice);
    buffer_clear(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of((const char *)data, size);
    struct buffer message = {0};
    struct edge_config *config = load(text, &message);
    if (config)
        dump_twice(config);
    else
        judge_message(text, buffer_bytes(&message));
    edge_config_unref(config);
    buffer_clear(&message);
    return 0;
}
