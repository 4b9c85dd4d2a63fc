package io.freshet.workbench.demo.console;

import io.freshet.training.metrics.Accuracy;
import io.freshet.workbench.demo.count.PrequentialRace;
import io.freshet.workbench.demo.count.RecentUsers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Renders a frame as lines of at most {@value #WIDTH} columns, or as one plain line. Immutable. */
public final class FrameText {
    static final int WIDTH = 79; // for an 80-column terminal: some wrap at the last column
    private static final int BAR = 36;
    private static final int SPARKS = 48;
    private static final int LABEL = 10;
    private static final int NAME = 14;
    private static final int FIGURES = 60; // column at which the figures begin
    private static final int FIGURE = 9;
    private static final int ID_WIDTH = 12;
    private static final int USER = 12;
    private static final int CLICKED = 40;

    private final Glyphs glyphs;
    private final Paint paint;

    public FrameText(Glyphs glyphs, Paint paint) {
        this.glyphs = glyphs;
        this.paint = paint;
    }

    List<String> lines(Frame frame) {
        List<String> lines = new ArrayList<>();
        lines.add(title(frame));
        lines.add(paint.dim(cut(places(frame), WIDTH)));
        lines.add("");
        lines.add(label("clicks") + clicks(frame));
        lines.add(label("model") + model(frame));
        lines.add(label("latency") + latency(frame));
        lines.add(label("process") + process(frame));
        lines.add("");
        lines.addAll(race(frame));
        lines.add("");
        lines.addAll(users(frame));
        return lines;
    }

    private static String places(Frame frame) {
        String page = frame.places().page().isEmpty()
                ? ""
                : "Page at " + frame.places().page() + ", ";
        return String.format(
                Locale.ROOT,
                "%sKafka at %s, clicks from %s",
                page,
                frame.places().address(),
                frame.places().source());
    }

    /** Renders a frame as one line, for a log or a pipe. */
    String line(Frame frame) {
        return String.format(
                Locale.ROOT,
                "%s %s | %s | step %d (%.1f/s), %s old | NDCG@10 %s, rules %s, popularity %s | %s",
                clock(frame.elapsed()),
                frame.status(),
                String.format(
                        Locale.ROOT,
                        "%s read, %s accepted, %s/s",
                        count(frame.counts().clicksSent()),
                        count(frame.counts().figures().clicks().accepted()),
                        count(Math.round(frame.rates().clicksPerSecond()))),
                frame.model().step(),
                frame.rates().stepsPerSecond(),
                age(frame),
                share(frame.race().recent().model().ndcg()),
                share(frame.race().recent().rules().ndcg()),
                share(frame.race().recent().popularity().ndcg()),
                latency(frame));
    }

    private String title(Frame frame) {
        String left = "freshet demo  " + clock(frame.elapsed()) + "  " + frame.status();
        String right = "Ctrl-C ends";
        return paint.bold(padded(cut(left, WIDTH - right.length() - 2), WIDTH - right.length())) + paint.dim(right);
    }

    private static String clicks(Frame frame) {
        return cut(
                String.format(
                        Locale.ROOT,
                        "%s read  %s/s  %s accepted  %s duplicate  %s too late  %s dead",
                        count(frame.counts().clicksSent()),
                        count(Math.round(frame.rates().clicksPerSecond())),
                        count(frame.counts().figures().clicks().accepted()),
                        count(frame.counts().outcomes().duplicates()),
                        count(frame.counts().outcomes().tooLate()),
                        count(frame.counts().figures().clicks().deadLetters())),
                WIDTH - LABEL);
    }

    private static String model(Frame frame) {
        if (frame.model().step() == 0) {
            return "none yet: popular items are recommended";
        }
        return cut(
                String.format(
                        Locale.ROOT,
                        "step %s  %s steps/s  %s learned  %s old  %s items",
                        count(frame.model().step()),
                        String.format(Locale.ROOT, "%.1f", frame.rates().stepsPerSecond()),
                        count(frame.counts().figures().journal().learned()),
                        age(frame),
                        count(frame.counts().figures().items())),
                WIDTH - LABEL);
    }

    private String latency(Frame frame) {
        return cut(
                String.format(
                        Locale.ROOT,
                        "recommendation %s  model %s  ms, p50/p99%s",
                        percentiles(frame.latencies().toRecommendation()),
                        percentiles(frame.latencies().toModel()),
                        frame.latencies().warmingUp() ? ", warming up" : ""),
                WIDTH - LABEL);
    }

    private static String process(Frame frame) {
        return cut(
                String.format(
                        Locale.ROOT,
                        "%s users  %s recommendations  %s snapshots  %d MB heap",
                        count(frame.counts().figures().users().known()),
                        count(frame.counts().figures().published().recommendations()),
                        count(frame.counts().figures().published().snapshots()),
                        frame.heapBytes() >> 20),
                WIDTH - LABEL);
    }

    private List<String> race(Frame frame) {
        PrequentialRace.Standing recent = frame.race().recent();
        PrequentialRace.Standing whole = frame.race().afterFirstTenth();
        double best = Stream.of(recent.model(), recent.network(), recent.memory(), recent.rules(), recent.popularity())
                .mapToDouble(Accuracy::ndcg)
                .reduce(.01, Math::max);
        return List.of(
                paint.dim(padded(
                                "NDCG@10   newest " + count(recent.model().events()) + " ranked clicks, all "
                                        + count(whole.model().events()),
                                FIGURES)
                        + padded("newest", FIGURE) + "all"),
                racer("model", recent.model().ndcg(), whole.model().ndcg(), best, Paint.Colour.GREEN),
                racer("  network", recent.network().ndcg(), whole.network().ndcg(), best, Paint.Colour.GREEN),
                racer("  memory", recent.memory().ndcg(), whole.memory().ndcg(), best, Paint.Colour.GREEN),
                racer("item-item", recent.rules().ndcg(), whole.rules().ndcg(), best, Paint.Colour.YELLOW),
                racer(
                        "popularity",
                        recent.popularity().ndcg(),
                        whole.popularity().ndcg(),
                        best,
                        Paint.Colour.BLUE),
                padded("", NAME)
                        + paint.in(Paint.Colour.GREEN, sparks(frame.race().ndcgHistory())));
    }

    private String racer(String name, double recent, double whole, double best, Paint.Colour colour) {
        int filled = (int) Math.round(BAR * recent / best);
        String bar = padded(glyphs.bar().repeat(filled), BAR);
        return padded("  " + name, NAME)
                + paint.in(colour, bar)
                + " ".repeat(FIGURES - NAME - BAR)
                + padded(share(recent), FIGURE)
                + share(whole);
    }

    private String sparks(List<Double> history) {
        List<Double> shown = history.subList(Math.max(0, history.size() - SPARKS), history.size());
        double top = shown.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        StringBuilder sparks = new StringBuilder();
        for (double value : shown) {
            int height =
                    top > 0 ? (int) Math.round(value / top * (glyphs.spark().length() - 1)) : 0;
            sparks.append(glyphs.spark().charAt(height));
        }
        return sparks.toString();
    }

    private List<String> users(Frame frame) {
        if (frame.users().isEmpty()) {
            return List.of(paint.dim("users     recommendations appear with the first model"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(paint.dim(padded("user", USER) + padded("last clicks", CLICKED) + "   recommended next"));
        frame.users().forEach(user -> lines.add(user(user)));
        return lines;
    }

    private String user(RecentUsers.RecentUser user) {
        List<String> items = user.lastItems();
        List<String> newest = items.subList(Math.max(0, items.size() - 3), items.size());
        String clicked = newest.stream()
                .map(id -> cut(printable(id), ID_WIDTH))
                .collect(Collectors.joining(" " + glyphs.to() + " "));
        String left = padded(cut(printable(user.userId()), USER - 1), USER) + padded(cut(clicked, CLICKED - 1), CLICKED)
                + glyphs.answer() + " ";
        return left + paint.in(Paint.Colour.GREEN, recommended(user, WIDTH - left.length()));
    }

    /** Returns as many items as fit, best first. */
    private static String recommended(RecentUsers.RecentUser user, int width) {
        StringBuilder text = new StringBuilder();
        for (String id : user.recommended()) {
            String more = text.isEmpty() ? printable(id) : "  " + printable(id);
            if (text.length() + more.length() > width) {
                break;
            }
            text.append(more);
        }
        return text.isEmpty() ? cut(printable(user.recommended().getFirst()), width) : text.toString();
    }

    private String label(String name) {
        return paint.dim(padded(name, LABEL));
    }

    private static String percentiles(Frame.Percentiles percentiles) {
        return percentiles.measured() ? percentiles.p50() + "/" + percentiles.p99() : "-";
    }

    private static String age(Frame frame) {
        return frame.model().step() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f s", frame.model().age().toMillis() / 1_000.0);
    }

    private static String clock(Duration elapsed) {
        return String.format(
                Locale.ROOT, "%02d:%02d:%02d", elapsed.toHours(), elapsed.toMinutesPart(), elapsed.toSecondsPart());
    }

    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Formats a share as {@code .3824}, the usual notation of accuracies. */
    public static String share(double share) {
        String text = String.format(Locale.ROOT, "%.4f", share);
        return text.startsWith("0") ? text.substring(1) : text;
    }

    /** Replaces control characters, which could steer the terminal: ids come from outside. */
    private static String printable(String id) {
        return id.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String cut(String text, int width) {
        return text.codePointCount(0, text.length()) <= width
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Math.max(0, width)));
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
    }
}
