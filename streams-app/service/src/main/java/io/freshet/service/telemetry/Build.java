package io.freshet.service.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that the build wrote into the jar; {@code unknown} if it did not. */
public final class Build {
    private static final Properties VERSIONS = load();

    private Build() {}

    /** Returns the version of Freshet. */
    public static String version() {
        return VERSIONS.getProperty("version", "unknown");
    }

    /** Returns the version of Kafka's libraries. */
    public static String kafka() {
        return VERSIONS.getProperty("kafka", "unknown");
    }

    private static Properties load() {
        Properties versions = new Properties();
        try (InputStream input = Build.class.getResourceAsStream("build.properties")) {
            if (input != null) {
                versions.load(input);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }
}
