package io.freshet.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Feeds damaged encodings to a decoder for a given time. Fails if for any of them the decoder does one of the
 * following:
 *
 * <ul>
 *   <li>throws an exception that is not documented,
 *   <li>allocates more than a constant plus a number of bytes for each byte of the input,
 *   <li>takes more than {@value #MOST_CPU_MS} ms of its thread's CPU time,
 *   <li>reads a value that the encoder cannot write, or that is not the same when written and read again.
 * </ul>
 *
 * <p>The system property {@value #TIME} sets the time, such as {@code 3s}. Input n depends on seed + n alone. The
 * property {@value #SEED} sets the seed; without it the seed is {@value #USUAL_SEED}, and with the value {@code random}
 * it is drawn. A failure names the seed whose first input is the failed one.
 *
 * <p>The first calls of a method have extra costs, such as linking. So if a bound is exceeded, the same input is
 * decoded again, and the lowest cost counts.
 */
public final class Fuzz<T> {
    private static final String TIME = "freshet.fuzz";
    private static final String SEED = "freshet.fuzz.seed";
    private static final long USUAL_SEED = 42;
    private static final String USUAL_TIME = "1s";
    private static final long MOST_CPU_MS = 1_000;
    private static final int MOST_MUTATIONS = 4;
    private static final int TRIES = 4;
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String name;
    private final Decoder<T> decoder;
    private final List<byte[]> seeds = new ArrayList<>();
    private final List<Class<? extends Exception>> refusals = new ArrayList<>();
    private Mutator mutator = BinaryMutator.OF_BYTES;
    private @Nullable Encoder<T> encoder;
    private BiPredicate<T, T> same = Objects::equals;
    private long constantBytes = 1 << 16;
    private long bytesPerByte = 64;
    private long read;

    /** Reads a value from bytes. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(byte[] input) throws Exception;
    }

    /** Writes a value as bytes. */
    @FunctionalInterface
    public interface Encoder<T> {
        byte[] encode(T value) throws Exception;
    }

    private Fuzz(String name, Decoder<T> decoder) {
        this.name = name;
        this.decoder = decoder;
    }

    /**
     * Returns a fuzzer of a decoder.
     *
     * @param name name of the decoder in failures
     */
    public static <T> Fuzz<T> of(String name, Decoder<T> decoder) {
        return new Fuzz<>(name, decoder);
    }

    /** Adds valid encodings, which the decoder must read. */
    public Fuzz<T> from(byte[]... valid) {
        seeds.addAll(Arrays.asList(valid));
        return this;
    }

    public Fuzz<T> damagedBy(Mutator by) {
        mutator = by;
        return this;
    }

    /** Adds an exception that the decoder may throw. */
    public Fuzz<T> mayThrow(Class<? extends Exception> documented) {
        refusals.add(documented);
        return this;
    }

    /** Sets the encoder of the values that are read. */
    public Fuzz<T> encodedBy(Encoder<T> by) {
        encoder = by;
        return this;
    }

    /** Sets the equivalence of values, if it is not {@code equals}. */
    public Fuzz<T> sameIf(BiPredicate<T, T> areSame) {
        same = areSame;
        return this;
    }

    /** Sets the number of bytes that a decode may allocate. */
    public Fuzz<T> allocatingAtMost(long constant, long forEachByte) {
        constantBytes = constant;
        bytesPerByte = forEachByte;
        return this;
    }

    /** Decodes the valid encodings, then damaged ones until the time is over. */
    public void run() {
        for (byte[] valid : seeds) {
            long before = read;
            check(valid, "a seed");
            if (read == before) {
                throw failure("a seed must be read", valid, "a seed", null);
            }
        }
        long end = System.nanoTime() + time().toNanos();
        long seed = seed();
        long inputs = 0;
        do {
            check(input(seed), Long.toString(seed));
            seed++;
            inputs++;
        } while (System.nanoTime() < end);
        System.out.printf(Locale.ROOT, "%s: %d inputs, %d of them read, last seed %d%n", name, inputs, read, seed - 1);
    }

    /** Decodes one input, such as one found by an earlier run. */
    public void check(byte[] input) {
        check(input, "none");
    }

    private byte[] input(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        byte[] input = seeds.get(random.nextInt(seeds.size()));
        // Mostly one mutation: the more there are, the earlier the decoder finds one of them and stops.
        int mutations = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(MOST_MUTATIONS);
        for (int times = mutations; times > 0; times--) {
            input = mutator.mutate(input, seeds, random);
        }
        return input;
    }

    private void check(byte[] input, String seed) {
        long mostBytes = constantBytes + bytesPerByte * input.length;
        Measured<T> measured = decoded(input, seed);
        for (int tries = 1; tries < TRIES && measured.isBeyond(mostBytes); tries++) {
            measured = measured.least(decoded(input, seed));
        }
        if (measured.isBeyond(mostBytes)) {
            throw failure(
                    "a decode must allocate at most " + mostBytes + " bytes and take at most " + MOST_CPU_MS
                            + " ms: bytes=" + measured.bytes() + " ms=" + measured.cpuNanos() / 1_000_000,
                    input,
                    seed,
                    null);
        }
        T value = measured.value();
        if (value != null) {
            read++;
            requireToComeBack(value, input, seed);
        }
    }

    /** @param value decoded value, or null if the input was rejected */
    private record Measured<T>(@Nullable T value, long bytes, long cpuNanos) {
        boolean isBeyond(long mostBytes) {
            return bytes > mostBytes || cpuNanos > MOST_CPU_MS * 1_000_000;
        }

        Measured<T> least(Measured<T> other) {
            return new Measured<>(value, Math.min(bytes, other.bytes), Math.min(cpuNanos, other.cpuNanos));
        }
    }

    private Measured<T> decoded(byte[] input, String seed) {
        byte[] copy = input.clone();
        T value = null;
        Throwable thrown = null;
        long cpuBefore = THREAD.getCurrentThreadCpuTime();
        long bytesBefore = THREAD.getCurrentThreadAllocatedBytes();
        try {
            value = decoder.decode(copy);
        } catch (Throwable e) {
            thrown = e;
        }
        long bytes = THREAD.getCurrentThreadAllocatedBytes() - bytesBefore;
        long cpuNanos = THREAD.getCurrentThreadCpuTime() - cpuBefore;
        if (thrown != null && !isDocumented(thrown)) {
            throw failure("a decoder must throw one of " + refusals + ", or read: " + thrown, input, seed, thrown);
        }
        if (!Arrays.equals(copy, input)) {
            throw failure("a decoder must not change its input", input, seed, null);
        }
        return new Measured<>(value, bytes, cpuNanos);
    }

    private boolean isDocumented(Throwable thrown) {
        return refusals.stream().anyMatch(refusal -> refusal.isInstance(thrown));
    }

    private void requireToComeBack(T value, byte[] input, String seed) {
        if (encoder == null) {
            return;
        }
        try {
            T again = decoder.decode(encoder.encode(value));
            if (!same.test(value, again)) {
                throw failure(
                        "a value must come back as it was: " + value + ", came back: " + again, input, seed, null);
            }
        } catch (Exception e) {
            throw failure("a value that was read must be written and read again: " + e, input, seed, e);
        }
    }

    private AssertionError failure(String what, byte[] input, String seed, @Nullable Throwable cause) {
        return new AssertionError(
                name + ": " + what + "\nseed: " + seed + " (-D" + SEED + "=)\ninput, " + input.length + " bytes: "
                        + HexFormat.of().formatHex(input),
                cause);
    }

    private static Duration time() {
        return Duration.parse("PT" + System.getProperty(TIME, USUAL_TIME).toUpperCase(Locale.ROOT));
    }

    private static long seed() {
        String seed = System.getProperty(SEED, "");
        return switch (seed) {
            case "" -> USUAL_SEED;
            case "random" -> System.nanoTime();
            default -> Long.parseLong(seed);
        };
    }
}
