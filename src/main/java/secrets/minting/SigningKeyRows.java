package secrets.minting;

import java.time.Instant;
import java.util.List;

/** The fleet's signing keys as all nodes share them. */
interface SigningKeyRows {

    /**
     * @param generation counts up; that it is unique decides between nodes
     * @param sealed the private key
     * @param from it signs
     * @param until it signs
     */
    record Stored(long generation, byte[] sealed, Instant from, Instant until) {}

    /** In the order of their generations. */
    List<Stored> all();

    /** False if another node was faster: its key is the one of that generation. */
    boolean add(Stored row);

    void dropThoseUntil(Instant before);
}
