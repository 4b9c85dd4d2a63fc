package io.freshet.workbench.demo.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.training.metrics.Accuracy;
import io.freshet.workbench.demo.count.PipelineCounts;
import io.freshet.workbench.demo.count.PrequentialRace;
import io.freshet.workbench.demo.count.RecentUsers;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrameTextTest {
    @Test
    void shouldFitAnEightyColumnTerminalWhenEverythingIsLarge() {
        List<String> lines = new FrameText(Glyphs.UNICODE, Paint.NONE).lines(frame(987_654_321, "u".repeat(200)));
        assertThat(lines)
                .allSatisfy(line ->
                        assertThat(line.codePointCount(0, line.length())).isLessThan(80));
        assertThat(lines).hasSizeLessThan(24);
    }

    @Test
    void shouldShowTheStandingWhenThereIsOne() {
        String text = String.join("\n", new FrameText(Glyphs.ASCII, Paint.NONE).lines(frame(70_278, "u1")));
        assertThat(text).contains("70,278 read", ".3712", ".3623", ".3534", ".3824", ".0412", "recommendation 31/80 ");
    }

    @Test
    void shouldNotPassOnControlCharactersWhenAnIdHasThem() {
        List<String> lines = new FrameText(Glyphs.ASCII, Paint.NONE).lines(frame(1, "evil\u001B[2J\u202E"));
        assertThat(String.join("", lines)).contains("evil?[2J?").doesNotContain("\u001B", "\u202E");
    }

    @Test
    void shouldBeOneLineWhenThereIsNoTerminal() {
        assertThat(new FrameText(Glyphs.ASCII, Paint.NONE).line(frame(70_278, "u1")))
                .doesNotContain("\n")
                .contains("70,278 read", "NDCG@10 .3712, rules .3824, popularity .0412");
    }

    private static Frame frame(long count, String id) {
        PrequentialRace.Standing standing = new PrequentialRace.Standing(
                new Accuracy(1_000, .55, .3712, .3),
                new Accuracy(1_000, .54, .3623, .29),
                new Accuracy(1_000, .53, .3534, .28),
                new Accuracy(1_000, .08, .0412, .03),
                new Accuracy(1_000, .56, .3824, .33));
        int size = (int) Math.min(count, 99_999_999);
        return new Frame(
                Duration.ofHours(99),
                "end of the file, processing the last clicks",
                new Frame.Places("/a/long/path".repeat(20), "127.0.0.1:12345", "http://127.0.0.1:8080/"),
                new Frame.Counts(
                        count,
                        new PipelineCounts.Figures(
                                new PipelineCounts.Clicks(count, count),
                                new PipelineCounts.Journal(count, count, 0, count),
                                new PipelineCounts.Users(size, size),
                                new PipelineCounts.Published(count, 12),
                                size),
                        new ClickOutcomeCounts(count, count, count)),
                new Frame.Rates(12_345, 4.8),
                new Frame.ServedModel(count, Duration.ofMillis(1_234)),
                new Frame.Race(
                        standing,
                        standing,
                        IntStream.range(0, 60).mapToObj(i -> i / 100.0).toList()),
                new Frame.Latencies(
                        new Frame.Percentiles(31, 80, true), new Frame.Percentiles(420, 60_000, true), true),
                List.of(new RecentUsers.RecentUser(id, List.of(id, id, id, id), List.of(id, id, id), true)),
                1L << 33);
    }
}
