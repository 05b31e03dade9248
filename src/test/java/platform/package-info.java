/** The whole platform under test, and what every test may use to talk to it. */
@NullMarked
package platform;

import org.jspecify.annotations.NullMarked;
