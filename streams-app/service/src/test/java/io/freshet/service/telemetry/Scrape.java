package io.freshet.service.telemetry;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer of {@code /metrics} in Prometheus' text format.
 *
 * @param families metric families by name
 * @param series labels and their values by sample name, which may end in a suffix such as {@code _bucket}
 */
record Scrape(Map<String, Family> families, Map<String, Map<String, Set<String>>> series) {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) ?(.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+(?: \\S+)?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    /**
     * Metrics of one name.
     *
     * @param type counter, gauge, histogram or summary
     * @param labels labels of the samples, without {@code le}
     */
    record Family(String name, String type, String help, Set<String> labels) {}

    static Scrape parse(String text) {
        Map<String, String> helps = new HashMap<>();
        Map<String, Family> families = new TreeMap<>();
        Map<String, Map<String, Set<String>>> series = new TreeMap<>();
        Family current = null;
        for (String line : text.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (comment.matches()) {
                if (comment.group(1).equals("HELP")) {
                    helps.put(comment.group(2), comment.group(3));
                } else {
                    String name = comment.group(2);
                    current = new Family(
                            name, comment.group(3), helps.getOrDefault(name, "").strip(), new TreeSet<>());
                    families.put(name, current);
                }
            } else if (sample.matches() && current != null) {
                Map<String, Set<String>> labels = series.computeIfAbsent(sample.group(1), _ -> new TreeMap<>());
                addLabels(sample.group(2), labels, current.labels());
            } else if (!line.isBlank()) {
                throw new AssertionError("the line must be a comment or a sample: " + line);
            }
        }
        return new Scrape(families, series);
    }

    private static void addLabels(String text, Map<String, Set<String>> labels, Set<String> names) {
        if (text == null) {
            return;
        }
        Matcher label = LABEL.matcher(text);
        while (label.find()) {
            labels.computeIfAbsent(label.group(1), _ -> new TreeSet<>()).add(label.group(2));
            if (!label.group(1).equals("le")) {
                names.add(label.group(1));
            }
        }
    }

    /** Returns the union of both scrapes. */
    Scrape and(Scrape other) {
        Map<String, Family> all = new TreeMap<>(families);
        all.putAll(other.families);
        Map<String, Map<String, Set<String>>> samples = new TreeMap<>();
        for (Scrape each : Set.of(this, other)) {
            each.series.forEach((name, labels) ->
                    labels.forEach((label, values) -> samples.computeIfAbsent(name, _ -> new TreeMap<>())
                            .computeIfAbsent(label, _ -> new TreeSet<>())
                            .addAll(values)));
            each.series.keySet().forEach(name -> samples.computeIfAbsent(name, _ -> new TreeMap<>()));
        }
        return new Scrape(all, samples);
    }
}
