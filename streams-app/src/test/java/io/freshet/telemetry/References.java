package io.freshet.telemetry;

import io.freshet.telemetry.PromQl.Label;
import io.freshet.telemetry.PromQl.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds expressions against a scrape.
 *
 * @param addedLabels those that Prometheus adds when it scrapes
 */
record References(Scrape scrape, Set<String> addedLabels) {
    /** What an expression refers to and is not there; for people. */
    List<String> missing(String expression) {
        List<String> missing = new ArrayList<>();
        for (Selector selector : PromQl.selectorsOf(expression)) {
            Map<String, Set<String>> labels = scrape.series().get(selector.metric());
            if (labels == null) {
                missing.add("no metric " + selector.metric() + " in: " + expression);
            } else {
                selector.labels().stream()
                        .filter(label -> !isThere(label, labels))
                        .map(label -> "no " + label + " on " + selector.metric() + " in: " + expression)
                        .forEach(missing::add);
            }
        }
        return missing;
    }

    /** Values are looked for where they are plain: neither a pattern nor a variable of Grafana's. */
    private boolean isThere(Label label, Map<String, Set<String>> labels) {
        if (addedLabels.contains(label.name())) {
            return true;
        }
        Set<String> values = labels.get(label.name());
        boolean isPlain = label.operator().equals("=") && !label.value().contains("$");
        return values != null && (!isPlain || values.contains(label.value()));
    }
}
