/** Undoes what was done: a plan computed from the journal, seen by a person, executed as ordinary actions. */
@NullMarked
package execution.rollback;

import org.jspecify.annotations.NullMarked;
