package io.freshet.service.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPrivateKey;
import java.util.Objects;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses the keys in {@code pem}, which OpenSSL made for this test; they protect nothing. */
final class PemFilesTest {
    @Test
    void shouldReadTheSameKeyInBothFormsOfOpenSsl() throws IOException {
        assertThat(PemFiles.privateKey("k", file("rsa-pkcs1"))).isEqualTo(PemFiles.privateKey("k", file("rsa-pkcs8")));
        ECPrivateKey own = (ECPrivateKey) PemFiles.privateKey("k", file("ec-sec1"));
        ECPrivateKey pkcs8 = (ECPrivateKey) PemFiles.privateKey("k", file("ec-pkcs8"));
        assertThat(own.getS()).isEqualTo(pkcs8.getS());
        assertThat(own.getParams()).isEqualTo(pkcs8.getParams());
    }

    @ParameterizedTest
    @CsvSource({"rsa-pkcs8, RSA", "ec-pkcs8, EC", "ed25519-pkcs8, EdDSA"})
    void shouldFindTheAlgorithmOfAKey(String name, String algorithm) throws IOException {
        assertThat(PemFiles.privateKey("k", file(name)).getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void shouldSayHowToDecryptAKeyThatIsEncrypted() {
        assertThatThrownBy(() -> PemFiles.privateKey("http.tls.key", file("rsa-encrypted")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.tls.key")
                .hasMessageContaining("openssl pkey");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIMBAAAA\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMP////\n-----END EC PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\n\n-----END RSA PRIVATE KEY-----"
            })
    void shouldNameTheKeyOfTheConfigurationWhenAFileIsNone(String text) {
        byte[] file = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> PemFiles.privateKey("http.tls.key", file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.tls.key");
        assertThatThrownBy(() -> PemFiles.certificates("http.tls.certificate", file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.tls.certificate");
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream input = PemFilesTest.class.getResourceAsStream("pem/" + name + ".pem")) {
            return Objects.requireNonNull(input).readAllBytes();
        }
    }
}
