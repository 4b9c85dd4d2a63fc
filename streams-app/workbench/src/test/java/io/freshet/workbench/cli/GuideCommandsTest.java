package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/** Checks that the program understands every command in the README and the guides. */
final class GuideCommandsTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Pattern COMMAND = Pattern.compile("^(?:streams-app/bin/)?freshet ([^#|;&]*)");

    @Test
    void shouldUnderstandEachCommand() throws IOException {
        List<String> refused = new ArrayList<>();
        List<String> commands = commands();
        for (String command : commands) {
            try {
                Freshet.commandLine().parseArgs(command.strip().split("\\s+"));
            } catch (ParameterException e) {
                refused.add(command + ": " + e.getMessage());
            }
        }

        assertThat(refused).isEmpty();
        assertThat(commands).hasSizeGreaterThan(25);
    }

    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Path guide : guides()) {
            SHELL.matcher(Files.readString(guide))
                    .results()
                    .map(block -> block.group(1).replaceAll("\\\\\\n\\s*", ""))
                    .flatMap(String::lines)
                    .map(COMMAND::matcher)
                    .filter(matcher -> matcher.find())
                    .forEach(matcher -> commands.add(matcher.group(1)));
        }
        return commands;
    }

    private static List<Path> guides() throws IOException {
        List<Path> guides =
                new ArrayList<>(Stream.of("README.md", "CONTRIBUTING.md", "docker/README.md", "k8s/README.md")
                        .map(ROOT::resolve)
                        .toList());
        try (Stream<Path> files = Files.list(ROOT.resolve("streams-app/docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(guides::add);
        }
        return guides;
    }
}
