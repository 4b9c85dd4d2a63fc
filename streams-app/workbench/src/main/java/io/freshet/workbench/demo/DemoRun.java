package io.freshet.workbench.demo;

import io.freshet.app.feed.ClickFeeder;
import io.freshet.app.feed.ClickSource;
import io.freshet.app.feed.FeedFailedException;
import io.freshet.app.feed.Pace;
import io.freshet.app.feed.ProducedClicks;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.http.HttpServer;
import io.freshet.service.http.page.RateWindow;
import io.freshet.service.sequencer.ClickOutcomeCounts;
import io.freshet.workbench.demo.console.Frame;
import io.freshet.workbench.demo.console.LiveView;
import io.freshet.workbench.demo.count.MeasuredLatency;
import io.freshet.workbench.demo.count.MemoryWatch;
import io.freshet.workbench.demo.count.ModelFreshness;
import io.freshet.workbench.demo.count.PageFigures;
import io.freshet.workbench.demo.count.PipelineCounts;
import io.freshet.workbench.demo.count.PrequentialRace;
import io.freshet.workbench.demo.count.RecentUsers;
import io.freshet.workbench.demo.count.TopicWatcher;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a demo on a running broker: the roles, the feeder and the watcher, each on its own threads, and the loop
 * that displays their progress and decides when they are done.
 */
