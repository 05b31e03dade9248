package execution.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON value, on the way down. Its pointer (RFC 6901) is only written when somebody asks for it: it repeats
 * the names of everything above, and written for each of many values below long names it would be far longer than the
 * document.
 */
public final class Where {

    private final @Nullable Where above;
    private final String step;
    private final int index;

    private Where(@Nullable Where above, String step, int index) {
        this.above = above;
        this.step = step;
        this.index = index;
    }

    /** @param pointer of the value that one starts from */
    public static Where at(String pointer) {
        return new Where(null, pointer, -1);
    }

    public Where member(String name) {
        return new Where(this, name, -1);
    }

    public Where item(int at) {
        return new Where(this, "", at);
    }

    public String pointer() {
        return pointer(Integer.MAX_VALUE);
    }

    /** Its beginning: no longer than so many characters. */
    String pointer(int most) {
        Deque<Where> down = new ArrayDeque<>();
        for (Where here = this; here != null; here = here.above) {
            down.addFirst(here);
        }
        String pointer = down.removeFirst().step;
        for (Where here : down) {
            if (pointer.length() >= most) {
                break;
            }
            pointer = here.index < 0 ? CanonicalJson.below(pointer, here.step) : pointer + "/" + here.index;
        }
        return pointer.length() <= most ? pointer : pointer.substring(0, most);
    }
}
