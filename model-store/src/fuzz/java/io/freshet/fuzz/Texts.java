package io.freshet.fuzz;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Generates texts over all Unicode code points that UTF-8 can express, without unpaired surrogates. */
public final class Texts {
    private Texts() {}

    public static Arbitrary<String> ofLength(int min, int max) {
        Arbitrary<String> ascii = Arbitraries.strings().ascii().ofMinLength(min).ofMaxLength(max);
        Arbitrary<String> unicode = Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(codePoint -> codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE)
                .list()
                .ofMinSize(min)
                .ofMaxSize(max)
                .map(codePoints -> codePoints.stream()
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString());
        return Arbitraries.oneOf(ascii, unicode);
    }
}
