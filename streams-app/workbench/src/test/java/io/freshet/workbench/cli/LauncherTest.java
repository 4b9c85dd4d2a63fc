package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.workbench.cache.StartCache;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code bin/freshet} with fake JDKs and a fake Maven that only report how they were called. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    private static final String SAY_HOW_CALLED = """
            #!/bin/sh
            echo "java of $0"
            echo "in $PWD"
            echo "class path $CLASSPATH"
            for argument in "$@"; do echo "with $argument"; done
            """;
    private static final String WARN = """
            #!/bin/sh
            echo "WARNING: Using incubator modules: jdk.incubator.vector" >&2
            printf 'ERROR first\\nlast without an end of line' >&2
            """;
    private static final String BUILD = """
            #!/bin/sh
            echo built >> "$(dirname "$0")/builds.txt"
            mkdir -p "$(dirname "$0")/../checkout/streams-app/workbench/target/freshet/lib"
            """;

    /** Contains a space, as is common on desktops. */
    private Path folder;

    private Path jdk;

    @BeforeEach
    void makeJdk(@TempDir Path temporary) throws IOException {
        folder = Files.createDirectories(temporary.resolve("my programs")).toRealPath();
        jdk = jdk("jdk", "25.0.1");
    }

    @Test
    void shouldRunTheDistributionInTheCallersFolderWhenCalledThroughALink() throws Exception {
        Path launcher = install("dist/bin/freshet");
        write("dist/lib/b.jar", "");
        write("dist/lib/a.jar", "");
        Path link = Files.createSymbolicLink(folder.resolve("freshet"), Path.of("dist/bin/freshet"));
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        List<String> said = call(elsewhere, Map.of("JAVA_HOME", jdk.toString()), link, "run", "--config", "a b");
        assertThat(launcher).exists();
        assertThat(said)
                .containsExactly(
                        "java of " + jdk.resolve("bin/java"),
                        "in " + elsewhere,
                        "class path " + folder.resolve("dist/lib/a.jar") + ":" + folder.resolve("dist/lib/b.jar"),
                        "with @" + folder.resolve("dist/jvm.options"),
                        "with io.freshet.app.cli.Freshet",
                        "with run",
                        "with --config",
                        "with a b");
    }

    @Test
    void shouldPutFurtherJarsBehindItsOwn() throws Exception {
        Path launcher = install("dist/bin/freshet");
        write("dist/lib/a.jar", "");
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk.toString(), "FRESHET_EXTRA_CLASSPATH", "/opt/my jars/*:/opt/login.jar");

        assertThat(call(folder, environment, launcher, "run"))
                .contains("class path " + folder.resolve("dist/lib/a.jar") + ":/opt/my jars/*:/opt/login.jar");
    }

    /** With a real JVM, which uses a cache only if the class path begins as it did when the cache was recorded. */
    @Test
    void shouldUseTheStartCacheWithFurtherJars() throws Exception {
        Path launcher = install("dist/bin/freshet");
        write("dist/jvm.options", "");
        compileInto(write("dist/lib/a.jar", ""));
        Files.copy(folder.resolve("dist/lib/a.jar"), write("more/b.jar", ""), StandardCopyOption.REPLACE_EXISTING);
        Path dist = folder.resolve("dist");
        String home = System.getProperty("java.home");

        List<String> recorded =
                call(dist, Map.of("JAVA_HOME", home, "FRESHET_JAVA_OPTS", "-XX:AOTCacheOutput=freshet.aot"), launcher);
        // In this mode the JVM ends with an error if it cannot use the cache.
        Map<String, String> further = Map.of(
                "JAVA_HOME",
                home,
                "FRESHET_JAVA_OPTS",
                "-XX:AOTMode=on",
                "FRESHET_EXTRA_CLASSPATH",
                folder.resolve("more") + "/*");

        assertThat(recorded).contains("started");
        assertThat(dist.resolve("freshet.aot")).isNotEmptyFile();
        assertThat(call(dist, further, launcher)).contains("started");
    }

    /** Writes a jar with a main class of the program's name. */
    private void compileInto(Path jar) throws IOException {
        Path source = write("Freshet.java", """
                package io.freshet.app.cli;

                public class Freshet {
                    public static void main(String[] arguments) {
                        System.out.println("started");
                    }
                }
                """);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()))
                .isZero();
        String name = "io/freshet/app/cli/Freshet.class";
        try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar))) {
            output.putNextEntry(new JarEntry(name));
            output.write(Files.readAllBytes(classes.resolve(name)));
        }
    }

    @Test
    void shouldEndTheProcessWhenMemoryIsShort() throws Exception {
        assertThat(Files.readAllLines(Path.of("..", "app", "src", "main", "launcher", "jvm.options")))
                .contains("-XX:+ExitOnOutOfMemoryError");
    }

    @Test
    void shouldLeaveOutTheLineAboutTheIncubatorModuleOnATerminal() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no /usr/bin/script to make a terminal");
        assumeTrue(OS.current() == OS.LINUX, "on macOS, script takes other arguments");
        install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        executable("jdk/bin/java", WARN);
        assertThat(onATerminal("dist/bin/freshet run")).containsExactly("ERROR first", "last without an end of line");
        assertThat(onATerminal("TMPDIR=/nowhere dist/bin/freshet run"))
                .contains("ERROR first")
                .hasSize(3);

        executable("jdk/bin/java", """
                #!/bin/sh
                echo "Error: Could not create the Java Virtual Machine." >&2
                """);
        assertThat(onATerminal("dist/bin/freshet run"))
                .containsExactly("Error: Could not create the Java Virtual Machine.");
    }

    @Test
    void shouldPassAllErrorsWhereThereIsNoTerminal() throws Exception {
        Path launcher = install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        executable("jdk/bin/java", WARN);
        assertThat(call(folder, Map.of("JAVA_HOME", jdk.toString()), launcher, "run"))
                .containsExactly(
                        "WARNING: Using incubator modules: jdk.incubator.vector",
                        "ERROR first",
                        "last without an end of line");
    }

    /**
     * Runs a command whose standard streams are a terminal, and returns its output. Every process that the command
     * leaves behind holds the lock, so the shell waits for their last output.
     */
    private List<String> onATerminal(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        "script", "-qec", "(flock 9; " + command + ") 9>lock; flock lock true", "/dev/null")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().put("JAVA_HOME", jdk.toString());
        return output(builder);
    }

    @Test
    void shouldNotReserveTheHeapOfARoleForAnotherCommand() throws Exception {
        Path launcher = install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        Map<String, String> container =
                Map.of("JAVA_HOME", jdk.toString(), "FRESHET_JAVA_OPTS", "-Xms1g -Xmx1g -XX:+AlwaysPreTouch -Da=b");

        assertThat(call(folder, container, launcher, "run", "--roles", "streams"))
                .contains("with -Xms1g", "with -XX:+AlwaysPreTouch")
                .doesNotContain("with -XX:-AlwaysPreTouch");
        for (String[] command : new String[][] {{"run", "--check"}, {"models", "list"}}) {
            assertThat(call(folder, container, launcher, command))
                    .containsSubsequence("with -Xms1g", "with -Xms16m", "with -XX:-AlwaysPreTouch")
                    .contains("with -Xmx1g");
        }
        assertThat(call(folder, Map.of("JAVA_HOME", jdk.toString()), launcher, "models", "list"))
                .doesNotContain("with -Xms16m");
    }

    @Test
    void shouldUseTheStartCacheWhereThereIsOne() throws Exception {
        Path launcher = install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        Path cache = write("dist/" + StartCache.FILE, "");
        assertThat(call(folder, Map.of("JAVA_HOME", jdk.toString()), launcher, "run"))
                .contains("with -XX:AOTCache=" + cache);
        Map<String, String> making =
                Map.of("JAVA_HOME", jdk.toString(), "FRESHET_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache);
        assertThat(call(folder, making, launcher, "run")).doesNotContain("with -XX:AOTCache=" + cache);
    }

    @Test
    void shouldPassOverAnOlderJdkWhenThereIsANewerOne() throws Exception {
        Path launcher = install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        Map<String, String> homes = Map.of(
                "JAVA_HOME", jdk("old", "17.0.15").toString(),
                "JDK_HOME", jdk.toString(),
                "FRESHET_JAVA_OPTS", "-Xmx3g -Da=b");
        assertThat(call(folder, homes, launcher, "demo"))
                .contains("java of " + jdk.resolve("bin/java"))
                .containsSubsequence("with -Xmx1g", "with -Xmx3g", "with -Da=b");
    }

    @Test
    void shouldUseTheJdkThatHomebrewHasInstalledWhenThePathHasAnOlderOne() throws Exception {
        Path launcher = install("dist/bin/freshet");
        Files.createDirectories(folder.resolve("dist/lib"));
        Path home = jdk("brew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home", "25.0.1");
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                "",
                "JDK_HOME",
                "",
                "HOMEBREW_PREFIX",
                folder.resolve("brew").toString(),
                "PATH",
                jdk("old", "17.0.15").resolve("bin") + ":" + System.getenv("PATH"));
        assertThat(call(folder, environment, launcher, "--version")).contains("java of " + home.resolve("bin/java"));
    }

    @Test
    void shouldBuildACheckoutWhenWhatItIsBuiltFromHasChanged() throws Exception {
        Path launcher = install("checkout/streams-app/bin/freshet");
        Path source = write("checkout/streams-app/app/src/main/java/A.java", "class A {}");
        write("checkout/pom.xml", "<project/>");
        assertThat(builds(launcher)).isEqualTo(1);
        assertThat(builds(launcher)).isEqualTo(1);
        Path oldJar = write("checkout/streams-app/app/target/freshet/lib/old.jar", "");
        Files.writeString(source, "final class A {}");
        assertThat(builds(launcher)).isEqualTo(2);
        assertThat(oldJar).doesNotExist();
        Path added = write("checkout/trainer/model/src/main/java/my package/B.java", "class B {}");
        assertThat(builds(launcher)).isEqualTo(3);
        Files.move(added, added.resolveSibling("C.java"));
        assertThat(builds(launcher)).isEqualTo(4);
        Files.delete(added.resolveSibling("C.java"));
        assertThat(builds(launcher)).isEqualTo(5);
    }

    @Test
    void shouldNotBuildACopyOfACheckoutThatIsBuilt() throws Exception {
        Path launcher = install("checkout/streams-app/bin/freshet");
        write("checkout/streams-app/app/src/main/java/A.java", "class A {}");
        write("checkout/pom.xml", "<project/>");
        assertThat(builds(launcher)).isEqualTo(1);

        Path copy = folder.resolve("copy");
        try (Stream<Path> files = Files.walk(folder.resolve("checkout"))) {
            for (Path file : files.toList()) {
                Path to =
                        copy.resolve(folder.resolve("checkout").relativize(file).toString());
                Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
                if (file.getFileName().toString().endsWith(".java")) {
                    Files.setLastModifiedTime(to, FileTime.from(Instant.now().plusSeconds(3_600)));
                }
            }
        }

        assertThat(builds(copy.resolve("streams-app/bin/freshet"))).isEqualTo(1);
    }

    @Test
    void shouldBuildWithTheWrapperWhenThereIsNoMaven() throws Exception {
        Path launcher = install("checkout/streams-app/bin/freshet");
        write("checkout/pom.xml", "<project/>");
        executable(
                "checkout/mvnw",
                BUILD + "for said in \"$JAVA_HOME\" \"$@\"; do echo \"$said\"; done > \"$0.called\"\n");
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk.toString(), "PATH", everythingButMaven().toString());

        assertThat(call(folder, environment, launcher, "--version")).contains("with --version");

        assertThat(folder.resolve("checkout/mvnw.called"))
                .content()
                .contains(jdk.toString(), "\n" + folder.resolve("checkout/pom.xml") + "\n", "\npackage\n");
    }

    /** Returns a folder with links to all programs on the path, except Maven. */
    private Path everythingButMaven() throws IOException {
        Path links = Files.createDirectories(folder.resolve("programs"));
        for (String place : System.getenv("PATH").split(":", -1)) {
            if (!place.isEmpty() && Files.isReadable(Path.of(place))) {
                try (Stream<Path> programs = Files.list(Path.of(place))) {
                    for (Path program : programs.toList()) {
                        Path link = links.resolve(program.getFileName());
                        if (!link.endsWith("mvn") && !Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                            Files.createSymbolicLink(link, program);
                        }
                    }
                }
            }
        }
        return links;
    }

    /** Calls the launcher with a Maven that only counts its calls, and returns the number of calls so far. */
    private long builds(Path launcher) throws IOException, InterruptedException {
        executable("maven/mvn", BUILD);
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk.toString(), "PATH", folder.resolve("maven") + ":" + System.getenv("PATH"));
        assertThat(call(folder, environment, launcher, "--version")).contains("with --version");
        return Files.readAllLines(folder.resolve("maven/builds.txt")).size();
    }

    private Path install(String name) throws IOException {
        return executable(name, Files.readString(Path.of("..", "bin", "freshet")));
    }

    private Path jdk(String name, String version) throws IOException {
        executable(name + "/bin/java", SAY_HOW_CALLED);
        executable(name + "/bin/javac", SAY_HOW_CALLED);
        write(name + "/release", "JAVA_VERSION=\"" + version + "\"\n");
        return folder.resolve(name);
    }

    private Path executable(String name, String script) throws IOException {
        Path file = write(name, script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static List<String> call(Path in, Map<String, String> environment, Path launcher, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
        builder.environment().remove("FRESHET_JAVA_OPTS");
        builder.environment().remove("FRESHET_EXTRA_CLASSPATH");
        builder.environment().putAll(environment);
        return output(builder);
    }

    /** Runs a process that must succeed, and returns its output. */
    private static List<String> output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor()).describedAs(String.join("\n", said)).isZero();
        return said;
    }
}
