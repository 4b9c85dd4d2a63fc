package io.freshet.service.http.page;

import io.freshet.training.metrics.Accuracy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Time series of the page since the start of this process, with a bounded number of points. When it is full, every
 * other point is dropped, and from then on half as many samples are recorded. Not thread-safe.
 */
final class FigureHistory {
    private final int capacity;
    private final List<Point> points = new ArrayList<>();
    private long taken;
    private long every = 1;

    private record Point(long atMs, double clicksPerSecond, Map<String, Double> ndcg) {}

    /** @param capacity maximum number of points; even */
    FigureHistory(int capacity) {
        this.capacity = capacity;
    }

    void add(long atMs, PageMetrics figures) {
        if (taken++ % every == 0) {
            if (points.size() == capacity) {
                thinOut();
            }
            points.add(new Point(atMs, figures.clicksPerSecond(), ndcgOf(figures)));
        }
    }

    int size() {
        return points.size();
    }

    private static Map<String, Double> ndcgOf(PageMetrics figures) {
        Map<String, Double> ndcg = new LinkedHashMap<>();
        for (Map.Entry<String, Accuracy> ranked : figures.quality().entrySet()) {
            if (ranked.getValue().events() > 0) {
                ndcg.put(ranked.getKey(), ranked.getValue().ndcg());
            }
        }
        return ndcg;
    }

    private void thinOut() {
        List<Point> kept = new ArrayList<>();
        for (int i = 0; i < points.size(); i += 2) {
            kept.add(points.get(i));
        }
        points.clear();
        points.addAll(kept);
        every *= 2;
    }

    /**
     * All points, as columns.
     *
     * @param ndcg a column for each ranker; null where a point has none
     */
    record Columns(List<Long> at, List<Double> clicksPerSecond, Map<String, List<@Nullable Double>> ndcg) {}

    Columns columns() {
        Set<String> names = new LinkedHashSet<>();
        points.forEach(point -> names.addAll(point.ndcg.keySet()));
        Map<String, List<@Nullable Double>> ndcg = new LinkedHashMap<>();
        for (String name : names) {
            List<@Nullable Double> column = new ArrayList<>();
            points.forEach(point -> column.add(point.ndcg.get(name)));
            ndcg.put(name, column);
        }
        return new Columns(
                points.stream().map(Point::atMs).toList(),
                points.stream().map(Point::clicksPerSecond).toList(),
                ndcg);
    }
}
