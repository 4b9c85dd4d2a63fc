package io.freshet.service.config.validation;

import java.util.Collection;
import java.util.Comparator;

/** Finds the known name that a mistyped one most likely meant. */
public final class NearestName {
    private NearestName() {}

    /** Returns the candidate with the smallest edit distance to {@code name}; the alphabetically first of equals. */
    public static String among(Collection<String> candidates, String name) {
        return candidates.stream()
                .min(Comparator.<String>comparingInt(candidate -> distance(candidate, name))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Returns the Levenshtein distance: insertions, deletions and substitutions cost one each. */
    public static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int substitution = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            int[] swapped = previous;
            previous = current;
            current = swapped;
        }
        return previous[to.length()];
    }
}
