package execution;

import execution.gateway.Operation;

/**
 * How many calls of a tenant may run at a time.
 *
 * @param connector to the system
 * @param operation to the operation; 0 if only the system's limit counts
 */
record Bulkheads(int connector, int operation) {

    private static final int HALF = 32;

    static Bulkheads of(Operation operation) {
        return new Bulkheads(operation.bulkhead(), operation.operationBulkhead());
    }

    /** Both in one number, as the queue's table keeps them: the connector's alone is that number. */
    long stored() {
        return (long) operation << HALF | connector;
    }

    static Bulkheads stored(long number) {
        return new Bulkheads((int) number, (int) (number >> HALF));
    }
}
