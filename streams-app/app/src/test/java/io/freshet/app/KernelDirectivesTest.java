package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.freshet.model.tensor.Lanes;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** The compiler directives name classes in strings, which the compiler does not check. */
final class KernelDirectivesTest {
    private static final Pattern DIRECTIVE = Pattern.compile("(?m)^ matching: (io/freshet/.*)$");

    @Test
    void shouldNameClassesThatExist() throws Exception {
        assertThat(Lanes.COUNT).isPositive(); // loads the class that adds the directives
        String directives = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "compilerDirectivesPrint",
                        null,
                        null);
        List<String> classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.freshet").stream()
                        .map(JavaClass::getName)
                        .map(name -> name.replace('.', '/'))
                        .toList();

        List<String> named = DIRECTIVE
                .matcher(directives)
                .results()
                .flatMap(match -> Arrays.stream(match.group(1).split(", ", -1)))
                .map(pattern -> pattern.substring(0, pattern.lastIndexOf('.')))
                .distinct()
                .toList();
        assertThat(named).hasSizeGreaterThan(10).allSatisfy(pattern -> {
            String prefix = pattern.replace("*", "");
            assertThat(classes).as(pattern).anyMatch(name -> name.startsWith(prefix));
        });
    }
}
