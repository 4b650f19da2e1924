/* SPDX-License-Identifier: Apache-2.0
 *
 * finish: the log gets its end, and readers learn what it was. Storing a complete answer and
 * reporting to the core find their place here.
 */
#include "edge/call/call.h"

enum step_result call_finish(struct call *call)
{
    if (call_knows(call, CALL_ABANDONED))
        return STEP_END;
    if (call->error.status != 0)
        answer_log_break(call->log, &call->error);
    else
        answer_log_end(call->log);
    return STEP_END;
}
