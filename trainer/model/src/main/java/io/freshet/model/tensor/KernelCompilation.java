package io.freshet.model.tensor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the JVM compile the numeric packages with C2 only. C1 turns every vector into an object, and a large kernel
 * may run for minutes as C1 code, which is hundreds of times slower. A kernel that starts in the interpreter is
 * compiled by C2 soon. This class also makes C2 inline the methods on single vectors at every call, because a vector
 * that is passed to a call becomes an object, too. {@code Rows.dots} is compiled by itself, because in a larger kernel C2
 * would stop inlining before it has inlined everything that returns a vector.
 *
 * <p>It uses the JVM's diagnostic command, so the directives apply wherever these classes are used, without flags.
 */
final class KernelCompilation {
    private static final Logger LOG = LoggerFactory.getLogger(KernelCompilation.class);
    private static final String DIRECTIVES = """
            [{match: ["io/freshet/model/tensor/*.*", "io/freshet/model/encoder/*.*", "io/freshet/model/ivf/*.*",
                      "io/freshet/model/search/*.*", "io/freshet/model/recommender/*.*",
                      "io/freshet/training/loss/*.*", "io/freshet/training/optimizer/*.*",
                      "io/freshet/training/learner/*.*", "io/freshet/training/ranking/*.*",
                      "io/freshet/lab/yardstick/*.*", "io/freshet/lab/benchmark/Ivf*.*",
                      "io/freshet/lab/benchmark/Scoring*.*", "io/freshet/lab/benchmark/SyntheticVectors.*"],
              c1: {Exclude: true},
              c2: {inline: ["+io/freshet/model/tensor/Lanes.*", "+io/freshet/model/encoder/Dropout.apply",
                            "+io/freshet/model/tensor/Rows.fourDots", "-io/freshet/model/tensor/Rows.dots"]}}]
            """;

    /**
     * Part of the JVM's answer to valid directives. It reports invalid ones in its answer, too, and not as an
     * exception.
     */
    private static final String ADDED = "directives added";

    private KernelCompilation() {}

    /** Adds the compiler directives. Must be called once, before the first kernel runs. */
    static void leaveToC2() {
        try {
            Path file = Files.createTempFile("freshet-compiler", ".json");
            try {
                Files.writeString(file, DIRECTIVES);
                Object answer = ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "compilerDirectivesAdd",
                                new Object[] {new String[] {file.toString()}},
                                new String[] {String[].class.getName()});
                if (!String.valueOf(answer).contains(ADDED)) {
                    LOG.warn("The kernels start slowly: the JVM did not accept compiler directives: answer={}", answer);
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException | JMException e) {
            LOG.warn("The kernels start slowly: the JVM did not accept compiler directives", e);
        }
    }
}
