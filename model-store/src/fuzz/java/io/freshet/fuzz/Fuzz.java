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
 * Gives a decoder damaged encodings for a while, and fails where it does with one of them what it must not:
 *
 * <ul>
 *   <li>throw anything but what it is said to throw,
 *   <li>allocate more than a constant and so many bytes for each byte of the input,
 *   <li>take more than {@value #MOST_CPU_MS} ms of its thread's CPU time,
 *   <li>read something that its encoder does not write, or that does not come back as the same.
 * </ul>
 *
 * <p>The system property {@value #TIME} says for how long, as {@code 3s}. Input n depends on seed + n alone, where the seed is
 * that of {@value #SEED}, {@value #USUAL_SEED} where that is not set, or drawn where it is {@code random}. A failure names
 * the seed whose first input is the one that failed.
 *
 * <p>What the first calls of a method cost by the way, such as linking it, would be counted: where a bound is exceeded, the same
 * input is decoded again, and the least counts.
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

    /** Of a decoder, by a name that failures call it. */
    public static <T> Fuzz<T> of(String name, Decoder<T> decoder) {
        return new Fuzz<>(name, decoder);
    }

    /** Valid encodings, which must be read. */
    public Fuzz<T> from(byte[]... valid) {
        seeds.addAll(Arrays.asList(valid));
        return this;
    }

    public Fuzz<T> damagedBy(Mutator by) {
        mutator = by;
        return this;
    }

    /** What the decoder may throw. */
    public Fuzz<T> mayThrow(Class<? extends Exception> documented) {
        refusals.add(documented);
        return this;
    }

    /** What writes the values that are read. */
    public Fuzz<T> encodedBy(Encoder<T> by) {
        encoder = by;
        return this;
    }

    /** When two values are the same, where {@code equals} does not say so. */
    public Fuzz<T> sameIf(BiPredicate<T, T> areSame) {
        same = areSame;
        return this;
    }

    /** What a decode may allocate. */
    public Fuzz<T> allocatingAtMost(long constant, long forEachByte) {
        constantBytes = constant;
        bytesPerByte = forEachByte;
        return this;
    }

    /** Decodes the seeds, and then damaged ones until the time is over. */
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

    /** Decodes one input, such as one that a run has found. */
    public void check(byte[] input) {
        check(input, "none");
    }

    private byte[] input(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        byte[] input = seeds.get(random.nextInt(seeds.size()));
        // Mostly one: the more there are, the earlier a decoder finds one of them and looks no further.
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

    /** @param value null where the input was refused */
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
