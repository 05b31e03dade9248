package quota;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What one run may use in all its life: a run at a cap pauses until the cap is raised. */
enum RunCap {
    /** Actions that are admitted. */
    RUN_ACTIONS,
    /** Money, in millionths of the tenant's unit of currency. */
    RUN_COST_MICROS,
    /** Wall-clock time since the run was started. */
    RUN_SECONDS,
    /** Runs that a run is below: a run that was started by no other has depth 0. */
    RUN_DEPTH;

    static final List<RunCap> ALL = List.of(values());

    /** All that a run uses more of by and by. */
    static final List<RunCap> USED_UP = List.of(RUN_ACTIONS, RUN_COST_MICROS, RUN_SECONDS);

    private final String word = name().toLowerCase(Locale.ROOT);

    String word() {
        return word;
    }

    static Optional<RunCap> of(String word) {
        return ALL.stream().filter(cap -> cap.word.equals(word)).findFirst();
    }
}
