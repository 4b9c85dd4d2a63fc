package io.freshet.http;

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
 * A value that is read from small files, and read again when their content changes. What cannot be read leaves the value as
 * it is, with a line in the log and a count in {@code freshet.http.reload.failures}.
 *
 * <p>Content is compared, not time stamps: a volume of Kubernetes replaces symbolic links, and file systems differ in the
 * precision of their times. A change takes effect when two looks in a row have found the same content, so that a file that
 * is being written, or a key whose certificate has not been written yet, is not read.
 *
 * <p>{@link #value} may be called by any thread, {@link #look} by one.
 */
final class ReloadedFiles<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);

    private final String key;
    private final List<Path> files;
    private final Parser<T> parser;
    private final Consumer<T> listener;
    private final Counter failures;
    private volatile T value;

    /** What was acted on last, and what the last look has found. */
    private Found used;

    private Found seen;

    /**
     * What a look has found.
     *
     * @param contents one for each file; empty where one cannot be read
     * @param error why; empty where all can be read
     */
    private record Found(List<byte[]> contents, String error) {
        boolean isSame(Found other) {
            return error.equals(other.error) && Arrays.deepEquals(contents.toArray(), other.contents.toArray());
        }
    }

    /** Makes a value of the files' content. */
    interface Parser<T> {
        /**
         * Makes a value.
         *
         * @param contents one for each file
         * @throws ConfigException if the contents are not what they should be
         */
        T parse(List<byte[]> contents);
    }

    /**
     * Reads the files.
     *
     * @param key of the configuration, which names the files
     * @param listener is told of each later value
     * @throws ConfigException if a file cannot be read, or its content is not what it should be
     */
    ReloadedFiles(String key, List<Path> files, Parser<T> parser, Consumer<T> listener, MeterRegistry registry) {
        this.key = key;
        this.files = List.copyOf(files);
        this.parser = parser;
        this.listener = listener;
        failures = failures(key, registry);
        used = new Found(read(key, files), "");
        seen = used;
        value = parser.parse(used.contents);
    }

    /** The counter of a key's changes that were not taken over; it is there from the start. */
    static Counter failures(String key, MeterRegistry registry) {
        return Counter.builder("freshet.http.reload.failures")
                .description("Changed files of tokens or certificates that could not be used, by their key")
                .tag("key", key)
                .register(registry);
    }

    /**
     * The files' content.
     *
     * @throws ConfigException if one of them cannot be read
     */
    static List<byte[]> read(String key, List<Path> files) {
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

    T value() {
        return value;
    }

    /** Looks at the files; called every second or so. */
    void look() {
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
                    "{}: the changed content of {} is not used, the former stays in use: {}", key, files, e.toString());
        }
    }
}
