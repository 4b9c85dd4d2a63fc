package io.freshet.app.check;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.StringJoiner;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a broker that listens does not accept this client.
 *
 * @param check the name of the check: {@code tls}, {@code login}, {@code answer} or {@code connection}
 */
record ConnectionFailure(String check, String message, String remedy) {
    /** Name of the check that a request is answered in time. */
    static final String ANSWER = "answer";

    private static final String TLS = "tls";
    private static final String LOGIN = "login";
    private static final String CONNECTION = "connection";

    /**
     * Explains a failure.
     *
     * @param protocol the client's {@code security.protocol}
     */
    static ConnectionFailure of(Throwable failure, String protocol, Address address) {
        return switch (failure) {
            case SslAuthenticationException e -> ofTls(e, address);
            case UnsupportedSaslMechanismException e ->
                new ConnectionFailure(
                        LOGIN,
                        address + " must support the way to log in: " + e.getMessage(),
                        "set kafka.sasl.mechanism to one that the broker enables, or, if it enables none,"
                                + " kafka.security.protocol to one without SASL");
            case SaslAuthenticationException e ->
                new ConnectionFailure(
                        LOGIN,
                        address + " refuses the login: " + e.getMessage(),
                        "check user and password in kafka.sasl.jaas.config, and kafka.sasl.mechanism");
            case IllegalSaslStateException e ->
                new ConnectionFailure(
                        LOGIN,
                        address + " asks for no login: " + e.getMessage(),
                        "set kafka.security.protocol to PLAINTEXT, or SSL");
            case AuthenticationException e ->
                new ConnectionFailure(LOGIN, address + " refuses the login: " + e.getMessage(), "check kafka.sasl.*");
            case SocketTimeoutException _ -> ofTimeout(protocol, address, TlsProbe.of(address));
            case IOException _ -> ofSilence(protocol, address, TlsProbe.of(address));
            default ->
                new ConnectionFailure(
                        CONNECTION,
                        address + " must answer as a Kafka broker does: " + failure,
                        "check kafka.bootstrap.servers, and the broker's log");
        };
    }

    private static ConnectionFailure ofTls(SslAuthenticationException failure, Address address) {
        String reason = root(failure);
        String lower = reason.toLowerCase(Locale.ROOT);
        if (isOfCertificate(failure) && (lower.contains("subject alternative") || lower.contains("no name matching"))) {
            return new ConnectionFailure(
                    TLS,
                    "the certificate of " + address + " is for another name: " + reason,
                    "use the name that is in it in kafka.bootstrap.servers, or have it name this one too");
        }
        if (isOfCertificate(failure) || lower.contains("pkix")) {
            return new ConnectionFailure(
                    TLS,
                    "the certificate of " + address + " is not trusted: " + reason,
                    "put the authority that signed it into kafka.ssl.truststore.location (PEM, PKCS12 or JKS, as"
                            + " kafka.ssl.truststore.type says)");
        }
        if (lower.contains("unrecognized")) {
            return withoutTls(address);
        }
        return new ConnectionFailure(
                TLS,
                address + " rejects this client's side of TLS: " + reason,
                "if brokers require client certificates, set kafka.ssl.keystore.location, with a certificate that they"
                        + " trust");
    }

    private static boolean isOfCertificate(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }

    /** Only the port's answer to a TLS greeting proves what it speaks; slowness proves nothing. */
    private static ConnectionFailure ofTimeout(String protocol, Address address, TlsProbe greeting) {
        ConnectionFailure otherTls = ofOtherTls(protocol, address, greeting);
        return otherTls != null
                ? otherTls
                : new ConnectionFailure(
                        ANSWER,
                        address + " accepted the connection and did not answer a Kafka request within "
                                + BrokerHandshake.TIME.toSeconds() + " s",
                        "check the load and the log of the broker, and try again; if it is not a Kafka broker's port,"
                                + " correct kafka.bootstrap.servers");
    }

    /** Returns the failure for TLS on only one side of the connection; null if that is not certain. */
    private static @Nullable ConnectionFailure ofOtherTls(String protocol, Address address, TlsProbe greeting) {
        boolean withTls = protocol.endsWith("SSL");
        if (withTls && greeting == TlsProbe.OTHER) {
            return withoutTls(address);
        }
        if (!withTls && greeting == TlsProbe.TLS) {
            return new ConnectionFailure(
                    TLS,
                    address + " speaks TLS, and this client does not: kafka.security.protocol=" + protocol,
                    "set kafka.security.protocol to " + (protocol.startsWith("SASL") ? "SASL_SSL" : "SSL or SASL_SSL")
                            + ", and kafka.ssl.truststore.location where the authority is not a public one");
        }
        return null;
    }

    private static ConnectionFailure ofSilence(String protocol, Address address, TlsProbe greeting) {
        ConnectionFailure otherTls = ofOtherTls(protocol, address, greeting);
        if (otherTls != null) {
            return otherTls;
        }
        if (protocol.equals("PLAINTEXT") && greeting == TlsProbe.OTHER) {
            return new ConnectionFailure(
                    LOGIN,
                    address + " ends the connection of a client that does not log in, or is not a Kafka broker",
                    "set kafka.security.protocol to SASL_PLAINTEXT with kafka.sasl.mechanism and"
                            + " kafka.sasl.jaas.config; otherwise check kafka.bootstrap.servers");
        }
        return new ConnectionFailure(
                CONNECTION,
                address + " accepted the connection and closed it before it answered a Kafka request",
                "check that it is a broker's port, and check the broker's log, and proxies and firewalls on the way");
    }

    private static ConnectionFailure withoutTls(Address address) {
        return new ConnectionFailure(
                TLS,
                address + " speaks no TLS, but this client does",
                "set kafka.security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the port of the TLS listener");
    }

    /** Joins the messages of the causes; returns the failure's own message if it has no cause. */
    static String chain(Throwable failure) {
        StringJoiner chain = new StringJoiner(": ");
        for (@Nullable Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            chain.add(String.valueOf(cause.getMessage()));
        }
        return chain.length() == 0 ? String.valueOf(failure.getMessage()) : chain.toString();
    }

    /** Returns the message of the root cause, which says what happened. */
    private static String root(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
