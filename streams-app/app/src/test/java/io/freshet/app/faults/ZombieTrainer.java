package io.freshet.app.faults;

import io.freshet.training.online.TrainerStatus.Phase;
import java.time.Duration;

/** The active trainer is suspended for longer than its lease, resumes after another has taken over, and must be fenced. */
final class ZombieTrainer implements Fault {
    @Override
    public String strike(FaultRun run) throws Exception {
        RoleProcess zombie = run.role("trainer");
        RoleProcess heir = run.startTrainer("heir");
        heir.awaitPhase(Phase.STANDING_BY);
        run.passBetween(Duration.ofMillis(100), Duration.ofSeconds(3));
        zombie.pause();
        heir.awaitPhase(Phase.LEARNING);
        run.awaitWell();
        zombie.resume();
        zombie.awaitPhase(Phase.STANDING_BY);
        return "the trainer that learns stopped until another had learned in its place, then woken";
    }
}
