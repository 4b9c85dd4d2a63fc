package io.freshet.model.recommender;

import io.freshet.model.tensor.Lanes;
import io.freshet.store.snapshot.Manifest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@code platform} of a manifest: where a snapshot was computed. Only {@code arithmetic} is compared; the other entries
 * are informative.
 *
 * <pre>
 * arithmetic       name of the arithmetic that computed the bits: equal names promise equal bits
 * instruction_set  the processor's architecture and the width of its vectors in bits
 * products         name of the kernels that multiplied matrices
 * workers          number of threads, which does not change the bits
 * java             version of the JVM
 * </pre>
 *
 * <p>A manifest without {@code arithmetic} was written when the bits also depended on the instruction set. Its arithmetic
 * is products and instruction set together.
 */
public final class SnapshotPlatform {
    private static final String ARITHMETIC = "arithmetic";
    private static final String INSTRUCTION_SET = "instruction_set";
    private static final String PRODUCTS = "products";

    /** Since 50 similar sessions count in the mixture, and its weights are forgotten over 2,000 clicks. */
    private static final String STEPS = "+sessions-2";

    private SnapshotPlatform() {}

    /**
     * Describes the platform of this process.
     *
     * @param products name of the learner's products
     * @param workers number of the learner's threads
     */
    public static Map<String, Object> describe(String products, int workers) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(ARITHMETIC, arithmetic(products));
        values.put(INSTRUCTION_SET, instructionSet());
        values.put(PRODUCTS, products);
        values.put("workers", workers);
        values.put("java", Runtime.version().toString());
        return values;
    }

    /**
     * Returns the name of the arithmetic of a learner in this process: that of its products, which is the same on every
     * CPU, and of its steps. A change that alters any bit of a step must change the name.
     */
    public static String arithmetic(String products) {
        return products + STEPS;
    }

    /** Returns the name of the arithmetic that computed a snapshot; empty if the manifest does not contain it. */
    public static String arithmetic(Manifest manifest) {
        Map<String, Object> platform = manifest.platform();
        if (platform.get(ARITHMETIC) instanceof String named) {
            return named;
        }
        return platform.get(PRODUCTS) instanceof String products
                        && platform.get(INSTRUCTION_SET) instanceof String instructions
                ? products + "/" + instructions
                : "";
    }

    private static String instructionSet() {
        return System.getProperty("os.arch") + "-" + Lanes.COUNT * Float.SIZE;
    }
}
