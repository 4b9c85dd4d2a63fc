package io.freshet.model.encoder;

/** The oracle's dropout, computed one number at a time. */
public final class ScalarDropout {
    private ScalarDropout() {}

    static boolean isKept(Dropout dropout, int element) {
        int hash = element * 0x9E3779B9 + dropout.key();
        hash = (hash ^ (hash >>> 16)) * 0x7feb352d;
        hash = (hash ^ (hash >>> 15)) * 0x846ca68b;
        return (hash >>> 8) / (double) (1 << 24) >= dropout.rate();
    }

    public static double apply(double x, Dropout dropout, int element) {
        return dropout.isNone() ? x : isKept(dropout, element) ? x / (1 - dropout.rate()) : 0;
    }
}
