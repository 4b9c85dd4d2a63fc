package io.freshet.service.http.access;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** TLS identity and trusted certificates of a server: the content of the {@code http.tls.*} files. Immutable. */
public final class TlsIdentity {
    public static final String CERTIFICATE = HttpKeys.TLS_CERTIFICATE.name();

    private static final String KEY = HttpKeys.TLS_KEY.name();
    private static final String TRUSTED = HttpKeys.TLS_TRUSTED.name();
    private static final char[] NO_PASSWORD = {};

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> trusted;

    private TlsIdentity(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trusted) {
        this.chain = chain;
        this.key = key;
        this.trusted = trusted;
    }

    /**
     * Reads the files of a configuration with TLS.
     *
     * @throws ConfigException if a file cannot be read or is invalid, or the key does not match the first certificate
     */
    public static TlsIdentity read(FreshetConfig config) {
        return parse(ReloadedFiles.read(CERTIFICATE, files(config)));
    }

    public static List<Path> files(FreshetConfig config) {
        return Stream.of(HttpKeys.TLS_CERTIFICATE, HttpKeys.TLS_KEY, HttpKeys.TLS_TRUSTED)
                .map(config::get)
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .toList();
    }

    /**
     * Parses the content of {@link #files}.
     *
     * @throws ConfigException if the content is invalid
     */
    public static TlsIdentity parse(List<byte[]> contents) {
        TlsIdentity identity = new TlsIdentity(
                PemFiles.certificates(CERTIFICATE, contents.get(0)),
                PemFiles.privateKey(KEY, contents.get(1)),
                contents.size() < 3 ? List.of() : PemFiles.certificates(TRUSTED, contents.get(2)));
        identity.requireKeyOfCertificate();
        identity.keyStore();
        return identity;
    }

    private void requireKeyOfCertificate() {
        PublicKey certified = chain.getFirst().getPublicKey();
        byte[] message = {1};
        try {
            Signature signer = Signature.getInstance(signatureOf(key.getAlgorithm()));
            signer.initSign(key);
            signer.update(message);
            byte[] signature = signer.sign();
            signer.initVerify(certified);
            signer.update(message);
            if (signer.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException _) {
            // A key of another algorithm is reported in the same way.
        }
        throw new ConfigException(KEY + " must be the private key of the first certificate of " + CERTIFICATE
                + ": key=" + key.getAlgorithm() + " certificate="
                + certified.getAlgorithm() + " subject=" + chain.getFirst().getSubjectX500Principal());
    }

    private static String signatureOf(String algorithm) {
        return switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> algorithm;
        };
    }

    /** Returns when the server's own certificate expires. */
    public Instant expiry() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** Returns the key and the certificate chain, without a password. */
    public KeyStore keyStore() {
        try {
            KeyStore store = empty();
            store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigException("The chain of " + CERTIFICATE + " must be in order: " + e.getMessage());
        }
    }

    /** Returns a context for clients, which trusts {@code http.tls.trusted} or else the JVM's default certificates. */
    SSLContext clientContext() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trustStore());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK can do TLS", e);
        }
    }

    private @Nullable KeyStore trustStore() throws GeneralSecurityException, IOException {
        if (trusted.isEmpty()) {
            return null;
        }
        KeyStore store = empty();
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry("trusted-" + i, trusted.get(i));
        }
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }
}
