package io.freshet.service.telemetry;

import io.freshet.service.telemetry.Scrape.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of {@code METRICS.md}: a generated one of Freshet's own metrics, and one of other libraries' metric families.
 */
final class MetricsTable {
    static final Path PAGE = Path.of("..", "METRICS.md");
    static final String OWN = "freshet_";

    private static final String BEGIN = "<!-- metrics:begin -->\n";
    private static final String END = "<!-- metrics:end -->";
    private static final Pattern PREFIX_ROW = Pattern.compile("(?m)^\\| `(\\w+_)\\*` \\|");

    private MetricsTable() {}

    /** Returns the table of our own metrics as the page should have it. */
    static String of(Scrape streams, Scrape trainer) {
        Map<String, Family> all = new TreeMap<>(streams.families());
        all.putAll(trainer.families());
        StringBuilder table = new StringBuilder("| metric | type | labels | unit | role | what it says |\n");
        table.append("| --- | --- | --- | --- | --- | --- |\n");
        all.values().stream()
                .filter(family -> isOwn(family, all))
                .forEach(family -> table.append("| `%s` | %s | %s | %s | %s | %s |%n"
                        .formatted(
                                family.name(),
                                family.type(),
                                labels(family, streams, trainer),
                                unit(family.name()),
                                role(family.name(), streams, trainer),
                                family.help())));
        return table.toString();
    }

    /** Returns whether a family is our own. A histogram's {@code _max} gauge belongs to the histogram. */
    private static boolean isOwn(Family family, Map<String, Family> all) {
        String name = family.name();
        boolean isMaximum = name.endsWith("_max") && all.containsKey(name.substring(0, name.length() - 4));
        return name.startsWith(OWN) && !isMaximum;
    }

    private static String labels(Family family, Scrape streams, Scrape trainer) {
        Set<String> labels = new TreeSet<>(family.labels());
        for (Scrape scrape : List.of(streams, trainer)) {
            if (scrape.families().containsKey(family.name())) {
                labels.addAll(scrape.families().get(family.name()).labels());
            }
        }
        return String.join(", ", labels);
    }

    private static String unit(String name) {
        String base = name.replaceAll("_(total|max)$", "");
        return base.endsWith("_seconds") ? "s" : base.endsWith("_bytes") ? "B" : "";
    }

    private static String role(String name, Scrape streams, Scrape trainer) {
        List<String> roles = new ArrayList<>();
        if (streams.families().containsKey(name)) {
            roles.add("streams");
        }
        if (trainer.families().containsKey(name)) {
            roles.add("trainer");
        }
        return roles.size() == 2 ? "both" : roles.getFirst();
    }

    /** Returns the table of our own metrics as the page has it. */
    static String written() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
    }

    static void write(String table) throws IOException {
        String page = Files.readString(PAGE);
        Files.writeString(
                PAGE,
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + table + page.substring(page.indexOf(END)));
    }

    /** Returns the prefixes of the names of other libraries' metrics. */
    static Set<String> familyPrefixes() throws IOException {
        Set<String> prefixes = new TreeSet<>();
        Matcher row = PREFIX_ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            prefixes.add(row.group(1));
        }
        return prefixes;
    }
}
