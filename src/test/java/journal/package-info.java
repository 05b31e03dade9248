/** Lanes, writer and storage over a real PostgreSQL. */
@NullMarked
package journal;

import org.jspecify.annotations.NullMarked;
