package io.freshet.testkit.tls;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Key stores of a server and trust stores of its clients, made with the JDK's keytool. */
public record Certificates(Path folder) {
    /** Password of every store. */
    public static final String PASSWORD = "changeit";

    /** Creates a key with a certificate for a name, and a trust store that contains the certificate. */
    public void make(String alias, String subjectAlternativeName) throws IOException, InterruptedException {
        String certificate = folder.resolve(alias + ".pem").toString();
        keytool(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + alias,
                "-validity",
                "7",
                "-ext",
                "SAN=" + subjectAlternativeName,
                "-keystore",
                keys(alias));
        keytool("-exportcert", "-rfc", "-alias", alias, "-file", certificate, "-keystore", keys(alias));
        keytool("-importcert", "-noprompt", "-alias", alias, "-file", certificate, "-keystore", trust(alias));
    }

    /** Returns the file with a certificate in PEM. */
    public Path certificate(String alias) {
        return folder.resolve(alias + ".pem");
    }

    /** Writes a certificate's private key in PEM, and returns the file. */
    public Path privateKey(String alias) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(new File(keys(alias)), PASSWORD.toCharArray());
        byte[] key = store.getKey(alias, PASSWORD.toCharArray()).getEncoded();
        return Files.writeString(
                folder.resolve(alias + ".key"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
    }

    /** Returns a context for clients that trust this certificate. */
    public SSLContext contextTrusting(String alias) throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(KeyStore.getInstance(new File(trust(alias)), PASSWORD.toCharArray()));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** Returns the settings of a listener that uses this key. */
    public Map<String, String> ofListener(String listener, String alias) {
        String prefix = "listener.name." + listener + ".ssl.keystore.";
        return Map.of(prefix + "location", keys(alias), prefix + "password", PASSWORD, prefix + "type", "PKCS12");
    }

    /** Returns the settings of a listener that accepts only clients with this key. */
    public Map<String, String> ofListenerForClient(String listener, String alias) {
        String prefix = "listener.name." + listener + ".ssl.";
        return Map.of(
                prefix + "client.auth",
                "required",
                prefix + "truststore.location",
                trust(alias),
                prefix + "truststore.password",
                PASSWORD,
                prefix + "truststore.type",
                "PKCS12");
    }

    /** Returns the PKCS #12 file with a key and its certificate. */
    public Path keyStore(String alias) {
        return Path.of(keys(alias));
    }

    /** Returns the settings of a client that trusts this certificate. */
    public Map<String, String> ofClient(String alias) {
        return Map.of(
                "kafka.security.protocol",
                "SSL",
                "kafka.ssl.truststore.location",
                trust(alias),
                "kafka.ssl.truststore.password",
                PASSWORD,
                "kafka.ssl.truststore.type",
                "PKCS12");
    }

    private String keys(String alias) {
        return folder.resolve(alias + "-keys.p12").toString();
    }

    private String trust(String alias) {
        return folder.resolve(alias + "-trust.p12").toString();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new AssertionError("keytool must do what it is asked: " + command);
        }
    }
}
