package io.freshet.app.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibrariesTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = Files.createDirectories(temporary.toRealPath().resolve("a b"));
    }

    @Test
    void shouldNameTheFolderAndTheOptionsWhenItIsMountedNoExec() {
        Path cache = folder.resolve("javacpp/cache"); // does not exist yet
        Finding finding = finding(cache, mount("/", "rw"), mount(escaped(folder), "rw,nosuid,noexec,relatime"));

        assertThat(finding.outcome()).isEqualTo(Outcome.PROBLEM);
        assertThat(finding.message()).contains("noexec", cache.toString());
        assertThat(finding.remedy())
                .contains("FRESHET_JAVA_OPTS", "-Djava.io.tmpdir=", "-Dorg.bytedeco.javacpp.cachedir=");
    }

    @Test
    void shouldFindNothingWrongWhenOnlyAnotherMountIsNoExec() {
        assertThat(finding(folder, mount("/", "rw"), mount("/proc", "noexec"), mount(escaped(folder) + "b", "noexec"))
                        .outcome())
                .isEqualTo(Outcome.OK);
        assertThat(finding(folder, mount("/", "noexec"), mount(escaped(folder), "rw"))
                        .outcome())
                .isEqualTo(Outcome.OK);
    }

    @Test
    void shouldTakeTheLastOfSeveralMountsAtOnePlace() {
        assertThat(finding(folder, mount(escaped(folder), "noexec"), mount(escaped(folder), "rw"))
                        .outcome())
                .isEqualTo(Outcome.OK);
        assertThat(finding(folder, mount(escaped(folder), "rw"), mount(escaped(folder), "noexec"))
                        .outcome())
                .isEqualTo(Outcome.PROBLEM);
    }

    @Test
    void shouldFindNothingWrongWhereMountsAreNotListed() {
        assertThat(finding(folder).outcome()).isEqualTo(Outcome.OK);
        assertThat(finding(folder, "", "1 2").outcome()).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldExplainALibraryThatWasNotLoaded() {
        Throwable failure = new ExceptionInInitializerError(
                new IllegalStateException(new UnsatisfiedLinkError("/tmp/lib.so: failed to map segment")));

        assertThat(NativeLibraries.explain(failure))
                .hasValueSatisfying(text ->
                        assertThat(text).contains("/tmp/lib.so: failed to map segment", "noexec", "-Djava.io.tmpdir="));
        assertThat(NativeLibraries.explain(new NoClassDefFoundError("x"))).isEmpty();
    }

    private static Finding finding(Path folder, String... mounts) {
        return NativeLibraries.of(List.of(folder), List.of(mounts)).finding();
    }

    private static String mount(String place, String options) {
        return "36 35 98:0 / " + place + " " + options + " master:1 - tmpfs tmpfs rw";
    }

    private static String escaped(Path path) {
        return path.toString().replace(" ", "\\040");
    }
}