final class DemoRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoRun.class);
    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration JOIN = Duration.ofSeconds(2);
    private static final Duration STALLED = Duration.ofMinutes(2);
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final int MAX_IN_FLIGHT = 1_000;
    private static final int SHOWN_USERS = 5;
    private static final Duration USERS_INTERVAL = Duration.ofSeconds(3);
    private static final int NDCG_HISTORY = 48;

    private final DemoOptions options;
    private final FreshetConfig config;
    private final StopSignal stop;
    private final long startNanos;
    private final MeasuredLatency clickToRecommendation;
    private final ModelFreshness freshness;
    private final MeasuredLatency clickToModel;
    private final PipelineCounts counts;
    private final DemoRoles roles;
    private final @Nullable HttpServer http;
    private final TopicWatcher watcher;
    private final Thread watcherThread;
    private final ProducedClicks alreadyProduced;
    private final Producer<byte[], byte[]> producer;
    private final ClickFeeder feeder;
    private final Thread feederThread;
    private final MemoryWatch memory;
    private final RateWindow clickRate = new RateWindow();
    private final RateWindow stepRate = new RateWindow();
    private final List<Double> ndcgHistory = new ArrayList<>();
    private List<RecentUsers.RecentUser> shownUsers = List.of();
    private long nextUsersNanos;
    private volatile ClickOutcomeCounts outcomes = new ClickOutcomeCounts(0, 0, 0);

    /** @param description description of the clicks, for the user */
    DemoRun(
            DemoOptions options,
            FreshetConfig config,
            ClickSource source,
            String description,
            long startNanos,
            StopSignal stop)
            throws IOException {
        this.options = options;
        this.config = config;
        this.counts = new PipelineCounts(
                config.eventTypes(), config.trainer().learning().itemRetention());
        this.stop = stop;
        this.startNanos = startNanos;
        long nowMs = System.currentTimeMillis();
        clickToRecommendation =
                new MeasuredLatency(nowMs, options.feed().warmUp().toMillis());
        clickToModel = new MeasuredLatency(nowMs, options.feed().warmUp().toMillis());
        freshness = new ModelFreshness(clickToModel);
        alreadyProduced =
                ProducedClicks.read(config.kafka().forConsumer(), config.get(TopicKeys.CLICKS), options.partitions());
        LOG.info("Already produced: {}", alreadyProduced);
        producer = new KafkaProducer<>(producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
        Double rate = options.feed().clicksPerSecond();
        Pace pace = rate == null ? new Pace.AsTaken(this::inFlight, maxInFlight()) : new Pace.Rate(rate, true);
        feeder = new ClickFeeder(source, alreadyProduced, producer, config, options.partitions(), pace);
        watcher = new TopicWatcher(config, counts, clickToRecommendation);
        feederThread = new Thread(feeder, "click-feeder");
        watcherThread = new Thread(watcher, "topic-watcher");
        roles = DemoRoles.start(config, freshness);
        memory = new MemoryWatch(roles::rocksDbBytes, this::inFlight);
        http = config.http().isOn() ? startPage(description) : null;
    }

    private HttpServer startPage(String description) {
        PageFigures figures = new PageFigures(
                description, this::status, counts, roles.liveModel(), clickToRecommendation, clickToModel);
        try {
            return HttpServer.start(config, roles.forHttp(figures));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Returns the bound on clicks in flight. It allows for fixed-size steps, which need a full batch before they learn.
     */
    private int maxInFlight() {
        return MAX_IN_FLIGHT + config.trainer().steps().batchClicks() * options.partitions();
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = config.kafka().forProducer();
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "2");
        return properties;
    }

    /**
     * Feeds clicks and updates the view until it is stopped or everything is done.
     *
     * @throws FeedFailedException if a component failed, or nothing makes progress any more
     */
    void show(LiveView view, String source) throws FeedFailedException {
        watcherThread.start();
        feederThread.start();
        long nextFrame = System.nanoTime();
        Frame.Counts progress = progress();
        long lastProgress = System.nanoTime();
        while (!stop.await(TICK) && !isDone()) {
            outcomes = roles.outcomes();
            requireHealth();
            memory.look(Duration.ofNanos(System.nanoTime() - startNanos));
            if (System.nanoTime() >= nextFrame) {
                nextFrame = System.nanoTime() + view.interval().toNanos();
                view.show(frame(source));
            }
            if (!progress.equals(progress())) {
                progress = progress();
                lastProgress = System.nanoTime();
            } else if (isEnding() && System.nanoTime() - lastProgress > STALLED.toNanos()) {
                throw new FeedFailedException("the demo has made no progress for " + STALLED.toSeconds() + " s: "
                        + roles.describe() + ", " + progress);
            }
        }
    }

    /**
     * Stops the feeder, the trainer, the streams role and the watcher, in this order, and reads the records that they
     * still wrote.
     *
     * @throws FeedFailedException if a component failed while it stopped
     */
    Summary finish() throws FeedFailedException {
        long endNanos = System.nanoTime();
        closePage();
        endFeeding();
        LOG.info("Feeding has ended after {} clicks", feeder.read());
        roles.closeTrainer();
        LOG.info("The trainer has ended");
        outcomes = roles.outcomes();
        roles.closeStreams();
        LOG.info("The streams have ended");
        watcher.finish();
        join(watcherThread);
        LOG.info("The topics are read to the end: {}", counts.figures());
        requireHealth();
        return summary(Duration.ofNanos(endNanos - startNanos));
    }

    private void closePage() {
        if (http != null) {
            http.close();
        }
    }

    private void endFeeding() {
        feeder.stop();
        feederThread.interrupt();
        join(feederThread);
        producer.close(JOIN);
    }

    /** Waits for the end of a thread, which may not have been started. */
    private static void join(Thread thread) {
        try {
            if (thread.isAlive() && !thread.join(JOIN)) {
                LOG.warn("{} did not end within {}", thread.getName(), JOIN);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireHealth() throws FeedFailedException {
        require(feeder.failure(), "feeding clicks failed");
        require(watcher.failure(), "reading the topics failed");
        Optional<String> failedRole = roles.failure();
        if (failedRole.isPresent()) {
            throw new FeedFailedException(failedRole.get());
        }
        if (counts.figures().journal().learnedTwice() > 0) {
            throw new FeedFailedException("each click must be learned from once: twice="
                    + counts.figures().journal().learnedTwice());
        }
    }

    private static void require(@Nullable Throwable failure, String what) throws FeedFailedException {
        if (failure != null) {
            throw new FeedFailedException(what, failure);
        }
    }

    private boolean isDone() {
        Duration elapsed = feedingTime();
        Duration duration = options.feed().duration();
        if (duration != null && elapsed.compareTo(duration) >= 0) {
            feeder.stop();
            feederThread.interrupt();
            endTrainerInputOnceSequenced();
            return isAllProcessed() || elapsed.minus(duration).compareTo(DRAIN) > 0;
        }
        if (!options.feed().untilEnd() || !feeder.atEnd()) {
            return false;
        }
        endTrainerInputOnceSequenced();
        return isAllProcessed();
    }

    /**
     * Ends the trainer's input once everything is sequenced. Otherwise, with fixed-size steps, the last clicks would
     * wait for a full batch forever.
     */
    private void endTrainerInputOnceSequenced() {
        if (isSequenced()) {
            roles.endTrainerInput();
        }
    }

    private boolean isEnding() {
        return options.feed().untilEnd() || options.feed().duration() != null;
    }

    private Duration feedingTime() {
        return Duration.ofMillis(System.currentTimeMillis() - clickToModel.startMs());
    }

    /** Returns whether every click on the topic has been sequenced or refused. */
    private boolean isSequenced() {
        PipelineCounts.Figures figures = counts.figures();
        long dropped = outcomes.duplicates() + outcomes.tooLate();
        return figures.clicks().accepted() + figures.clicks().deadLetters() + dropped
                >= alreadyProduced.records() + feeder.produced();
    }

    /** Returns whether every click on the topic has been refused, or has been sequenced, learned from and answered. */
    private boolean isAllProcessed() {
        PipelineCounts.Figures figures = counts.figures();
        return isSequenced()
                && figures.journal().learned() == figures.clicks().accepted()
                && figures.published().recommendations() >= figures.clicks().accepted()
                && figures.users().answered() == figures.users().known();
    }

    private long inFlight() {
        ClickOutcomeCounts dropped = outcomes;
        long processed = counts.figures().fullyProcessed() + dropped.duplicates() + dropped.tooLate();
        return alreadyProduced.records() + feeder.produced() - processed;
    }

    private Frame.Counts progress() {
        return new Frame.Counts(feeder.read(), counts.figures(), outcomes);
    }

    private Frame frame(String source) {
        long now = System.nanoTime();
        Frame.Counts progress = progress();
        PrequentialRace.Standing recent = counts.recent();
        remember(recent.model().ndcg());
        if (shownUsers.isEmpty() || now >= nextUsersNanos) {
            nextUsersNanos = now + USERS_INTERVAL.toNanos(); // long enough to be read
            shownUsers = counts.newestUsers(SHOWN_USERS);
        }
        long modelAgeMs = freshness.newestClickMs() == 0 ? 0 : System.currentTimeMillis() - freshness.newestClickMs();
        return new Frame(
                Duration.ofNanos(now - startNanos),
                status(),
                new Frame.Places(
                        source,
                        config.kafka().bootstrapServers(),
                        http == null ? "" : config.http().url()),
                progress,
                new Frame.Rates(
                        clickRate.perSecond(now, progress.figures().clicks().accepted()),
                        stepRate.perSecond(now, progress.figures().journal().steps())),
                new Frame.ServedModel(freshness.step(), Duration.ofMillis(modelAgeMs)),
                new Frame.Race(recent, counts.afterFirstTenth(), List.copyOf(ndcgHistory)),
                new Frame.Latencies(
                        Frame.Percentiles.of(clickToRecommendation),
                        Frame.Percentiles.of(clickToModel),
                        !clickToRecommendation.isWarm()),
                shownUsers,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    private void remember(double ndcg) {
        ndcgHistory.add(ndcg);
        if (ndcgHistory.size() > NDCG_HISTORY) {
            ndcgHistory.removeFirst();
        }
    }

    private String status() {
        if (roles.isTrainerRecovering()) {
            return alreadyProduced.records() == 0 ? "starting" : "the trainer reruns its journal";
        }
        if (feeder.atEnd()) {
            return isAllProcessed()
                    ? "end of the file, all clicks processed"
                    : "end of the file, processing the last clicks";
        }
        return freshness.step() == 0 ? "starting" : "feeding";
    }

    private Summary summary(Duration wall) {
        PipelineCounts.Figures figures = counts.figures();
        return new Summary(
                new Summary.Clicks(
                        feeder.read(),
                        figures.clicks().accepted(),
                        outcomes.duplicates(),
                        outcomes.tooLate(),
                        figures.clicks().deadLetters()),
                figures.users().known(),
                figures.items(),
                new Summary.Training(
                        figures.journal().steps(),
                        figures.journal().targets(),
                        roles.trainingSeconds(),
                        figures.published().snapshots()),
                Summary.Prequential.of(counts.afterFirstTenth()),
                figures.published().recommendations(),
                new Summary.Latencies(
                        Summary.Percentiles.of(clickToRecommendation.measured()),
                        Summary.Percentiles.of(clickToModel.measured())),
                memory.samples(),
                wall.toMillis() / 1_000.0,
                null);
    }

    /** Stops whatever is still running, for example after a failure. */
    @Override
    public void close() {
        closePage();
        endFeeding();
        roles.close();
        watcher.stop();
        join(watcherThread);
    }
}
