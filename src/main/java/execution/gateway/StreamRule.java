package execution.gateway;

import java.time.Duration;

/**
 * How much of an event stream is taken. What goes beyond ends it.
 *
 * @param events most of them
 * @param time from connected to the end
 * @param idle longest pause between two bytes
 */
record StreamRule(int events, Duration time, Duration idle) {}
