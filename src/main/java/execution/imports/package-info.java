/** Drafts of connectors, from what a product says about itself: nothing here puts one in force. */
@NullMarked
package execution.imports;

import org.jspecify.annotations.NullMarked;
