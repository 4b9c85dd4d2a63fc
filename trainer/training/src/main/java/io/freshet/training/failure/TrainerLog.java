package io.freshet.training.failure;

import org.slf4j.MDC;

/** Logging context (MDC) of a trainer's thread. */
public final class TrainerLog {
    private TrainerLog() {}

    /** Sets the context of the calling thread. */
    public static void begin(String modelName) {
        MDC.put("role", "trainer");
        MDC.put("model", modelName);
    }

    /** Sets the model's step. */
    public static void at(long step) {
        MDC.put("model_step", Long.toString(step));
    }
}
