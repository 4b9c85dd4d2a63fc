package io.freshet.demo;

import io.freshet.clickfile.ClickFileOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person asks of a demo.
 *
 * @param clicks files, folders and globs to replay; none for the generator
 * @param format how those files are written
 * @param generator what the generator makes
 * @param clicksPerSecond pace; null for as fast as clicks are taken
 * @param duration how long to feed clicks; null without end
 * @param untilEnd whether to end when all clicks of the file have been dealt with
 * @param json where to write the summary; null for nowhere
 * @param stateDir folder to keep the state in; null for a temporary one
 * @param partitions partitions of the topics keyed by user
 * @param warmUp clicks of so long from the start do not count in the latencies
 * @param quiet whether to show nothing until the summary
 * @param settings keys of the configuration with their values, over the defaults
 * @param environment variables that set keys of the configuration; {@code settings} win
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
