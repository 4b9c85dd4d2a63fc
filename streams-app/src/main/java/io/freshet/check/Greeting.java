package io.freshet.check;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** What a port answers to the first message of TLS, which Kafka's client does not tell where it gives up. */
enum Greeting {
    /** TLS, whoever's certificate. */
    TLS,
    /** Anything else, or the end of the connection. */
    OTHER,
    /** Nothing. */
    SILENCE;

    private static final String NO_TLS = "Unsupported or unrecognized SSL message";

    /** Asks. Nothing is sent but the greeting, so that nobody's certificate need be trusted. */
    static Greeting of(Address address) {
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

    /** A handshake that fails by its own rules was one; a connection that ends was none. */
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
