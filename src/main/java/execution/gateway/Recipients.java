package execution.gateway;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.Target;
import tools.jackson.databind.JsonNode;

/**
 * Whom an operation addresses, found where its connector says: an argument that holds addresses. Whatever stands after
 * an {@code @} is a domain, so that a second address in the same text cannot hide; text without one is its own domain.
 */
record Recipients(List<Source> places) {

    private static final Pattern DOMAIN = Pattern.compile("@([^@\\s,;:<>()\"']*)");

    Recipients {
        places = List.copyOf(places);
    }

    /** The domains, lower case, each once, in order. */
    List<String> domains(Target target, JsonNode arguments) {
        if (places.isEmpty()) {
            return List.of();
        }
        var domains = new TreeSet<String>();
        for (Source place : places) {
            collect(place.in(target, arguments), domains);
        }
        return List.copyOf(domains);
    }

    private static void collect(@Nullable JsonNode value, TreeSet<String> domains) {
        if (value == null) {
            return;
        }
        if (value.isString()) {
            Matcher domain = DOMAIN.matcher(value.stringValue());
            boolean found = false;
            while (domain.find()) {
                domains.add(domain.group(1).toLowerCase(Locale.ROOT));
                found = true;
            }
            if (!found) {
                domains.add(value.stringValue().strip().toLowerCase(Locale.ROOT));
            }
        }
        value.forEach(item -> collect(item, domains));
    }
}
