package io.freshet.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreLocationTest {
    @ParameterizedTest
    @CsvSource({
        "s3://models, models, ''",
        "s3://models/, models, ''",
        "s3://my.models-1/shop, my.models-1, shop",
        "s3://models/a/b_c.d-e/, models, a/b_c.d-e",
    })
    void shouldReadBucketAndPrefix(String url, String bucket, String prefix) {
        StoreLocation.Bucket expected = new StoreLocation.Bucket(bucket, prefix);
        assertThat(StoreLocation.parse(url)).isEqualTo(expected);
        assertThat(StoreLocation.parse(expected.toString())).isEqualTo(expected);
        assertThat(expected.key("x")).isEqualTo(prefix.isEmpty() ? "x" : prefix + "/x");
    }

    @Test
    void shouldTakeEverythingElseForAFolder() {
        assertThat(StoreLocation.parse("models")).isEqualTo(new StoreLocation.Folder(Path.of("models")));
        assertThat(StoreLocation.parse("/var/lib/s3")).hasToString("/var/lib/s3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:",
                "s3://",
                "s3://M",
                "s3://ab",
                "s3://models//a",
                "s3://models/a b",
                "s3:/models",
                "gs://models",
                ""
            })
    void shouldRefuseWhatIsNeither(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> StoreLocation.parse(text));
    }
}
