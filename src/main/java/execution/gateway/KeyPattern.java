package execution.gateway;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;

/** Keys that are known by their form, whoever they belong to. Matched in linear time. */
enum KeyPattern {
    PRIVATE_KEY(
            "(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
                    + "(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\\z)",
            "PRIVATE KEY"),
    JWT("eyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]{5,}(?:\\.[A-Za-z0-9_-]*){1,3}", "eyJ"),
    AWS_ACCESS_KEY("\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b", "AKIA", "ASIA"),
    GITHUB_TOKEN(
            "(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_"),
    SLACK_TOKEN("(?:xox[abeprs]|xapp)-[A-Za-z0-9-]{10,}", "xox", "xapp-"),
    STRIPE_KEY("(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{16,})", "k_live_", "k_test_", "whsec_"),
    GOOGLE_KEY("AIza[A-Za-z0-9_-]{35}", "AIza");

    private final Pattern pattern;
    private final List<String> anchors;

    /** @param anchors at least one of these is in every match: looking for them first costs next to nothing */
    KeyPattern(String pattern, String... anchors) {
        this.pattern = Pattern.compile(pattern);
        this.anchors = List.of(anchors);
    }

    Pattern pattern() {
        return pattern;
    }

    boolean mayBeIn(String text) {
        for (String anchor : anchors) {
            if (text.contains(anchor)) {
                return true;
            }
        }
        return false;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
