/** Incidents: opened, told about, closed, and reported on from the journal. */
@NullMarked
package audit.incident;

import org.jspecify.annotations.NullMarked;
