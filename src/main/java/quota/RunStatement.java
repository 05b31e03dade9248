package quota;

import java.util.List;

/** What one run uses of its caps; empty if its ledger does not know it, because it has ended. */
record RunStatement(List<Use.Line> lines) {

    RunStatement {
        lines = List.copyOf(lines);
    }
}
