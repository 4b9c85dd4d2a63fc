package io.freshet.fuzz;

import java.util.List;
import java.util.random.RandomGenerator;

/** Damages an encoding in a way that fits its structure. */
@FunctionalInterface
public interface Mutator {
    /**
     * Returns a damaged copy.
     *
     * @param input encoding to damage, which is not modified
     * @param seeds other encodings of the same kind, to take parts from
     * @param random source of all decisions; the same numbers give the same copy
     */
    byte[] mutate(byte[] input, List<byte[]> seeds, RandomGenerator random);

    /**
     * Returns a mutator that repairs most of this one's copies afterwards, because a wrong checksum would hide the damage
     * from the decoder.
     */
    default Mutator sealedBy(Seal seal) {
        return (input, seeds, random) -> {
            byte[] damaged = mutate(input, seeds, random);
            return random.nextInt(8) == 0 ? damaged : seal.over(damaged);
        };
    }

    /** Recomputes a checksum or digest. */
    @FunctionalInterface
    interface Seal {
        /** Returns the bytes with a valid checksum, or unchanged if there is no room for one. */
        byte[] over(byte[] input);
    }
}
