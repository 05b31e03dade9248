package quota;

import tenancy.ActionId;

/** Which actions have a way to go: what is reserved for one of them never expires. Answered in the tenant's lane. */
public interface OpenActions {

    /** Whether the action waits, is held or runs; false once it has ended, and for one that never was. */
    boolean isOpen(ActionId action);
}
