package io.freshet.lab.baseline;

import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.StreamAccuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs baselines test-then-train over a tab-separated stream with a header, of user, item and further columns. */
final class Replay {
    private static final int HISTORY = 50;

    private final Map<String, int[]> historyOf = new HashMap<>();
    private final Map<String, Integer> rowOf = new HashMap<>();

    static List<StreamAccuracy> over(Path file, List<Baseline> baselines) throws IOException {
        Replay replay = new Replay();
        List<StreamAccuracy> figures = new ArrayList<>();
        baselines.forEach(baseline -> figures.add(new StreamAccuracy(10)));
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t", -1);
            int item = replay.rowOf.computeIfAbsent(fields[1], id -> replay.rowOf.size());
            int[] history = replay.historyOf.getOrDefault(fields[0], new int[0]);
            for (int i = 0; i < baselines.size(); i++) {
                Baseline baseline = baselines.get(i);
                int rank = history.length == 0 ? StepRecord.NO_EVENT : baseline.rank(history, history.length, item);
                figures.get(i).observe(rank);
                baseline.observe(history, history.length, item);
            }
            replay.historyOf.put(fields[0], appended(history, item));
        }
        return figures;
    }

    private static int[] appended(int[] history, int item) {
        int from = Math.max(0, history.length + 1 - HISTORY);
        int[] longer = Arrays.copyOfRange(history, from, history.length + 1);
        longer[longer.length - 1] = item;
        return longer;
    }
}
