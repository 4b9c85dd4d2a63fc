package io.freshet.testkit.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The two ports of an embedded node. They are stored in the node's folder, so that a restarted node is reachable at the
 * same address.
 */
public record ListenerPorts(int broker, int controller) {
    private static final String FILE = "ports.properties";

    /** Below the ephemeral port range of common operating systems, so that outgoing connections do not take a stored port. */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    static ListenerPorts keptOrChosen(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (Files.exists(file)) {
            ListenerPorts kept = read(file);
            if (kept.areFree()) {
                return kept;
            }
        }
        return chosen();
    }

    private static ListenerPorts chosen() throws IOException {
        return new ListenerPorts(free(), free());
    }

    /**
     * Returns a random port that nothing listens on at the moment, a different one for each call. Outgoing connections do
     * not take it later.
     */
    public static int free() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IOException("No loopback port is free: lowest=" + LOWEST + ", highest=" + HIGHEST);
    }

    private static ListenerPorts read(Path file) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new ListenerPorts(port(properties, "broker"), port(properties, "controller"));
    }

    /** Parses a port. A missing or malformed port reads as 0, which is never free, so that new ports are chosen. */
    private static int port(Properties properties, String name) {
        String text = properties.getProperty(name, "0");
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }

    void keepIn(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), "broker=" + broker + "\ncontroller=" + controller + "\n");
    }

    boolean areFree() {
        return isFree(broker) && isFree(controller);
    }

    /** Returns whether nothing listens on this port of the loopback address. */
    public static boolean isFree(int port) {
        if (port <= 0 || port > 65_535) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
