package io.freshet.app.cli.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.training.fit.FitResult.CurvePoint;
import io.freshet.training.fit.HeldOutAccuracy;
import io.freshet.training.metrics.Accuracy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final CurvePoint point = new CurvePoint(
            5, 8.5, new HeldOutAccuracy(Accuracy.NONE, new Accuracy(9, .0986, .0597, .0412), Accuracy.NONE), 61.4);

    @Test
    void shouldDrawHowFarItIsAndWhatIsLeft() {
        FitProgress progress = new FitProgress(new ProgressLine(out, true, true), 10);
        assertThat(progress.line(5, 5, 10, 7.25, 90))
                .isEqualTo("epoch 5/10  ██████████░░░░░░░░░░░░░░ 45%  loss 7.2500  1m50s left");
        assertThat(new FitProgress(new ProgressLine(out, true, false), 10).line(10, 10, 10, 7.25, 90))
                .isEqualTo("epoch 10/10  ######################## 100%  loss 7.2500  0s left");
    }

    @Test
    void shouldNotGuessWhatIsLeftWhenItHasJustBegun() {
        assertThat(new FitProgress(new ProgressLine(out, true, false), 10).line(1, 5, 10, 7.25, 2))
                .isEqualTo("epoch 1/10  #.......................  5%  loss 7.2500");
    }

    @Test
    void shouldLeaveALineBehindForEachValidation() {
        new FitProgress(new ProgressLine(out, false, false), 10).validated(point, true);
        assertThat(bytes.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo("epoch    5   loss 8.5000   validation HR@10 .0986  NDCG@10 .0597  MRR@10 .0412"
                        + "   after 1m01s  best so far");
    }

    @Test
    void shouldClearTheBarBeforeAValidationWhenOnATerminal() {
        new FitProgress(new ProgressLine(out, true, false), 10).validated(point, false);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("\r\u001B[Kepoch    5")
                .contains("after 1m01s" + System.lineSeparator());
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "59.4, 59s", "59.6, 1m00s", "187, 3m07s", "7500, 2h05m"})
    void shouldTellTimesAsPeopleDo(double seconds, String text) {
        assertThat(FitProgress.time(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.05971, .0597", "0, .0000", "1, 1.000", "0.99999, 1.000"})
    void shouldWriteSharesAsPapersDo(double share, String text) {
        assertThat(LeaveOneOutMetrics.share(share)).isEqualTo(text);
    }
}
