package io.freshet.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program without the demo and the lab, as in the container image: this module's class path has no workbench. */
final class WithoutWorkbenchTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "demo --help",
                "demo --clicks clicks.csv --until-end",
                "evaluate prequential --set model.dim=32",
                "backtest --from -7d --set model.encoder=gru4rec",
                "bench recovery",
                "plot out.json",
                "start-cache"
            })
    void shouldSayWhereACommandOfTheWorkbenchIs(String line) {
        String[] arguments = line.split(" ", -1);
        assertThat(execute(arguments)).isEqualTo(2);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "freshet: freshet " + arguments[0] + " is not in this program, which has only the"
                                + " commands that production needs. Use streams-app/bin/freshet of a checkout, or"
                                + " streams-app/workbench/target/freshet/bin/freshet.")
                .hasLineCount(1);
    }

    @Test
    void shouldSayWhereTheStateOfADemoCanBeRead() {
        assertThat(execute("models", "list", "--state", "run1")).isEqualTo(2);
        assertThat(err.toString()).contains("--state is not in this program");
    }

    @Test
    void shouldLeaveTheWorkbenchOutOfTheHelp() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString())
                .contains("freshet run --check", "  models")
                .doesNotContain("freshet demo", "  demo", "  bench", "backtest");
        assertThat(execute("help", "demo")).isZero();
        assertThat(out.toString()).contains("freshet demo is not in this program");
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString())
                .contains("such as freshet run or freshet topics", "Commands: run, config, topics")
                .doesNotContain("demo");
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
