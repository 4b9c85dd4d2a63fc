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
 * @param clicks files, folders and globs to replay; empty for the generator
 * @param format format of those files
 * @param generator configuration of the click generator
 * @param clicksPerSecond pace; null for as fast as clicks are processed
 * @param duration how long to feed clicks; null for no limit
 * @param untilEnd whether to end when all clicks of the files have been dealt with
 * @param json file for the summary; null for none
 * @param stateDir folder that keeps the state; null for a temporary one
 * @param partitions number of partitions of the topics keyed by user
 * @param warmUp time from the start during which clicks do not count in the latencies
 * @param quiet whether to show nothing until the summary
 * @param settings configuration keys and values that override the defaults
 * @param environment environment variables that set configuration keys; {@code settings} take precedence
 */
public record DemoOptions(
        List<String> clicks,
        ClickFileOptions format,
        GeneratorConfig generator,
        @Nullable Double clicksPerSecond,
        @Nullable Duration duration,
        boolean untilEnd,
        @Nullable Path json,
        @Nullable Path stateDir,
        int partitions,
        Duration warmUp,
        boolean quiet,
        Map<String, String> settings,
        Map<String, String> environment) {
    public DemoOptions {
        clicks = List.copyOf(clicks);
        settings = Map.copyOf(settings);
        environment = Map.copyOf(environment);
    }
}
