package secrets.sealing;

/** All that is asked to be written down about sealing. */
sealed interface SealingCommand {

    record WriteDown(SealingEvent event) implements SealingCommand {}
}
