package io.freshet.app.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.snapshot.Manifest;
import io.freshet.testkit.topic.CommittedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A cluster with both roles and a steady flow of clicks, into which a fault is injected, and the checks of the
 * invariants afterwards.
 */
final class FaultRun implements AutoCloseable {
    static final String MODEL = "faults";

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** Additional time allowed for each waiting click, on two cores that the brokers share. */
    private static final Duration A_CLICK = Duration.ofMillis(2);

    private static final int WINDOW = 50;
    private static final int CLICKS_PER_SECOND = 50;
    private static final int FLOW = 200;
    private static final Duration AFTERMATH = Duration.ofSeconds(5);

    private final Path folder;
    private final Random random;
    private final Cluster cluster;
    private final ClickLoad load;
    private final Observer observer;
    private final Map<String, RoleProcess> roles = new LinkedHashMap<>();
    private final List<Disk> disks = new ArrayList<>();
    private Map<String, String> environment = Map.of();
    private @Nullable CommittedLog expired;
    private String replayFrom = "--from-start";

    private FaultRun(Path folder, Random random, Cluster cluster, int users) {
        this.folder = folder;
        this.random = random;
        this.cluster = cluster;
        this.load = new ClickLoad(cluster.addresses(), new Random(random.nextLong()), users, CLICKS_PER_SECOND);
        this.observer = new Observer(cluster.addresses(), MODEL);
    }

    /** Starts the cluster, without roles. */
    static FaultRun start(Path folder, Random random, Fault fault) throws Exception {
        Cluster cluster = Cluster.start(folder.resolve("cluster"));
        try {
            Files.writeString(folder.resolve("freshet.properties"), """
                    kafka.bootstrap.servers=%s
                    kafka.main.consumer.session.timeout.ms=6000
                    kafka.main.consumer.heartbeat.interval.ms=1000
                    model.name=%s
                    model.store.path=%s
                    topics.partitions=4
                    scoring.top.k=10
                    model.dim=16
                    model.blocks=1
                    training.negatives=32
                    online.replay.sequences=8
                    online.optimizer.steps=1
                    online.step.linger.ms=100
                    online.publish.interval.ms=500
                    streams.commit.interval.ms=100
                    streams.close.timeout.ms=60000
                    online.snapshot.interval.ms=3000
                    online.step.clicks=32
                    online.catchup.clicks=64
                    """.formatted(
                            cluster.addresses(), MODEL, folder.resolve("models")));
            configure(folder, fault.settings());
            // Readers look up the partitions when they start.
            TopicSetup.run(
                    FreshetConfig.load(
                            configFile(folder),
                            Map.of(),
                            Map.of("state.dir", folder.resolve("state").toString())),
                    TIMEOUT);
            return new FaultRun(folder, random, cluster, fault.users());
        } catch (Throwable e) {
            cluster.close();
            throw e;
        }
    }

    private static Path configFile(Path folder) {
        return folder.resolve("freshet.properties");
    }

    /** Sets configuration keys for the roles that are started from now on. */
    void configure(Map<String, String> settings) throws IOException {
        configure(folder, settings);
    }

    private static void configure(Path folder, Map<String, String> settings) throws IOException {
        StringBuilder lines = new StringBuilder(Files.readString(configFile(folder)));
        settings.forEach(
                (key, value) -> lines.append(key).append('=').append(value).append('\n'));
        Files.writeString(configFile(folder), lines);
    }

