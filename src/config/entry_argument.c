/* SPDX-License-Identifier: Apache-2.0 */
#include "config/entry_argument.h"

#include "config/core_url.h"
#include "config/text_check.h"

/* What tells one url from the other: the host and port, or the end of a socket's path. */
static struct bytes telling_part(struct bytes url)
{
    if (bytes_start_with(url, BYTES("unix:"))) {
        size_t skip = url.length > TEXT_NAME_BYTES ? url.length - TEXT_NAME_BYTES : 5;
        return bytes_after(url, skip);
    }
    ptrdiff_t scheme_end = bytes_find(url, BYTES("://"));
    struct bytes rest = bytes_after(url, scheme_end < 0 ? 0 : (size_t)scheme_end + 3);
    struct bytes host = bytes_cut(&rest, '/');
    return bytes_of(host.at, host.length < TEXT_NAME_BYTES ? host.length : TEXT_NAME_BYTES);
}

/* "http://gpu.example:8000/v1" is named "gpu.example-8000". */
static struct bytes name_of_url(struct bytes url, char ret_name[TEXT_NAME_BYTES])
{
    struct bytes part = telling_part(url);
    size_t skip = 0;
    for (size_t i = 0; i < part.length; i++)
        ret_name[i] = text_is_name(bytes_of(&part.at[i], 1)) ? part.at[i] : '-';
    while (skip < part.length && ret_name[skip] == '-')
        skip++;
    return bytes_of(ret_name + skip, part.length - skip);
}

/* A name holds neither a colon nor a slash, and what stands before the "=" of a url without a name
 * always does. A url that is wrong shall be told so, rather than the name made of it. */
const char *entry_argument_cut_core(struct bytes argument, struct option_entry *ret_entry)
{
    struct bytes url = argument;
    struct bytes name = bytes_cut(&url, '=');
    bool has_name = url.at && bytes_find(name, BYTES(":")) < 0 && bytes_find(name, BYTES("/")) < 0;
    if (!has_name)
        url = argument;
    const char *wrong = core_url_check(url);
    if (wrong)
        return wrong;
    ret_entry->name = has_name ? name : name_of_url(url, ret_entry->made_name);
    ret_entry->value = url;
    return NULL;
}

const char *entry_argument_cut_model(struct bytes argument, struct option_entry *ret_entry)
{
    ret_entry->value = argument;
    ret_entry->name = bytes_cut(&ret_entry->value, '=');
    return ret_entry->value.length > 0 ? NULL : "does not say what the cores call it";
}

const char *entry_argument_cut_route(struct bytes argument, struct option_entry *ret_entry)
{
    ret_entry->value = argument;
    ret_entry->name = bytes_cut(&ret_entry->value, '=');
    return NULL;
}
