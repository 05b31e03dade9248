package execution.gateway;

import tenancy.Refusal;

/** An MCP server did not say what its tools are. */
public class ToolsUnlisted extends Refusal {

    ToolsUnlisted(String detail) {
        super(Kind.UNPROCESSABLE, "tools_unlisted", detail);
    }
}
