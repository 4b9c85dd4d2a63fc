package io.freshet.lab.yardstick;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The main class of the process behind {@link SgemmProcess}. OpenBLAS chooses its kernels when its library is loaded,
 * so every core type needs its own process.
 *
 * <pre>
 * child    freshet-sgemm core SkylakeX          once, when the library is loaded and its product is right
 * parent   2 100000000                          threads, nanoseconds
 * child    freshet-sgemm flops 1.7e11           floating-point operations a second
 * </pre>
 *
 * <p>The process ends when its standard input does, so it never outlives its parent.
 */
final class SgemmMain {
    /** Prefix of each line of an answer. All other output comes from the JVM or OpenBLAS. */
    static final String ANSWER = "freshet-sgemm ";

    static final String CORE = "core ";
    static final String FLOPS = "flops ";
    static final String WRONG = "wrong ";

    private SgemmMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (SgemmRate rate = new SgemmRate()) {
            out.println(ANSWER + (rate.isCorrect() ? CORE : WRONG) + coreName());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int space = line.indexOf(' ');
                int threads = Integer.parseInt(line.substring(0, space));
                Duration atLeast = Duration.ofNanos(Long.parseLong(line.substring(space + 1)));
                out.println(ANSWER + FLOPS + rate.measure(threads, atLeast));
            }
        }
    }

    /** Returns the core type whose kernels OpenBLAS runs. JavaCPP has no binding for this function. */
    // Restricted because a wrong signature crashes. The function is char* openblas_get_corename(void), which returns a
    // constant of the library.
    @SuppressWarnings("restricted")
    private static String coreName() {
        MemorySegment function = SymbolLookup.loaderLookup()
                .find("openblas_get_corename")
                .orElseThrow(() -> new IllegalStateException(
                        "OpenBLAS must be loaded and export a function: name=openblas_get_corename"));
        try {
            MemorySegment name = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            return name.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_get_corename failed", e);
        }
    }
}
