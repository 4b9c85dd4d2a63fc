package io.freshet.app.sizing;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.freshet.app.cli.console.JsonFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one click, user or item costs, as {@code freshet bench scale} measures it on one machine.
 *
 * @param machine where the costs were measured
 * @param dim width of the vectors with which they were measured
 * @param cpu processor time
 * @param bytes bytes on topics and disks
 * @param items time that grows with the number of items, by number of items. At least one size
 */
public record UnitCosts(String machine, int dim, Cpu cpu, Bytes bytes, SortedMap<Integer, AtItems> items) {
    private static final String SHIPPED = "unit-costs.json";

    /**
     * Processor time of whole processes, in microseconds a click, with few items.
     *
     * @param items number of items with which the times were measured
     * @param sequencingMicros of a streams process, to add a click to its user's sequence without answering
     * @param answeringMicros of a streams process, to answer a click, in addition
     * @param learningMicros of a trainer process, to rank a click, learn from it in an ordinary step and publish the changes
     */
    public record Cpu(int items, double sequencingMicros, double answeringMicros, double learningMicros) {}

    /**
     * Bytes that are written once; replication is not included.
     *
     * @param perClick bytes a click on each topic, by the key of the configuration that names the topic
     * @param changelogPerClick bytes a click on the changelogs of the streams role
     * @param diskPerKeptClick bytes a click that is kept, in the state folder of a streams process, and on the compacted
     *     changelog
     */
    public record Bytes(Map<String, Double> perClick, double changelogPerClick, double diskPerKeptClick) {}

    /**
     * What depends on the number of items.
     *
     * @param answerMicros processor time to find the best items for one of many answers, in microseconds
     * @param learnMicros processor time to rank a click and to learn from it in an ordinary step, in microseconds
     */
    public record AtItems(double answerMicros, double learnMicros) {}

    public UnitCosts {
        items = new TreeMap<>(items);
        if (items.isEmpty()) {
            throw new IllegalArgumentException("there must be costs for at least one number of items");
        }
    }

    /** Returns the costs that are part of Freshet, measured on the machine that they name. */
    public static UnitCosts shipped() {
        try (InputStream in = UnitCosts.class.getResourceAsStream(SHIPPED)) {
            if (in == null) {
                throw new IllegalStateException("the distribution must contain " + SHIPPED);
            }
            return JsonFile.read(in, UnitCosts.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads costs that {@code freshet bench scale --json} wrote.
     *
     * @throws IOException if the file cannot be read, or has no costs
     */
    public static UnitCosts read(Path file) throws IOException {
        try {
            UnitCosts costs = JsonFile.read(file, UnitCosts.class);
            if (costs == null || costs.cpu() == null || costs.bytes() == null) {
                throw new IOException(file + " has no costs: write it with freshet bench scale --json " + file);
            }
            return costs;
        } catch (JsonProcessingException e) {
            throw new IOException(file + " must be a file of freshet bench scale --json: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Returns the costs at a number of items. Between and beyond the measured sizes they lie on the line through the nearest
     * two; below the smallest size they are those of the smallest.
     */
    AtItems at(int count) {
        List<Integer> sizes = List.copyOf(items.keySet());
        if (sizes.size() == 1 || count <= sizes.getFirst()) {
            return measured(sizes.getFirst());
        }
        int to = 1;
        while (to < sizes.size() - 1 && sizes.get(to) < count) {
            to++;
        }
        int low = sizes.get(to - 1);
        int high = sizes.get(to);
        return mix(measured(low), measured(high), (double) (count - low) / (high - low));
    }

    private AtItems measured(int size) {
        return Objects.requireNonNull(items.get(size));
    }

    private static AtItems mix(AtItems from, AtItems to, double share) {
        return new AtItems(
                from.answerMicros() + share * (to.answerMicros() - from.answerMicros()),
                from.learnMicros() + share * (to.learnMicros() - from.learnMicros()));
    }

    /** Returns the processor time of a streams process to sequence and answer a click, in microseconds. */
    double streamsMicros(int count) {
        return cpu.sequencingMicros()
                + cpu.answeringMicros()
                + Math.max(0, at(count).answerMicros() - at(cpu.items()).answerMicros());
    }

    /** Returns the processor time of a trainer process to learn from a click, in microseconds. */
    double trainerMicros(int count) {
        return cpu.learningMicros()
                + Math.max(0, at(count).learnMicros() - at(cpu.items()).learnMicros());
    }
}
