package io.freshet.app.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Faults by name. */
enum NamedFault {
    BROKER_KILL,
    ROLLING_KILLS,
    BROKER_PAUSE_30,
    BROKER_PAUSE_90,
    BROKER_PAUSE_180,
    ROLE_PAUSE,
    ZOMBIE_TRAINER,
    FULL_DISKS,
    READ_ONLY_DISKS,
    DAMAGED_STORE,
    EXPIRED_LOGS,
    NETWORK_DELAY,
    NETWORK_LOSS,
    NETWORK_CUT,
    CLOCK_JUMP,
    INSTANCE_KILL,
    BACKLOG;

    /** Faults of different kinds that take less than two minutes each. */
    private static final List<NamedFault> CI = List.of(BROKER_KILL, ZOMBIE_TRAINER, NETWORK_CUT, INSTANCE_KILL);

    Fault fault() {
        return switch (this) {
            case BROKER_KILL -> new BrokerKill(1);
            case ROLLING_KILLS -> new BrokerKill(Cluster.BROKERS);
            case BROKER_PAUSE_30 -> new BrokerPause(Duration.ofSeconds(30));
            case BROKER_PAUSE_90 -> new BrokerPause(Duration.ofSeconds(90));
            case BROKER_PAUSE_180 -> new BrokerPause(Duration.ofMinutes(3));
            case ROLE_PAUSE -> new RolePause(Duration.ofMinutes(3));
            case ZOMBIE_TRAINER -> new ZombieTrainer();
            case FULL_DISKS -> new FullDisks();
            case READ_ONLY_DISKS -> new ReadOnlyDisks();
            case DAMAGED_STORE -> new DamagedStore();
            case EXPIRED_LOGS -> new ExpiredLogs();
            case NETWORK_DELAY -> NetworkFault.DELAY;
            case NETWORK_LOSS -> NetworkFault.LOSS;
            case NETWORK_CUT -> NetworkFault.CUT;
            case CLOCK_JUMP -> new ClockJump();
            case INSTANCE_KILL -> new InstanceKill();
            case BACKLOG -> new Backlog(500_000);
        };
    }

    /** Returns a name such as {@code broker-kill}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the selected faults.
     *
     * @param names comma-separated names, or {@code all}, or {@code ci}
     */
    static List<NamedFault> chosen(String names) {
        return switch (names) {
            case "all" -> List.of(values());
            case "ci" -> CI;
            default -> Arrays.stream(names.split(",")).map(NamedFault::of).toList();
        };
    }

    private static NamedFault of(String name) {
        return Arrays.stream(values())
                .filter(fault -> fault.toString().equals(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("freshet.faults must be all, ci, or names of "
                        + Arrays.toString(values()) + " with commas between them: " + name));
    }
}
