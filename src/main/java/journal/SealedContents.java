package journal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.ContentSeal;
import tenancy.ContentSeal.Opened;
import tenancy.TenantId;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is sealed in stored JSON, and how it reads again. Each sealed part is an object of this very form, in which the
 * number tells it from anything that somebody sent, which is text:
 *
 * <pre>{"$sealed":1,"period":"2026-11-29","text":"Base64"}</pre>
 */
final class SealedContents {

    static final String MARK = "$sealed";
    static final int FORM = 1;
    static final String PERIOD = "period";

    private static final byte[] START =
            "{\"%s\":%d,\"%s\":\"".formatted(MARK, FORM, PERIOD).getBytes(StandardCharsets.UTF_8);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ContentSeal seal;

    SealedContents(ContentSeal seal) {
        this.seal = seal;
    }

    /** What kind of value is sealed; in JSON, the name under which it is. */
    enum Kind {
        TEXT("null"),
        OBJECT("{}"),
        LIST("[]");

        private final byte[] gone;

        Kind(String gone) {
            this.gone = gone.getBytes(StandardCharsets.UTF_8);
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Null if none is called that. */
        static @Nullable Kind of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equals(word))
                    .findFirst()
                    .orElse(null);
        }

        /** How it reads when its key is gone. */
        byte[] gone() {
            return gone;
        }

        private byte[] json(byte[] plain) {
            return this == TEXT ? JSON.writeValueAsBytes(new String(plain, StandardCharsets.UTF_8)) : plain;
        }
    }

    /** As events are understood: what is gone reads as null or as empty. */
    byte[] readable(TenantId tenant, byte[] stored) {
        return opened(tenant, stored, true);
    }

    /** As people are shown it: what is gone stands there as it is stored. */
    byte[] shown(TenantId tenant, byte[] stored) {
        return opened(tenant, stored, false);
    }

    private byte[] opened(TenantId tenant, byte[] stored, boolean emptied) {
        int start = next(stored, 0);
        if (start < 0) {
            return stored;
        }
        var json = new ByteArrayOutputStream(stored.length);
        int copied = 0;
        while (start >= 0) {
            Part part = Part.at(stored, start);
            byte[] instead = part == null ? null : instead(tenant, part, emptied);
            int end = part == null ? start + START.length : part.end();
            if (instead != null) {
                json.write(stored, copied, start - copied);
                json.writeBytes(instead);
                copied = end;
            }
            start = next(stored, end);
        }
        json.write(stored, copied, stored.length - copied);
        return json.toByteArray();
    }

    private byte @Nullable [] instead(TenantId tenant, Part part, boolean emptied) {
        return switch (seal.open(tenant, part.period(), part.sealed())) {
            case Opened.Plain plain -> part.kind().json(plain.bytes());
            case Opened.Gone _ -> emptied ? part.kind().gone() : null;
            case Opened.Foreign _ -> null;
        };
    }

    private static int next(byte[] json, int from) {
        for (int at = from; at <= json.length - START.length; at++) {
            if (json[at] == '{' && Arrays.equals(json, at, at + START.length, START, 0, START.length)) {
                return at;
            }
        }
        return -1;
    }

    /** @param end behind its last byte */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Part(String period, Kind kind, byte[] sealed, int end) {

        /** Null if what begins there has not the form. */
        static @Nullable Part at(byte[] json, int start) {
            int period = start + START.length;
            int kind = after(json, period, "\",\"");
            int value = kind < 0 ? -1 : after(json, kind, "\":\"");
            int end = value < 0 ? -1 : after(json, value, "\"}");
            if (end < 0) {
                return null;
            }
            Kind named = Kind.of(text(json, kind, value - 3));
            if (named == null) {
                return null;
            }
            try {
                byte[] sealed = Base64.getDecoder().decode(Arrays.copyOfRange(json, value, end - 2));
                return new Part(text(json, period, kind - 3), named, sealed, end);
            } catch (IllegalArgumentException malformed) {
                return null;
            }
        }

        /** Behind the next quote, if this follows from there. */
        private static int after(byte[] json, int from, String expected) {
            int at = from;
            while (at < json.length && json[at] != '"') {
                at++;
            }
            byte[] wanted = expected.getBytes(StandardCharsets.UTF_8);
            return at + wanted.length <= json.length
                            && Arrays.equals(json, at, at + wanted.length, wanted, 0, wanted.length)
                    ? at + wanted.length
                    : -1;
        }

        private static String text(byte[] json, int from, int to) {
            return new String(json, from, to - from, StandardCharsets.UTF_8);
        }
    }

    /** What may be sealed: texts, maps and lists of what JSON has. */
    static Kind kindOf(Class<?> type) {
        if (type == String.class) {
            return Kind.TEXT;
        }
        if (Map.class.isAssignableFrom(type)) {
            return Kind.OBJECT;
        }
        if (List.class.isAssignableFrom(type)) {
            return Kind.LIST;
        }
        throw new IllegalArgumentException("%s cannot be sealed: only texts, maps and lists can".formatted(type));
    }
}
