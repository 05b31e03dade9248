package secrets.sealing;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says in two sentences why the platform does not start, instead of in a stack trace. */
final class SealingUnusableAtStart implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SealingUnusable unusable) {
                return new FailureAnalysis(unusable.getMessage(), unusable.remedy(), failure);
            }
        }
        return null;
    }
}
