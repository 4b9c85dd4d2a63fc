package io.freshet.service.telemetry;

import io.freshet.service.telemetry.PromQl.Label;
import io.freshet.service.telemetry.PromQl.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks expressions against a scrape.
 *
 * @param addedLabels labels that Prometheus adds when it scrapes
 */
record References(Scrape scrape, Set<String> addedLabels) {
    /** Returns readable descriptions of the metrics and labels that an expression refers to and the scrape lacks. */
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

    /**
     * Returns whether a label exists. Its value is checked only if it is literal, neither a pattern nor a Grafana variable.
     */
    private boolean isThere(Label label, Map<String, Set<String>> labels) {
        if (addedLabels.contains(label.name())) {
            return true;
        }
        Set<String> values = labels.get(label.name());
        boolean isPlain = label.operator().equals("=") && !label.value().contains("$");
        return values != null && (!isPlain || values.contains(label.value()));
    }
}
