package io.freshet.fuzz;

import java.util.List;
import java.util.random.RandomGenerator;

/** Damages an encoding in a way that fits its structure. */
@FunctionalInterface
public interface Mutator {
    /**
     * A damaged copy.
     *
     * @param input stays as it is
     * @param seeds other encodings of the same kind, to take parts from
     * @param random what decides; the same numbers give the same copy
     */
    byte[] mutate(byte[] input, List<byte[]> seeds, RandomGenerator random);

    /** This one's copies, put right afterwards in most cases: a checksum would keep the damage from the decoder. */
    default Mutator sealedBy(Seal seal) {
        return (input, seeds, random) -> {
            byte[] damaged = mutate(input, seeds, random);
            return random.nextInt(8) == 0 ? damaged : seal.over(damaged);
        };
    }

    /** Computes a checksum or digest anew. */
    @FunctionalInterface
    interface Seal {
        /** The same bytes with the right checksum; the same where there is no room for one. */
        byte[] over(byte[] input);
    }
}
