package io.freshet.app.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** The active trainer is suspended for longer than its lease, resumes after another has taken over, and must be fenced. */
final class ZombieTrainer implements Fault {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String LEARNS = "learning after step";
    private static final String STANDS_BY = "standing by, at step";

    @Override
    public String strike(FaultRun run) throws Exception {
        RoleProcess zombie = run.role("trainer");
        RoleProcess heir = run.startTrainer("heir");
        awaitLine(heir, STANDS_BY);
        run.passBetween(Duration.ofMillis(100), Duration.ofSeconds(3));
        zombie.pause();
        awaitLine(heir, LEARNS);
        run.awaitWell();
        zombie.resume();
        awaitLine(zombie, STANDS_BY);
        return "the trainer that learns stopped until another had learned in its place, then woken";
    }

    private static void awaitLine(RoleProcess trainer, String words) {
        await(trainer.name() + ": " + words).atMost(TIMEOUT).until(() -> trainer.linesWith(words) > 0);
    }
}
