package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import io.freshet.app.cli.extension.Workbench;
import io.freshet.workbench.demo.DemoOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FreshetTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldNameTheNearestOptionWhenOneIsUnknown() {
        assertThat(execute("demo", "--clickz", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--clickz", "--clicks", "freshet demo --help");
    }

    @Test
    void shouldNameTheNearestKeyWhenASettingIsUnknown() {
        assertThat(execute("run", "--set", "sequencer.windw=3")).isEqualTo(2);
        assertThat(err.toString()).contains("sequencer.windw", "sequencer.window");
    }

    @Test
    void shouldNameTheNearestCommandWhenOneIsUnknown() {
        assertThat(execute("dmeo")).isEqualTo(2);
        assertThat(err.toString()).contains("demo");
    }

    @Test
    void shouldRefuseWhenThereIsNoCommand() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "such as freshet demo or freshet run", "Commands: demo, run, config, topics", "freshet --help");
    }

    @Test
    void shouldNameTheDemoFirstInTheHelp() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).containsSubsequence("Commands:", "  demo ", "  run ", "  fit ", "  evaluate ");
    }

    @Test
    void shouldTellTheVersionOfTheBuildWhenAsked() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).containsPattern("freshet \\d+\\.\\d+").doesNotContain("${", "unknown");
    }

    @Test
    void shouldTeachByExampleWhenAskedForHelp() {
        assertThat(execute("demo", "--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "--until-end", "--state");
    }

    /** A description that is not a valid format string would be printed verbatim, with its placeholders. */
    @Test
    void shouldFillInEachPlaceOfTheHelpOfEachCommand() {
        List<CommandLine> commands = new ArrayList<>(List.of(Freshet.commandLine()));
        for (int i = 0; i < commands.size(); i++) {
            CommandLine command = commands.get(i);
            assertThat(command.getUsageMessage())
                    .as("help of %s", command.getCommandName())
                    .doesNotContain("%%", "%n", "${");
            commands.addAll(command.getSubcommands().values());
        }
        assertThat(commands).hasSizeGreaterThan(15);
    }

    @Test
    void shouldRefuseAScorerBesideTheStreamsRole() {
        assertThat(execute("run", "--roles", "streams,scorer")).isEqualTo(2);
        assertThat(err.toString()).contains("a scorer needs a process, and a variants.name, of its own");
    }

    @Test
    void shouldHaveTheCommandsThatAProgramWithoutTheWorkbenchNames() {
        List<String> names = new InstalledWorkbench()
                .commands().stream()
                        .map(type ->
                                type.getAnnotation(CommandLine.Command.class).name())
                        .toList();
        assertThat(names).isEqualTo(Workbench.COMMANDS);
        assertThat(Freshet.commandLine().getSubcommands()).containsKeys(names.toArray(String[]::new));
    }

    @Test
    void shouldRefuseToCacheWhatIsNotStartedFromJars() {
        assertThat(execute("start-cache")).isEqualTo(2);
        assertThat(err.toString()).contains("The cache must be recorded by bin/freshet, which starts from jars");
    }

    @Test
    void shouldRefuseToCacheWhatIsNoDistribution() {
        assertThat(execute("start-cache", "--home", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--home must be a distribution", "bin/freshet");
    }

    @Test
    void shouldNameThePartThatADistributionLacks() throws Exception {
        Path launcher = Files.createDirectories(folder.resolve("bin")).resolve("freshet");
        Files.createFile(launcher);
        assertThat(execute("start-cache", "--home", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no " + launcher);

        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        assertThat(execute("start-cache", "--home", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no " + folder.resolve("lib"));

        Files.createDirectories(folder.resolve("lib"));
        assertThat(execute("start-cache", "--home", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no " + folder.resolve("jvm.options"));
    }

    @Test
    void shouldRefuseUntilEndWhenTheClicksHaveNoEnd() {
        assertThat(execute("demo", "--until-end")).isEqualTo(2);
        assertThat(err.toString()).contains("--until-end needs --clicks");
    }

    @Test
    void shouldRefuseWhenTheClickFileIsNotThere() {
        assertThat(execute("demo", "--clicks", "nowhere.csv")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.csv");
    }

    @Test
    void shouldPaceTheGeneratorAndWarmUpWhenNothingIsSaid() {
        DemoOptions options = options("demo");
        assertThat(options.feed().clicksPerSecond()).isEqualTo(200);
        assertThat(options.feed().warmUp()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void shouldTakeAFileAsFastAsItGoesWhenNoRateIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("clicks.csv"), "user,item,time\n");
        DemoOptions options = options("demo", "--clicks", file.toString(), "--duration", "1m30s");
        assertThat(options.feed().clicksPerSecond()).isNull();
        assertThat(options.feed().warmUp()).isZero();
        assertThat(options.feed().duration()).isEqualTo(Duration.ofSeconds(90));
    }

    private static DemoOptions options(String... arguments) {
        CommandLine.ParseResult parsed =
                Freshet.commandLine().parseArgs(arguments).subcommand();
        return ((DemoCommand) parsed.commandSpec().userObject()).options();
    }

    private int execute(String... arguments) {
        return Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
