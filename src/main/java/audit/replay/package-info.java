/**
 * What happened, told step by step. It reads entries and nothing else: from here no command can be sent and nothing can
 * reach a gateway, so a replay has no effect, whatever is replayed.
 */
@NullMarked
package audit.replay;

import org.jspecify.annotations.NullMarked;
