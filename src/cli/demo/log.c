/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/log.h"

#include <stdio.h>
#include <yyjson.h>

static void copy_text(char ret_text[DEMO_LOG_TEXT_BYTES], yyjson_val *line, const char *name)
{
    const char *text = yyjson_get_str(yyjson_obj_get(line, name));
    snprintf(ret_text, DEMO_LOG_TEXT_BYTES, "%s", text ? text : "");
}

static uint64_t number_of(yyjson_val *line, const char *name)
{
    return yyjson_get_uint(yyjson_obj_get(line, name));
}

static enum demo_log_event event_of(yyjson_val *line)
{
    yyjson_val *event = yyjson_obj_get(line, "event");
    if (yyjson_equals_str(event, "exchange"))
        return DEMO_LOG_EXCHANGE;
    return yyjson_equals_str(event, "core_ejected") ? DEMO_LOG_CORE_EJECTED : DEMO_LOG_OTHER;
}

void demo_log_read(struct demo_log_line *ret_line, struct bytes text)
{
    yyjson_doc *document = yyjson_read(text.at, text.length, 0);
    yyjson_val *line = yyjson_doc_get_root(document);
    *ret_line = (struct demo_log_line){
        .event = event_of(line),
        .status = (unsigned)number_of(line, "status"),
        .attempts = (unsigned)number_of(line, "attempts"),
        .us = number_of(line, "us"),
    };
    copy_text(ret_line->id, line, "id");
    copy_text(ret_line->route, line, "route");
    copy_text(ret_line->core, line, "core");
    copy_text(ret_line->error, line, "error");
    copy_text(ret_line->why, line, "why");
    yyjson_doc_free(document);
}