    /** Sets environment variables for the roles that are started from now on. */
    void setEnvironment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
    }

    Cluster cluster() {
        return cluster;
    }

    ClickLoad load() {
        return load;
    }

    Random random() {
        return random;
    }

    Path folder() {
        return folder;
    }

    Path models() {
        return folder.resolve("models");
    }

    /** Returns the state folder of the process with this name. */
    Path stateOf(String process) {
        return folder.resolve("state").resolve(process);
    }

    /** Returns the mounted disks, in order of mounting. */
    List<Disk> disks() {
        return List.copyOf(disks);
    }

    /** Mounts a separate disk on a folder, until the run ends. */
    Disk mount(Path place) throws IOException {
        Disk disk = Disk.mount(place);
        disks.add(disk);
        return disk;
    }

    RoleProcess startStreams(String process) throws IOException {
        return start("streams", process);
    }

    RoleProcess startTrainer(String process) throws IOException {
        return start("trainer", process);
    }

    private RoleProcess start(String role, String process) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--roles", role));
        arguments.addAll(settingsOf(process));
        arguments.addAll(List.of("--set", "streams.instance.id=" + process));
        RoleProcess started = RoleProcess.start(process, folder, environment, arguments);
        roles.put(process, started);
        return started;
    }

    private List<String> settingsOf(String process) {
        return List.of("--config", configFile(folder).toString(), "--set", "state.dir=" + stateOf(process));
    }

    RoleProcess role(String process) {
        RoleProcess role = roles.get(process);
        if (role == null) {
            throw new IllegalArgumentException("there must be such a process: " + process);
        }
        return role;
    }

    /** Waits until clicks are answered and learned from. */
    void awaitFlow() {
        await("clicks are answered and learned from")
                .atMost(TIMEOUT)
                .until(() -> observer.answers() >= FLOW && observer.learned() >= FLOW);
    }

    /** Waits until all clicks accepted so far are answered and learned from, and returns how long that took. */
    Duration awaitWell() {
        long began = System.nanoTime();
        long accepted = load.accepted();
        await("what was accepted is answered and learned from")
                .atMost(TIMEOUT.plus(A_CLICK.multipliedBy(accepted)))
                .until(() -> observer.answers() >= accepted && observer.learned() >= accepted);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Waits until everything that was answered has been learned from, once nothing is answered any more. */
    void awaitLearnedAll() {
        await("what is answered is learned from")
                .atMost(TIMEOUT)
                .during(Duration.ofSeconds(3))
                .until(() -> observer.learned() >= observer.answers());
    }

    /** Waits for a random time between these two. */
    void passBetween(Duration least, Duration most) throws InterruptedException {
        Thread.sleep(random.nextLong(least.toMillis(), most.toMillis() + 1));
    }

    /** Returns how often processes were restarted after they had ended. */
    int restarts() {
        return roles.values().stream().mapToInt(RoleProcess::restarts).sum();
    }

    /** Records which part of the log has expired, and sets the option of a replay that begins after it. */
    void expire(CommittedLog before, Manifest behind) {
        expired = before;
        replayFrom = "--from=" + behind.version();
    }

    /** Result of a run in which everything holds that must hold after any fault. */
    record Outcome(int clicks, int recommendations, Duration longestGap) {}

    /**
     * Lets more clicks arrive, ends everything cleanly, and checks what must hold.
     *
     * @throws AssertionError if it does not hold
     */
    Outcome endAndCheck() throws Exception {
        Thread.sleep(AFTERMATH);
        Duration longestGap = observer.longestGap();
        List<Click> clicks = load.end();
        awaitWell();
        assertThat(observer.answers()).as("recommendations").isEqualTo(clicks.size());
        assertThat(observer.learned()).as("records that are learned from").isEqualTo(clicks.size());
        for (RoleProcess role : roles.values()) {
            role.end();
        }
        CommittedLog read = CommittedLog.read(cluster.addresses());
        CommittedLog log = expired == null ? read : expired.before(read);
        log.assertEachClickIsSequencedAndAnsweredOnce(clicks, WINDOW);
        log.assertEachRecordIsLearnedFromOnce();
        Manifest newest = ModelDigests.newest(models(), MODEL);
        assertThat(newest.step())
                .as("step of the last snapshot")
                .isEqualTo(log.steps().getLast().step());
        assertThat(ModelDigests.of(newest))
                .as("digests of the last snapshot")
                .isEqualTo(ModelDigests.replayed(folder, settingsOf("replay"), replayFrom));
        return new Outcome(clicks.size(), log.recommendations().size(), longestGap);
    }

    @Override
    public void close() throws IOException {
        roles.values().forEach(RoleProcess::close);
        load.close();
        observer.close();
        cluster.close();
        for (Disk disk : disks) {
            disk.close();
        }
    }
}
