package io.freshet.tensor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the JVM compile the numeric packages by C2 alone. C1 turns every vector into an object, and a large kernel stays
 * stuck in it for minutes, hundreds of times too slow; interpreted, it comes to C2 within a moment. And has C2 inline
 * what handles single vectors wherever it is called, because a vector that goes through a call is an object too.
 *
 * <p>Done through the JVM's own diagnostic command, so that it holds wherever these classes are used, without flags.
 */
final class KernelCompilation {
    private static final Logger LOG = LoggerFactory.getLogger(KernelCompilation.class);
    private static final String DIRECTIVES = """
            [{match: ["io/freshet/tensor/*.*", "io/freshet/encoder/*.*", "io/freshet/loss/*.*",
                      "io/freshet/optimizer/*.*", "io/freshet/model/*.*", "io/freshet/clustering/*.*"],
              c1: {Exclude: true},
              c2: {inline: ["+io/freshet/tensor/Lanes.*", "+io/freshet/encoder/Dropout.apply"]}}]
            """;

    private KernelCompilation() {}

    /** To be called once, before the first kernel runs. */
    static void leaveToC2() {
        try {
            Path file = Files.createTempFile("freshet-compiler", ".json");
            try {
                Files.writeString(file, DIRECTIVES);
                ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "compilerDirectivesAdd",
                                new Object[] {new String[] {file.toString()}},
                                new String[] {String[].class.getName()});
            } finally {
                Files.delete(file);
            }
        } catch (IOException | JMException e) {
            LOG.warn("The kernels start slowly: the JVM takes no compiler directives", e);
        }
    }
}
