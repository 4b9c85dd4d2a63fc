package io.freshet.app.cli;

import io.freshet.app.check.NativeLibraries;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.Failures;
import io.freshet.app.cli.console.LogEnvironment;
import io.freshet.app.cli.extension.Workbench;
import io.freshet.app.cli.fit.FitCommand;
import io.freshet.app.cli.models.ModelsCommand;
import io.freshet.app.cli.models.ReplayCommand;
import io.freshet.app.cli.option.DurationConverter;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.cli.run.AclsCommand;
import io.freshet.app.cli.run.ConfigCommand;
import io.freshet.app.cli.run.FeedCommand;
import io.freshet.app.cli.run.ImportCommand;
import io.freshet.app.cli.run.RepartitionCommand;
import io.freshet.app.cli.run.RunCommand;
import io.freshet.app.cli.run.SizeCommand;
import io.freshet.app.cli.run.TopicsCommand;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command {@code freshet}.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 wrong usage.
 */
@Command(
        name = "freshet",
        description = {
            "An online recommender on Kafka. It reads clicks from one topic, updates its model in under a second, and"
                    + " writes next-item recommendations to another topic.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nStart here:%n",
        footer = {
            "  freshet demo                    run everything in one process: a broker, clicks and a model",
            "  freshet demo --help             replay a file of clicks",
            "  freshet run --help              run it on your Kafka",
            "  freshet run --check             check the configuration and everything it depends on",
            "  freshet config --help           print the configuration, and where each value comes from",
            "  freshet topics --help           create or check the topics",
            "  freshet acls --help             print the rights in Kafka that each role needs",
            "  freshet feed --help             send synthetic clicks to your Kafka",
            "  freshet import --help           send clicks of the past to your Kafka, before you go live",
            "  freshet repartition --help      move a running system to more partitions",
            "  freshet size --help             calculate what a system of your size needs",
            "  freshet replay --help           recompute the model of any moment from the journal",
            "  freshet models --help           list, verify, roll back, export and prune snapshots",
            "  freshet backtest --help         try settings on the clicks that your Kafka still holds",
            "  freshet fit --help              train a model on a file, and measure it",
            "",
            "Exit codes: 0 success, 1 failure, 2 wrong usage."
        })
public final class Freshet extends FreshetCommand {
    private static final int USAGE_WIDTH = 100;

    /** The commands that operators need. */
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            ConfigCommand.class,
            TopicsCommand.class,
            AclsCommand.class,
            FeedCommand.class,
            ImportCommand.class,
            RepartitionCommand.class,
            SizeCommand.class,
            ReplayCommand.class,
            ModelsCommand.class,
            FitCommand.class);

    private Freshet() {}

    public static void main(String[] arguments) {
        ProcessEnd.install();
        Optional<String> mistake = LogEnvironment.mistake(System.getenv());
        if (mistake.isPresent()) {
            System.err.println("freshet: " + mistake.get());
            System.exit(CommandLine.ExitCode.USAGE);
        }
        System.exit(execute(arguments));
    }

    /** Runs the command. Explains a native library that cannot be loaded, because picocli does not handle errors. */
    private static int execute(String[] arguments) {
        try {
            return commandLine().execute(arguments);
        } catch (LinkageError e) {
            Optional<String> explanation = NativeLibraries.explain(e);
            if (explanation.isEmpty()) {
                throw e;
            }
            System.err.println("freshet: " + explanation.get());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** Returns the command with its sub-commands, ready to run. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Freshet());
        List<Class<?>> others = Workbench.find().map(Workbench::commands).orElse(List.of());
        // The demo, the first of the workbench, is what a new user should see first.
        others.stream().limit(1).forEach(commandLine::addSubcommand);
        COMMANDS.forEach(commandLine::addSubcommand);
        others.stream().skip(1).forEach(commandLine::addSubcommand);
        if (others.isEmpty()) {
            withoutWorkbench(commandLine);
        }
        commandLine
                .addSubcommand("completion", completion())
                .addSubcommand(new CommandLine.HelpCommand())
                .setUsageHelpWidth(USAGE_WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Freshet::refused)
                .setExecutionExceptionHandler(Freshet::failed)
                .registerConverter(Duration.class, new DurationConverter());
        commandLine.getSubcommands().values().forEach(command -> command.setUsageHelpWidth(USAGE_WIDTH));
        return commandLine;
    }

    /** Returns a command that prints a script with which bash and zsh complete commands and options. */
    private static CommandLine completion() {
        CommandLine completion = new CommandLine(new AutoComplete.GenerateCompletion());
        completion
                .getCommandSpec()
                .usageMessage()
                .description(
                        "Prints a script with which bash and zsh complete commands and options.",
                        "To use it now: source <(freshet completion)",
                        "");
        return completion;
    }

    /** Adds commands that only say where the workbench's are, and removes these from the help. */
    private static void withoutWorkbench(CommandLine commandLine) {
        UsageMessageSpec help = commandLine.getCommandSpec().usageMessage();
        help.footer(Arrays.stream(help.footer())
                .filter(line ->
                        Workbench.COMMANDS.stream().noneMatch(name -> line.startsWith("  freshet " + name + " ")))
                .toArray(String[]::new));
        for (String name : Workbench.COMMANDS) {
            String explanation = Workbench.missing("freshet " + name);
            Callable<Integer> explain = () -> {
                PrintWriter err = commandLine.getErr();
                err.println("freshet: " + explanation);
                err.flush();
                return CommandLine.ExitCode.USAGE;
            };
            CommandSpec absent = CommandSpec.wrapWithoutInspection(explain);
            absent.usageMessage().hidden(true).description(explanation);
            absent.parser().unmatchedArgumentsAllowed(true);
            commandLine.addSubcommand(name, absent);
        }
    }

    @Override
    public Integer call() {
        String examples =
                Workbench.find().isPresent() ? "freshet demo or freshet run" : "freshet run or freshet topics";
        throw refused("a command is missing, such as " + examples);
    }

    /** Prints the mistake, similar names and a pointer to {@code --help}, instead of the whole help. */
    private static int refused(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("freshet: " + mistake.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(mistake, err)
                && !command.getSubcommands().isEmpty()) {
            err.println("Commands: "
                    + command.getSubcommands().values().stream()
                            .map(CommandLine::getCommandSpec)
                            .filter(each -> !each.usageMessage().hidden())
                            .map(CommandSpec::name)
                            .collect(Collectors.joining(", ")));
        }
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("freshet: " + Failures.describe(failure));
        if (System.getenv(Environment.STACK_TRACES) != null) {
            failure.printStackTrace(err);
        }
        err.flush();
        return Failures.isUsage(failure) ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
}
