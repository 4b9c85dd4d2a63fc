package io.freshet.workbench.demo;

import io.freshet.workbench.demo.console.FrameText;
import io.freshet.workbench.demo.count.MemoryUse;
import java.util.List;
import java.util.Locale;

/** Formats the summary as text. */
final class DemoReport {
    private DemoReport() {}

    /** Says that more than ten seconds' clicks wait for the trainer, if so. */
    private static String lag(Summary summary) {
        Summary.Training training = summary.training();
        long waiting = summary.clicks().accepted() - training.targets();
        return waiting * training.seconds() <= 10.0 * training.targets() || training.seconds() < 10
                ? ""
                : "; " + FrameText.count(waiting)
                        + " clicks wait: the trainer does not keep up, use a faster encoder or more processors";
    }

    static List<String> lines(Summary summary) {
        Summary.Clicks clicks = summary.clicks();
        Summary.Prequential prequential = summary.prequential();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "clicks           %s read = %s accepted + %s duplicate + %s too late + %s dead letters%s",
                        FrameText.count(clicks.read()),
                        FrameText.count(clicks.accepted()),
                        FrameText.count(clicks.duplicates()),
                        FrameText.count(clicks.tooLate()),
                        FrameText.count(clicks.deadLetters()),
                        inFlight(clicks)),
                String.format(
                        Locale.ROOT,
                        "users, items     %s, %s",
                        FrameText.count(summary.users()),
                        FrameText.count(summary.items())),
                String.format(
                        Locale.ROOT,
                        "training         %s steps, %s clicks learned from, %.1f s, %s snapshots%s",
                        FrameText.count(summary.training().steps()),
                        FrameText.count(summary.training().targets()),
                        summary.training().seconds(),
                        FrameText.count(summary.training().snapshots()),
                        lag(summary)),
                String.format(Locale.ROOT, "recommendations  %s", FrameText.count(summary.recommendations())),
                String.format(
                        Locale.ROOT,
                        "latency p50/p99  click to recommendation %s, click to model %s",
                        percentiles(summary.latencyMs().clickToRecommendation()),
                        percentiles(summary.latencyMs().clickToModel())),
                "memory           " + memory(summary.memory()),
                "",
                String.format(
                        Locale.ROOT,
                        "prequential, %s events   HR@10   NDCG@10  MRR@10",
                        padded(prequential.served().events())),
                String.format(
                        Locale.ROOT,
                        "  model                         %s   %s    %s",
                        FrameText.share(prequential.served().hr10()),
                        FrameText.share(prequential.served().ndcg10()),
                        FrameText.share(prequential.served().mrr10())),
                figures("its network alone", prequential.network()),
                figures("its memory alone", prequential.memory()),
                figures("item-to-item rules", prequential.baselines().rules()),
                figures("popularity", prequential.baselines().popularity()));
    }

    private static String inFlight(Summary.Clicks clicks) {
        long rest = clicks.read() - clicks.dealtWith();
        return rest > 0 ? " + " + FrameText.count(rest) + " on their way" : "";
    }

    private static String percentiles(Summary.Percentiles percentiles) {
        return percentiles.p50() == null ? "not measured" : percentiles.p50() + "/" + percentiles.p99() + " ms";
    }

    private static String memory(List<MemoryUse> samples) {
        if (samples.isEmpty()) {
            return "not measured";
        }
        MemoryUse last = samples.getLast();
        Long resident = last.residentBytes();
        return String.format(
                Locale.ROOT,
                "heap %s, RocksDB %s, tensors %s%s",
                megabytes(last.heapBytes()),
                megabytes(last.rocksdbBytes()),
                megabytes(last.offHeapBytes()),
                resident == null ? "" : ", the whole process " + megabytes(resident));
    }

    private static String megabytes(long bytes) {
        return bytes / 1_000_000 + " MB";
    }

    private static String padded(long events) {
        return String.format(Locale.ROOT, "%9s", FrameText.count(events));
    }

    private static String figures(String name, Summary.At10 at10) {
        return String.format(
                Locale.ROOT,
                "  %-28s  %s   %s    %s",
                name,
                FrameText.share(at10.hr10()),
                FrameText.share(at10.ndcg10()),
                FrameText.share(at10.mrr10()));
    }
}
