package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ConfigKeys;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Checks the README and the guides: their examples, the table of configuration keys, and their links. */
final class GuidesTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final Path CLIENTS = ROOT.resolve("streams-app/docs/clients.md");
    private static final Path CONFIGURATION = ROOT.resolve("streams-app/docs/configuration.md");
    private static final String BEGIN = "<!-- configuration:begin -->\n";
    private static final String END = "<!-- configuration:end -->\n";

    /** If set to {@code true}, the test writes the table instead of comparing it. */
    private static final String WRITE = "guides.write";

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");
    /** Settings of a format of clicks, and a click in this format. */
    private static final Pattern FORMAT_EXAMPLE =
            Pattern.compile("(?s)```properties\\n(clicks\\.[^`]*)```\\s*```json\\n([^`]*)```");

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    /** Otherwise a mistake in a login would show only on a broker that requires it. */
    @Test
    void shouldShowLoginsThatAreConfigurations() throws IOException {
        String guide = Files.readString(ROOT.resolve("streams-app/docs/operations.md"));
        String section = guide.substring(guide.indexOf("## Log in to Kafka"), guide.indexOf("## Several recommenders"));
        List<MatchResult> examples = Pattern.compile("(?s)```properties\\n(.*?)```")
                .matcher(section)
                .results()
                .toList();

        assertThat(examples).hasSize(5);
        for (MatchResult example : examples) {
            Properties properties = new Properties();
            properties.load(new StringReader(example.group(1)));
            Map<String, String> settings = new HashMap<>();
            properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
            Map<String, Object> client = FreshetConfig.of(settings).kafka().forAdmin();
            assertThat(client).hasSameSizeAs(settings).containsKey("security.protocol");
            assertThat(AdminClientConfig.configNames())
                    .containsAll(client.keySet().stream()
                            .filter(key -> !key.startsWith("config.providers"))
                            .toList());
        }
    }

    @Test
    void shouldShowAClickThatIsOne() throws IOException, MalformedClickException {
        for (Path guide : List.of(README, CLIENTS)) {
            String text = Files.readString(guide);
            int begin = text.indexOf("```json\n") + "```json\n".length();
            String shown = text.substring(begin, text.indexOf("\n```", begin));

            Click click = ClickCodec.parse(shown.getBytes(StandardCharsets.UTF_8));

            assertThat(click)
                    .as("%s", guide)
                    .isEqualTo(new Click("alice", "red-shoes", 1_772_360_000_000L, "view", "8c1f"));
        }
    }

    @Test
    void shouldShowClicksInOtherFormatsThatTheirSettingsRead() throws IOException, MalformedClickException {
        Matcher examples = FORMAT_EXAMPLE.matcher(Files.readString(CLIENTS));
        int formats = 0;
        while (examples.find()) {
            Properties settings = new Properties();
            settings.load(new StringReader(examples.group(1)));
            Map<String, String> keys = new HashMap<>();
            settings.stringPropertyNames().forEach(key -> keys.put(key, settings.getProperty(key)));

            byte[] shown = examples.group(2).getBytes(StandardCharsets.UTF_8);
            Click click = Objects.requireNonNull(
                    FreshetConfig.of(keys).clickFormat().read(shown, new RecordHeaders()), examples.group());

            assertThat(List.of(click.userId(), click.itemId(), click.timestampMs()))
                    .containsExactly("alice", "red-shoes", 1_772_360_000_000L);
            formats++;
        }
        assertThat(formats).isEqualTo(4);
    }

    @Test
    void shouldShowEveryConfigurationKeyWhenTheTableIsRead() throws IOException {
        String guide = Files.readString(CONFIGURATION);
        int begin = guide.indexOf(BEGIN) + BEGIN.length();
        int end = guide.indexOf(END);
        String expected = guide.substring(0, begin) + ConfigKeys.markdownTable() + guide.substring(end);
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(CONFIGURATION, expected);
        }

        assertThat(Files.readString(CONFIGURATION))
                .as("configuration.md; the build writes the table with -D%s=true -Dtest=GuidesTest", WRITE)
                .isEqualTo(expected);
    }

    @Test
    void shouldLinkToFilesAndHeadingsThatThereAre() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path guide : guides()) {
            String text = CODE.matcher(Files.readString(guide)).replaceAll("");
            for (String link : LINK.matcher(text).results().map(m -> m.group(1)).toList()) {
                if (!link.contains("://")) {
                    links++;
                    if (!leadsSomewhere(guide, link)) {
                        broken.add(ROOT.relativize(guide) + ": " + link);
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(50);
    }

    /** Returns all Markdown files outside of build folders. */
    private static List<Path> guides() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> Stream.of("target", ".git", ".claude")
                            .noneMatch(name -> ROOT.relativize(file).toString().matches("(.*/)?" + name + "/.*")))
                    .toList();
        }
    }

    private static boolean leadsSomewhere(Path guide, String link) throws IOException {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? guide : guide.resolveSibling(path).normalize();
        if (hash < 0 || !target.toString().endsWith(".md")) {
            return Files.exists(target);
        }
        return Files.exists(target) && anchors(Files.readString(target)).contains(link.substring(hash + 1));
    }

    /** Returns the anchors of a text's headings, in the form that the source hosting site gives them. */
    private static List<String> anchors(String text) {
        return HEADING.matcher(CODE.matcher(text).replaceAll(""))
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
