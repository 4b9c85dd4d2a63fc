package io.freshet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Words that the field's terms have replaced do not come back. */
final class RetiredWordsTest {
    private static final Path CHECKOUT = Path.of("..");

    /** The present terms are: catch-up, recent users, synthetic, compared method, method scores, on close, and the classes' names. */
    private static final Pattern RETIRED = Pattern.compile(
            "\\b[Hh]urr(?:y|ied)|\\b[Aa]udience|\\b[Mm]ade[- ]?[Uu]p\\b|\\b[Rr]ivals?\\b|\\b[Ss]coresheets?\\b|\\bletGo\\b"
                    + "|\\b[Nn]obody\\b|\\b[Cc]ontenders\\b"
                    + "|\\b(?:ClickMemory|ItemClusters|ClusterScan|ClusterKeeper|LearnedClicks|TrainerTerm|ModelDesk"
                    + "|UserPlaces|StoreAlone|S3Patience|SeenReturn)\\b");

    private static final Set<String> ENDINGS =
            Set.of("java", "md", "yml", "yaml", "properties", "html", "js", "css", "sh", "xml", "json");

    /** The changelog, the aliases of renamed keys with their tests, the state of an earlier version, and this test. */
    private static final Predicate<Path> MAY_HAVE_THEM =
            file -> Set.of("CHANGELOG.md", "RenamedKeys.java", "FreshetConfigTest.java", "RetiredWordsTest.java")
                            .contains(file.getFileName().toString())
                    || file.toString().contains("/upgrade/");

    @Test
    void shouldFindNone() throws IOException {
        try (Stream<Path> files = Files.walk(CHECKOUT)) {
            List<String> found = files.filter(RetiredWordsTest::isText)
                    .filter(MAY_HAVE_THEM.negate())
                    .flatMap(RetiredWordsTest::found)
                    .toList();
            assertThat(found).isEmpty();
        }
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        String path = file.toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
                && !path.contains("/target/")
                && !path.contains("/.git/")
                && Files.isRegularFile(file);
    }

    private static Stream<String> found(Path file) {
        try {
            boolean test = file.toString().contains("/src/test/");
            List<String> lines = Files.readAllLines(file);
            return Stream.iterate(0, i -> i < lines.size(), i -> i + 1)
                    .flatMap(i -> RETIRED.matcher(lines.get(i))
                            .results()
                            // A name of users and columns in tests.
                            .filter(match -> !(test && match.group().equals("nobody")))
                            .map(match -> CHECKOUT.relativize(file) + ":" + (i + 1) + ": " + match.group()));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
