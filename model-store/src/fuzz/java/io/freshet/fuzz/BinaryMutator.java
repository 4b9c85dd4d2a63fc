package io.freshet.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Damages binary encodings: flips bits, changes bytes, replaces varints and fixed-width numbers, truncates, inserts,
 * splices two encodings, and changes versions.
 */
public final class BinaryMutator implements Mutator {
    private static final long[] VARINTS = {
        0,
        1,
        2,
        127,
        128,
        255,
        16_383,
        16_384,
        1_000_000,
        Integer.MAX_VALUE - 1L,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1
    };
    private static final int[] FOUR_BYTES = {
        0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fc00000, 0x7f800000, 0xff800000, 0x80000000, 0x3f800000
    };
    private static final long[] EIGHT_BYTES = {
        0,
        1,
        -1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0x7ff8000000000000L,
        0x7ff0000000000000L,
        0xfff0000000000000L,
        0x3ff0000000000000L
    };
    private static final int VERSION_POSITION = 2;
    private static final int CHECKSUM_BYTES = 4;

    /** Damages arbitrary bytes. */
    public static final Mutator OF_BYTES = new BinaryMutator();

    /** Damages records in the frame of Freshet's binary formats, and recomputes the checksum of most of them. */
    public static final Mutator OF_RECORDS = OF_BYTES.sealedBy(BinaryMutator::sealed);

    private BinaryMutator() {}

    @Override
    public byte[] mutate(byte[] input, List<byte[]> seeds, RandomGenerator random) {
        if (input.length == 0) {
            return randomBytes(1 + random.nextInt(64), random);
        }
        int at = random.nextInt(input.length);
        return switch (random.nextInt(12)) {
            case 0 -> with(input, at, (byte) (input[at] ^ 1 << random.nextInt(8)));
            case 1 -> with(input, at, (byte) random.nextInt());
            case 2 -> Arrays.copyOf(input, at);
            case 3 -> replaced(input, input.length, input.length, randomBytes(1 + random.nextInt(64), random));
            case 4 -> replaced(input, at, at, randomBytes(1 + random.nextInt(16), random));
            case 5 -> replaced(input, at, at + random.nextInt(1 + Math.min(32, input.length - at)), new byte[0]);
            case 6 -> spliced(input, seeds.get(random.nextInt(seeds.size())), random);
            case 7 -> repeated(input, at, random);
            case 8 -> input.length > VERSION_POSITION ? with(input, VERSION_POSITION, version(random)) : input.clone();
            case 9 -> fixedWidth(input, at, random);
            default -> replaced(input, at, endOfVarint(input, at), varint(number(input, random)));
        };
    }

    private static byte version(RandomGenerator random) {
        return (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(7));
    }

    private static long number(byte[] input, RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> input.length + random.nextInt(9) - 4L;
            case 1 -> random.nextInt(2 * input.length);
            case 2 -> random.nextLong() >>> random.nextInt(64);
            default -> VARINTS[random.nextInt(VARINTS.length)];
        };
    }

    private static byte[] fixedWidth(byte[] input, int at, RandomGenerator random) {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int width = random.nextBoolean() ? Integer.BYTES : Long.BYTES;
        if (width == Integer.BYTES) {
            number.putInt(FOUR_BYTES[random.nextInt(FOUR_BYTES.length)]);
        } else {
            number.putLong(EIGHT_BYTES[random.nextInt(EIGHT_BYTES.length)]);
        }
        byte[] copy = input.clone();
        System.arraycopy(number.array(), 0, copy, at, Math.min(width, input.length - at));
        return copy;
    }

    private static byte[] repeated(byte[] input, int at, RandomGenerator random) {
        int length = 1 + random.nextInt(Math.min(32, input.length - at));
        byte[] part = Arrays.copyOfRange(input, at, at + length);
        byte[] whole = new byte[0];
        for (int times = 1 + random.nextInt(20); times > 0; times--) {
            whole = replaced(whole, whole.length, whole.length, part);
        }
        return replaced(input, at, at, whole);
    }

    private static byte[] spliced(byte[] input, byte[] other, RandomGenerator random) {
        int head = random.nextInt(input.length + 1);
        int tail = random.nextInt(other.length + 1);
        return replaced(Arrays.copyOf(input, head), head, head, Arrays.copyOfRange(other, tail, other.length));
    }

    private static int endOfVarint(byte[] input, int start) {
        int end = start;
        while (end < input.length - 1 && input[end] < 0) {
            end++;
        }
        return end + 1;
    }

    private static byte[] varint(long value) {
        byte[] bytes = new byte[10];
        int size = 0;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return Arrays.copyOf(bytes, size);
    }

    private static byte[] with(byte[] input, int at, byte value) {
        byte[] copy = input.clone();
        copy[at] = value;
        return copy;
    }

    private static byte[] randomBytes(int count, RandomGenerator random) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Returns a copy in which other bytes replace those from {@code start} to {@code end}. */
    static byte[] replaced(byte[] input, int start, int end, byte[] by) {
        byte[] copy = Arrays.copyOf(input, input.length - (end - start) + by.length);
        System.arraycopy(by, 0, copy, start, by.length);
        System.arraycopy(input, end, copy, start + by.length, input.length - end);
        return copy;
    }

    /** Returns a copy whose last four bytes are the CRC-32C of all preceding bytes. */
    public static byte[] sealed(byte[] record) {
        if (record.length < CHECKSUM_BYTES) {
            return record;
        }
        byte[] copy = record.clone();
        int end = copy.length - CHECKSUM_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(copy, 0, end);
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(end, (int) crc.getValue());
        return copy;
    }
}
