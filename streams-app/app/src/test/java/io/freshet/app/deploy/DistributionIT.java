package io.freshet.app.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the jars of the distribution with the bill of materials, and with what {@code freshet.openvex.json} explains. */
final class DistributionIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Path DISTRIBUTION = Path.of("target", "freshet");
    private static final Path JARS = DISTRIBUTION.resolve("lib");

    /** The bill of materials of this build. Another build's would be out of date. */
    private static final String SBOM_PROPERTY = "freshet.sbom";

    private static final Path VEX = Path.of("..", "..", "docker", "freshet.openvex.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Libraries inside other jars that have no known vulnerability. */
    private static final Set<String> HARMLESS = Set.of(
            "com.fasterxml.jackson.core/jackson-annotations@2.13.3",
            "com.fasterxml.jackson.core/jackson-annotations@2.22",
            "com.fasterxml.jackson.core/jackson-core@2.22.2",
            "com.fasterxml.jackson.core/jackson-databind@2.22.2",
            "com.fasterxml.jackson.dataformat/jackson-dataformat-xml@2.13.3",
            "com.fasterxml.jackson.dataformat/jackson-dataformat-yaml@2.13.3",
            "com.fasterxml.jackson.datatype/jackson-datatype-joda@2.13.3",
            "com.google.code.findbugs/jsr305@3.0.2",
            "com.google.errorprone/error_prone_annotations@2.5.1",
            "com.google.guava/failureaccess@1.0.1",
            "com.google.guava/listenablefuture@9999.0-empty-to-avoid-conflict-with-guava",
            "com.google.j2objc/j2objc-annotations@1.3",
            "com.google.protobuf/protobuf-java-util@3.21.2",
            "net.openhft/zero-allocation-hashing@0.27ea1",
            "org.codehaus.woodstox/stax2-api@3.1.4");

    /** Old libraries on which ND4J depends, and which the build replaces or leaves out. */
    @Test
    void shouldHaveNoneOfTheOldLibrariesThatAreNotNeeded() throws IOException {
        assertThat(jars())
                .extracting(jar -> jar.getFileName().toString())
                .hasSizeGreaterThan(100)
                .noneMatch(name -> name.matches(
                        "protobuf-java.*|commons-net-3\\.[0-8]\\b.*|commons-compress-.*|snakeyaml-.*|oshi-core-.*"));
    }

    /** A scanner reports such a library although its classes have another name and no version of one's own replaces them. */
    @Test
    void shouldExplainEachLibraryInsideAnotherJar() throws IOException {
        Set<String> inside = new TreeSet<>();
        for (Path jar : jars()) {
            inside.addAll(librariesInside(jar));
        }
        Set<String> explained = explained();

        assertThat(inside).contains("org.yaml/snakeyaml@1.26");
        assertThat(explained).isSubsetOf(inside);
        inside.removeAll(explained);
        inside.removeAll(HARMLESS);
        assertThat(inside).as("libraries inside other jars, to be examined").isEmpty();
    }

    /** The statements rest on this, also for a network of DL4J, which uses most of the old libraries. */
    @Test
    void shouldLoadNothingThatTheStatementsExclude(@TempDir Path folder) throws Exception {
        List<String> clicks = new ArrayList<>(List.of("user_id,item_id,timestamp"));
        for (int click = 0; click < 600; click++) {
            clicks.add("user-%d,item-%d,%d".formatted(click % 20, click * 7 % 31, 1_700_000_000_000L + 1_000L * click));
        }
        Path file = Files.write(folder.resolve("clicks.csv"), clicks);
        Path classes = folder.resolve("classes.txt");

        try (FreshetProcess fit = FreshetProcess.startDistribution(
                DISTRIBUTION,
                folder.resolve("fit.txt"),
                Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load=info:file=" + classes),
                "fit",
                "--data=" + file,
                "--encoder=caser",
                "--dim=16",
                "--epochs=1",
                "--workers=1")) {
            fit.awaitSuccess(TIMEOUT);
        }

        List<String> loaded = Files.readAllLines(classes);
        assertThat(loaded).anyMatch(line -> line.contains("org.nd4j.shade.jackson.databind.ObjectMapper "));
        assertThat(loaded)
                .noneMatch(line -> line.contains("org.nd4j.shade.yaml."))
                .noneMatch(line -> line.contains("org.nd4j.shade.wstx."))
                .noneMatch(line -> line.contains("org.nd4j.shade.protobuf.CodedInputStream"))
                .noneMatch(line -> line.contains("org.nd4j.shade.guava.io."));
    }

    /** Only the profile release runs this test, because only that profile makes a bill of materials. */
    @Test
    @Tag("release")
    void shouldBeTheJarsOfTheBillOfMaterials() throws Exception {
        String sbom = System.getProperty(SBOM_PROPERTY);
        assertThat(sbom)
                .as("the property %s: run mvn -Prelease verify", SBOM_PROPERTY)
                .isNotBlank();
        Map<String, String> listed = new TreeMap<>();
        for (JsonNode component : JSON.readTree(Path.of(sbom).toFile()).path("components")) {
            for (JsonNode hash : component.path("hashes")) {
                if (hash.path("alg").asText().equals("SHA-256")) {
                    listed.put(
                            hash.path("content").asText(),
                            component.path("name").asText());
                }
            }
        }
        Map<String, String> present = new TreeMap<>();
        for (Path jar : jars()) {
            // What the bill describes is not one of its components.
            if (!jar.getFileName().toString().startsWith("streams-app-app-")) {
                present.put(sha256(jar), jar.getFileName().toString());
            }
        }

        assertThat(listed.keySet()).isEqualTo(present.keySet());
        present.forEach((digest, jar) -> assertThat(jar).startsWith(listed.get(digest)));
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(JARS)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the libraries whose Maven metadata are in a jar, except the jar's own, as group/artifact@version. */
    private static List<String> librariesInside(Path jar) throws IOException {
        List<String> libraries = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream()
                    .filter(file -> file.getName().endsWith("/pom.properties"))
                    .toList()) {
                Properties library = new Properties();
                library.load(
                        new StringReader(new String(zip.getInputStream(entry).readAllBytes(), UTF_8)));
                String artifact = library.getProperty("artifactId");
                String version = library.getProperty("version");
                if (!jar.getFileName().toString().startsWith(artifact + "-" + version)) {
                    libraries.add(library.getProperty("groupId") + "/" + artifact + "@" + version);
                }
            }
        }
        return libraries;
    }

    private static Set<String> explained() throws IOException {
        Set<String> libraries = new TreeSet<>();
        for (JsonNode statement : JSON.readTree(VEX.toFile()).path("statements")) {
            assertThat(statement.path("status").asText()).isEqualTo("not_affected");
            assertThat(statement.path("justification").asText()).startsWith("vulnerable_code_");
            assertThat(statement.path("impact_statement").asText()).isNotBlank();
            assertThat(statement.at("/vulnerability/name").asText()).startsWith("CVE-");
            assertThat(statement.at("/vulnerability/aliases/0").asText()).matches("GHSA(-[2-9cfghjmpqrvwx]{4}){3}");
            for (JsonNode product : statement.path("products")) {
                product.path("subcomponents")
                        .forEach(part -> libraries.add(part.path("@id").asText().replace("pkg:maven/", "")));
            }
        }
        return libraries;
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
