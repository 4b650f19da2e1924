/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/usage/usage.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/date.h"
#include "cli/usage/usage_report.h"

static int help_make(struct buffer *out)
{
    struct printer page = {.out = out};
    usage_request_help(&page);
    return page.status;
}

static bool on_usage(void *user, const struct store_usage *usage)
{
    struct usage_report *report = user;
    usage_report_add(report, usage);
    return report->out.status == 0;
}

static int print_report(struct usage_request *request)
{
    struct buffer text;
    struct usage_report report;
    buffer_init(&text, 0, NULL);
    usage_report_begin(&report, &text, request->format, request->report.by);
    enum store_status loaded =
        store_usage_report(request->desk.store, &request->report, on_usage, &report);
    usage_report_end(&report);
    int status = COMMAND_FAILED;
    if (loaded != STORE_OK)
        status = desk_tell_store(&request->desk);
    else if (report.out.status == 0)
        status = command_print(&text);
    buffer_clear(&text);
    return status;
}

static bool read_request(struct usage_request *request, int argument_count, char **arguments)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer message = {.out = &text};
    bool is_fine = usage_request_read(request, argument_count, arguments, &message);
    fwrite(buffer_bytes(&text).at, 1, text.length, stderr);
    buffer_clear(&text);
    return is_fine;
}

static int read_and_print(struct usage_request *request, int argument_count, char **arguments)
{
    usage_request_init(request, date_of_instant(loop_wall_ms(request->desk.loop)));
    if (!read_request(request, argument_count, arguments))
        return COMMAND_MISUSED;
    int status = desk_open(&request->desk, DESK_READS);
    if (status == COMMAND_FINE)
        status = print_report(request);
    desk_close(&request->desk);
    return status;
}

int usage_command(int argument_count, char **arguments)
{
    if (command_wants_help(argument_count, arguments))
        return command_print_page(help_make);
    struct usage_request request = {.desk.command = "isthmus usage"};
    int r = loop_open(&request.desk.loop);
    if (r < 0) {
        desk_tell(&request.desk, "%s", strerror(-r));
        return COMMAND_FAILED;
    }
    int status = read_and_print(&request, argument_count, arguments);
    loop_close(request.desk.loop);
    return status;
}
