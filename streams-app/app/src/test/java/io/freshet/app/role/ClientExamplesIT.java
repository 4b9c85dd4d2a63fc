package io.freshet.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.runtime.StreamsRole;
import io.freshet.testkit.broker.EmbeddedKafka;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * The programs that the guide for clients shows, as they are in the guide: each first one writes a click, and the second
 * one reads the recommendation that it leads to. Only the address of the broker, the user and the consumer group are
 * others.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls startFreshet before each test.
final class ClientExamplesIT {
    private static final Path GUIDE = Path.of("..", "docs", "clients.md");
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    /** Folder with {@code node_modules}, into which {@code .ci/node} was installed. */
    private static final String NODE = "freshet.test.node";

    /** What a program with the client needs: the client, Kafka's client, Jackson, and what these need. */
    private static final List<Class<?>> ON_THE_CLASS_PATH = List.of(
            Click.class,
            KafkaProducer.class,
            JsonTypeName.class,
            JsonFactory.class,
            ObjectMapper.class,
            Logger.class,
            LZ4Factory.class,
            NullMarked.class);

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static StreamsRole role;

    @BeforeAll
    static void startFreshet() throws Exception {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"));
        FreshetConfig config = FreshetConfig.of(Map.of(
                "kafka.bootstrap.servers", kafka.bootstrapServers(),
                "state.dir", folder.resolve("state").toString(),
                "topics.partitions", "2"));
        TopicSetup.run(config, TIMEOUT);
        role = RoleOnKafka.started(config);
    }

    @AfterAll
    static void stopFreshet() {
        if (role != null) {
            role.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void shouldWriteAClickAndReadItsRecommendationInJavaWithTheClientAlone() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> jars = new ArrayList<>();
        for (Class<?> type : ON_THE_CLASS_PATH) {
            jars.add(codeOf(type));
        }
        String classPath = jars.stream().distinct().collect(Collectors.joining(File.pathSeparator));

        assertWriteAndRead("java", "java", List.of(java, "-cp", classPath));
    }

    @Test
    void shouldWriteAClickAndReadItsRecommendationInPython() throws Exception {
        Optional<String> python = Stream.of("python3", "/usr/bin/python3")
                .filter(command -> isDone(command, "-c", "import confluent_kafka"))
                .findFirst();
        assumeTrue(python.isPresent(), "no python3 has the package confluent_kafka (Debian: python3-confluent-kafka)");

        assertWriteAndRead("python", "py", List.of(python.orElseThrow(), "-u"));
    }

    @Test
    void shouldWriteAClickAndReadItsRecommendationInJavaScript() throws Exception {
        String node = System.getProperty(NODE, "");
        assumeTrue(isDone("node", "--version"), "node is not installed");
        assumeTrue(
                !node.isEmpty() && Files.isDirectory(Path.of(node, "node_modules", "kafkajs")),
                "kafkajs is not installed: -D" + NODE + " (.ci/run sets it)");
        Files.createSymbolicLink(folder.resolve("node_modules"), Path.of(node, "node_modules"));

        assertWriteAndRead("js", "mjs", List.of("node"));
    }

    private static void assertWriteAndRead(String language, String ending, List<String> command) throws Exception {
        List<String> programs = programs(language);
        assertThat(programs).as("examples in %s", language).hasSize(2);
        String user = "alice-in-" + language;

        Path written = folder.resolve("write." + language + ".log");
        Process writer = start(command, saved("Write." + ending, programs.getFirst(), user), written);
        assertThat(writer.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as("the program that writes a click ends")
                .isTrue();
        assertThat(writer.exitValue()).as(Files.readString(written)).isZero();

        Path read = folder.resolve("read." + language + ".log");
        Process reader = start(command, saved("Read." + ending, programs.getLast(), user), read);
        try {
            await().atMost(TIMEOUT).until(() -> isAnswered(Files.readString(read), user) || !reader.isAlive());
            assertThat(Files.readString(read)).as("what the program prints").matches(text -> isAnswered(text, user));
            assertThat(reader.isAlive()).isTrue();
        } finally {
            reader.destroyForcibly().waitFor();
        }
    }

    private static boolean isAnswered(String printed, String user) {
        return printed.contains(user + " ") && printed.contains("no-model");
    }

    /** Returns the programs of the guide in a language. */
    private static List<String> programs(String language) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(Files.readString(GUIDE))
                .results()
                .map(match -> match.group(1))
                .filter(program -> program.contains("localhost:9092"))
                .toList();
    }

    private static Path saved(String file, String shown, String user) throws IOException {
        String program = shown.replace("localhost:9092", kafka.bootstrapServers())
                .replaceAll("(['\"])alice\\1", "$1" + user + "$1")
                .replaceAll("(['\"])shop\\1", "$1" + user + "$1");
        if (file.endsWith(".java")) {
            program = inMain(program);
        }
        return Files.writeString(folder.resolve(file), program);
    }

    /** Puts all lines but the imports into a main method. */
    private static String inMain(String program) {
        Map<Boolean, List<String>> lines = Arrays.stream(program.split("\n", -1))
                .collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
        return String.join("\n", lines.getOrDefault(true, List.of())) + "\nvoid main() {\n"
                + String.join("\n", lines.getOrDefault(false, List.of())) + "\n}\n";
    }

    private static Process start(List<String> command, Path program, Path output) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.add(program.toString());
        return new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static boolean isDone(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String codeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
