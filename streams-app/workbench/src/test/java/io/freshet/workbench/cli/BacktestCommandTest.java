package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.ParseResult;

final class BacktestCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldGiveEachCandidateTheSettingsThatFollowItsName() {
        assertThat(candidates(
                        "--name",
                        "wide",
                        "--set",
                        "sequencer.window=100",
                        "--set=model.dim=32",
                        "--name=gru",
                        "--set",
                        "model.encoder=gru4rec"))
                .containsExactly(
                        Map.entry("wide", Map.of("sequencer.window", "100", "model.dim", "32")),
                        Map.entry("gru", Map.of("model.encoder", "gru4rec")));
    }

    @Test
    void shouldGiveTheFirstCandidateTheSettingsBeforeAnyName() {
        assertThat(candidates("--set", "events.seen.return.ms=*=0", "--name", "gru", "--set", "model.encoder=gru4rec"))
                .containsExactly(
                        Map.entry("candidate", Map.of("events.seen.return.ms", "*=0")),
                        Map.entry("gru", Map.of("model.encoder", "gru4rec")));
    }

    @Test
    void shouldRunTheConfigurationAloneWhenNothingIsSet() {
        assertThat(candidates("--from", "-7d", "--to", "-1d")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--set sequencer.windw=3 | --set of candidate: Unknown key sequencer.windw: the nearest known one is sequencer.window",
                "--name a --set model.dim=many | --set of a: Invalid value many for configuration model.dim",
                "--set topics.clicks=other | topics.clicks must be in the configuration that runs, not in candidate",
                "--name a --set kafka.bootstrap.servers=b:1 | kafka.bootstrap.servers must be in the configuration that runs",
                "--set model.dim=32 --name a | --name a must be followed by --set",
                "--name current --set model.dim=32 | --name must differ for each candidate, and from current",
                "--name a --set model.dim=32 --name a --set model.dim=64 | --name must differ for each candidate",
                "--name abcdefghijklmnopqrstu --set model.dim=32 | --name must have from 1 to 20 characters",
                "--set model.dim=32 --set model.dim=64 | --set must have a key once for each candidate: model.dim",
                "--set model.dim | --set must be KEY=VALUE: model.dim",
                "--set | Missing required parameter for option '--set'",
                "--name | Missing required parameter for option '--name'",
                "--from -1d --to -7d | --from must be before --to",
                "--from 7d | is not a time such as -7d",
                "--config nowhere.properties | --config: no such file",
                "--state nowhere --config pom.xml | --state has its own configuration",
                "--rank-share 2 | online.rank.share"
            })
    void shouldRefuseWhatCannotBe(String options, String message) {
        assertThat(execute(("backtest " + options).split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("freshet: ").contains(message);
    }

    @Test
    void shouldSayThatAFolderIsNotThatOfADemo() {
        assertThat(execute("backtest", "--state", "nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("the state folder must be that of a demo: nowhere");
    }

    @Test
    void shouldTeachByExampleWhenAskedForHelp() {
        assertThat(execute("backtest", "--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "--from -7d", "What to know:", "without a consumer group");
    }

    @Test
    void shouldBeCompletedByTheShell() {
        assertThat(execute("completion")).isZero();
        assertThat(out.toString()).contains("backtest", "--from");
    }

    private static Map<String, Map<String, String>> candidates(String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "backtest";
        System.arraycopy(options, 0, arguments, 1, options.length);
        ParseResult parsed = Freshet.commandLine().parseArgs(arguments).subcommand();
        return ((BacktestCommand) parsed.commandSpec().userObject()).candidates();
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
