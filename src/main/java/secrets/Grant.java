package secrets;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a secret for what. What is absent is not restricted by it.
 *
 * @param operations names, or patterns such as {@code ticket.*} and {@code *}
 * @param mode the secret's own
 */
record Grant(
        String id,
        String secret,
        @Nullable String workspace,
        @Nullable String agentClass,
        List<String> operations,
        Mode mode,
        @Nullable String trustZone) {

    Grant {
        operations = List.copyOf(operations);
    }

    boolean matches(Leases.Request request) {
        var inWorkspace = request.context().workspace();
        return mode == request.mode()
                && (workspace == null || inWorkspace != null && workspace.equals(inWorkspace.key()))
                && (agentClass == null || agentClass.equals(request.agentClass()))
                && (trustZone == null || trustZone.equals(request.trustZone()))
                && operations.stream().anyMatch(pattern -> matches(pattern, request.operation()));
    }

    private static boolean matches(String pattern, String operation) {
        return pattern.equals("*")
                || pattern.equals(operation)
                || pattern.endsWith(".*") && operation.startsWith(pattern.substring(0, pattern.length() - 1));
    }
}
