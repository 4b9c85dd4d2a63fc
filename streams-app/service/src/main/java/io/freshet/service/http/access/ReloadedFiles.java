package io.freshet.service.http.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is read from small files, and read again when their content changes. If the new content cannot be used, the
 * value stays as it is, and the failure is logged and counted in {@code freshet.http.reload.failures}.
 *
 * <p>Compares content rather than timestamps: a Kubernetes volume replaces symbolic links, and file systems differ in
 * timestamp precision. A change takes effect when two consecutive checks find the same content, so that a file that is
 * being written, or a key whose certificate has not been written yet, is not used.
 *
 * <p>{@link #value} may be called by any thread, {@link #look} by one.
 */
public final class ReloadedFiles<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);

    private final String key;
    private final List<Path> files;
    private final Parser<T> parser;
    private final Consumer<T> listener;
    private final Counter failures;
    private volatile T value;

    /** Result that was last acted on, and result of the last check. */
    private Found used;

    private Found seen;

    /**
     * Result of a check.
     *
     * @param contents one for each file; empty if a file cannot be read
     * @param error reason; empty if all files can be read
     */
    private record Found(List<byte[]> contents, String error) {
        boolean isSame(Found other) {
            return error.equals(other.error) && Arrays.deepEquals(contents.toArray(), other.contents.toArray());
        }
    }

    /** Parses the content of the files. */
    public interface Parser<T> {
        /**
         * Returns the value.
         *
         * @param contents one for each file
         * @throws ConfigException if the content is invalid
         */
        T parse(List<byte[]> contents);
    }

    /**
     * Reads the files.
     *
     * @param key configuration key that names the files
     * @param listener notified of each later value
     * @throws ConfigException if a file cannot be read, or its content is invalid
     */
    public ReloadedFiles(String key, List<Path> files, Parser<T> parser, Consumer<T> listener, MeterRegistry registry) {
        this.key = key;
        this.files = List.copyOf(files);
        this.parser = parser;
        this.listener = listener;
        failures = failures(key, registry);
        used = new Found(read(key, files), "");
        seen = used;
        value = parser.parse(used.contents);
    }

    /** Returns the counter of changes that could not be used. It is registered from the start. */
    public static Counter failures(String key, MeterRegistry registry) {
        return Counter.builder("freshet.http.reload.failures")
                .description("Changed token or certificate files that could not be used, by configuration key")
                .tag("key", key)
                .register(registry);
    }

    /**
     * Returns the content of the files.
     *
     * @throws ConfigException if a file cannot be read
     */
    public static List<byte[]> read(String key, List<Path> files) {
        List<byte[]> contents = new ArrayList<>();
        for (Path file : files) {
            try {
                contents.add(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                throw new ConfigException("The file of " + key + " must exist: file=" + file);
            } catch (IOException e) {
                throw new ConfigException("The file of " + key + " must be readable: file=" + file + " error=" + e);
            }
        }
        return contents;
    }

    public T value() {
        return value;
    }

    /** Checks the files. Called about every second. */
    public void look() {
        Found found = find();
        boolean isSettled = found.isSame(seen);
        seen = found;
        if (isSettled && !found.isSame(used)) {
            used = found;
            use(found);
        }
    }

    private Found find() {
        try {
            return new Found(read(key, files), "");
        } catch (ConfigException e) {
            return new Found(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private void use(Found found) {
        try {
            if (!found.error.isEmpty()) {
                throw new ConfigException(found.error);
            }
            T parsed = parser.parse(found.contents);
            listener.accept(parsed);
            value = parsed;
            LOG.info("{}: the changed content of {} is in use", key, files);
        } catch (RuntimeException e) {
            failures.increment();
            LOG.warn(
                    "{}: the changed content of {} is not used, the previous one stays in use: {}",
                    key,
                    files,
                    e.toString());
        }
    }
}
