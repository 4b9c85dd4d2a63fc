package io.freshet.workbench.demo;

import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.feed.GeneratorConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * User's options for a demo.
 *
 * @param settings configuration keys and values that override the defaults
 * @param partitions number of partitions of the topics keyed by user
 * @param environment environment variables that set configuration keys; {@code settings} take precedence
 * @param stateDir folder that keeps the state; null for a temporary one
 */
public record DemoOptions(
        Source source,
        Feed feed,
        Output output,
        Map<String, String> settings,
        int partitions,
        Map<String, String> environment,
        @Nullable Path stateDir) {
    /**
     * Where the clicks come from.
     *
     * @param clicks files, folders and globs to replay; empty for the generator
     * @param format format of those files
     * @param generator configuration of the click generator
     */
    public record Source(List<String> clicks, ClickFileOptions format, GeneratorConfig generator) {
        public Source {
            clicks = List.copyOf(clicks);
        }
    }

    /**
     * How the clicks are fed.
     *
     * @param clicksPerSecond pace; null for as fast as clicks are processed
     * @param duration how long to feed clicks; null for no limit
     * @param untilEnd whether to end when all clicks of the files have been processed
     * @param warmUp time from the start during which clicks do not count in the latencies
     */
    public record Feed(
            @Nullable Double clicksPerSecond, @Nullable Duration duration, boolean untilEnd, Duration warmUp) {}

    /**
     * What the demo shows and writes.
     *
     * @param json file for the summary; null for none
     * @param quiet whether to show nothing until the summary
     */
    public record Output(@Nullable Path json, boolean quiet) {}

    public DemoOptions {
        settings = Map.copyOf(settings);
        environment = Map.copyOf(environment);
    }
}
