package io.freshet.app.check;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A port's answer to a TLS client hello, which Kafka's client does not report when it gives up. */
enum TlsProbe {
    /** TLS, with any certificate. */
    TLS,
    /** Anything else, or a closed connection. */
    OTHER,
    /** No answer in time. */
    SILENCE;

    private static final String NO_TLS = "Unsupported or unrecognized SSL message";

    /** Starts a handshake and classifies the answer. Sends no data, so the certificate need not be trusted. */
    static TlsProbe of(Address address) {
        try (Socket plain = address.connect();
                SSLSocket socket = over(plain, address)) {
            socket.startHandshake();
            return TLS;
        } catch (SocketTimeoutException e) {
            return SILENCE;
        } catch (SSLException e) {
            return isOfTls(e) ? TLS : OTHER;
        } catch (IOException e) {
            return OTHER;
        }
    }

    private static SSLSocket over(Socket plain, Address address) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        return (SSLSocket) factory.createSocket(plain, address.host(), address.port(), true);
    }

    /**
     * Returns whether the failure comes from a TLS handshake, for example an untrusted certificate. If the peer closed the
     * connection or answered without TLS, it does not.
     */
    private static boolean isOfTls(SSLException failure) {
        if (String.valueOf(failure.getMessage()).startsWith(NO_TLS)) {
            return false;
        }
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException || cause instanceof SocketException) {
                return false;
            }
        }
        return true;
    }
}
