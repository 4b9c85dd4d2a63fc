package io.freshet.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Key stores of a broker and trust stores of its clients, made with the JDK's own tool. */
record Certificates(Path folder) {
    private static final String PASSWORD = "changeit";

    /** Makes a key and its certificate for a name, and a trust store that has the certificate. */
    void make(String alias, String subjectAlternativeName) throws IOException, InterruptedException {
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

    /** The settings of a listener that has this key. */
    Map<String, String> ofListener(String listener, String alias) {
        String prefix = "listener.name." + listener + ".ssl.keystore.";
        return Map.of(prefix + "location", keys(alias), prefix + "password", PASSWORD, prefix + "type", "PKCS12");
    }

    /** The settings of a client that trusts this certificate. */
    Map<String, String> ofClient(String alias) {
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
