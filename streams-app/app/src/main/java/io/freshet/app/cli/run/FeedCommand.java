package io.freshet.app.cli.run;

import io.freshet.app.check.Reachability;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.feed.ClickFeed;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.TopicKeys;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet feed}. */
@Command(
        name = "feed",
        description = {
            "Feeds the clicks of the demo's synthetic shop to your Kafka, at a steady pace, until SIGTERM or Ctrl-C.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet feed --config freshet.properties",
            "  FRESHET_KAFKA_BOOTSTRAP_SERVERS=broker:9092 freshet feed --rate 1000 --duration 10m"
        })
public final class FeedCommand extends FreshetCommand {
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Clicks per second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "Feed clicks for this long, such as 90s or 10m. Default: until Ctrl-C.")
    private Duration duration = FOR_EVER;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Number of users. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Items at the start; the catalogue grows to twice that. Default: ${DEFAULT-VALUE}.")
    private int items;

    @Option(
            names = "--turnover",
            description = "Once the catalogue has grown, new items replace old ones, one in 200 clicks.")
    private boolean turnover;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the generator. The same seed makes the same clicks with the same event ids, so that"
                    + " clicks fed before count as repetitions. Default: a new seed each time.")
    private long seed = System.nanoTime();

    @Mixin
    private ConfigOptions options;

    @Override
    public Integer call() throws Exception {
        if (!(rate > 0 && rate <= 1e6)) {
            throw refused("--rate must be above 0 and at most 1000000: " + rate);
        }
        GeneratorConfig generator = generator();
        FreshetConfig loaded = options.load(spec);
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            Reachability.require(loaded);
            TopicSetup.run(loaded, TOPIC_TIMEOUT);
            long fed = new ClickFeed(loaded, generator, rate).run(duration, stop);
            System.out.println("Fed " + fed + " clicks to " + loaded.get(TopicKeys.CLICKS));
            System.out.flush();
        }
        return 0;
    }

    private GeneratorConfig generator() {
        try {
            return new GeneratorConfig(seed, users, items, turnover);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }
}
