package io.freshet.lab.yardstick;

import io.freshet.model.jvm.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process in which OpenBLAS runs the kernels of one core type and measures its matrix products on request. It uses
 * no CPU between requests. This object owns the process. Not thread-safe.
 */
final class SgemmProcess implements AutoCloseable {
    private static final String CORE_TYPE_VARIABLE = "OPENBLAS_CORETYPE";
    private static final String END = "";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String asked;
    private final ChildJvm child;
    private final Writer requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(); // END: the process has ended
    private String core = "";

    private SgemmProcess(String asked, ChildJvm child) {
        this.asked = asked;
        this.child = child;
        requests = child.process().outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Starts the process and returns when OpenBLAS is loaded in it.
     *
     * @param coreType the core type that OpenBLAS must use, or {@link CoreTypes#DETECTED}
     * @throws CoreTypeException if this OpenBLAS has no such core type, or the core type does not run on this CPU
     */
    static SgemmProcess start(String coreType) throws IOException, CoreTypeException {
        List<String> options = new ArrayList<>(ChildJvm.options());
        // The twelve megabytes of matrices are off heap. A crash of a kernel that this CPU cannot run must not leave
        // files behind.
        options.addAll(List.of("-Xms16m", "-Xmx64m", "-XX:+SuppressFatalErrorMessage", "-XX:-CreateCoredumpOnCrash"));
        ProcessBuilder builder = ChildJvm.builder(options, SgemmMain.class.getName(), List.of());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        if (coreType.equals(CoreTypes.DETECTED)) {
            builder.environment().remove(CORE_TYPE_VARIABLE);
        } else {
            builder.environment().put(CORE_TYPE_VARIABLE, coreType);
        }
        // By default OpenBLAS's threads spin for 2^26 cycles after each product, which would disturb the measurement of
        // training.
        builder.environment().put("OPENBLAS_THREAD_TIMEOUT", "16");
        SgemmProcess process = new SgemmProcess(coreType, ChildJvm.start(builder));
        try {
            process.core = CoreTypes.loaded(coreType, process.answer());
            return process;
        } catch (CoreTypeException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** Returns the core type's name in OpenBLAS's own spelling. */
    String core() {
        return core;
    }

    /**
     * Measures and returns the floating-point operations per second of products of 1024 x 1024 matrices.
     *
     * @throws IllegalStateException if the process has ended
     */
    double measure(int threads, Duration atLeast) {
        String answer;
        try {
            requests.write(threads + " " + atLeast.toNanos() + "\n");
            requests.flush();
            answer = answer();
        } catch (IOException e) {
            throw new UncheckedIOException("OpenBLAS's measuring process must accept requests: core type=" + core, e);
        } catch (CoreTypeException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return Double.parseDouble(answer.substring(SgemmMain.FLOPS.length()));
    }

    private String answer() throws CoreTypeException {
        try {
            String answer = answers.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new CoreTypeException("its process did not answer within " + PATIENCE.toSeconds() + " s");
            }
            if (answer.equals(END)) {
                throw new CoreTypeException("its process ended with exit code "
                        + child.process().waitFor() + ": this CPU cannot run its kernels, or the process was stopped");
            }
            return answer;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while OpenBLAS was measured: core type=" + asked);
        }
    }

    private void read() {
        try (BufferedReader lines = child.process().inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(SgemmMain.ANSWER)) {
                    answers.add(line.substring(SgemmMain.ANSWER.length()));
                }
            }
        } catch (IOException _) {
            // The process was killed, which is handled like its end.
        }
        answers.add(END);
    }

    @Override
    public void close() {
        child.close();
    }
}
