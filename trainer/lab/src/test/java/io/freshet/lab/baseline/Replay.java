package io.freshet.lab.baseline;

import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.metrics.StreamAccuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs baselines test-then-train over a tab-separated stream with a header, of user, item and time in seconds. */
final class Replay {
    private static final int HISTORY = 50;

    private final Map<String, int[]> historyOf = new HashMap<>();
    private final Map<String, Integer> rowOf = new HashMap<>();
    private final Map<String, Integer> userOf = new HashMap<>();

    static List<StreamAccuracy> over(Path file, SeenItems seen, List<Baseline> baselines) throws IOException {
        Replay replay = new Replay();
        List<StreamAccuracy> figures = new ArrayList<>();
        baselines.forEach(baseline -> figures.add(new StreamAccuracy(10)));
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t", -1);
            int item = replay.rowOf.computeIfAbsent(fields[1], id -> replay.rowOf.size());
            int[] history = replay.historyOf.getOrDefault(fields[0], new int[0]);
            int number = replay.userOf.computeIfAbsent(fields[0], id -> replay.userOf.size());
            long timeMs = (long) (1_000 * Double.parseDouble(fields[2]));
            UserState user = new UserState(number, timeMs, history, history);
            for (int i = 0; i < baselines.size(); i++) {
                Baseline baseline = baselines.get(i);
                Ranks ranks = baseline.rank(user, item);
                int rank = seen == SeenItems.RANKED ? ranks.amongAll() : ranks.amongUnseen();
                figures.get(i).observe(history.length == 0 ? StepRecord.NO_EVENT : rank);
                baseline.observe(user, item);
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
