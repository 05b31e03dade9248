package audit.incident;

import audit.incident.Report.Evidence;
import audit.incident.Report.Section;
import audit.incident.Report.Sentence;
import java.util.regex.Pattern;

/** A report as Markdown, for people. Words of tenants are escaped: they are text and nothing else. */
final class MarkdownReport {

    /** What could begin anything else than text, also by GitHub's rules: of addresses it makes links. */
    private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_\\[\\]<>#|~&@]|(?<=www)\\.|:(?=//)|^[-+=]");

    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    static String of(Report report) {
        var written = new MarkdownReport();
        written.head(report);
        report.sections().forEach(written::section);
        return written.text.toString();
    }

    private void head(Report report) {
        IncidentView incident = report.incident();
        line("# " + escaped(incident.title()));
        line("");
        line("Incident `%s` of tenant `%s`, %s, %s, about %s."
                .formatted(
                        incident.incidentId(),
                        report.tenantId(),
                        incident.severity().word(),
                        incident.state(),
                        escaped(incident.scope().words())));
        line("From %s to %s, compared with the time from %s on. Made at %s from journal entries up to %d."
                .formatted(
                        report.from(),
                        report.until(),
                        report.comparedFrom(),
                        report.madeAt(),
                        report.throughSequence()));
        line("");
        line("**Other tenants affected: %s**".formatted(report.othersAffected()));
        for (IncidentView.Note note : incident.notes()) {
            line("");
            line("Note by %s at %s:".formatted(escaped(note.by()), note.at()));
            quoted(note.note());
        }
        if (incident.summary() != null) {
            line("");
            line("Summary:");
            quoted(incident.summary());
        }
    }

    private void quoted(String words) {
        line("");
        words.lines().forEach(one -> line("> " + escaped(one)));
    }

    private void section(Section section) {
        line("");
        line("## " + section.question());
        line("");
        section.sentences().forEach(this::sentence);
    }

    private void sentence(Sentence sentence) {
        var links = new StringBuilder();
        for (Evidence evidence : sentence.evidence()) {
            links.append(links.isEmpty() ? " (" : ", ")
                    .append("[%s%d `%s`](%s)"
                            .formatted(
                                    evidence.tenantId() == null ? "" : escaped(evidence.tenantId()) + " ",
                                    evidence.sequence(),
                                    evidence.eventId(),
                                    evidence.proof()));
        }
        line("- " + escaped(sentence.text()) + (links.isEmpty() ? "" : links + ")"));
    }

    private void line(String words) {
        text.append(words).append('\n');
    }

    private static String escaped(String words) {
        return SPECIAL.matcher(words).replaceAll("\\\\$0");
    }
}
