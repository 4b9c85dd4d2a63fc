package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that no text contains a word that a standard term has replaced. */
final class RetiredWordsTest {
    private static final Path CHECKOUT = Path.of("..", "..");
    private static final List<String> FOLDERS =
            List.of("model-store", "trainer", "streams-app", "docker", "k8s", ".ci");

    /** The present terms: catch-up, recent users, synthetic, compared method, method scores, pending rows, onClose. */
    private static final Pattern RETIRED = Pattern.compile(
            "[Hh]urr(?:y|ie[sd])|\\b[Aa]udience|\\b[Mm]ade[- ]?[Uu]p\\b|\\b[Rr]ivals?\\b|\\b[Ss]coresheets?\\b"
                    + "|\\bletGo\\b|\\b[Nn]obody\\b|\\b[Cc]ontenders\\b"
                    + "|\\b(?:ClickMemory|ItemClusters|ClusterScan|ClusterKeeper|LearnedClicks|TrainerTerm|ModelDesk"
                    + "|UserPlaces|StoreAlone|S3Patience|SeenReturn)\\b");

    private static final Set<String> ENDINGS =
            Set.of("java", "md", "yml", "yaml", "properties", "html", "js", "css", "sh", "xml", "json");

    /** The aliases of renamed keys, their tests, and this test. */
    private static final Set<String> MAY_HAVE_THEM =
            Set.of("RenamedKeys.java", "FreshetConfigTest.java", "RetiredWordsTest.java");

    @Test
    void shouldFindNone() throws IOException {
        Words words = new Words();
        words.read(CHECKOUT.resolve("README.md"));
        words.read(CHECKOUT.resolve("CONTRIBUTING.md"));
        words.read(CHECKOUT.resolve("pom.xml"));
        for (String folder : FOLDERS) {
            Files.walkFileTree(CHECKOUT.resolve(folder), words);
        }
        assertThat(words.found).isEmpty();
        assertThat(words.files).isGreaterThan(500);
    }

    private static final class Words extends SimpleFileVisitor<Path> {
        private final List<String> found = new ArrayList<>();
        private int files;

        /** Skips builds, state that a role has left in its folder, and the state of an earlier version. */
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return Set.of("target", "freshet-state", "upgrade").contains(name)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            String name = file.getFileName().toString();
            if (ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && !MAY_HAVE_THEM.contains(name)) {
                read(file);
            }
            return FileVisitResult.CONTINUE;
        }

        private void read(Path file) throws IOException {
            files++;
            boolean test = file.toString().matches(".*(src/test|testkit).*");
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                for (MatchResult word : RETIRED.matcher(lines.get(i)).results().toList()) {
                    // Tests use this word as the name of an unknown user or column.
                    if (!(test && word.group().equals("nobody"))) {
                        found.add(CHECKOUT.relativize(file) + ":" + (i + 1) + ": " + word.group());
                    }
                }
            }
        }
    }
}
