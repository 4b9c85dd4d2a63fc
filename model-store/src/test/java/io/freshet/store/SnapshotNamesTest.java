package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotNamesTest {
    /** Uses locales in which Java formats numbers with native digits unless a locale is given. */
    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "hi-IN-u-nu-deva", "tr-TR"})
    void shouldNameAVersionThatItReadsAgainWhateverTheDefaultLocale(String language) {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag(language));
        try {
            String version = SnapshotNames.version(1_234, List.of());

            assertThat(version).startsWith("000000001234-");
            assertThat(SnapshotNames.isVersion(version)).isTrue();
        } finally {
            Locale.setDefault(before);
        }
    }
}
